package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.Route;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.store.StoredExchange;

/** What other programs write, traps included: files of our own making, and what a reader of the session must find. */
@Timeout(60)
final class HarImportTest {
    @TempDir
    Path folder;

    private HarImports imports;

    @BeforeEach
    void begin() {
        imports = new HarImports(folder);
    }

    @AfterEach
    void close() throws Exception {
        imports.close();
    }

    private ImportedHar imported(String name) throws Exception {
        return imports.run(HarImports.fixture(name));
    }

    private static final String DECODED =
            "note: the response body was recorded with its content coding undone; its Content-Encoding field is kept as it was written";

    private static String latin1OfUtf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Test
    void aBrowsersPseudoHeadersJoinedLinesUrlsAndErrorsAreKept() throws Exception {
        ImportedHar har = imported("chrome.har");
        assertEquals("""
                1 GET https://Shop.Example/a b?q=\u00e4#top HTTP/2 target /a%20b?q=%C3%A4
                    :authority: shop.example
                    :method: GET
                    :path: /a%20b?q=%C3%A4
                    :scheme: https
                    accept: */*
                    accept:\s
                  HTTP/2 200\s
                    content-encoding: br
                    content-type: text/html; charset=utf-8
                    x-joined: a=1; Expires=Wed, 09 Jun 2021 10:18:14 GMT
                    x-joined: b=2
                  body 14: <p>SIZE</p>
                  DECODED
                2 GET https://shop.example/dot.gif HTTP/2 target /dot.gif
                  HTTP/2 200\s
                    content-type: image/gif
                  body 6: GIF89a
                3 GET https://gone.example/ HTTP/1.1 target /
                  dns: net::ERR_NAME_NOT_RESOLVED
                4 GET data:image/png;base64,iVBORw0KGgo= HTTP/1.1 target image/png;base64,iVBORw0KGgo=
                  HTTP/1.1 200 OK
                    Content-Type: image/png
                  body 0 of 8:\s
                5 GET blob:https://shop.example/7f3c HTTP/1.1 target https://shop.example/7f3c
                  HTTP/1.1 304 Not Modified
                  body 5: cache
                6 GET chrome-extension://abcdef/x.js?1 HTTP/1.1 target /x.js?1
                  HTTP/1.1 204 No Content
                """.replace("SIZE", latin1OfUtf8("gr\u00f6\u00dfe")).replace("DECODED", DECODED), imports.shown(har));
        assertEquals("""
                3 http_version: httpVersion is ""; HTTP/1.1 was assumed
                4 body_missing: the response body of 8 octets is not in the file
                sanitized: no entry has a Cookie, Set-Cookie or Authorization field: Chrome leaves them out unless the HAR is exported with sensitive data
                """, HarImports.warnings(har));
        assertEquals(List.of("Shop.Example https://Shop.Example/a b?q=\u00e4#top", "shop.example https://shop.example/dot.gif",
                "gone.example https://gone.example/", " data:image/png;base64,iVBORw0KGgo=", " blob:https://shop.example/7f3c",
                "abcdef chrome-extension://abcdef/x.js?1"), imports.indexedUrls(har));
        assertEquals("chrome 6 0 0 1740830400250 1740830405000", har.exporter().kind() + " " + har.total() + " " + har.skipped() + " " + har.errors() + " "
                + har.firstMillis().getAsLong() + " " + har.lastMillis().getAsLong());
    }

    @Test
    void connectionsAndPhasesAreTakenAsFarAsTheyAreKnown() throws Exception {
        List<StoredExchange> exchanges = imports.exchanges(imported("chrome.har"));
        assertEquals(new Route(Optional.empty(), "[2001:db8::7]:443", 443_123, false, Optional.empty()), exchanges.get(0).exchange().route().orElseThrow());
        assertEquals(new Route(Optional.empty(), "203.0.113.9:443", 443_123, true, Optional.empty()), exchanges.get(1).exchange().route().orElseThrow());
        assertEquals(Optional.empty(), exchanges.get(2).exchange().route());
        // HAR counts ssl within connect too; we do not.
        assertEquals(new Timings(1_250_000, 2_000_000, 12_000_000, 8_000_000, 500_000, 10_000_000, 7_750_000, 41_500_000),
                exchanges.get(0).exchange().timings());
        assertEquals(new Timings(-1, -1, -1, -1, 0, 0, 0, 0), exchanges.get(4).exchange().timings());
        assertEquals(new Endpoint("https", "shop.example", 443), exchanges.get(0).exchange().start().endpoint());
        assertEquals(new Endpoint("data", "", -1), exchanges.get(3).exchange().start().endpoint());
        assertEquals(new Client("", "", Source.HAR, Optional.empty(), 0), exchanges.get(0).exchange().start().client());
    }

    @Test
    void oddValuesAreRepairedAndOnlyWhatIsNoRequestIsSkipped() throws Exception {
        ImportedHar har = imported("odd-values.har");
        assertEquals("""
                1 GET http://a.test/1 HTTP/1.1 target /1
                  HTTP/1.1 200 OK
                  body 0:\s
                2 get http://a.test:80/2 HTTP/1.0 target /2
                  HTTP/1.0 204 No Content
                3 POST_IT http://a.test HTTP/1.1 target /
                    a%3Ab: 5
                  closed: the HAR file has no response head, and does not say why
                  note: the HAR file has the method "POST IT", which is no token
                  note: the HAR file has the status 1000, which is none; the response head is left out
                4 GET http://user:pw@a.test:8080?x HTTP/2 target /?x
                  HTTP/3 200\s
                5 GET http://a.test/5 HTTP/1.1 target /5
                  closed: the HAR file has no response
                  note: the HAR file has no method; GET was assumed
                6 GET http://[::1/broken HTTP/3 target //[::1/broken
                  timeout: Timeout 30000ms exceeded
                """, imports.shown(har));
        assertEquals("""
                1 bad_number: status is a number in quotes
                1 bad_number: size is a number in quotes
                1 bad_number: send is a number in quotes
                1 bad_number: receive is negative: -7.0
                1 bad_number: time is no number: NaN
                2 bad_status: statusText holds a line end or NUL, which became a space
                2 bad_header: a header is null; it was left out
                2 bad_header: a header is a number; it was left out
                2 bad_header: a header has no name; it was left out
                2 bad_header: a header has an empty name; it was left out
                3 http_version: httpVersion is "od:"; HTTP/1.1 was assumed
                3 bad_header: the value of header "a:b" is not a text; it was taken as it stands there
                3 bad_header: the name of header "a:b" holds a colon, which became %3A
                3 bad_method: the HAR file has the method "POST IT", which is no token
                3 bad_status: the HAR file has the status 1000, which is none; the response head is left out
                3 bad_date: startedDateTime has no time zone; it was taken as UTC
                4 bad_date: startedDateTime is a number; it was taken as milliseconds since 1970
                5 http_version: httpVersion is "unknown"; HTTP/1.1 was assumed
                5 bad_method: its request has no method; GET was assumed
                5 no_response: it has no response
                5 bad_date: startedDateTime is missing or no date; it became the time of the import
                6 bad_url: its URL is not absolute: /relative
                7 bad_url: its request has no URL
                8 no_request: it has no request
                9 not_an_entry: it is not an object
                10 bad_url: the host of its URL cannot be understood: http://[::1/broken
                """, HarImports.warnings(har));
        assertEquals("10 4 23", har.total() + " " + har.skipped() + " " + har.errors());
        List<Long> starts = imports.exchanges(har).stream().map(stored -> stored.exchange().start().startedAtMillis()).toList();
        assertEquals(List.of(1_704_157_445_678L, 1_704_164_645_000L, 1_704_164_640_000L, 1_704_164_645_678L), starts.subList(0, 4));
        assertEquals(har.session().startedAtMillis(), starts.get(4));
    }

    @Test
    void bodiesGetTheOctetsThatWereSentAsFarAsTheyCanBeTold() throws Exception {
        ImportedHar har = imported("bodies.har");
        assertEquals("""
                1 POST http://a.test/1 HTTP/1.1 target /1
                    Content-Type: text/plain; charset=iso-8859-1
                  body 5: gr\u00f6\u00dfe
                  HTTP/1.1 200\s
                    Content-Type: text/html
                  body 24: <meta charset=shift_jis>
                2 POST http://a.test/2 HTTP/1.1 target /2
                    Content-Type: application/x-www-form-urlencoded
                  body 25: a+b=1%262&sent=%41+b&flag
                  HTTP/1.1 200\s
                    Content-Encoding: gzip
                  body 10: plain text
                  DECODED
                3 POST http://a.test/3 HTTP/1.1 target /3
                    Content-Type: multipart/form-data; boundary="x y"
                  body 168: --x y|Content-Disposition: form-data; name="n%221"||v|--x y|Content-Disposition: form-data; name="f"; filename="a.txt"\
                |Content-Type: text/plain||data|--x y--|
                  HTTP/1.1 200\s
                    Content-Encoding: gzip
                  body 25: GZIP
                4 PUT http://a.test/4 HTTP/1.1 target /4
                  body 0 of 70:\s
                  HTTP/1.1 200\s
                  body 20: this is {not} base64
                5 PUT http://a.test/5 HTTP/1.1 target /5
                  body 4: \0\1\u00ff\u00fb
                  HTTP/1.1 200\s
                    Content-Type: text/plain; charset=utf-8
                  body 13: lone REPLACED half
                6 GET http://a.test/6 HTTP/1.1 target /6
                  HTTP/1.1 200\s
                  body 5 of 4096: begin
                7 HEAD http://a.test/7 HTTP/1.1 target /7
                  HTTP/1.1 200\s
                    Content-Encoding: br
                8 POST http://a.test/8 HTTP/1.1 target /8
                  body 0:\s
                  HTTP/1.1 200\s
                    Content-Type: text/plain; charset=iso-8859-1
                  body 5: 5 EURO
                """.replace("DECODED", DECODED).replace("REPLACED", latin1OfUtf8("\ufffd")).replace("EURO", latin1OfUtf8("\u20ac"))
                .replace("GZIP", new String(Base64.getDecoder().decode("H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA=="), StandardCharsets.ISO_8859_1)),
                imports.shown(har));
        assertEquals("""
                2 body_from_params: the request body was made of postData.params; its octets may have been others
                3 body_from_params: the request body was made of postData.params; its octets may have been others
                4 body_missing: the request body of 70 octets is not in the file
                4 bad_base64: a body is said to be in base64, and is not; it was taken as text
                5 bad_text: 1 halves of surrogate pairs stand alone; they became U+FFFD
                8 charset: a body has characters that its charset ISO-8859-1 lacks; it was taken in UTF-8
                """, HarImports.warnings(har));
        StoredExchange first = imports.exchanges(har).get(0);
        assertEquals(Optional.of(HexFormat.of().formatHex(HarSession.sha256(HarFile.latin1("gr\u00f6\u00dfe")))), first.requestBody().sha256());
    }

    @Test
    void headersAreTakenInEveryForm() throws Exception {
        ImportedHar har = imported("pairs.har");
        assertEquals("""
                1 GET http://a.test/ HTTP/1.1 target /
                    Host: a.test
                    X-Two: 1
                    X-Two: 2
                    X-Two: 3
                    X-Line: as sent
                  HTTP/1.1 200 REASON
                    Server: x
                    Set-Cookie: a=1
                    Set-Cookie: b=2
                    X-Wide: WIDE
                    X-Latin: \u00e9
                    X Space: kept
                    X-Nul: a b
                """.replace("REASON", latin1OfUtf8("Gr\u00f6\u00dfe \u5927")).replace("WIDE", latin1OfUtf8("\u5927")), imports.shown(har));
        assertEquals("""
                1 bad_header: a header is an array, but no pair of name and value; it was left out
                1 bad_header: header "X-Nul" holds a line end or NUL, which became a space
                """, HarImports.warnings(har));
        assertEquals(1_704_184_441_123L, har.firstMillis().getAsLong());
    }

    @Test
    void marksAndCallsAroundTheTextAreNothing() throws Exception {
        for (String name : List.of("bom.har", "jsonp.harp")) {
            ImportedHar har = imported(name);
            assertEquals("""
                    1 GET http://a.test/ HTTP/1.1 target /
                      HTTP/1.1 200 OK
                      body 2: hi
                    """, imports.shown(har), name);
            assertEquals("mitmproxy 10 mitmproxy {}", har.exporter().name() + " " + har.exporter().version() + " " + har.exporter().kind() + " "
                    + har.warningCounts());
        }
    }

    @Test
    void everyHttpVersionInTheWildIsOneOfFour() throws Exception {
        String[] wild = {"HTTP/1.0 1.0", "HTTP/1.1 http/1.1 1.1", "HTTP/2 h2 HTTP/2 http/2.0 HTTP/2.0", "HTTP/3 h3 HTTP/3 http/3.0 h3-29 http/2+quic/46"};
        for (String row : wild) {
            String[] names = row.split(" ");
            for (String name : names) {
                ImportedHar har = imports.run(imports.file("v.har", entry("\"method\":\"GET\",\"url\":\"http://a.test/\",\"httpVersion\":\"" + name + "\"")));
                assertEquals(names[0], imports.exchanges(har).get(0).exchange().start().head().version().toString(), name);
            }
        }
    }

    private static String entry(String request) {
        return "{\"log\":{\"entries\":[{\"startedDateTime\":\"2024-01-02T03:04:05Z\",\"request\":{" + request + "},\"response\":{\"status\":200}}]}}";
    }

    @Test
    void whatNoRecordCanHoldIsSkippedOrShortenedAndSaysSo() throws Exception {
        String data = "data:text/plain," + "x".repeat(1_000_000);
        ImportedHar cut = imports.run(imports.file("long.har", entry("\"method\":\"GET\",\"httpVersion\":\"h2\",\"url\":\"" + data + "\"")));
        assertEquals(data.substring(0, 800_000), imports.exchanges(cut).get(0).exchange().start().url());
        assertEquals(1, cut.warningCounts().get("long_url"));
        ImportedHar skipped = imports.run(imports.file("wide.har", entry("\"method\":\"GET\",\"httpVersion\":\"h2\",\"url\":\"http://a.test/?" + "\u65e5".repeat(300_000) + "\"")));
        assertEquals("1 too_large", skipped.skipped() + " " + skipped.warnings().get(0).kind());
        ImportedHar header = imports.run(imports.file("head.har", entry("\"method\":\"GET\",\"httpVersion\":\"h2\",\"url\":\"http://a.test/\",\"headers\":[{\"name\":\"a\",\"value\":\""
                + "y".repeat(950_000) + "\"}]")));
        assertEquals("1 too_large: a message head is 950021 octets long, more than 900000", header.skipped() + " " + header.warnings().get(0).kind() + ": "
                + header.warnings().get(0).message());
        ImportedHar many = imports.run(imports.file("many.har", entry("\"method\":\"GET\",\"httpVersion\":\"h2\",\"url\":\"http://a.test/\",\"headers\":[" + "1,".repeat(200_000)
                + "1]")));
        assertEquals("1 too_large", many.skipped() + " " + many.warnings().get(0).kind());
    }

    @Test
    void theFirstHundredWarningsAreKeptAndAllAreCounted() throws Exception {
        ImportedHar har = imports.run(imports.file("bad.har", "{\"log\":{\"entries\":[" + "1,".repeat(249) + "2]}}"));
        assertEquals("250 250 100 {not_an_entry=250}", har.total() + " " + har.skipped() + " " + har.warnings().size() + " " + har.warningCounts());
        assertEquals(Optional.of("imported"), har.session().name());
        assertEquals(0, har.session().exchangeCount());
    }

    @Test
    void secretsThatAreThereAreNotMissed() throws Exception {
        String text = Files.readString(HarImports.fixture("chrome.har"));
        assertEquals(null, imports.run(imports.file("c.har", text.replace("\"accept\", \"value\": \"\"", "\"cookie\", \"value\": \"a\""))).warningCounts()
                .get("sanitized"));
        assertEquals(null, imports.run(imports.file("c.har", text.replace("2025-", "2023-"))).warningCounts().get("sanitized"));
        assertEquals(null, imports.run(imports.file("c.har", text.replace("WebInspector", "Firefox"))).warningCounts().get("sanitized"));
    }
}
