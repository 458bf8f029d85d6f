package proxymcp.proxy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.Destination;
import proxymcp.exchange.Direction;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeIds;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.SentMessages;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamOpen;
import proxymcp.exchange.Unrecorded;
import proxymcp.http.BodyFraming;
import proxymcp.http.BodyReader;
import proxymcp.http.Fields;
import proxymcp.http.ForwardHeads;
import proxymcp.http.HttpVersion;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.http.WebSocketHandshake;
import proxymcp.http.WireWriter;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleChoice;
import proxymcp.rule.RulesStoppedException;
import proxymcp.upstream.Affinity;
import proxymcp.upstream.BodySourceException;
import proxymcp.upstream.CallEvents;
import proxymcp.upstream.ExchangeClock;
import proxymcp.upstream.UpstreamCall;
import proxymcp.upstream.UpstreamException;

/**
 * One request and its response: read, sent on, passed back, recorded.
 *
 * <p>Owner: the client connection's thread.
 */
final class ExchangeRun implements CallEvents {
    private final ProxyServices services;
    private final ClientStream client;
    private final ConnectionContext context;
    private final Affinity affinity;
    private final ClientWatch watch;
    private final RequestHead head;
    private final ExchangeClock clock;
    private final List<String> notes = new ArrayList<>(0);
    private Recording recording = Unrecorded.INSTANCE;
    private Optional<ProxiedBody> requestBody = Optional.empty();
    private Optional<UpstreamCall> call = Optional.empty();
    private Optional<RuledExchange> ruled = Optional.empty();
    private boolean headSent;
    private boolean keepAlive;
    /** The client may still be sending a body that nobody reads. */
    private boolean bodyLeft;
    /** The response passed whole, and the connection ends with it. */
    private boolean lastResponse;

    ExchangeRun(ProxyServices services, ClientStream client, ConnectionContext context, Affinity affinity, ClientWatch watch,
            RequestHead head) {
        this.services = services;
        this.client = client;
        this.context = context;
        this.affinity = affinity;
        this.watch = watch;
        this.head = head;
        this.clock = new ExchangeClock(services.nanoTime());
        this.keepAlive = head.keepsAlive();
    }

    /**
     * Runs the exchange to its end, whatever that is.
     *
     * @return whether the client's connection can take another request
     */
    boolean run() {
        Outcome outcome;
        try {
            outcome = exchange();
        } catch (IOException e) {
            outcome = fail(e);
        } catch (RuntimeException | Error e) {
            // An Error too, such as no memory left: it ends this exchange, and must not leave it in flight for ever.
            services.log().log(System.Logger.Level.ERROR, "exchange failed", e);
            outcome = fail(new UpstreamException(ErrorClass.INTERNAL, "the proxy failed: " + e.getClass().getSimpleName(), e));
        }
        watch.end();
        settle();
        recording.end(end(services.unlessStopping(outcome)));
        if (lastResponse) {
            endConnection();
        }
        return keepAlive;
    }

    private ExchangeEnd end(Outcome outcome) {
        if (ruled.isEmpty()) {
            return new ExchangeEnd(outcome, clock.end(call), List.of(), List.copyOf(notes));
        }
        call.ifPresent(UpstreamCall::awaitBodyThread);
        SentMessages sent = ruled.get().sent(call, outcome instanceof Outcome.Complete);
        return new ExchangeEnd(outcome, clock.end(call), List.of(ruled.get().match()), List.copyOf(notes), sent);
    }

    private Outcome exchange() throws IOException {
        Destination destination = context.destination(head);
        if (ProxyProbes.isProbe(destination.endpoint().host())) {
            return probed(destination);
        }
        open(destination);
        BodyFraming framing = BodyFraming.ofRequest(head);
        if (!destination.host().isEmpty() && head.fields().contains("Host")) {
            notes.add("the Host field named another host than the request target; the target's was sent (RFC 9112 section 3.2.2)");
        }
        if (!(framing instanceof BodyFraming.None)) {
            ProxiedBody proxied = new ProxiedBody(client, framing, recording, services.limits());
            requestBody = Optional.of(proxied);
            if (!head.fields().contains("Expect")) {
                proxied.readAhead();
            }
        }
        ReceivedRequest received = new ReceivedRequest(client, head, requestBody);
        Optional<RuleChoice> choice = services.rules().choose(head, destination, received, true, notes);
        if (choice.isEmpty()) {
            return send(RuledRequest.plain(services, received, destination, context.isExplicit(), notes));
        }
        RuledExchange rule = new RuledExchange(services, client, watch, received, recording, notes, choice.get());
        ruled = Optional.of(rule);
        rule.delay();
        return switch (rule.action()) {
            case RuleAction.Pass pass -> send(rule.outgoing(destination, context.isExplicit()));
            case RuleAction.Forward forward -> send(rule.outgoing(destination, context.isExplicit()));
            case RuleAction.Mock mock -> {
                keepAlive &= rule.mock(mock);
                lastResponse = !keepAlive;
                yield new Outcome.Complete();
            }
            case RuleAction.Drop drop -> {
                keepAlive = false;
                rule.drop(drop);
                yield new Outcome.Incomplete(ErrorClass.BLOCKED_BY_RULE, rule.named() + " dropped the request");
            }
        };
    }

    /** Answers for a name of our own; nothing of it is recorded. */
    private Outcome probed(Destination destination) throws IOException {
        bodyLeft = !hasNoBody();
        keepAlive &= !bodyLeft && head.version() == HttpVersion.HTTP_1_1;
        services.probes().answer(destination.endpoint().host(), context.client(), client.out(), !head.method().equals("HEAD"), !keepAlive);
        headSent = true;
        lastResponse = !keepAlive;
        return new Outcome.Complete();
    }

    private Outcome send(RuledRequest.Outgoing outgoing) throws IOException {
        UpstreamCall upstream = new UpstreamCall(affinity, outgoing.endpoint(), outgoing.head(), outgoing.body(), this);
        call = Optional.of(upstream);
        watch.begin(upstream);
        ResponseHead response = upstream.send();
        recording.response(response);
        upstream.signOfProxy().ifPresent(sign -> notes.add("the upstream proxy seems to have answered itself: " + sign));
        if (response.status() != 101 && WebSocketHandshake.asks(head)) {
            notes.add("the client asked for a WebSocket and was answered " + response.status());
        }
        if (response.status() == 101) {
            if (ruled.isPresent() && ruled.get().touchesResponse()) {
                notes.add(ruled.get().named() + " did not touch the response: the connection was upgraded");
            }
            return upgrade(upstream, response);
        }
        if (ruled.isPresent() && ruled.get().touchesResponse()) {
            relayByRule(ruled.get(), upstream, response);
        } else {
            relay(upstream, response);
        }
        return new Outcome.Complete();
    }

    private void open(Destination destination) {
        UUID id = ExchangeIds.next();
        recording = services.sink().open(new ExchangeStart(id, services.clock().millis(), context.client(), destination.endpoint(), head,
                context.clientTls()));
    }

    private void relay(UpstreamCall upstream, ResponseHead response) throws IOException {
        BodyReader body = upstream.responseBody();
        BodyFraming framing = BodyFraming.ofResponse(response, head.method());
        boolean chunked = framing instanceof BodyFraming.Chunked && head.version() == HttpVersion.HTTP_1_1;
        boolean untilClose = framing instanceof BodyFraming.UntilClose || framing instanceof BodyFraming.Chunked && !chunked;
        // A client of HTTP/1.0 knows that the connection stays open only if the response says so.
        keepAlive &= head.version() == HttpVersion.HTTP_1_1 || response.fields().hasMember("Connection", "keep-alive");
        // An origin that answers early and closes reads no further: the client need not send the rest.
        keepAlive &= !untilClose && (isRequestRead() || response.keepsAlive() && !head.fields().contains("Expect"));
        WireWriter out = client.out();
        out.head(ForwardHeads.toClient(response, framing, head.version(), !keepAlive));
        headSent = true;
        if (isConnectionAuthentication(response)) {
            upstream.connection().keepPrivate();
        }
        if (!(framing instanceof BodyFraming.None)) {
            relayBody(upstream, body, chunked, ResponseStream.of(head, response, recording, services.clock()));
        }
        if (chunked) {
            out.lastChunk(body.trailers());
        }
        out.flush();
        upstream.finish(framing);
        responseEnded();
    }

    private void relayByRule(RuledExchange rule, UpstreamCall upstream, ResponseHead response) throws IOException {
        if (isConnectionAuthentication(response)) {
            upstream.connection().keepPrivate();
        }
        boolean canKeepAlive = keepAlive && (isRequestRead() || response.keepsAlive() && !head.fields().contains("Expect"));
        keepAlive = rule.relay(upstream, response, canKeepAlive);
        responseEnded();
    }

    private void responseEnded() {
        if (!isRequestRead()) {
            keepAlive = false;
            notes.add("the response ended before the request body had; the rest of that was not passed on");
        }
        lastResponse = !keepAlive;
    }

    /** Whether the client has sent all of its request. */
    private boolean isRequestRead() {
        return requestBody.isEmpty() || requestBody.get().isEnded();
    }

    private void relayBody(UpstreamCall upstream, BodyReader body, boolean chunked, Optional<ResponseStream> stream) throws IOException {
        WireWriter out = client.out();
        BodyTap tap = new BodyTap(recording::responseBody);
        boolean complete = false;
        boolean left = false;
        body.flushBeforeWaiting(out);
        long silenceMillis = stream.isPresent() ? services.limits().tunnelIdleMillis() : services.limits().upstream().responseMillis();
        try {
            while (next(upstream, body, silenceMillis)) {
                try {
                    passOn(body, chunked, stream.isPresent());
                } finally {
                    tap.pass(body.array(), body.offset(), body.length());
                    stream.ifPresent(events -> events.pass(body.array(), body.offset(), body.length()));
                }
            }
            complete = true;
        } catch (ClientGoneException e) {
            left = true;
            throw e;
        } finally {
            body.flushBeforeWaiting(WireWriter.NOWHERE);
            recording.responseEnd(tap.end(complete, complete ? body.trailers() : Fields.EMPTY));
            if (stream.isPresent()) {
                stream.get().end(complete, left || watch.clientLeft());
            }
        }
    }

    private void passOn(BodyReader body, boolean chunked, boolean atOnce) throws IOException {
        WireWriter out = client.out();
        if (chunked) {
            out.chunk(body.array(), body.offset(), body.length());
        } else {
            out.write(body.array(), body.offset(), body.length());
        }
        if (atOnce) {
            out.flush(); // An event does not wait until it is recorded.
        }
    }

    private boolean next(UpstreamCall upstream, BodyReader body, long silenceMillis) throws IOException {
        upstream.connection().deadline().arm(silenceMillis);
        return body.next();
    }

    /** NTLM and Negotiate authenticate the connection: it must not serve another client. */
    private static boolean isConnectionAuthentication(ResponseHead response) {
        if (response.status() != 401) {
            return false;
        }
        for (String challenge : response.fields().all("WWW-Authenticate")) {
            String scheme = challenge.stripLeading();
            if (scheme.regionMatches(true, 0, "NTLM", 0, 4) || scheme.regionMatches(true, 0, "Negotiate", 0, 9)) {
                return true;
            }
        }
        return false;
    }

    private Outcome upgrade(UpstreamCall upstream, ResponseHead response) throws IOException {
        keepAlive = false;
        long idleMillis = services.limits().tunnelIdleMillis();
        upstream.connection().deadline().arm(idleMillis); // The time for the response is not that of what follows.
        client.out().head(ForwardHeads.toClient(response, new BodyFraming.None(), head.version(), false));
        client.out().flush();
        headSent = true;
        watch.end();
        Optional<WebSocketHandshake> handshake = WebSocketHandshake.of(head, response);
        if (handshake.isPresent()) {
            WebSocketRecord stream = new WebSocketRecord(recording, handshake.get(), services.clock());
            Tunnel tunnel = new Tunnel(client, upstream.connection(), new WebSocketTap(stream, Direction.OUT), new WebSocketTap(stream, Direction.IN),
                    idleMillis, watch.reader());
            Outcome outcome = tunnel.run();
            stream.end(tunnel.endedBy());
            return stream.isClosed() ? new Outcome.Complete() : outcome;
        }
        String protocol = response.fields().first("Upgrade").orElse("another protocol");
        notes.add("the connection was upgraded to " + protocol + "; what passed is kept as the two bodies");
        recording.streamOpened(new StreamOpen(services.clock().millis(), StreamKind.TUNNEL, protocol, "", Optional.empty()));
        Tunnel tunnel = new Tunnel(client, upstream.connection(), new BodyPassing(recording, Direction.OUT), new BodyPassing(recording, Direction.IN),
                idleMillis, watch.reader());
        Outcome outcome = tunnel.run();
        recording.streamClosed(new StreamEnd(services.clock().millis(), Optional.empty(), "", tunnel.endedBy(), List.of()));
        return outcome;
    }

    private Outcome fail(IOException caught) {
        headSent |= ruled.isPresent() && ruled.get().isResponseBegun();
        if (caught instanceof CutByRuleException cut) {
            keepAlive = false;
            if (cut.isUnended()) {
                lastResponse = true; // A reset would take back what the system has not delivered yet.
            } else {
                client.reset(); // A plain end would pass for that of the body.
            }
            return new Outcome.Incomplete(ErrorClass.BLOCKED_BY_RULE, caught.getMessage());
        }
        if (watch.clientLeft() || caught instanceof ClientGoneException || caught.getCause() instanceof ClientGoneException) {
            return clientAborted(watch.clientLeft() ? "client left before the response was complete" : caught.getMessage());
        }
        if (caught instanceof RulesStoppedException) {
            return clientAborted("the proxy was stopped");
        }
        IOException e = call.isPresent() ? call.get().translated(caught) : caught;
        return switch (e) {
            case BodySourceException body when body.getCause() instanceof ProtocolException protocol -> refuse(protocol);
            case BodySourceException body -> clientAborted(body.getMessage());
            case ProtocolException protocol -> refuse(protocol);
            case UpstreamException upstream when upstream.getCause() instanceof ClientGoneException gone -> clientAborted(gone.getMessage());
            case UpstreamException upstream -> answer(upstream.suggestedStatus(), upstream.errorClass(), upstream.getMessage());
            default -> clientAborted("client closed the connection: " + e.getMessage());
        };
    }

    private Outcome refuse(ProtocolException e) {
        keepAlive = false;
        return answer(e.suggestedStatus(), ErrorClass.PROTOCOL, e.getMessage());
    }

    private Outcome clientAborted(String reason) {
        keepAlive = false;
        return new Outcome.Incomplete(client.deadline().expired() ? ErrorClass.TIMEOUT : ErrorClass.CLIENT_ABORTED, reason);
    }

    /** Tells the client what went wrong; after the response has begun, only the end of the connection can. */
    private Outcome answer(int status, ErrorClass errorClass, String reason) {
        boolean bodyRead = requestBody.isEmpty() ? hasNoBody() : requestBody.get().isEnded();
        keepAlive &= bodyRead && !headSent && head.version() == HttpVersion.HTTP_1_1;
        bodyLeft = !bodyRead;
        if (headSent) {
            passWhatCame();
        } else {
            try {
                ProxyAnswer.write(client.out(), status, errorClass, reason, !head.method().equals("HEAD"), !keepAlive);
                notes.add("the client was answered " + status + " by the proxy");
                lastResponse = !keepAlive;
            } catch (IOException e) {
                keepAlive = false; // The client is gone as well; the first failure is the one that is kept.
            }
        }
        return new Outcome.Incomplete(errorClass, reason);
    }

    /** What was recorded as passed reaches the client, though the rest never will. */
    private void passWhatCame() {
        try {
            client.out().flush();
        } catch (IOException e) {
            keepAlive = false; // The client is gone as well; the first failure is the one that is kept.
        }
    }

    private boolean hasNoBody() {
        return !head.fields().contains("Content-Length") && !head.fields().contains("Transfer-Encoding");
    }

    /**
     * Lets the client read the response to its end, whatever it has sent behind the request (RFC 9112 section 9.6). Over TLS this sends
     * close_notify, which tells a whole response that ends with the connection from a cut one.
     */
    private void endConnection() {
        client.linger();
        try {
            watch.await();
            client.drain();
        } catch (ClientGoneException e) {
            client.abort(); // The connection was about to end.
        }
    }

    /** Leaves no thread and no connection of this exchange behind. */
    private void settle() {
        call.ifPresent(UpstreamCall::close);
        boolean sending = requestBody.isPresent() && !requestBody.get().isEnded();
        if (sending || bodyLeft) {
            keepAlive = false;
            lastResponse = false;
            client.linger();
            call.ifPresent(UpstreamCall::awaitBodyThread);
            client.drain();
        }
        requestBody.ifPresent(ProxiedBody::abandon);
    }

    @Override
    public void routed(Route route) {
        recording.routed(route);
    }

    @Override
    public void informational(ResponseHead informational) throws IOException {
        recording.informational(informational);
        if (head.version() == HttpVersion.HTTP_1_1) {
            client.out().head(ForwardHeads.toClient(informational, new BodyFraming.None(), head.version(), false));
            client.out().flush();
        }
    }
}
