package proxymcp.proxy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.Recording;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;
import proxymcp.http.BodyFraming;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleSet;
import proxymcp.upstream.OutgoingBody;
import proxymcp.upstream.UpstreamCall;

/**
 * What the rules make of one exchange: which one matches, what goes to the origin for it, what the client gets, and both as they were sent.
 * The rule set is taken once, so that an exchange follows exactly one.
 *
 * <p>Owner: the exchange's thread.
 */
final class RuledExchange {
    /** Octets of a request body that are read before a rule that looks at it is decided on. */
    static final int MATCH_BYTES_MAX = 1 << 20;

    /** A request as it goes to an origin. */
    record Outgoing(Endpoint endpoint, RequestHead head, OutgoingBody body) {}

    private final ProxyServices services;
    private final ClientStream client;
    private final ClientWatch watch;
    private final RequestHead head;
    private final Recording recording;
    private final List<String> notes;
    private final Optional<ProxiedBody> body;
    private final Optional<Rule> rule;
    private boolean continued;
    private Optional<Outgoing> changedRequest = Optional.empty();
    private final SentTap requestTap = new SentTap();
    private Optional<PacedResponse> response = Optional.empty();
    private boolean responseChanged;

    /**
     * Decides which rule matches; may read the request body for it.
     *
     * @param notes takes what a reader of the exchange should know
     */
    RuledExchange(ProxyServices services, ClientStream client, ClientWatch watch, RequestHead head, Destination destination,
            Recording recording, Optional<ProxiedBody> body, List<String> notes) throws IOException {
        this.services = services;
        this.client = client;
        this.watch = watch;
        this.head = head;
        this.recording = recording;
        this.body = body;
        this.notes = notes;
        RuleSet rules = services.rules().current();
        this.rule = rules.isEmpty() ? Optional.empty() : decide(rules, destination);
    }

    private Optional<Rule> decide(RuleSet rules, Destination destination) throws IOException {
        String url = destination.endpoint().url(destination.target());
        RuleSet.RequestView view = RuleSet.RequestView.of(head.method(), url, head.fields());
        if (rules.needsBody(view) && body.isPresent()) {
            sayContinue();
            if (body.get().hold(MATCH_BYTES_MAX)) {
                view = view.withBody(body.get().held());
            } else {
                notes.add("the request body is longer than " + MATCH_BYTES_MAX + " octets; no rule looked at it");
            }
        }
        RuleSet.Decision decision = rules.decide(view);
        notes.addAll(decision.notes());
        decision.rule().ifPresent(services.rules()::hit);
        return decision.rule();
    }

    /** What the matching rule does; empty where none matches. */
    Optional<RuleAction> action() {
        return rule.map(Rule::action);
    }

    /** The rule by name, for sentences. */
    String named() {
        return "rule " + rule.map(Rule::id).orElse("");
    }

    /** Whether the response does not pass as it comes. */
    boolean touchesResponse() {
        return rule.isPresent() && (effects().touchesResponse() || changedRequest.isPresent()
                && !changedRequest.get().head().method().equals(head.method()));
    }

    private RuleEffects effects() {
        return new RuleEffects(rule.orElseThrow());
    }

    /**
     * The request as it goes to the origin.
     *
     * @param explicit whether the client addressed it to a proxy
     */
    Outgoing outgoing(Destination destination, boolean explicit) throws IOException {
        RequestHead plain = ForwardHeads.toOrigin(head, destination.target(), destination.host(), explicit);
        OutgoingBody plainBody = body.isPresent() ? body.get() : OutgoingBody.NONE;
        if (rule.isEmpty()) {
            return new Outgoing(destination.endpoint(), expecting(plain), plainBody);
        }
        RuleEffects effects = effects();
        Destination target = effects.destination(destination, notes);
        RequestHead edited = effects.request(ForwardHeads.toOrigin(head, target.target(), target.host(), explicit));
        Outgoing outgoing = withBody(effects, target.endpoint(), edited, plainBody);
        if (!outgoing.endpoint().equals(destination.endpoint()) || outgoing.body() != plainBody
                || !Arrays.equals(SentTap.octets(outgoing.head()), SentTap.octets(plain))) {
            changedRequest = Optional.of(outgoing);
            body.ifPresent(proxied -> proxied.noteSent(requestTap));
        }
        return outgoing;
    }

    private Outgoing withBody(RuleEffects effects, Endpoint endpoint, RequestHead edited, OutgoingBody plainBody) throws IOException {
        if (!effects.editsRequestBody() || body.isEmpty()) {
            return new Outgoing(endpoint, expecting(edited), plainBody);
        }
        sayContinue();
        ProxiedBody received = body.get();
        if (!received.hold(RuledRelay.EDIT_BYTES_MAX)) {
            notes.add("the request body is longer than " + RuledRelay.EDIT_BYTES_MAX + " octets; the rule left it as it is");
            return new Outgoing(endpoint, expecting(edited), plainBody);
        }
        Optional<RuleEffects.EditedContent> content = effects.requestBody(edited.fields(), received.held(), notes);
        if (content.isEmpty()) {
            return new Outgoing(endpoint, expecting(edited), plainBody);
        }
        byte[] octets = content.get().octets();
        Fields fields = received.isChunked() ? content.get().fields() : FramingFields.withLength(content.get().fields(), octets.length);
        requestTap.pass(octets, 0, octets.length);
        return new Outgoing(endpoint, expecting(edited.withFields(fields)), new EditedBody(octets, received.isChunked(), received.trailers()));
    }

    /** The client was told to go on already: the origin is not asked again. */
    private RequestHead expecting(RequestHead forward) {
        return continued ? forward.withFields(forward.fields().without("Expect")) : forward;
    }

    /** Has a client that waits for leave to send its body send it (RFC 9110 section 10.1.1). */
    private void sayContinue() throws IOException {
        if (!continued && head.version() == HttpVersion.HTTP_1_1 && head.fields().hasMember("Expect", "100-continue") && !body.get().isEnded()) {
            continued = true;
            client.out().head(ResponseHead.of(100, "Continue", Fields.EMPTY));
            client.out().flush();
        }
    }

    /** The way back to the client, at the rule's pace. */
    private PacedResponse paced(RuleEffects effects) {
        PacedResponse made = new PacedResponse(services, client, watch, effects.bytesPerSecond(), effects.bytesMax());
        response = Optional.of(made);
        return made;
    }

    /**
     * Passes the origin's response back as the rule wants it.
     *
     * @param mayKeepAlive whether the client's connection can go on, as far as the request decides that
     * @return whether it can
     */
    boolean relay(UpstreamCall upstream, ResponseHead received, boolean mayKeepAlive) throws IOException {
        RuleEffects effects = effects();
        String sentMethod = changedRequest.map(sent -> sent.head().method()).orElse(head.method());
        responseChanged = effects.editsResponse() || !sentMethod.equals(head.method());
        return new RuledRelay(services, head, sentMethod, upstream, recording, effects, paced(effects), notes).relay(received, mayKeepAlive);
    }

    /**
     * Answers instead of an origin.
     *
     * @return whether the client's connection can go on
     */
    boolean mock(RuleAction.Mock mock) throws IOException {
        if (body.isPresent()) {
            sayContinue();
            body.get().skip();
        }
        RuleEffects effects = effects();
        boolean keepAlive = head.keepsAlive();
        boolean named = mock.status() != 204 && mock.status() != 304 && mock.status() >= 200;
        byte[] octets = mock.body().octets();
        Fields fields = named ? FramingFields.withLength(mock.fields(), octets.length) : FramingFields.without(mock.fields());
        ResponseHead made = ResponseHead.of(mock.status(), RuleEffects.reason(mock.status()), fields);
        PacedResponse out = paced(effects);
        responseChanged = true;
        out.delay(effects.delayMillis());
        recording.response(made);
        boolean hasBody = named && !head.method().equals("HEAD");
        ResponseHead sent = ForwardHeads.toClient(made, hasBody ? new BodyFraming.ContentLength(octets.length) : new BodyFraming.None(),
                head.version(), !keepAlive);
        if (keepAlive && head.version() == HttpVersion.HTTP_1_0) {
            sent = sayingKeepAlive(sent);
        }
        out.head(sent, false);
        if (hasBody) {
            BodyTap tap = new BodyTap(recording::responseBody);
            tap.pass(octets, 0, octets.length);
            recording.responseEnd(tap.end(true, Fields.EMPTY));
            out.body(octets, 0, octets.length);
        }
        out.end(Fields.EMPTY);
        return keepAlive;
    }

    /** A client of HTTP/1.0 knows that the connection stays open only if the response says so. */
    private static ResponseHead sayingKeepAlive(ResponseHead sent) {
        Fields.Builder fields = new Fields.Builder();
        for (int i = 0; i < sent.fields().size(); i++) {
            if (!sent.fields().isNamed(i, "Connection")) {
                fields.addLine(sent.fields(), i);
            }
        }
        return ResponseHead.of(sent.status(), sent.reason(), fields.add("Connection", "keep-alive").build());
    }

    /** Ends the client's connection without an answer. */
    void drop(RuleAction.Drop drop) throws IOException {
        RuleEffects effects = effects();
        paced(effects).delay(effects.delayMillis());
        switch (drop.mode()) {
            case RESET -> client.reset();
            case CLOSE -> {
                // Octets that nobody has read would make a reset of the close.
                client.linger();
                client.drain();
                client.abort();
            }
        }
    }

    /** Whether a response has begun. */
    boolean isResponseBegun() {
        return response.isPresent() && response.get().isBegun();
    }

    /** The matching rule, if one does. */
    List<RuleMatch> matches() {
        return rule.isPresent() ? List.of(new RuleMatch(rule.get().id(), rule.get().version())) : List.of();
    }

    /**
     * What went out, where the rule changed it.
     *
     * @param call the request on its way, where one was made; no other thread works for it any more
     * @param complete whether the exchange passed whole
     */
    SentMessages sent(Optional<UpstreamCall> call, boolean complete) {
        Optional<SentMessage> request = Optional.empty();
        if (changedRequest.isPresent() && call.isPresent() && call.get().connectedNanos().isPresent()) {
            Outgoing sent = changedRequest.get();
            request = Optional.of(requestTap.message(sent.endpoint().url(sent.head().target()), SentTap.octets(sent.head()),
                    call.get().isRequestSent()));
        }
        Optional<SentMessage> answer = response.isPresent() && (responseChanged || !complete) ? response.get().sent() : Optional.empty();
        return new SentMessages(request, answer);
    }
}
