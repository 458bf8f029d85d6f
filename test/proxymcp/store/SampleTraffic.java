package proxymcp.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/**
 * Records exchanges of every kind, and notes what it recorded: the expected side of tests.
 *
 * <p>One thread records, so that records stand in the log in the order of the calls.
 */
final class SampleTraffic {
    /** What a test expects of one exchange. */
    record Noted(String text, byte[] requestBody, byte[] responseBody) {}

    static final long STARTED = 1_700_000_000_000L;
    static final byte[] SHARED = "a body that several exchanges share".getBytes(StandardCharsets.US_ASCII);

    private static final HeadLimits LIMITS = new HeadLimits(1 << 16, 100);
    private static final TlsInfo CLIENT_TLS = new TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", Optional.of("http/1.1"), Optional.of("a.test"),
            new byte[] {22, 3, 1, 0, 2, 1, 0}, Optional.of("0123456789abcdef0123456789abcdef"), Optional.of("t13d1516h2_8daaf6152771_b0da82dd1658"),
            Optional.empty(), List.of());
    private static final TlsInfo SERVER_TLS = new TlsInfo("TLSv1.2", "TLS_RSA_WITH_AES_128_CBC_SHA", Optional.empty(), Optional.of("a.test"),
            new byte[0], Optional.empty(), Optional.empty(), Optional.of("fedcba9876543210fedcba9876543210"),
            List.of(new byte[] {0x30, 1, 2}, new byte[] {0x30, 3}));
    private static final Route PLAIN_ROUTE = new Route(Optional.empty(), "192.0.2.1:80", 7, false, Optional.empty());
    private static final Route TLS_ROUTE = new Route(Optional.of("http://192.0.2.9:3128"), "192.0.2.2:443", 8, true, Optional.of(SERVER_TLS));

    private final ExchangeSink sink;
    private final List<Noted> noted = new ArrayList<>();

    SampleTraffic(ExchangeSink sink) {
        this.sink = sink;
    }

    /** What was recorded; exchange {@code seq} stands at {@code seq - 1}. */
    List<Noted> noted() {
        return List.copyOf(noted);
    }

    /** A few small exchanges, two of which share a body. */
    void few() throws ProtocolException {
        complete("/a", SHARED);
        complete("/b", SHARED);
        informationalAndTrailers();
        longBody("/long", 150, true);
        refused();
    }

    /** One of every kind. */
    void everyKind(int longBytes) throws ProtocolException {
        few();
        longBody("/cut", longBytes, false);
        upload(longBytes);
        lenient();
        overTls();
        made();
        complete("/c", SHARED);
    }

    /** GET with a response. */
    void complete(String path, byte[] body) throws ProtocolException {
        Exchange exchange = exchange(request("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n"), Optional.of(PLAIN_ROUTE), List.of(),
                Optional.of(response("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + body.length + "\r\n\r\n")),
                CapturedBody.NONE, Fields.EMPTY, captured(body, true), Fields.EMPTY, new Outcome.Complete(), List.of(), List.of());
        record(exchange, new byte[0], body, body.length);
    }

    /** Messages that a rule changed on both ways. */
    void changedByRule() throws ProtocolException {
        byte[] request = "a=1".getBytes(StandardCharsets.US_ASCII);
        SentMessage toOrigin = new SentMessage("http://b.test:81/x", "PUT /x HTTP/1.1\r\nHost: b.test:81\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                4, Optional.of("ab".repeat(32)), "a=22".getBytes(StandardCharsets.US_ASCII), true);
        SentMessage toClient = new SentMessage("", "HTTP/1.1 404 Not Found\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 70_000, Optional.empty(),
                octets(SentMessage.BODY_BYTES_MAX), false);
        Exchange plain = exchange(request("POST /r HTTP/1.1\r\nHost: a.test\r\n\r\n"), Optional.of(PLAIN_ROUTE), List.of(),
                Optional.of(response("HTTP/1.1 200 OK\r\n\r\n")), captured(request, true), Fields.EMPTY, captured(SHARED, true), Fields.EMPTY,
                new Outcome.Complete(), List.of(new RuleMatch("rule-1", 3)), List.of());
        for (SentMessages sent : List.of(new SentMessages(Optional.of(toOrigin), Optional.of(toClient)),
                new SentMessages(Optional.of(toOrigin), Optional.empty()), new SentMessages(Optional.empty(), Optional.of(toClient)))) {
            ExchangeStart start = new ExchangeStart(id(), STARTED + noted.size(), plain.start().client(), plain.start().endpoint(),
                    plain.start().head(), Optional.empty());
            record(new Exchange(noted.size() + 1, start, plain.requestBody(), Fields.EMPTY, plain.route(), List.of(), plain.response(),
                    plain.responseBody(), Fields.EMPTY, plain.outcome(), plain.timings(), plain.rules(), List.of(), sent), request, SHARED, 5);
        }
    }

    /** An exchange whose response body comes in parts, when a test says so. */
    record Paused(ExchangeStart start, Recording recording) {
        void send(byte[] body, int offset, int length) {
            recording.responseBody(body, offset, length);
        }

        void end(byte[] body) {
            recording.responseEnd(SampleTraffic.end(captured(body, true), Fields.EMPTY));
            recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
        }
    }

    /** GET whose response body has not come yet. */
    Paused begin(String path) throws ProtocolException {
        Exchange exchange = exchange(request("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n"), Optional.of(PLAIN_ROUTE), List.of(),
                Optional.empty(), CapturedBody.NONE, Fields.EMPTY, CapturedBody.NONE, Fields.EMPTY, new Outcome.Complete(), List.of(), List.of());
        Recording recording = sink.open(exchange.start());
        recording.routed(PLAIN_ROUTE);
        recording.response(response("HTTP/1.1 200 OK\r\n\r\n"));
        return new Paused(exchange.start(), recording);
    }

    private void informationalAndTrailers() throws ProtocolException {
        byte[] body = "{\"x\":1}".getBytes(StandardCharsets.US_ASCII);
        Exchange exchange = exchange(request("POST /p?q=1 HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\n\r\n"), Optional.of(PLAIN_ROUTE),
                List.of(response("HTTP/1.1 100 Continue\r\n\r\n"), response("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")),
                Optional.of(response("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n")), captured(body, true),
                Fields.of(List.of(new Fields.Line("X-Sent", "1"))), captured(SHARED, true),
                Fields.of(List.of(new Fields.Line("Server-Timing", "a;dur=1"), new Fields.Line("x", ""))), new Outcome.Complete(),
                List.of(new RuleMatch("rule-1", 3)), List.of("a note"));
        record(exchange, body, SHARED, 5);
    }

    private void longBody(String path, int bytes, boolean complete) throws ProtocolException {
        byte[] body = octets(bytes);
        Outcome outcome = complete ? new Outcome.Complete() : new Outcome.Incomplete(ErrorClass.RESET, "the origin reset the connection");
        Exchange exchange = exchange(request("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n"), Optional.of(PLAIN_ROUTE), List.of(),
                Optional.of(response("HTTP/1.1 200 OK\r\nContent-Type: Application/Octet-Stream\r\n\r\n")), CapturedBody.NONE, Fields.EMPTY,
                captured(body, complete), Fields.EMPTY, outcome, List.of(), List.of());
        record(exchange, new byte[0], body, 37);
    }

    private void upload(int bytes) throws ProtocolException {
        byte[] body = octets(bytes);
        Exchange exchange = exchange(request("PUT /up HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"), Optional.of(PLAIN_ROUTE),
                List.of(), Optional.of(response("HTTP/1.1 204 No Content\r\n\r\n")), captured(body, true),
                Fields.of(List.of(new Fields.Line("Digest", "abc"))), CapturedBody.NONE, Fields.EMPTY, new Outcome.Complete(), List.of(),
                List.of());
        record(exchange, body, new byte[0], 61);
    }

    /** No answer, and no route. */
    private void refused() throws ProtocolException {
        Exchange exchange = exchange(request("GET /none HTTP/1.1\r\nHost: a.test\r\n\r\n"), Optional.empty(), List.of(), Optional.empty(),
                CapturedBody.NONE, Fields.EMPTY, CapturedBody.NONE, Fields.EMPTY, new Outcome.Incomplete(ErrorClass.DNS, "no such host"),
                List.of(), List.of());
        record(exchange, new byte[0], new byte[0], 1);
    }

    /** Heads that the parser took with notes: their octets are kept. */
    private void lenient() throws ProtocolException {
        Exchange exchange = exchange(request("GET /lenient-\u00e4 HTTP/1.1\r\nHost: a.test\r\nX:   y  \r\n\r\n"), Optional.of(PLAIN_ROUTE), List.of(),
                Optional.of(response("HTTP/1.1 200\nContent-Type : text/html;x=y\nX-A: \u00e4\n\n")), CapturedBody.NONE, Fields.EMPTY,
                captured(new byte[] {1}, true), Fields.EMPTY, new Outcome.Complete(), List.of(), List.of());
        record(exchange, new byte[0], new byte[] {1}, 1);
    }

    private void overTls() throws ProtocolException {
        Client client = new Client("192.0.2.200:5000", "mitm", Source.TRANSPARENT, Optional.of("target_1"), 9);
        ExchangeStart start = new ExchangeStart(id(), STARTED + noted.size(), client, new Endpoint("https", "a.test", 8443),
                request("GET /tls HTTP/1.1\r\nHost: a.test:8443\r\n\r\n"), Optional.of(CLIENT_TLS));
        Exchange exchange = new Exchange(noted.size() + 1, start, CapturedBody.NONE, Fields.EMPTY, Optional.of(TLS_ROUTE), List.of(),
                Optional.of(response("HTTP/1.0 404 Not Found\r\n\r\n")), captured(SHARED, true), Fields.EMPTY, new Outcome.Complete(),
                new Timings(1, 200, 70_000, 5_000_000_000L, 0, -1, 127, 6_000_000_000L), List.of(), List.of());
        record(exchange, new byte[0], SHARED, SHARED.length);
    }

    /** Heads that no wire brought. */
    private void made() throws ProtocolException {
        Client client = new Client("127.0.0.1:6000", "main", Source.REPLAY, Optional.empty(), 10);
        ExchangeStart start = new ExchangeStart(id(), STARTED + noted.size(), client, new Endpoint("http", "2001:db8::1", 80),
                RequestHead.of("DELETE", "/made", Fields.of(List.of(new Fields.Line("Host", "[2001:db8::1]")))), Optional.empty());
        Exchange exchange = new Exchange(noted.size() + 1, start, CapturedBody.NONE, Fields.EMPTY, Optional.of(PLAIN_ROUTE), List.of(),
                Optional.of(ResponseHead.of(502, "Bad Gateway", Fields.of(List.of(new Fields.Line("Content-Type", "text/plain"))))),
                CapturedBody.NONE, Fields.EMPTY, new Outcome.Incomplete(ErrorClass.CONNECT_REFUSED, "refused"), Timings.NONE, List.of(),
                List.of("n\u00f6te"));
        record(exchange, new byte[0], new byte[0], 1);
    }

    private Exchange exchange(RequestHead head, Optional<Route> route, List<ResponseHead> informational, Optional<ResponseHead> response,
            CapturedBody requestBody, Fields requestTrailers, CapturedBody responseBody, Fields responseTrailers, Outcome outcome,
            List<RuleMatch> rules, List<String> notes) {
        Client client = new Client("127.0.0.1:5000", "main", Source.EXPLICIT, Optional.empty(), 1);
        ExchangeStart start = new ExchangeStart(id(), STARTED + noted.size(), client, new Endpoint("http", "a.test", 80), head,
                Optional.empty());
        return new Exchange(noted.size() + 1, start, requestBody, requestTrailers, route, informational, response, responseBody,
                responseTrailers, outcome, new Timings(-1, 10, 20, -1, 30, 40, 50, 150), rules, notes);
    }

    private UUID id() {
        return new UUID(0x0123_4567_89ab_4cdeL, 0x8000_0000_0000_0000L | noted.size() + 1);
    }

    private void record(Exchange exchange, byte[] requestBody, byte[] responseBody, int pieceBytes) {
        Recording recording = sink.open(exchange.start());
        send(requestBody, pieceBytes, recording::requestBody);
        if (exchange.requestBody().state() != CapturedBody.State.NONE) {
            recording.requestEnd(end(exchange.requestBody(), exchange.requestTrailers()));
        }
        exchange.route().ifPresent(recording::routed);
        exchange.informational().forEach(recording::informational);
        exchange.response().ifPresent(recording::response);
        send(responseBody, pieceBytes, recording::responseBody);
        if (exchange.responseBody().state() != CapturedBody.State.NONE) {
            recording.responseEnd(end(exchange.responseBody(), exchange.responseTrailers()));
        }
        recording.end(new ExchangeEnd(exchange.outcome(), exchange.timings(), exchange.rules(), exchange.endNotes(), exchange.sent()));
        noted.add(new Noted(ExchangeText.of(exchange, requestBody, responseBody), requestBody, responseBody));
    }

    private interface Octets {
        void take(byte[] bytes, int offset, int length);
    }

    private static void send(byte[] body, int pieceBytes, Octets to) {
        for (int at = 0; at < body.length; at += pieceBytes) {
            to.take(body, at, Math.min(pieceBytes, body.length - at));
        }
    }

    private static BodyEnd end(CapturedBody body, Fields trailers) {
        return new BodyEnd(body.size(), HexFormat.of().parseHex(body.sha256().orElseThrow()), body.state() == CapturedBody.State.COMPLETE,
                trailers);
    }

    private static CapturedBody captured(byte[] body, boolean complete) {
        return new CapturedBody(new byte[0], 0, body.length, Optional.of(HexFormat.of().formatHex(Sha256.of(body, body.length))),
                complete ? CapturedBody.State.COMPLETE : CapturedBody.State.INCOMPLETE, false);
    }

    static byte[] octets(int count) {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++) {
            octets[i] = (byte) (i * 31 + (i >>> 8) * 7);
        }
        return octets;
    }

    private static RequestHead request(String head) throws ProtocolException {
        return HeadParser.parseRequest(head.getBytes(StandardCharsets.ISO_8859_1), LIMITS);
    }

    private static ResponseHead response(String head) throws ProtocolException {
        return HeadParser.parseResponse(head.getBytes(StandardCharsets.ISO_8859_1), LIMITS);
    }
}
