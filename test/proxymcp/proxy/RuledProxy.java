package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessage;
import proxymcp.http.Fields;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.BodyEdits;
import proxymcp.rule.Delay;
import proxymcp.rule.HeadEdits;
import proxymcp.rule.Pace;
import proxymcp.rule.RequestEdits;
import proxymcp.rule.ResponseEdits;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleBook;
import proxymcp.rule.RuleDraft;
import proxymcp.rule.RuleException;
import proxymcp.rule.RuleMatcher;
import proxymcp.rule.Transforms;
import proxymcp.rule.UrlEdit;
import proxymcp.text.Regex;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.UpstreamProxies;

/**
 * A proxy that follows the rules of a book of its own, and short words for the rules that tests put there.
 *
 * <p>In texts of requests ORIGIN stands for the origin's address and port, and each line feed for CRLF.
 */
final class RuledProxy implements AutoCloseable {
    /** Whether the client speaks plain HTTP to the proxy or TLS through a tunnel that is intercepted; the origin does as the client. */
    static final List<Boolean> PLAIN_AND_TLS = List.of(false, true);

    private static final RuleMatcher PATH = new RuleMatcher(Optional.empty(), Optional.empty(), Optional.empty(),
            Optional.of(Regex.of("^/path")), List.of(), Optional.empty());
    private static final String NEXT = "HTTP/1.1 202 Next\r\nContent-Length: 4\r\n\r\nnext";

    private final RuleBook book = RuleBook.inMemory(Clock.systemUTC());
    private final RunningProxy proxy;

    /**
     * What became of one request.
     *
     * @param authority the origin's
     * @param atOrigin the octets that the origin got, as Latin-1 text, with ORIGIN for its authority
     * @param received the request as the origin understood it
     * @param atClient what the client got
     * @param exchange what was recorded
     */
    record Passed(String authority, String atOrigin, ScriptedOrigin.Received received, RawClient.Response atClient, Exchange exchange) {
        /** What a rule made of the request; its record must be what the origin got. */
        SentMessage sentRequest() {
            SentMessage sent = exchange.sent().request().orElseThrow(() -> new AssertionError("no sent request in " + exchange));
            assertEquals(atOrigin.substring(0, atOrigin.indexOf("\r\n\r\n") + 4), text(sent.head()).replace(authority, "ORIGIN"));
            assertBody(sent, received.body());
            return sent;
        }

        /** What a rule made of the response; its record must be what the client got. */
        SentMessage sentResponse() {
            SentMessage sent = exchange.sent().response().orElseThrow(() -> new AssertionError("no sent response in " + exchange));
            assertEquals(atClient.wire().substring(0, atClient.wire().indexOf("\r\n\r\n") + 4), text(sent.head()));
            assertBody(sent, atClient.body());
            return sent;
        }

        private static void assertBody(SentMessage sent, byte[] body) {
            assertEquals(text(body), text(sent.body()));
            assertEquals(body.length, sent.bodyBytes());
            assertEquals(Optional.of(CheckingSink.hexSha256(body)), sent.bodySha256());
            assertTrue(sent.complete());
        }
    }

    private RuledProxy(ExchangeSink... more) throws IOException {
        ProxyPolicy policy = new ProxyPolicy(book, UpstreamProxies.NONE, new OriginTlsSettings());
        proxy = RunningProxy.start(settings -> settings, policy, more);
    }

    static RuledProxy start(ExchangeSink... more) throws IOException {
        return new RuledProxy(more);
    }

    RuleBook book() {
        return book;
    }

    RunningProxy proxy() {
        return proxy;
    }

    /** Adds a rule that takes every request whose path begins with {@code /path}. */
    Rule add(RuleAction action) throws RuleException {
        return add(PATH, action);
    }

    Rule add(RuleMatcher matcher, RuleAction action) throws RuleException {
        return book.add(RuleDraft.of("a test's", matcher, action));
    }

    Rule add(RequestEdits edits) throws RuleException {
        return add(RuleAction.Pass.of(new Transforms(edits, ResponseEdits.NONE)));
    }

    Rule add(ResponseEdits edits) throws RuleException {
        return add(RuleAction.Pass.of(new Transforms(RequestEdits.NONE, edits)));
    }

    /** A client of an origin: connected to the proxy, or through an intercepted tunnel. */
    RawClient client(ScriptedOrigin origin, boolean secure) throws IOException, GeneralSecurityException {
        return secure ? proxy.tlsTo(origin.authority()) : proxy.client();
    }

    /** Every connection plays these steps, under TLS if {@code secure}. */
    static ScriptedOrigin origin(boolean secure, Step... steps) throws IOException, GeneralSecurityException {
        return secure ? ScriptedOrigin.each(RunningProxy.originTls(), steps) : ScriptedOrigin.each(steps);
    }

    /** A request as text: its first line ends as given, with the URL a client of that kind sends for {@code path}. */
    static String request(ScriptedOrigin origin, boolean secure, String method, String path, String rest) {
        String url = secure ? path : "http://" + origin.authority() + path;
        return (method + " " + url + " HTTP/1.1\nHost: ORIGIN\n" + rest).replace("ORIGIN", origin.authority()).replace("\n", "\r\n");
    }

    /**
     * Sends a request for {@code /path?q=1} on a connection of its own to an origin of its own, and the answer back; then another, which no
     * rule takes, on the same connections: whatever a rule did, all agree on where messages end.
     *
     * @param rest field lines behind Host, the empty line and the body
     * @param answer what the origin sends
     * @param body octets behind that, line feeds as they stand
     */
    Passed pass(boolean secure, String method, String rest, String answer, String body) throws Exception {
        int before = proxy.exchanges().size();
        try (ScriptedOrigin origin = origin(secure, new Step.ReadRequest(), ScriptedOrigin.send(answer), new Step.ReadRequest(),
                ScriptedOrigin.send(NEXT), new Step.ReadToEnd());
                RawClient client = client(origin, secure)) {
            client.send(request(origin, secure, method, "/path?q=1", rest) + body);
            RawClient.Response response = client.readResponse(method);
            Exchange exchange = proxy.exchange(before);
            String atOrigin = origin.connection(0).receivedText();
            ScriptedOrigin.Received received = origin.connection(0).requests().get(0);
            client.send(request(origin, secure, "OPTIONS", "/next", "\n"));
            assertEquals(NEXT, client.readResponse("OPTIONS").wire());
            proxy.exchange(before + 1);
            assertEquals(1, origin.connectionCount(), "connections to the origin");
            return new Passed(origin.authority(), atOrigin.replace(origin.authority(), "ORIGIN"), received, response, exchange);
        }
    }

    /** The same with a body that {@code rest} ends with, if any. */
    Passed pass(boolean secure, String method, String rest, String answer) throws Exception {
        return pass(secure, method, rest, answer, "");
    }

    static RequestEdits requestFields(HeadEdits.Edit... edits) {
        return new RequestEdits(new HeadEdits(List.of(edits)), Optional.empty(), Optional.empty(), BodyEdits.NONE);
    }

    static RequestEdits method(String method) {
        return new RequestEdits(HeadEdits.NONE, Optional.of(method), Optional.empty(), BodyEdits.NONE);
    }

    static RequestEdits url(String match, String replacement) {
        return new RequestEdits(HeadEdits.NONE, Optional.empty(), Optional.of(new UrlEdit(Regex.of(match), replacement)), BodyEdits.NONE);
    }

    static RequestEdits requestBody(BodyEdits edits) {
        return new RequestEdits(HeadEdits.NONE, Optional.empty(), Optional.empty(), edits);
    }

    static ResponseEdits responseFields(HeadEdits.Edit... edits) {
        return new ResponseEdits(new HeadEdits(List.of(edits)), OptionalInt.empty(), BodyEdits.NONE);
    }

    static ResponseEdits status(int status) {
        return new ResponseEdits(HeadEdits.NONE, OptionalInt.of(status), BodyEdits.NONE);
    }

    static ResponseEdits responseBody(BodyEdits edits) {
        return new ResponseEdits(HeadEdits.NONE, OptionalInt.empty(), edits);
    }

    static BodyEdits literal(String match, String replacement) {
        return new BodyEdits(List.of(new BodyEdits.Literal(match, replacement)), List.of());
    }

    static BodyEdits expression(String match, String replacement) {
        return new BodyEdits(List.of(), List.of(new BodyEdits.Expression(Regex.of(match), replacement)));
    }

    static Pace delay(long millis) {
        return new Pace(Optional.of(new Delay.Fixed(millis)), OptionalLong.empty(), OptionalLong.empty());
    }

    static Pace throttle(long bytesPerSecond) {
        return new Pace(Optional.empty(), OptionalLong.of(bytesPerSecond), OptionalLong.empty());
    }

    static Pace abortAfter(long bytes) {
        return new Pace(Optional.empty(), OptionalLong.empty(), OptionalLong.of(bytes));
    }

    /** What the record of an exchange says of a rule that touched it. */
    static List<RuleMatch> matches(Rule rule) {
        return List.of(new RuleMatch(rule.id(), rule.version()));
    }

    static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    /** Fails unless the head has the length of {@code body} or says that it comes in chunks, and not both. */
    static void assertFramed(Fields fields, int bytes) {
        if (fields.contains("Transfer-Encoding")) {
            assertEquals(List.of("chunked"), fields.all("Transfer-Encoding"));
            assertEquals(List.of(), fields.all("Content-Length"));
        } else {
            assertEquals(List.of(Integer.toString(bytes)), fields.all("Content-Length"));
        }
    }

    @Override
    public void close() {
        proxy.close();
    }
}
