package proxymcp.proxy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Destination;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.SentMessage;
import proxymcp.http.ContentFields;
import proxymcp.http.Fields;
import proxymcp.http.ForwardHeads;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.WireWriter;
import proxymcp.rule.BodyEdits;
import proxymcp.rule.Edited;
import proxymcp.rule.RequestEdits;
import proxymcp.rule.RuleAction;
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
    RuledRequest(ProxyServices services, RuleChoice choice, RequestEdits edits, ReceivedRequest received, List<String> notes) {
        this.services = services;
        this.choice = choice;
        this.edits = edits;
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
        Destination destination = destination(requested);
        Outgoing moved = destination.equals(requested) ? plain : plain(services, received, destination, explicit, notes);
        Outgoing outgoing = withBody(moved.head().fields(), new Outgoing(moved.endpoint(), edits.apply(moved.head()), moved.body()));
        if (!outgoing.endpoint().equals(plain.endpoint()) || outgoing.body() != plain.body()
                || !Arrays.equals(WireWriter.octets(outgoing.head()), WireWriter.octets(plain.head()))) {
            changed = Optional.of(outgoing);
            received.body().ifPresent(body -> body.noteSent(tap));
        }
        return outgoing;
    }

    private Destination destination(Destination requested) throws IOException {
        String asked = requested.endpoint().url(requested.target());
        String url = asked;
        if (edits.url().isPresent()) {
            url = choice.take(services.ruleThreads().edit(choice.rules().limit(), limit -> edits.url().get().apply(asked, limit)), services, notes);
        }
        if (choice.rule().action() instanceof RuleAction.Forward forward) {
            url = forward.url(url);
        }
        if (url.equals(asked)) {
            return requested;
        }
        try {
            return Destination.ofUrl(received.head(), url);
        } catch (ProtocolException e) {
            notes.add(choice.named() + " made a URL that nothing can be sent to, and was not followed there: " + e.getMessage());
            return requested;
        }
    }

    private Outgoing withBody(Fields described, Outgoing outgoing) throws IOException {
        if (edits.body().isNone() || received.body().isEmpty()) {
            return new Outgoing(outgoing.endpoint(), received.expecting(outgoing.head()), outgoing.body());
        }
        if (!received.hold(BodyEdits.DECODED_BYTES_MAX)) {
            notes.add("the request body is longer than " + BodyEdits.DECODED_BYTES_MAX + " octets; " + choice.named() + " left it as it is");
            return new Outgoing(outgoing.endpoint(), received.expecting(outgoing.head()), outgoing.body());
        }
        Fields fields = outgoing.head().fields();
        Edited<BodyEdits.Content> edited =
                services.ruleThreads().edit(choice.rules().limit(), limit -> edits.body().apply(received.held(), described, fields, limit));
        BodyEdits.Content content = choice.take(edited, services, notes);
        if (!edited.changed()) {
            return new Outgoing(outgoing.endpoint(), received.expecting(outgoing.head()), outgoing.body());
        }
        ProxiedBody body = received.body().get();
        byte[] octets = content.octets();
        Fields undigested = ContentFields.withoutDigests(content.fields());
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
