package proxymcp.replay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import proxymcp.http.BodyReader;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireWriter;
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

    private final SendServices services;
    private final OutgoingRequest request;
    private final List<String> notes;
    private final ExchangeClock clock;
    private final UUID id = ExchangeIds.next();
    private Recording recording = Unrecorded.INSTANCE;
    private Optional<ReplayedBody> body = Optional.empty();
    private Optional<UpstreamCall> call = Optional.empty();
    private Optional<ResponseHead> response = Optional.empty();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
    private long responseBytes;

    /** @param notes what a reader of the exchange should know */
    HopRun(SendServices services, OutgoingRequest request, List<String> notes) {
        this.services = services;
        this.request = request;
        this.notes = notes;
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
        outcome = services.ended(inFlight, outcome);
        recording.end(new ExchangeEnd(outcome, clock.end(call), List.of(), notes));
        Optional<RecordedAs> recorded = services.session().filter(session -> recording != Unrecorded.INSTANCE)
                .map(session -> new RecordedAs(session.id(), id, recording.storedSeq().orElse(0)));
        boolean nothingSent = call.isEmpty() || call.get().connectedNanos().isEmpty();
        Optional<Answer> answer = response.map(head -> new Answer(head, kept.toByteArray(), kept.size() == responseBytes));
        return outcome instanceof Outcome.Incomplete(ErrorClass errorClass, String reason)
                ? new Hop(answer, responseBytes, Optional.of(errorClass), false, reason, nothingSent, recorded)
                : new Hop(answer, responseBytes, Optional.empty(), false, "", nothingSent, recorded);
    }

    private Outcome exchange(Affinity affinity, InFlight inFlight) throws IOException {
        if (services.session().isPresent()) {
            recording = services.session().get().sink().open(new ExchangeStart(id, services.clock().millis(), CLIENT, request.endpoint(), asSent(),
                    Optional.empty()));
        }
        BodyFraming framing = BodyFraming.ofRequest(request.head());
        if (!(framing instanceof BodyFraming.None)) {
            body = Optional.of(new ReplayedBody(request, framing, recording));
        }
        UpstreamCall upstream = new UpstreamCall(affinity, request.endpoint(), request.head(), body.<OutgoingBody>map(sent -> sent).orElse(OutgoingBody.NONE),
                this);
        call = Optional.of(upstream);
        inFlight.begin(upstream);
        ResponseHead head = upstream.send();
        body.ifPresent(ReplayedBody::answered);
        response = Optional.of(head);
        recording.response(head);
        if (head.status() == 101) {
            return new Outcome.Incomplete(ErrorClass.PROTOCOL, "the origin upgraded the connection, which is not followed");
        }
        read(upstream, head);
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

    private void read(UpstreamCall upstream, ResponseHead head) throws IOException {
        BodyFraming framing = BodyFraming.ofResponse(head, request.head().method());
        if (!(framing instanceof BodyFraming.None)) {
            readBody(upstream, upstream.responseBody());
        }
        upstream.finish(framing);
    }

    private void readBody(UpstreamCall upstream, BodyReader reader) throws IOException {
        BodyTap tap = new BodyTap(recording::responseBody);
        boolean complete = false;
        try {
            while (next(upstream, reader)) {
                tap.pass(reader.array(), reader.offset(), reader.length());
                responseBytes = tap.bytes();
                if (services.keepsAnswers()) {
                    kept.write(reader.array(), reader.offset(), Math.min(reader.length(), Answer.BODY_BYTES_MAX - kept.size()));
                }
            }
            complete = true;
        } finally {
            recording.responseEnd(tap.end(complete, complete ? reader.trailers() : Fields.EMPTY));
        }
    }

    private boolean next(UpstreamCall upstream, BodyReader reader) throws IOException {
        upstream.connection().deadline().arm(services.timeoutMillis());
        return reader.next();
    }

    private Outcome failed(IOException caught) {
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
