package proxymcp.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Destination;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.Source;
import proxymcp.http.BodyFraming;
import proxymcp.http.ContentFields;
import proxymcp.http.Fields;
import proxymcp.http.ForwardHeads;
import proxymcp.http.HttpVersion;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.store.StoredBody;
import proxymcp.store.StoredExchange;

/**
 * Makes of a recording the request that reached, or would have reached, its origin: field lines stay as they are, octet for octet, but for
 * what the way through the proxy had taken off. What somebody else recorded, in a form that HTTP/1 does not have, is put into that; each such
 * change is named. For one exchange.
 */
final class RecordedRequest {
    private final StoredExchange stored;
    private final Exchange exchange;
    private final Optional<Target> target;
    private final List<String> changes = new ArrayList<>(0);

    RecordedRequest(StoredExchange stored, Optional<Target> target) {
        this.stored = stored;
        this.exchange = stored.exchange();
        this.target = target;
    }

    ItemChanges.Outcome outcome() {
        Optional<Skip> skip = unsendable();
        if (skip.isPresent()) {
            return new ItemChanges.Outcome.Skipped(skip.get());
        }
        noteRules();
        try {
            RequestHead head = framed(asHttp1(exchange.start().head()));
            if (lacksBody(head)) {
                boolean complete = exchange.outcome() instanceof Outcome.Complete;
                return new ItemChanges.Outcome.Skipped(complete ? Unsendable.BODY_NOT_CAPTURED : Unsendable.INCOMPLETE_REQUEST);
            }
            BodyFraming framing = BodyFraming.ofRequest(head);
            return new ItemChanges.Outcome.Ready(new Changed(directed(head, body(framing)), changes));
        } catch (ProtocolException | IllegalArgumentException e) {
            return new ItemChanges.Outcome.Skipped(Unsendable.notSendable(e.getMessage()));
        }
    }

    /** What goes out is what the client sent: where a rule kept just that from the origin, whoever sends it is told. */
    private void noteRules() {
        if (exchange.rules().isEmpty()) {
            return;
        }
        String rules = String.join(", ", exchange.rules().stream().map(RuleMatch::id).toList());
        boolean blocked = exchange.outcome() instanceof Outcome.Incomplete(ErrorClass errorClass, String reason) && errorClass == ErrorClass.BLOCKED_BY_RULE;
        if (exchange.isAnsweredByRule()) {
            changes.add("was answered by rule " + rules + ", no origin ever got it");
        } else if (blocked && exchange.route().isEmpty()) {
            changes.add("was dropped by rule " + rules + ", no origin ever got it");
        } else if (exchange.sent().request().isPresent()) {
            changes.add("recorded while rule " + rules + " changed it: sent as the client sent it");
        }
    }

    private Optional<Skip> unsendable() {
        Endpoint endpoint = exchange.start().endpoint();
        StoredBody body = stored.requestBody();
        if (exchange.start().head().method().equals("CONNECT") || endpoint.scheme().equals(Endpoint.TUNNEL)) {
            return Optional.of(Unsendable.TUNNEL);
        }
        boolean webSocket = endpoint.scheme().equals("ws") || endpoint.scheme().equals("wss");
        if (webSocket || exchange.response().isPresent() && exchange.response().get().status() == 101) {
            return Optional.of(Unsendable.UPGRADE);
        }
        if (!endpoint.hasHost() || !endpoint.scheme().equals("http") && !endpoint.scheme().equals("https")) {
            return Optional.of(Unsendable.notHttp(endpoint.scheme()));
        }
        if (stored.isRequestDamaged()) {
            return Optional.of(Unsendable.damaged(body.damage().orElse("the end of the request is damaged")));
        }
        return switch (body.state()) {
            case NONE, COMPLETE -> body.kept() < body.size() ? Optional.of(Unsendable.BODY_NOT_CAPTURED) : Optional.empty();
            case FLOWING, INCOMPLETE -> Optional.of(Unsendable.INCOMPLETE_REQUEST);
        };
    }

    /** HTTP/2 and 3 have pseudo-headers and split cookies (RFC 9113 sections 8.2.3 and 8.3); they may leave out Host. */
    private RequestHead asHttp1(RequestHead head) {
        Fields fields = head.fields();
        boolean other = head.version() == HttpVersion.HTTP_2 || head.version() == HttpVersion.HTTP_3;
        boolean pseudo = false;
        for (int i = 0; i < fields.size(); i++) {
            pseudo |= fields.name(i).startsWith(":");
        }
        if (!other && !pseudo) {
            return withHost(head, fields);
        }
        Fields.Builder kept = new Fields.Builder();
        boolean cookies = fields.count("Cookie") > 1;
        boolean cookieSaid = false;
        for (int i = 0; i < fields.size(); i++) {
            if (cookies && fields.isNamed(i, "Cookie")) {
                if (!cookieSaid) {
                    kept.add(fields.name(i), String.join("; ", fields.all("Cookie")));
                }
                cookieSaid = true;
            } else if (!fields.name(i).startsWith(":")) {
                kept.addLine(fields, i);
            }
        }
        changes.add("recorded as " + head.version() + (pseudo ? " with pseudo-headers" : "") + ", sent as HTTP/1.1");
        return withHost(new RequestHead(head.method(), head.target(), HttpVersion.HTTP_1_1, kept.build(), head.notes(), new byte[0]), kept.build());
    }

    private RequestHead withHost(RequestHead head, Fields fields) {
        if (fields.contains("Host") || head.version() == HttpVersion.HTTP_1_0) {
            return head;
        }
        Fields.Builder hosted = new Fields.Builder().add("Host", exchange.start().endpoint().authority());
        for (int i = 0; i < fields.size(); i++) {
            hosted.addLine(fields, i);
        }
        changes.add("Host was added, as HTTP/1.1 needs it");
        return head.withFields(hosted.build());
    }

    /** Makes the fields fit the body as it is kept, where they do not: never for what this program captured itself. */
    private RequestHead framed(RequestHead head) {
        boolean decoded = exchange.endNotes().contains(Exchange.REQUEST_HELD_DECODED);
        Fields fields = head.fields();
        if (decoded) {
            fields = ContentFields.withoutDigests(fields.without("Content-Encoding"));
            changes.add("Content-Encoding was left out, as the body was recorded with it undone");
        }
        long size = stored.requestBody().size();
        boolean hasBody = stored.requestBody().state() != CapturedBody.State.NONE && size > 0;
        RequestHead described = decoded ? head.withFields(fields) : head;
        if (fits(described, hasBody, size)) {
            return described;
        }
        changes.add("Content-Length was made to fit the body of " + size + " octets");
        return described.withFields(hasBody ? ContentFields.withLength(fields, size) : ContentFields.withoutFraming(fields));
    }

    private static boolean fits(RequestHead head, boolean hasBody, long size) {
        try {
            return switch (BodyFraming.ofRequest(head)) {
                case BodyFraming.None none -> !hasBody;
                case BodyFraming.ContentLength(long bytes) -> bytes == size || !hasBody;
                case BodyFraming.Chunked chunked -> true;
                case BodyFraming.UntilClose close -> false;
            };
        } catch (ProtocolException e) {
            return false;
        }
    }

    /** Whether the head announces a body of which nothing is known. */
    private boolean lacksBody(RequestHead head) throws ProtocolException {
        return stored.requestBody().state() == CapturedBody.State.NONE && switch (BodyFraming.ofRequest(head)) {
            case BodyFraming.None none -> false;
            case BodyFraming.ContentLength(long bytes) -> bytes > 0;
            case BodyFraming.Chunked chunked -> true;
            case BodyFraming.UntilClose close -> true;
        };
    }

    private ReplayBody body(BodyFraming framing) {
        return framing instanceof BodyFraming.None ? new ReplayBody.None() : new ReplayBody.Recorded(stored.requestBody());
    }

    private OutgoingRequest directed(RequestHead head, ReplayBody body) throws ProtocolException {
        Endpoint recorded = exchange.start().endpoint();
        Destination origin = Destination.ofIntercepted(head, recorded);
        Endpoint endpoint = target.map(Target::endpoint).orElse(recorded);
        String host = origin.host();
        if (!endpoint.equals(recorded)) {
            host = endpoint.authority();
            changes.add("sent to " + endpoint.url("") + " instead of " + recorded.url("") + ", with Host set");
        }
        boolean explicit = exchange.start().client().source() == Source.EXPLICIT && !head.target().startsWith("/");
        return new OutgoingRequest(endpoint, ForwardHeads.toOrigin(head, origin.target(), host, explicit), body, exchange.requestTrailers());
    }
}
