package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.har.HarFile.at;
import static proxymcp.har.HarFile.has;
import static proxymcp.har.HarFile.number;
import static proxymcp.har.HarFile.pairs;
import static proxymcp.har.HarFile.text;
import static proxymcp.har.HarSession.utf8;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;

/** Entries of a HAR: heads, cookies, connections, ends. Every file is held against the schema; expected values are those of HAR 1.2. */
@Timeout(60)
final class HarExportTest {
    @TempDir
    Path folder;

    private HarSession session;

    @BeforeEach
    void begin() throws Exception {
        session = new HarSession(folder.resolve("home"), CaptureProfile.FULL);
    }

    @AfterEach
    void close() throws Exception {
        session.close();
    }

    private static String json(JsonObject root, String path) {
        return Json.text(at(root, path));
    }

    @Test
    void anEntryHasEveryMemberInTheOrderOfTheSpecification() throws Exception {
        byte[] posted = utf8("user=a+b&text=%C3%A4&broken=%zz&empty=");
        session.request("POST /p?q=1&q=%22x%22+y&flag HTTP/1.1\r\nHost: a.test\r\nCookie: a=1; b=\"2\"\r\n"
                        + "Content-Type: application/x-www-form-urlencoded").sending(posted)
                .answered("HTTP/1.1 201 Created\r\nContent-Type: text/plain\r\nLocation: /new").with(utf8("d\u00f6ne"))
                .ending(new Outcome.Complete(), new Timings(1_000_000, 2_500_000, 3_000_000, 4_000_000, 5_000, 6_000_000, 7_000_000, 23_505_000))
                .noting(List.of(new RuleMatch("r", 3)), "a note").record();
        JsonObject entry = session.export().only();
        String hash = HexFormat.of().formatHex(HarSession.sha256(utf8("d\u00f6ne")));
        assertEquals("{'startedDateTime':'" + HarSession.STARTED_TEXT + "','time':23.505,'request':{'method':'POST',"
                + "'url':'http://a.test/p?q=1&q=%22x%22+y&flag','httpVersion':'HTTP/1.1','cookies':[{'name':'a','value':'1'},{'name':'b','value':'\\'2\\''}],"
                + "'headers':[{'name':'Host','value':'a.test'},{'name':'Cookie','value':'a=1; b=\\'2\\''},"
                + "{'name':'Content-Type','value':'application/x-www-form-urlencoded'}],"
                + "'queryString':[{'name':'q','value':'1'},{'name':'q','value':'\\'x\\' y'},{'name':'flag','value':''}],"
                + "'postData':{'mimeType':'application/x-www-form-urlencoded','params':[{'name':'user','value':'a b'},{'name':'text','value':'\u00e4'},"
                + "{'name':'broken','value':'%zz'},{'name':'empty','value':''}],'text':'user=a+b&text=%C3%A4&broken=%zz&empty='},"
                + "'headersSize':124,'bodySize':38,'_rawBody':{'bytes':38,'kept':38,'sha256':'" + HexFormat.of().formatHex(HarSession.sha256(posted))
                + "','complete':true}},'response':{'status':201,'statusText':'Created','httpVersion':'HTTP/1.1','cookies':[],"
                + "'headers':[{'name':'Content-Type','value':'text/plain'},{'name':'Location','value':'/new'}],"
                + "'content':{'size':5,'mimeType':'text/plain','text':'d\u00f6ne'},'redirectURL':'/new','headersSize':66,'bodySize':5,"
                + "'_rawBody':{'bytes':5,'kept':5,'sha256':'" + hash + "','complete':true}},'cache':{},"
                + "'timings':{'blocked':1,'dns':2.5,'connect':7,'send':0.005,'wait':6,'receive':7,'ssl':4},"
                + "'serverIPAddress':'192.0.2.1','connection':'7','_exchange':{'id':'01234567-89ab-4cde-8000-000000000001','seq':1,"
                + "'source':'explicit','clientAddress':'127.0.0.1:5000','listener':'127.0.0.1:8080','clientConnectionId':1,'state':'complete',"
                + "'timingsNanos':[1000000,2500000,3000000,4000000,5000,6000000,7000000,23505000],'notes':['a note']},"
                + "'_route':{'serverAddress':'192.0.2.1:80','connectionId':7,'reused':false},'_rules':[{'id':'r','version':3}]}", Json.text(entry).replace('"', '\''));
    }

    @Test
    void theLogNamesProgramAndSession() throws Exception {
        HarSession.Exported exported = session.export();
        JsonObject har = exported.file().json();
        assertEquals(0, exported.file().entries() + exported.written().entries());
        assertEquals("1.2 proxy-mcp []", text(har, "log.version") + " " + text(har, "log.creator.name") + " " + json(har, "log.pages"));
        assertFalse(text(har, "log.creator.version").isEmpty());
        assertEquals(session.writer.id().text() + " a \"name\" full {\"port\":8080}", text(har, "log._session.id") + " "
                + text(har, "log._session.name") + " " + text(har, "log._session.captureProfile") + " " + json(har, "log._session.settings"));
    }

    @Test
    void twentySetCookiesStayApartAndTheirAttributesAreRead() throws Exception {
        StringBuilder head = new StringBuilder("HTTP/1.1 200 OK");
        for (int i = 0; i < 20; i++) {
            head.append("\r\nSet-Cookie: c").append(i).append('=').append(i).append("; Expires=Wed, 09 Jun 2021 10:18:14 GMT; Path=/").append(i);
        }
        session.request("GET / HTTP/1.1\r\nHost: a.test").answered(head.toString()).record();
        JsonObject entry = session.export().only();
        assertEquals(20, pairs(entry, "response.headers").lines().count());
        assertEquals(20, pairs(entry, "response.cookies").lines().count());
        assertEquals("{\"name\":\"c19\",\"value\":\"19\",\"path\":\"/19\",\"expires\":\"2021-06-09T10:18:14.000Z\",\"httpOnly\":false,\"secure\":false}",
                json(entry, "response.cookies.19"));
    }

    @Test
    void datesOfAllFormatsOfHttpBecomeIsoAndWhatIsNoCookieStaysInTheHeaders() throws Exception {
        session.request("GET / HTTP/1.1\r\nHost: a.test\r\nCookie: x; =y; z=1=2;; w=\r\nCookie: v=\u00e4").answered("""
                HTTP/1.1 200 OK
                Set-Cookie: a=1; expires=Sun, 06 Nov 1994 08:49:37 GMT
                Set-Cookie: b=2; expires=Sunday, 06-Nov-94 08:49:37 GMT
                Set-Cookie: c=3; expires=Sun Nov  6 08:49:37 1994
                Set-Cookie: d=4; Expires=Wed, 09-Jun-2021 10:18:14 GMT; Secure; HttpOnly; SameSite=Lax; Domain=.a.test
                Set-Cookie: e=5; Expires=tomorrow
                Set-Cookie: f=6; Expires=Wed, 31 Feb 2021 10:18:14 GMT
                Set-Cookie: g=7; Max-Age=60; Expires=Wed, 09 Jun 2021 10:18:14 GMT
                Set-Cookie: no cookie
                Set-Cookie: =empty name
                Set-Cookie:
                Set-Cookie: h=; path""".replace("\n", "\r\n")).record();
        JsonObject entry = session.export().only();
        assertEquals("z: 1=2\nw: \nv: \u00e4\n", pairs(entry, "request.cookies"));
        assertEquals("a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\nh: \n", pairs(entry, "response.cookies"));
        for (int i = 0; i < 3; i++) {
            assertEquals("1994-11-06T08:49:37.000Z", text(entry, "response.cookies." + i + ".expires"));
        }
        assertEquals("{\"name\":\"d\",\"value\":\"4\",\"domain\":\".a.test\",\"expires\":\"2021-06-09T10:18:14.000Z\",\"httpOnly\":true,"
                + "\"secure\":true,\"sameSite\":\"Lax\"}", json(entry, "response.cookies.3"));
        assertFalse(has(entry, "response.cookies.4", "expires") || has(entry, "response.cookies.5", "expires"));
        // Max-Age counts before Expires (RFC 6265 section 5.3), from the exchange's start.
        assertEquals("2023-11-14T22:14:20.123Z", text(entry, "response.cookies.6.expires"));
        assertEquals("", text(entry, "response.cookies.7.path"));
        assertEquals(11, pairs(entry, "response.headers").lines().count());
    }

    @Test
    void fieldLinesKeepOrderCaseDuplicatesAndEmptyValues() throws Exception {
        session.request("GET / HTTP/1.1\r\nHost: a.test\r\nX-A: 1\r\nx-a: 2\r\nX-A: 1\r\nEmpty:\r\nX-\u007e: \u00e4\u0080\t\"\\")
                .answered("HTTP/1.1 200 OK\r\nB: \r\nb: 2, 3").record();
        JsonObject entry = session.export().only();
        assertEquals("Host: a.test\nX-A: 1\nx-a: 2\nX-A: 1\nEmpty: \nX-~: \u00e4\u0080\t\"\\\n", pairs(entry, "request.headers"));
        assertEquals("B: \nb: 2, 3\n", pairs(entry, "response.headers"));
    }

    @Test
    void octetsOfAHeadStandBesideItOnlyWhereItsPartsDoNotGiveThem() throws Exception {
        String odd = "GET /odd HTTP/1.1\r\nHost:a.test\r\nX:   y  ";
        session.request("GET http://a.test/full HTTP/1.0\r\nHost: a.test").answered("HTTP/1.1 200 ").record();
        session.request(odd).answered("HTTP/1.1 200\r\nA : b").record();
        session.made(RequestHead.of("GET", "/made", Fields.EMPTY)).answered(ResponseHead.of(204, "No Content", Fields.EMPTY)).record();
        HarFile file = session.export().file();
        assertEquals("http://a.test/full HTTP/1.0", text(file.entry(0), "request._target") + " " + text(file.entry(0), "request.httpVersion"));
        assertFalse(has(file.entry(0), "request", "_rawHead") || has(file.entry(0), "response", "_rawHead"));
        assertEquals("http://a.test/odd", text(file.entry(1), "request.url"));
        assertFalse(has(file.entry(1), "request", "_target"));
        assertArrayEquals(HarFile.latin1(odd + "\r\n\r\n"), HarFile.base64(file.entry(1), "request._rawHead"));
        assertArrayEquals(HarFile.latin1("HTTP/1.1 200\r\nA : b\r\n\r\n"), HarFile.base64(file.entry(1), "response._rawHead"));
        assertEquals(odd.length() + 4, number(file.entry(1), "request.headersSize"));
        assertEquals(-1, number(file.entry(2), "request.headersSize"));
        assertEquals(-1, number(file.entry(2), "response.headersSize"));
        assertFalse(has(file.entry(2), "request", "_rawHead"));
    }

    @Test
    void tlsRouteInformationalResponsesAndTrailersAreKept() throws Exception {
        TlsInfo client = new TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", Optional.of("http/1.1"), Optional.of("a.test"), new byte[] {22, 3, 1},
                Optional.of("ja3"), Optional.of("ja4"), Optional.empty(), List.of());
        TlsInfo server = new TlsInfo("TLSv1.2", "TLS_RSA", Optional.empty(), Optional.empty(), new byte[0], Optional.empty(), Optional.empty(),
                Optional.of("ja3s"), List.of(new byte[] {0x30, 1, 2}, new byte[] {0x30, 3}));
        session.request("POST /x HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\nTransfer-Encoding: chunked").to(new Endpoint("https", "2001:db8::1", 8443))
                .from(new Client("[::1]:5000", "mitm", Source.TRANSPARENT, Optional.of("target_1"), 9), Optional.of(client))
                .over(Optional.of(new Route(Optional.of("http://192.0.2.9:3128"), "[2001:db8::1]:8443", 8, true, Optional.of(server))))
                .sending(utf8("{}"), new Fields.Line("Digest", "abc"))
                .hint("HTTP/1.1 100 Continue").hint("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>")
                .answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked").with(utf8("x"), new Fields.Line("Server-Timing", "a"), new Fields.Line("x", ""))
                .record();
        JsonObject entry = session.export().only();
        assertEquals("https://[2001:db8::1]:8443/x 2001:db8::1 8", text(entry, "request.url") + " " + text(entry, "serverIPAddress") + " "
                + text(entry, "connection"));
        assertEquals("{\"upstreamProxy\":\"http://192.0.2.9:3128\",\"serverAddress\":\"[2001:db8::1]:8443\",\"connectionId\":8,\"reused\":true}",
                json(entry, "_route"));
        assertEquals("{\"client\":{\"version\":\"TLSv1.3\",\"cipher\":\"TLS_AES_128_GCM_SHA256\",\"alpn\":\"http/1.1\",\"sni\":\"a.test\","
                + "\"clientHello\":\"FgMB\",\"ja3\":\"ja3\",\"ja4\":\"ja4\",\"certificates\":[]},\"server\":{\"version\":\"TLSv1.2\",\"cipher\":\"TLS_RSA\","
                + "\"ja3s\":\"ja3s\",\"certificates\":[\"MAEC\",\"MAM=\"]}}", json(entry, "_tls"));
        assertEquals("target_1 transparent [::1]:5000", text(entry, "_exchange.targetId") + " " + text(entry, "_exchange.source") + " "
                + text(entry, "_exchange.clientAddress"));
        assertEquals("[{\"status\":100,\"statusText\":\"Continue\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[],\"headersSize\":25},"
                + "{\"status\":103,\"statusText\":\"Early Hints\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[{\"name\":\"Link\",\"value\":\"</a>\"},"
                + "{\"name\":\"Link\",\"value\":\"</b>\"}],\"headersSize\":52}]", json(entry, "_informational"));
        assertEquals("Digest: abc\n", pairs(entry, "request._trailers"));
        assertEquals("Server-Timing: a\nx: \n", pairs(entry, "response._trailers"));
    }

    @Test
    void exchangesThatEndedEarlySayWhy() throws Exception {
        session.request("GET /none HTTP/1.1\r\nHost: a.test").over(Optional.empty())
                .ending(new Outcome.Incomplete(ErrorClass.DNS, "no such host"), Timings.NONE).record();
        session.request("GET /cut HTTP/1.1\r\nHost: a.test").answered("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100")
                .with(utf8("only this")).ending(new Outcome.Incomplete(ErrorClass.RESET, "the origin reset the connection"), Timings.NONE).record();
        HarFile file = session.export().file();
        JsonObject none = file.entry(0);
        assertEquals("0  -1 0 -1 {\"errorClass\":\"dns\",\"reason\":\"no such host\"}", number(none, "response.status") + " "
                + text(none, "response.statusText") + " " + number(none, "response.bodySize") + " " + number(none, "response.content.size") + " "
                + number(none, "response.headersSize") + " " + json(none, "_error"));
        assertEquals("0 {\"blocked\":-1,\"dns\":-1,\"connect\":-1,\"send\":-1,\"wait\":-1,\"receive\":-1,\"ssl\":-1}",
                json(none, "time") + " " + json(none, "timings"));
        assertFalse(none.has("serverIPAddress") || none.has("connection") || none.has("_route"));
        JsonObject cut = file.entry(1);
        assertEquals("200 only this the body was cut off reset incomplete", number(cut, "response.status") + " " + text(cut, "response.content.text")
                + " " + text(cut, "response.content.comment") + " " + text(cut, "_error.errorClass") + " " + text(cut, "_exchange.state"));
        assertEquals("false", json(cut, "response._rawBody.complete"));
    }

    @Test
    void tunnelsAndTargetsThatAreNoPathsKeepTheirTarget() throws Exception {
        session.request("CONNECT b.test:443 HTTP/1.1\r\nHost: b.test:443").to(new Endpoint(Endpoint.TUNNEL, "b.test", 443))
                .sending(new byte[] {1, 2, 3}).answered("HTTP/1.1 200 OK").with(new byte[] {4, 5}).record();
        session.request("OPTIONS * HTTP/1.1\r\nHost: a.test").answered("HTTP/1.1 204 No Content").record();
        session.request("GET /\u00e4?\u00e4=%E4 HTTP/1.1\r\nHost: a.test").answered("HTTP/1.1 204 No Content").record();
        HarFile file = session.export().file();
        assertEquals("CONNECT tunnel://b.test:443 b.test:443", text(file.entry(0), "request.method") + " " + text(file.entry(0), "request.url") + " "
                + text(file.entry(0), "request._target"));
        assertEquals("AQID base64 BAU= base64", text(file.entry(0), "request.postData.text") + " " + text(file.entry(0), "request.postData._encoding")
                + " " + text(file.entry(0), "response.content.text") + " " + text(file.entry(0), "response.content.encoding"));
        assertEquals("http://a.test *", text(file.entry(1), "request.url") + " " + text(file.entry(1), "request._target"));
        assertFalse(has(file.entry(2), "request", "_target"));
        // Neither the octet E4 nor %E4 is UTF-8: both stay as they stood.
        assertEquals("\u00e4: %E4\n", pairs(file.entry(2), "request.queryString"));
    }

    @Test
    void anExchangeInFlightIsWrittenAsFarAsItCame() throws Exception {
        session.request("GET /done HTTP/1.1\r\nHost: a.test").answered("HTTP/1.1 204 No Content").record();
        Recording open = session.request("GET /open HTTP/1.1\r\nHost: a.test").answered("HTTP/1.1 200 OK\r\nContent-Type: text/plain").open();
        while (session.catalog.read(session.writer.id(), read -> read.exchange(2).flatMap(found -> found.exchange().response())).isEmpty()) {
            LockSupport.parkNanos(100_000);
        }
        HarSession.Exported exported = session.export();
        JsonObject entry = exported.only();
        assertEquals("in_flight 200 -1", text(entry, "_exchange.state") + " " + number(entry, "response.status") + " "
                + number(entry, "response.bodySize"));
        assertEquals(List.of(new HarWarning("in_flight", 1, List.of(2L), "the exchange has not ended")), exported.written().warnings());
        open.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
    }

    @Test
    void multipartFormsGiveTextAndParameters() throws Exception {
        String form = "preamble\r\n--b\"x\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\nv\u00e4lue\r\n--b\"x\r\n"
                + "Content-Disposition: form-data; name=file; filename=\"p\u00e4th.txt\"\r\nContent-Type: text/plain\r\n\r\nline\r\n\r\nline\r\n--b\"x\r\n"
                + "Content-Disposition: form-data\r\n\r\nno name\r\n--b\"x--\r\nepilogue";
        session.request("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Type: multipart/form-data; boundary=\"b\\\"x\"").sending(utf8(form))
                .answered("HTTP/1.1 204 No Content").record();
        JsonObject entry = session.export().only();
        assertEquals(form, text(entry, "request.postData.text"));
        assertEquals("[{\"name\":\"a\\\"b\",\"value\":\"v\u00e4lue\"},{\"name\":\"file\",\"fileName\":\"p\u00e4th.txt\",\"contentType\":\"text/plain\"}]",
                json(entry, "request.postData.params"));
    }

    @Test
    void bodiesCanBeLeftOut() throws Exception {
        session.request("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Type: text/plain").sending(utf8("sent"))
                .answered("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/plain").with(HarBodyTest.gzip(utf8("received"))).record();
        HarSession.Exported exported = session.export(proxymcp.store.SessionQuery.ALL, false);
        JsonObject entry = exported.only();
        assertEquals("{\"mimeType\":\"text/plain\",\"params\":[],\"comment\":\"bodies were left out\"}", json(entry, "request.postData"));
        assertEquals("8 bodies were left out 4", number(entry, "response.content.size") + " " + text(entry, "response.content.comment") + " "
                + number(entry, "request._rawBody.kept"));
        assertFalse(has(entry, "response.content", "text") || has(entry, "response._rawBody", "base64"));
        assertEquals(List.of(), exported.written().warnings());
        assertTrue(new String(exported.octets(), StandardCharsets.UTF_8).contains("bodies were left out"));
    }
}
