package proxymcp.proxy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Destination;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentTap;
import proxymcp.http.ContentFields;
import proxymcp.http.Fields;
import proxymcp.http.ForwardHeads;
import proxymcp.http.RequestHead;
import proxymcp.http.WireWriter;
import proxymcp.rule.BodyEdits;
import proxymcp.rule.RequestEdits;
import proxymcp.rule.RuleChoice;
import proxymcp.upstream.HeldBody;
import proxymcp.upstream.OutgoingBody;
import proxymcp.upstream.UpstreamCall;

/**
 * A request on its way to the origin as a rule wants it.
 *
 * <p>Owner: the exchange's thread.
 */
final class RuledRequest {
    /** A request as it goes to an origin. */
    record Outgoing(Endpoint endpoint, RequestHead head, OutgoingBody body) {}

    private final ProxyServices services;
    private final RuleChoice choice;
    private final RequestEdits edits;
    private final ReceivedRequest received;
    private final List<String> notes;
    private final SentTap tap = new SentTap();
    private Optional<Outgoing> changed = Optional.empty();

    /** @param notes takes what a reader of the exchange should know */
    RuledRequest(ProxyServices services, RuleChoice choice, ReceivedRequest received, List<String> notes) {
        this.services = services;
        this.choice = choice;
        this.edits = choice.transforms().request();
        this.received = received;
        this.notes = notes;
    }

    /** The request without any rule. */
    static Outgoing plain(ProxyServices services, ReceivedRequest received, Destination destination, boolean explicit, List<String> notes) {
        OutgoingBody body = received.body().isPresent() ? received.body().get() : OutgoingBody.NONE;
        RequestHead head = ForwardHeads.toOrigin(received.head(), destination.target(), destination.host(), explicit);
        return new Outgoing(destination.endpoint(), received.expecting(services.settings().listener().acceptEncoding().apply(head, notes)), body);
    }

    /**
     * The request as it goes to the origin.
     *
     * @param explicit whether the client addressed it to a proxy
     */
    Outgoing outgoing(Destination requested, boolean explicit) throws IOException {
        Outgoing plain = plain(services, received, requested, explicit, notes);
        Destination destination = choice.destination(received.head(), requested, notes);
        Outgoing moved = destination.equals(requested) ? plain : plain(services, received, destination, explicit, notes);
        Outgoing outgoing = withBody(moved.head().fields(), new Outgoing(moved.endpoint(), edits.apply(moved.head()), moved.body()));
        if (!outgoing.endpoint().equals(plain.endpoint()) || outgoing.body() != plain.body()
                || !Arrays.equals(WireWriter.octets(outgoing.head()), WireWriter.octets(plain.head()))) {
            changed = Optional.of(outgoing);
            received.body().ifPresent(body -> body.noteSent(tap));
        }
        return outgoing;
    }

    private Outgoing withBody(Fields described, Outgoing outgoing) throws IOException {
        Optional<BodyEdits.Content> changed = choice.requestBody(received, described, outgoing.head().fields(), notes);
        if (changed.isEmpty()) {
            return new Outgoing(outgoing.endpoint(), received.expecting(outgoing.head()), outgoing.body());
        }
        ProxiedBody body = received.body().get();
        byte[] octets = changed.get().octets();
        Fields undigested = ContentFields.withoutDigests(changed.get().fields());
        Fields framed = body.isChunked() ? undigested : ContentFields.withLength(undigested, octets.length);
        tap.pass(octets, 0, octets.length);
        return new Outgoing(outgoing.endpoint(), received.expecting(outgoing.head().withFields(framed)),
                new HeldBody(octets, body.isChunked(), body.trailers()));
    }

    /** Method as the origin gets it. */
    String method() {
        return edits.method().orElse(received.head().method());
    }

    /**
     * What went out, where the rule changed it; called once, when no other thread works for the call any more.
     *
     * @param call the request on its way
     */
    Optional<SentMessage> sent(UpstreamCall call) {
        if (changed.isEmpty() || call.connectedNanos().isEmpty()) {
            return Optional.empty();
        }
        Outgoing out = changed.get();
        return Optional.of(tap.message(out.endpoint().url(out.head().target()), WireWriter.octets(out.head()), call.isRequestSent()));
    }
}
