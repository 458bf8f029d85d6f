package proxymcp.proxy;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Destination;
import proxymcp.exchange.Recording;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;
import proxymcp.http.ResponseHead;
import proxymcp.rule.Delay;
import proxymcp.rule.Pace;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleChoice;
import proxymcp.upstream.UpstreamCall;

/**
 * One exchange that follows a rule: what goes to the origin for it, what the client gets, and both as they were sent.
 *
 * <p>Owner: the exchange's thread.
 */
final class RuledExchange {
    private final ProxyServices services;
    private final ClientStream client;
    private final ClientWatch watch;
    private final ReceivedRequest received;
    private final Recording recording;
    private final List<String> notes;
    private final RuleChoice choice;
    private final RuledRequest request;
    private Optional<PacedResponse> response = Optional.empty();
    private boolean responseChanged;

    /** @param notes takes what a reader of the exchange should know */
    RuledExchange(ProxyServices services, ClientStream client, ClientWatch watch, ReceivedRequest received, Recording recording,
            List<String> notes, RuleChoice choice) {
        this.services = services;
        this.client = client;
        this.watch = watch;
        this.received = received;
        this.recording = recording;
        this.notes = notes;
        this.choice = choice;
        this.request = new RuledRequest(services, choice, received, notes);
    }

    /** What the rule does. */
    RuleAction action() {
        return choice.action();
    }

    /** The rule by name, for sentences. */
    String named() {
        return choice.named();
    }

    /**
     * Waits as long as the rule has the client wait, before anything is done about the request.
     *
     * @throws ClientGoneException if the client left meanwhile, or the proxy is being stopped
     */
    void delay() throws ClientGoneException {
        Optional<Delay> delay = action().pace().delay();
        if (delay.isPresent()) {
            watch.begin(received::isRead, () -> { });
            new ClientWait(services, watch).millis(delay.get().millis(choice.nth()));
        }
    }

    /** The request as it goes to the origin; {@code explicit} says that the client addressed it to a proxy. */
    RuledRequest.Outgoing outgoing(Destination destination, boolean explicit) throws IOException {
        return request.outgoing(destination, explicit);
    }

    /** Whether the response does not pass as it comes. */
    boolean touchesResponse() {
        Pace pace = action().pace();
        return changesResponse() || pace.throttleBytesPerSecond().isPresent() || pace.abortAfterBytes().isPresent();
    }

    /** A response to another method has another framing. */
    private boolean changesResponse() {
        return !choice.transforms().response().isNone() || !request.method().equals(received.head().method());
    }

    private PacedResponse paced() {
        PacedResponse made = new PacedResponse(services, client, new ClientWait(services, watch), action().pace());
        response = Optional.of(made);
        return made;
    }

    /**
     * Passes the origin's response back as the rule wants it.
     *
     * @param mayKeepAlive whether the client's connection can go on, as far as the request decides that
     * @return whether it can
     */
    boolean relay(UpstreamCall upstream, ResponseHead came, boolean mayKeepAlive) throws IOException {
        RuledRelay relay = new RuledRelay(services, choice, received.head(), request.method(), upstream, recording,
                paced(), notes);
        try {
            return relay.relay(came, mayKeepAlive);
        } finally {
            responseChanged = relay.changes();
        }
    }

    /**
     * Answers instead of an origin.
     *
     * @return whether the client's connection can go on
     */
    boolean mock(RuleAction.Mock mock) throws IOException {
        received.skip();
        responseChanged = true;
        return new MockAnswer(received.head(), mock, recording).send(paced());
    }

    /** Ends the client's connection without an answer. */
    void drop(RuleAction.Drop drop) {
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

    /** The rule, as the exchange names it. */
    RuleMatch match() {
        return choice.match();
    }

    /**
     * What went out, where the rule changed it; called once.
     *
     * @param call the request on its way, where one was made; no other thread works for it any more
     * @param complete whether the exchange passed whole
     */
    SentMessages sent(Optional<UpstreamCall> call, boolean complete) {
        Optional<SentMessage> out = call.isPresent() ? request.sent(call.get()) : Optional.empty();
        Optional<SentMessage> back = response.isPresent() && (responseChanged || !complete) ? response.get().sent() : Optional.empty();
        return new SentMessages(out, back);
    }
}
