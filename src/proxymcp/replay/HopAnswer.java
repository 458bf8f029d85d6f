package proxymcp.replay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.Recording;
import proxymcp.http.BodyFraming;
import proxymcp.http.BodyReader;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;
import proxymcp.rule.MockResponse;
import proxymcp.upstream.UpstreamCall;

/**
 * The answer to one request, read to its end: recorded as it comes, and kept as the run gets it, which a rule may change.
 *
 * <p>Owner: the thread that sends the item.
 */
final class HopAnswer {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final SendServices services;
    private final Recording recording;
    private final Optional<RuledHop> ruled;
    private final InFlight inFlight;
    private final List<String> notes;
    private final ResponseHead came;
    private final ResponseHead edited;
    private final int editedMax;
    private final int keptMax;
    private final long begun;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
    private Optional<byte[]> changed = Optional.empty();
    private long bytes;
    private boolean ended;

    /**
     * Records the head.
     *
     * @param came the head as it came
     * @param ruled the rule that the request follows, if any
     * @param notes takes what a reader of the exchange should know
     */
    HopAnswer(SendServices services, Recording recording, Optional<RuledHop> ruled, InFlight inFlight, List<String> notes, ResponseHead came) {
        this.services = services;
        this.recording = recording;
        this.ruled = ruled;
        this.inFlight = inFlight;
        this.notes = notes;
        this.came = came;
        this.edited = ruled.isPresent() ? ruled.get().answer(came) : came;
        this.editedMax = ruled.isPresent() ? ruled.get().heldMax(came) : 0;
        this.keptMax = editedMax > 0 ? editedMax : services.keepsAnswers() ? Answer.BODY_BYTES_MAX : 0;
        this.begun = services.nanoTime().getAsLong();
        recording.response(came);
    }

    /** Octets of its body as they came. */
    long bytes() {
        return bytes;
    }

    /** The answer as the run gets it. */
    Answer answer() {
        byte[] body = changed.isPresent() ? changed.get() : kept.toByteArray();
        boolean whole = (changed.isPresent() || body.length == bytes) && body.length <= Answer.BODY_BYTES_MAX;
        ResponseHead head = ruled.isPresent() && ended ? ruled.get().passed(edited) : edited;
        return new Answer(head, body.length <= Answer.BODY_BYTES_MAX ? body : Arrays.copyOf(body, Answer.BODY_BYTES_MAX), whole);
    }

    /**
     * Reads an answer without a body, or the body to its end.
     *
     * @param sentMethod method as the origin got it
     */
    void read(UpstreamCall upstream, String sentMethod) throws IOException {
        BodyFraming framing = BodyFraming.ofResponse(came, sentMethod);
        if (!(framing instanceof BodyFraming.None)) {
            readBody(upstream.responseBody());
        }
        end();
        upstream.finish(framing);
    }

    private void readBody(BodyReader reader) throws IOException {
        BodyTap tap = new BodyTap(recording::responseBody);
        boolean complete = false;
        try {
            while (reader.next()) {
                take(tap, reader.array(), reader.offset(), reader.length());
            }
            complete = true;
        } finally {
            recording.responseEnd(tap.end(complete, complete ? reader.trailers() : Fields.EMPTY));
        }
    }

    /** Takes an answer that a rule gives instead of an origin. */
    void read(MockResponse mock, String method) throws IOException {
        if (mock.hasBody(method)) {
            BodyTap tap = new BodyTap(recording::responseBody);
            byte[] buffer = new byte[Math.clamp(mock.bytes(), 1, BUFFER_BYTES)];
            boolean complete = false;
            try {
                while (tap.bytes() < mock.bytes()) {
                    int count = mock.read(buffer, (int) Math.min(buffer.length, mock.bytes() - tap.bytes()));
                    take(tap, buffer, 0, count);
                }
                complete = true;
            } finally {
                recording.responseEnd(tap.end(complete, Fields.EMPTY));
            }
        }
        end();
    }

    private void take(BodyTap tap, byte[] array, int offset, int length) throws IOException {
        tap.pass(array, offset, length);
        int allowed = ruled.isPresent() ? ruled.get().allowed(bytes, length) : length;
        bytes = tap.bytes();
        kept.write(array, offset, Math.min(allowed, keptMax - kept.size()));
        if (ruled.isPresent()) {
            boolean wanted = ruled.get().pass(array, offset, allowed, inFlight, services.nanoTime().getAsLong() - begun);
            if (allowed < length) {
                throw new CutByRuleException(ruled.get().named() + " cut the response after " + (bytes - length + allowed) + " octets of its body");
            }
            if (!wanted) {
                throw new IOException("ended while " + ruled.get().named() + " had the run wait");
            }
        }
    }

    private void end() throws IOException {
        ended = true;
        if (ruled.isEmpty()) {
            return;
        }
        if (editedMax > 0 && bytes > editedMax) {
            notes.add("the response body is longer than " + editedMax + " octets; " + ruled.get().named() + " left it as it is");
        } else if (editedMax > 0) {
            changed = Optional.of(ruled.get().changed(came, kept.toByteArray()));
        }
        ruled.get().end();
    }
}
