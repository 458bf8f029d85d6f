package proxymcp.replay;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import proxymcp.exchange.Destination;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;
import proxymcp.exchange.SentTap;
import proxymcp.http.BodyFraming;
import proxymcp.http.ContentFields;
import proxymcp.http.Fields;
import proxymcp.http.ForwardHeads;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireWriter;
import proxymcp.rule.BodyEdits;
import proxymcp.rule.Delay;
import proxymcp.rule.Pace;
import proxymcp.rule.RequestOctets;
import proxymcp.rule.ResponseEdits;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleChoice;
import proxymcp.rule.RuleEngine;
import proxymcp.upstream.UpstreamCall;

/**
 * One request of a run that follows a rule, as it would if a client had sent it through the proxy: the run is the client.
 *
 * <p>Owner: the thread that sends the item.
 */
final class RuledHop {
    private final RuleChoice choice;
    private final OutgoingRequest asked;
    private final OutgoingRequest outgoing;
    private final List<String> notes;
    private final SentTap requestTap = new SentTap();
    private final SentTap responseTap = new SentTap();
    private Optional<ResponseHead> passed = Optional.empty();
    private boolean responseChanged;
    private boolean responseEnded;

    private RuledHop(RuleChoice choice, OutgoingRequest asked, List<String> notes) throws IOException {
        this.choice = choice;
        this.asked = asked;
        this.notes = notes;
        this.outgoing = made();
    }

    /**
     * Decides.
     *
     * @param counted whether the request counts for its rule; one that is only shown does not
     * @param notes takes what a reader of the exchange should know
     * @return empty if no rule takes the request
     */
    static Optional<RuledHop> of(RuleEngine rules, OutgoingRequest asked, boolean counted, List<String> notes) throws IOException {
        Optional<RuleChoice> choice = rules.choose(asked.head(), place(asked), new Octets(asked.body()), counted, notes);
        return choice.isPresent() ? Optional.of(new RuledHop(choice.get(), asked, notes)) : Optional.empty();
    }

    private static Destination place(OutgoingRequest request) {
        return new Destination(request.endpoint(), request.head().target(), "");
    }

    private OutgoingRequest made() throws IOException {
        Destination requested = place(asked);
        Destination destination = choice.destination(asked.head(), requested, notes);
        RequestHead moved = destination.equals(requested) ? asked.head()
                : ForwardHeads.toOrigin(asked.head(), destination.target(), destination.host(), false);
        RequestHead head = choice.transforms().request().apply(moved);
        Optional<BodyEdits.Content> body = choice.requestBody(new Octets(asked.body()), moved.fields(), head.fields(), notes);
        if (body.isEmpty()) {
            return new OutgoingRequest(destination.endpoint(), head, asked.body(), asked.trailers());
        }
        Fields undigested = ContentFields.withoutDigests(body.get().fields());
        byte[] octets = body.get().octets();
        boolean chunked = BodyFraming.ofRequest(asked.head()) instanceof BodyFraming.Chunked;
        return new OutgoingRequest(destination.endpoint(), head.withFields(chunked ? undigested : ContentFields.withLength(undigested, octets.length)),
                new ReplayBody.Held(octets), asked.trailers());
    }

    /** What the rule does. */
    RuleAction action() {
        return choice.action();
    }

    /** The rule by name, for sentences. */
    String named() {
        return choice.named();
    }

    /** The rule, as the exchange names it. */
    RuleMatch match() {
        return choice.match();
    }

    /** The request as it goes to the origin. */
    OutgoingRequest outgoing() {
        return outgoing;
    }

    /** Whether the origin gets another request than the run has. */
    boolean isChanged() {
        return !outgoing.endpoint().equals(asked.endpoint()) || changesBody()
                || !Arrays.equals(WireWriter.octets(outgoing.head()), WireWriter.octets(asked.head()));
    }

    /** Whether the rule makes a request that may change something of one that does not. */
    boolean makesUnsafe() {
        return Safety.isSafe(asked.head().method()) && !Safety.isSafe(outgoing.head().method());
    }

    /** Takes the request body as it goes out. */
    SentTap requestTap() {
        return requestTap;
    }

    /** Whether the origin gets another body than the request has. */
    boolean changesBody() {
        return outgoing.body() != asked.body();
    }

    /**
     * Waits as long as the rule has a client wait.
     *
     * @return whether the item is still wanted
     */
    boolean delay(InFlight inFlight) throws IOException {
        Optional<Delay> delay = choice.action().pace().delay();
        return delay.isEmpty() || inFlight.pause(TimeUnit.MILLISECONDS.toNanos(delay.get().millis(choice.nth())));
    }

    /** The answer's head as the run gets it. */
    ResponseHead answer(ResponseHead came) {
        ResponseHead edited = edits().apply(came);
        responseChanged = edited.status() != came.status() || !edited.fields().equals(came.fields()) || isMock();
        passed = Optional.of(edited);
        return edited;
    }

    private boolean isMock() {
        return choice.action() instanceof RuleAction.Mock;
    }

    private ResponseEdits edits() {
        return choice.transforms().response();
    }

    /** Octets of an answer's body that have to be held so that they can be changed; 0 if they pass as they come. */
    int heldMax(ResponseHead came) {
        if (edits().body().isNone()) {
            return 0;
        }
        Optional<String> stays = ResponseEdits.whyBodyStays(came);
        stays.ifPresent(reason -> notes.add("the response is " + reason + "; " + named() + " left its body as it is"));
        return stays.isPresent() ? 0 : BodyEdits.DECODED_BYTES_MAX;
    }

    /** How many of {@code length} octets reach the run, {@code before} having done so. */
    int allowed(long before, int length) {
        return (int) Math.min(length, choice.action().pace().abortAfterBytes().orElse(Long.MAX_VALUE) - before);
    }

    /**
     * Octets of the answer's body reach the run, at the rule's pace.
     *
     * @param elapsedNanos since the head came
     * @return whether the item is still wanted
     */
    boolean pass(byte[] bytes, int offset, int length, InFlight inFlight, long elapsedNanos) throws IOException {
        responseTap.pass(bytes, offset, length);
        Pace pace = choice.action().pace();
        return pace.throttleBytesPerSecond().isEmpty()
                || inFlight.pause((long) (responseTap.bytes() * 1e9 / pace.throttleBytesPerSecond().getAsLong()) - elapsedNanos);
    }

    /**
     * The answer ended.
     *
     * @param body all of it
     * @return the body as the run gets it
     */
    byte[] changed(ResponseHead came, byte[] body) throws IOException {
        Optional<BodyEdits.Content> made = choice.responseBody(body, came.fields(), passed.map(ResponseHead::fields).orElse(came.fields()), notes);
        if (made.isEmpty()) {
            return body;
        }
        responseChanged = true;
        responseTap.restart();
        responseTap.pass(made.get().octets(), 0, made.get().octets().length);
        ResponseHead head = passed.orElse(came);
        Fields fields = ContentFields.withoutDigests(made.get().fields());
        Fields framed = fields.contains("Content-Length") ? ContentFields.withLength(fields, made.get().octets().length) : fields;
        passed = Optional.of(new ResponseHead(head.version(), head.status(), head.reason(), framed, head.notes(), head.raw()));
        return made.get().octets();
    }

    /** The head as it is after {@link #changed}. */
    ResponseHead passed(ResponseHead came) {
        return passed.orElse(came);
    }

    /** The body came to its end. */
    void end() {
        responseEnded = true;
    }

    /** What went out, and what the run got, where the rule changed it; called once. */
    SentMessages sent(Optional<UpstreamCall> call) {
        Optional<SentMessage> request = isChanged() && call.isPresent() && call.get().connectedNanos().isPresent()
                ? Optional.of(requestTap.message(outgoing.url(), WireWriter.octets(outgoing.head()), call.get().isRequestSent())) : Optional.empty();
        Optional<SentMessage> response = passed.filter(head -> responseChanged || !responseEnded)
                .map(head -> responseTap.message("", WireWriter.octets(head), responseEnded));
        return new SentMessages(request, response);
    }

    /** A recorded body for rules to look into. */
    private static final class Octets implements RequestOctets {
        private final ReplayBody body;
        private byte[] held = new byte[0];

        Octets(ReplayBody body) {
            this.body = body;
        }

        @Override
        public boolean isPresent() {
            return !(body instanceof ReplayBody.None);
        }

        @Override
        public boolean hold(int bytesMax) throws IOException {
            if (held.length < Math.min(body.size(), bytesMax)) {
                try (InputStream in = body.open()) {
                    held = in.readNBytes(bytesMax);
                }
            }
            return body.size() <= bytesMax;
        }

        @Override
        public byte[] held() {
            return held;
        }
    }
}
