package proxymcp.replay;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.Recording;
import proxymcp.exchange.SentTap;
import proxymcp.http.BodyFraming;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.WireWriter;
import proxymcp.upstream.BodySourceException;
import proxymcp.upstream.HeldBody;
import proxymcp.upstream.OutgoingBody;

/**
 * A request body on its way from a recording to the origin. One that is announced with {@code Expect: 100-continue} waits for leave, but not
 * for ever: origins that do not know the field say nothing (RFC 9110 section 10.1.1).
 */
final class ReplayedBody implements OutgoingBody {
    private static final long LEAVE_MILLIS = 1_000;
    private static final int PIECE_BYTES = 16 * 1024;

    private final OutgoingRequest request;
    private final Recording recording;
    private final boolean chunked;
    private final boolean expects;
    private final BodyTap tap;
    private final CountDownLatch leave = new CountDownLatch(1);
    private volatile boolean answered;
    private volatile boolean refused;
    private volatile boolean ended;

    /** @param sentTap takes the octets that are sent as well, where a rule changed the request */
    ReplayedBody(OutgoingRequest request, BodyFraming framing, Recording recording, Optional<SentTap> sentTap) {
        RequestHead head = request.head();
        this.request = request;
        this.recording = recording;
        this.chunked = framing instanceof BodyFraming.Chunked;
        this.expects = request.body().size() > 0 && head.version() == HttpVersion.HTTP_1_1 && head.fields().hasMember("Expect", "100-continue");
        this.tap = new BodyTap((bytes, offset, length) -> {
            recording.requestBody(bytes, offset, length);
            sentTap.ifPresent(sent -> sent.pass(bytes, offset, length));
        });
    }

    /** The origin wants the body. */
    void wanted() {
        leave.countDown();
    }

    /** The final response begins: a body that still waits for leave is not sent. */
    void answered() {
        answered = true;
    }

    /** The call has ended: whoever waits for leave gives up. What came of the body is recorded by {@link #end}. */
    void refuse() {
        refused = true;
        leave.countDown();
    }

    /** Records the end of a body that was not sent whole; no other thread works for the call any more. */
    void end() {
        if (!ended) {
            recording.requestEnd(tap.end(false, Fields.EMPTY));
        }
    }

    @Override
    public boolean isImmediate() {
        return !expects && request.body().size() <= HeldBody.IMMEDIATE_BYTES_MAX;
    }

    /** Another body is sent by a thread of its own, which may still run when a second attempt begins. */
    @Override
    public boolean isRepeatable() {
        return isImmediate();
    }

    @Override
    public void writeTo(WireWriter out, Runnable progress) throws IOException {
        if (expects) {
            awaitLeave();
        }
        long sent = 0;
        try (InputStream in = opened()) {
            byte[] piece = new byte[(int) Math.min(PIECE_BYTES, Math.max(1, request.body().size()))];
            for (int count = read(in, piece); count > 0; count = read(in, piece)) {
                record(piece, count, sent);
                sent += count;
                if (chunked) {
                    out.chunk(piece, 0, count);
                } else {
                    out.write(piece, 0, count);
                }
                progress.run();
            }
        }
        if (sent != request.body().size()) {
            throw new BodySourceException(new IOException("the recorded body ended after " + sent + " of " + request.body().size() + " octets"));
        }
        if (chunked) {
            out.lastChunk(request.trailers());
        }
        if (!ended) {
            ended = true;
            recording.requestEnd(tap.end(true, chunked ? request.trailers() : Fields.EMPTY));
        }
    }

    /** A body that is sent again, after a kept connection turned out to be closed, is recorded once. */
    private void record(byte[] piece, int count, long sent) {
        int known = (int) Math.min(count, Math.max(0, tap.bytes() - sent));
        if (known < count) {
            tap.pass(piece, known, count - known);
        }
    }

    private InputStream opened() throws BodySourceException {
        try {
            return request.body().open();
        } catch (IOException e) {
            throw new BodySourceException(e);
        }
    }

    private static int read(InputStream in, byte[] piece) throws BodySourceException {
        try {
            return in.read(piece);
        } catch (IOException e) {
            throw new BodySourceException(e);
        }
    }

    private void awaitLeave() throws IOException {
        try {
            boolean told = leave.await(LEAVE_MILLIS, TimeUnit.MILLISECONDS);
            if (!told && answered) {
                leave.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while a request body waited for leave");
        }
        if (refused) {
            throw new IOException("the origin answered without asking for the body");
        }
    }
}
