package proxymcp.replay;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.Client;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeIds;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.Source;
import proxymcp.exchange.Unrecorded;
import proxymcp.http.BodyFraming;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireWriter;
import proxymcp.rule.MockResponse;
import proxymcp.rule.RuleAction;
import proxymcp.upstream.Affinity;
import proxymcp.upstream.BodySourceException;
import proxymcp.upstream.CallEvents;
import proxymcp.upstream.ExchangeClock;
import proxymcp.upstream.OutgoingBody;
import proxymcp.upstream.UpstreamCall;
import proxymcp.upstream.UpstreamException;

/**
 * One request and its answer: sent, read to the end, recorded.
 *
 * <p>Owner: the thread that sends the item.
 */
final class HopRun implements CallEvents {
    /** There is no client but this program. */
    private static final Client CLIENT = new Client("", "", Source.REPLAY, Optional.empty(), 0);

    /** What could be recorded once can be recorded again. */
    private static final HeadLimits HEAD_LIMITS = new HeadLimits(1 << 20, 100_000);

    private static final int PIECE_BYTES = 16 * 1024;

    private final SendServices services;
    private final OutgoingRequest request;
    private final List<String> notes;
    private final ExchangeClock clock;
    private final UUID id = ExchangeIds.next();
    private Recording recording = Unrecorded.INSTANCE;
    private Optional<ReplayedBody> body = Optional.empty();
    private Optional<UpstreamCall> call = Optional.empty();
    private Optional<HopAnswer> answered = Optional.empty();
    private Optional<RuledHop> ruled = Optional.empty();

    /** @param notes what a reader of the exchange should know */
    HopRun(SendServices services, OutgoingRequest request, List<String> notes) {
        this.services = services;
        this.request = request;
        this.notes = new ArrayList<>(notes);
        this.clock = new ExchangeClock(services.nanoTime());
    }

    /** Runs the exchange to its end, whatever that is. {@code inFlight} ends it early when closed. */
    Hop run(Affinity affinity, InFlight inFlight) {
        Outcome outcome;
        try {
            outcome = exchange(affinity, inFlight);
        } catch (IOException e) {
            outcome = failed(e);
        } catch (RuntimeException | Error e) {
            System.getLogger("proxymcp.replay").log(System.Logger.Level.ERROR, "sending failed", e);
            outcome = new Outcome.Incomplete(ErrorClass.INTERNAL, "sending failed: " + e.getClass().getSimpleName());
        }
        call.ifPresent(UpstreamCall::close);
        body.ifPresent(ReplayedBody::refuse);
        call.ifPresent(UpstreamCall::awaitBodyThread);
        body.ifPresent(ReplayedBody::end);
        outcome = services.ended(inFlight, outcome, call.isPresent() && call.get().connectedNanos().isEmpty());
        recording.end(end(outcome));
        Optional<RecordedAs> recorded = services.session().filter(session -> recording != Unrecorded.INSTANCE)
                .map(session -> new RecordedAs(session.id(), id, recording.storedSeq().orElse(0)));
        boolean nothingSent = call.isEmpty() || call.get().connectedNanos().isEmpty();
        Optional<Answer> answer = answered.map(HopAnswer::answer);
        long responseBytes = answered.isPresent() ? answered.get().bytes() : 0;
        return outcome instanceof Outcome.Incomplete(ErrorClass errorClass, String reason)
                ? new Hop(answer, responseBytes, Optional.of(errorClass), false, reason, nothingSent, recorded)
                : new Hop(answer, responseBytes, Optional.empty(), false, "", nothingSent, recorded);
    }

    private ExchangeEnd end(Outcome outcome) {
        return ruled.isEmpty() ? new ExchangeEnd(outcome, clock.end(call), List.of(), List.copyOf(notes))
                : new ExchangeEnd(outcome, clock.end(call), List.of(ruled.get().match()), List.copyOf(notes), ruled.get().sent(call));
    }

    private Outcome exchange(Affinity affinity, InFlight inFlight) throws IOException {
        if (services.session().isPresent()) {
            recording = services.session().get().sink().open(new ExchangeStart(id, services.clock().millis(), CLIENT, request.endpoint(), asSent(),
                    Optional.empty()));
        }
        if (services.rules().isPresent()) {
            ruled = RuledHop.of(services.rules().get().engine(), request, true, notes);
        }
        return ruled.isPresent() ? follow(ruled.get(), services.rules().get().safety(), affinity, inFlight) : send(request, recording, affinity, inFlight);
    }

    private Outcome follow(RuledHop rule, Safety safety, Affinity affinity, InFlight inFlight) throws IOException {
        if (!rule.delay(inFlight)) {
            return new Outcome.Incomplete(ErrorClass.CLIENT_ABORTED, "ended while " + rule.named() + " had the run wait");
        }
        OutgoingRequest out = rule.outgoing();
        Optional<Skip> unsafe = rule.makesUnsafe() ? safety.check(out.head().method(), out.url()) : Optional.empty();
        if (unsafe.isPresent()) {
            return new Outcome.Incomplete(ErrorClass.BLOCKED_BY_RULE, rule.named() + " makes another request of it: " + unsafe.get().sentence());
        }
        return switch (rule.action()) {
            case RuleAction.Pass pass -> sendChanged(rule, affinity, inFlight);
            case RuleAction.Forward forward -> sendChanged(rule, affinity, inFlight);
            case RuleAction.Mock mock -> {
                recordBody();
                try (MockResponse response = new MockResponse(mock)) {
                    HopAnswer answer = new HopAnswer(services, recording, ruled, inFlight, notes, response.head());
                    answered = Optional.of(answer);
                    answer.read(response, request.head().method());
                }
                yield new Outcome.Complete();
            }
            case RuleAction.Drop drop -> {
                recordBody();
                yield new Outcome.Incomplete(ErrorClass.BLOCKED_BY_RULE, rule.named() + " dropped the request");
            }
        };
    }

    /** The request is recorded as the run has it; what the rule makes of its body stands beside it. */
    private Outcome sendChanged(RuledHop rule, Affinity affinity, InFlight inFlight) throws IOException {
        if (!rule.changesBody()) {
            return send(rule.outgoing(), recording, affinity, inFlight);
        }
        recordBody();
        return send(rule.outgoing(), Unrecorded.INSTANCE, affinity, inFlight);
    }

    private void recordBody() throws IOException {
        if (request.body() instanceof ReplayBody.None) {
            return;
        }
        BodyTap tap = new BodyTap(recording::requestBody);
        boolean complete = false;
        byte[] piece = new byte[PIECE_BYTES];
        try (InputStream in = request.body().open()) {
            for (int count = in.read(piece); count > 0; count = in.read(piece)) {
                tap.pass(piece, 0, count);
            }
            complete = true;
        } finally {
            recording.requestEnd(tap.end(complete, complete ? request.trailers() : Fields.EMPTY));
        }
    }

    private Outcome send(OutgoingRequest out, Recording ofBody, Affinity affinity, InFlight inFlight) throws IOException {
        BodyFraming framing = BodyFraming.ofRequest(out.head());
        if (!(framing instanceof BodyFraming.None)) {
            body = Optional.of(new ReplayedBody(out, framing, ofBody, ruled.map(RuledHop::requestTap)));
        }
        UpstreamCall upstream = new UpstreamCall(affinity, out.endpoint(), out.head(), body.<OutgoingBody>map(sent -> sent).orElse(OutgoingBody.NONE), this);
        call = Optional.of(upstream);
        inFlight.begin(upstream);
        ResponseHead head = upstream.send();
        body.ifPresent(ReplayedBody::answered);
        HopAnswer answer = new HopAnswer(services, recording, ruled, inFlight, notes, head);
        answered = Optional.of(answer);
        if (head.status() == 101 && services.opensWebSockets()) {
            return new OpenedWebSocket(recording, services.clock()).close(upstream, out.head(), head);
        }
        if (head.status() == 101) {
            return new Outcome.Incomplete(ErrorClass.PROTOCOL, "the origin upgraded the connection, which is not followed");
        }
        answer.read(upstream, out.head().method());
        return new Outcome.Complete();
    }

    /** The head as the octets that go out, so that it is kept like one that came over a wire. */
    private RequestHead asSent() {
        RequestHead head = request.head();
        byte[] octets = WireWriter.octets(head);
        try {
            return HeadParser.parseRequest(octets, HEAD_LIMITS);
        } catch (ProtocolException e) {
            return new RequestHead(head.method(), head.target(), head.version(), head.fields(), List.of(), new byte[0]);
        }
    }

    private Outcome failed(IOException caught) {
        if (caught instanceof CutByRuleException) {
            return new Outcome.Incomplete(ErrorClass.BLOCKED_BY_RULE, caught.getMessage());
        }
        IOException e = call.isPresent() ? call.get().translated(caught) : caught;
        return switch (e) {
            case UpstreamException upstream -> new Outcome.Incomplete(upstream.errorClass(), upstream.getMessage());
            case BodySourceException source -> new Outcome.Incomplete(ErrorClass.INTERNAL, "the recorded body could not be read: " + e.getMessage());
            case ProtocolException protocol -> new Outcome.Incomplete(ErrorClass.PROTOCOL, e.getMessage());
            default -> new Outcome.Incomplete(ErrorClass.CLOSED, String.valueOf(e.getMessage()));
        };
    }

    @Override
    public void routed(Route route) {
        recording.routed(route);
    }

    @Override
    public void informational(ResponseHead head) {
        recording.informational(head);
        if (head.status() == 100) {
            body.ifPresent(ReplayedBody::wanted);
        }
    }
}
