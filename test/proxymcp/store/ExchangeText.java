package proxymcp.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/** Everything that is kept of an exchange, as text: one line a part, so that a difference shows where it is. */
public final class ExchangeText {
    private ExchangeText() {}

    /** What was recorded. */
    public static String of(Exchange exchange, byte[] requestBody, byte[] responseBody) {
        StringBuilder text = new StringBuilder();
        text.append("start ").append(exchange.id()).append(' ').append(exchange.start().startedAtMillis()).append(' ')
                .append(exchange.start().client().source().id()).append(' ').append(exchange.start().client().targetId().orElse("-")).append(' ')
                .append(exchange.start().endpoint().scheme()).append(' ').append(exchange.start().endpoint().host()).append(' ')
                .append(exchange.start().endpoint().port()).append('\n');
        text.append("client ").append(exchange.start().client().address()).append(' ').append(exchange.start().client().listener()).append(' ')
                .append(exchange.start().client().connectionId()).append(' ').append(tls(exchange.start().clientTls())).append('\n');
        text.append("request ").append(head(exchange.start().head())).append('\n');
        text.append("request body ").append(body(exchange.requestBody(), requestBody, exchange.requestTrailers())).append('\n');
        text.append("route ").append(exchange.route().map(ExchangeText::route).orElse("-")).append('\n');
        exchange.informational().forEach(head -> text.append("informational ").append(head(head)).append('\n'));
        text.append("response ").append(exchange.response().map(ExchangeText::head).orElse("-")).append('\n');
        text.append("response body ").append(body(exchange.responseBody(), responseBody, exchange.responseTrailers())).append('\n');
        text.append("end ").append(outcome(exchange.outcome())).append(' ').append(timings(exchange.timings()));
        exchange.rules().forEach(rule -> text.append(" rule ").append(rule.id()).append(' ').append(rule.version()));
        exchange.endNotes().forEach(note -> text.append(" note ").append(note));
        exchange.sent().request().ifPresent(message -> text.append(" sent request ").append(sent(message)));
        exchange.sent().response().ifPresent(message -> text.append(" sent response ").append(sent(message)));
        return text.append('\n').toString();
    }

    private static String sent(SentMessage message) {
        return "<" + message.url() + "> " + hex(message.head()) + " " + message.bodyBytes() + " " + message.bodySha256().orElse("-") + " "
                + hex(message.body()) + " " + message.complete();
    }

    /** What the store reads. */
    public static String of(StoredExchange stored) throws IOException {
        return of(stored.exchange(), octets(stored.requestBody()), octets(stored.responseBody()));
    }

    public static byte[] octets(StoredBody body) throws IOException {
        try (InputStream in = body.open()) {
            return in.readAllBytes();
        }
    }

    private static String head(RequestHead head) {
        return (head.raw().length > 0 ? "raw " : "made ") + hex(WireHeads.bytes(head));
    }

    private static String head(ResponseHead head) {
        return (head.raw().length > 0 ? "raw " : "made ") + hex(WireHeads.bytes(head));
    }

    private static String body(CapturedBody body, byte[] octets, Fields trailers) {
        return body.state() + " " + body.size() + " " + body.sha256().orElse("-") + " " + octets.length + " "
                + hex(Sha256.of(octets, octets.length)) + " trailers " + hex(WireHeads.bytes(trailers));
    }

    private static String route(Route route) {
        return route.upstreamProxy().orElse("-") + " " + route.serverAddress() + " " + route.connectionId() + " " + route.reused() + " "
                + tls(route.tls());
    }

    private static String tls(Optional<TlsInfo> tls) {
        return tls.map(info -> info.version() + " " + info.cipher() + " " + info.alpn().orElse("-") + " " + info.sni().orElse("-") + " "
                + hex(info.clientHello()) + " " + info.ja3().orElse("-") + " " + info.ja4().orElse("-") + " " + info.ja3s().orElse("-") + " "
                + certificates(info.certificates())).orElse("no TLS");
    }

    private static String certificates(List<byte[]> certificates) {
        StringBuilder text = new StringBuilder("certificates");
        certificates.forEach(certificate -> text.append(' ').append(hex(certificate)));
        return text.toString();
    }

    private static String outcome(Outcome outcome) {
        return switch (outcome) {
            case Outcome.InFlight inFlight -> "in flight";
            case Outcome.Complete complete -> "complete";
            case Outcome.Incomplete(var errorClass, String reason) -> errorClass.id() + " (" + reason + ")";
        };
    }

    private static String timings(Timings timings) {
        return timings.blocked() + " " + timings.dns() + " " + timings.connect() + " " + timings.tls() + " " + timings.send() + " "
                + timings.await() + " " + timings.receive() + " " + timings.total();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
