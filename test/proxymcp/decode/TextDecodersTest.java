package proxymcp.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.Json;

/** Each decoder of a text format on vectors of its specification, valid and invalid, through the pipeline as callers meet it. */
@Timeout(30)
final class TextDecodersTest {
    private static final Pipeline PIPELINE = new Pipeline(Decoders.builtin());

    private static DecodeResult run(String body, String contentType) {
        return run(body.getBytes(StandardCharsets.UTF_8), contentType);
    }

    private static DecodeResult run(byte[] body, String contentType) {
        Optional<String> type = contentType.isEmpty() ? Optional.empty() : Optional.of(contentType.replaceFirst(";.*", "").strip());
        return PIPELINE.run(new DecodeInput(body, 0, body.length, type, Map.of(DecodeInput.CONTENT_TYPE, contentType), Optional.empty(), Direction.REQUEST),
                DecodeRequest.AUTOMATIC);
    }

    private static DecodeResult chain(String body, String... ids) {
        return PIPELINE.run(DecodeInput.of(body.getBytes(StandardCharsets.UTF_8)), new DecodeRequest(List.of(ids), 8, 1 << 20));
    }

    /** "json decoded, base64 failed: why" and then the content. */
    private static String told(DecodeResult result) {
        StringBuilder told = new StringBuilder();
        for (Layer layer : result.layers()) {
            told.append(layer.path().isEmpty() ? "" : layer.path() + " ").append(layer.decoder()).append(' ').append(layer.status().word())
                    .append(layer.reason().isEmpty() ? "" : " (" + layer.reason() + ")").append("; ");
        }
        return told + switch (result.content()) {
            case Content.Octets octets -> octets.bytes().length + " octets";
            case Content.Text text -> text.text();
            case Content.Json json -> Json.text(json.value());
        };
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void jsonIsReadWithAndWithoutItsType() {
        assertEquals("json decoded; {\"a\":[1,2.50]}", told(run("{\"a\": [1, 2.50]}\n", "application/json")));
        assertEquals("json decoded; {\"a\":1}", told(run(" {\"a\":1} ", "text/plain")));
        assertEquals("json decoded; {\"a\":1}", told(run("\ufeff{\"a\":1}", "application/problem+json; charset=utf-8")));
        assertEquals("json decoded; {\"ü\":1}", told(run("{\"ü\":1}".getBytes(StandardCharsets.UTF_16LE), "application/json; charset=utf-16le")));
    }

    @Test
    void jsonInAStringIsALayerOfItsOwnWithItsPath() {
        assertEquals("json decoded; $.a[0] json decoded; {\"a\":[{\"$decoded\":\"json\",\"value\":{\"inner\":\"x\",\"n\":[1]}}]}",
                told(run("{\"a\":[\"{\\\"inner\\\":\\\"x\\\",\\\"n\\\":[1]}\"]}", "application/json")));
        assertEquals("json decoded; $ json decoded; {\"$decoded\":\"json\",\"value\":{\"a\":\"0123456789\"}}",
                told(run("\"{\\\"a\\\":\\\"0123456789\\\"}\"", "")));
    }

    @Test
    void jsonInTheWrongCharsetIsReadAndSaysSo() {
        assertEquals("json partial (the octets are not UTF-8; read as ISO-8859-1); {\"a\":\"é\"}",
                told(run("{\"a\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1), "application/json; charset=utf-8")));
    }

    @Test
    void jsonThatBreaksOffIsReadUpToThere() {
        String text = "{\"a\":[1,2,{\"b\":\"x\"}],\"c\":tr";
        DecodeResult result = run(text, "application/json");
        assertEquals(LayerStatus.PARTIAL, result.layers().get(0).status());
        assertTrue(told(result).endsWith("; {\"a\":[1,2,{\"b\":\"x\"}]}"), told(result));
        for (int length = 1; length < text.length(); length++) {
            Layer layer = run(text.substring(0, length), "application/json").layers().get(0);
            assertTrue(layer.status() == LayerStatus.FAILED || layer.status() == LayerStatus.PARTIAL, length + " " + layer);
            assertTrue(!layer.reason().isEmpty(), layer.toString());
        }
    }

    @Test
    void prefixesAgainstScriptsAreTakenOff() {
        for (String prefix : List.of(")]}'\n", ")]}',\n", "while(1);", "for (;;);", "{}&& ", "/*-secure-\n")) {
            String told = told(run(prefix + "{\"a\":1}", "application/json"));
            assertTrue(told.startsWith("xssi decoded; json "), prefix + told);
        }
        assertEquals(")]}' is what they write", told(run(")]}' is what they write", "text/plain")));
    }

    @Test
    void base64IsReadInBothAlphabets() {
        assertEquals("base64-json decoded; {\"user\":\"ann\",\"ok\":true}", told(run(base64("{\"user\":\"ann\",\"ok\":true}"), "text/plain")));
        assertEquals("base64 decoded; Many hands make light work.", told(run("TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsu", "")));
        assertEquals("base64 decoded; <<???>>~~~ and more text", told(run("PDw_Pz8-Pn5-fiBhbmQgbW9yZSB0ZXh0", "")));
        assertEquals("base64 decoded; " + "line ".repeat(40), told(run(Base64.getMimeEncoder().encodeToString("line ".repeat(40).getBytes(StandardCharsets.UTF_8)), "")));
        assertEquals("base64 failed (the letters are not those of base64); a=b=c", told(chain("a=b=c", "base64")));
        assertEquals("base64-json failed (what the letters stand for is not JSON); bm90", told(chain("bm90", "base64-json")));
    }

    @Test
    void compressedDataInBase64IsReadThrough() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("{\"deep\":[1]}".getBytes(StandardCharsets.UTF_8));
        }
        String letters = Base64.getEncoder().encodeToString(packed.toByteArray());
        assertEquals("base64 decoded; gzip decoded; json decoded; {\"deep\":[1]}", told(run(letters, "")));
        assertEquals("json decoded; $.d base64 decoded; $.d gzip decoded; $.d json decoded; {\"d\":{\"$decoded\":\"base64/gzip/json\",\"value\":{\"deep\":[1]}}}",
                told(run("{\"d\":\"" + letters + "\"}", "application/json")));
    }

    @Test
    void hexIsALayerWhereItMeansSomething() {
        assertEquals("hex decoded; {\"a\":1,\"b\":2} and on", told(run("7b2261223a312c2262223a327d20616e64206f6e", "")));
        assertEquals("hex decoded; json decoded; {\"a\":1,\"b\":2}", told(run("0x7B2261223A312C2262223A327D", "")));
        assertEquals("hex failed (the letters are not those of hex); xyz", told(chain("xyz", "hex")));
    }

    @Test
    void percentEscapesAreUndone() {
        assertEquals("percent decoded; json decoded; {\"a\":\"ü\"}", told(run("%7B%22a%22%3A%22%C3%BC%22%7D", "")));
        assertEquals("percent partial (some percent signs begin no escape; they stay); 100% of x", told(chain("100%%20of%20x", "percent")));
        assertEquals("percent failed (no percent-escapes); plain", told(chain("plain", "percent")));
    }

    @Test
    void formsBecomeObjects() {
        assertEquals("form decoded; {\"a\":\"1 2\",\"b\":[\"x\",\"ü&\"],\"c\":\"\",\"d\":\"\"}",
                told(run("a=1+2&b=x&b=%C3%BC%26&c=&d", "application/x-www-form-urlencoded; charset=UTF-8")));
        assertEquals("form decoded; $.p base64-json decoded; {\"p\":{\"$decoded\":\"base64-json\",\"value\":{\"id\":\"12345\"}},\"q\":\"1\"}",
                told(run("p=" + base64("{\"id\":\"12345\"}").replace("=", "%3D") + "&q=1", "")));
        assertEquals("form failed (no pair of a name and a value); nothing here", told(run("nothing here", "application/x-www-form-urlencoded")));
    }

    @Test
    void multipartBodiesAreTakenApart() {
        String body = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\ntwo\r\n--XX\r\n"
                + "Content-Disposition: form-data; name=\"f\"; filename=\"r\\\"1.json\"\r\nContent-Type: application/json\r\n\r\n{\"k\":[1,2,3,4]}     \r\n--XX\r\n"
                + "Content-Disposition: form-data; name=\"g\"; filename*=UTF-8''%C3%BC.bin\r\nContent-Type: application/octet-stream\r\n\r\n\u0000\u0001\r\n--XX--\r\n";
        String parts = "{\"parts\":[{\"name\":\"a\",\"headers\":{\"Content-Disposition\":\"form-data; name=\\\"a\\\"\"},\"bytes\":8,\"text\":\"one\\r\\ntwo\"},"
                + "{\"name\":\"f\",\"filename\":\"r\\\"1.json\",\"headers\":{\"Content-Disposition\":\"form-data; name=\\\"f\\\"; filename=\\\"r\\\\\\\"1.json\\\"\","
                + "\"Content-Type\":\"application/json\"},\"bytes\":20,\"text\":{\"$decoded\":\"json\",\"value\":{\"k\":[1,2,3,4]}}},"
                + "{\"name\":\"g\",\"filename\":\"ü.bin\",\"headers\":{\"Content-Disposition\":\"form-data; name=\\\"g\\\"; filename*=UTF-8''%C3%BC.bin\","
                + "\"Content-Type\":\"application/octet-stream\"},\"bytes\":2,\"base64\":\"AAE=\"}]}";
        String layers = "multipart decoded; $.parts[1].text json decoded; ";
        assertEquals(layers + parts, told(run(body, "multipart/form-data; boundary=XX")));
        assertEquals(layers + parts, told(run(body, "multipart/form-data; boundary=\"XX\"")));
        assertEquals(layers + parts, told(run(body, "")));
        assertTrue(told(run(body, "multipart/form-data; boundary=YY")).startsWith("multipart partial (the media type names another boundary than the body has)"));
        assertTrue(told(run(body.substring(0, body.length() - 8), "multipart/form-data; boundary=XX"))
                .startsWith("multipart partial (the body ends without the closing boundary)"));
        assertEquals("multipart failed (the boundary \"XX\" is nowhere in the body); hello", told(run("hello", "multipart/form-data; boundary=XX")));
        for (int length = 0; length < body.length(); length++) {
            run(body.substring(0, length), "multipart/form-data; boundary=XX");
        }
    }

    /** The example of RFC 7519 section 3.1. */
    @Test
    void tokensShowHeaderClaimsAndTimes() {
        String token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
                + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        String expected = "{\"header\":{\"typ\":\"JWT\",\"alg\":\"HS256\"},\"claims\":{\"iss\":\"joe\",\"exp\":1300819380,\"http://example.com/is_root\":true},"
                + "\"times\":{\"exp\":\"2011-03-22T18:43:00Z\"},\"signature\":\"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\"}";
        assertEquals("jwt decoded; " + expected, told(run(token, "")));
        assertEquals("json decoded; $[\"access-token\"] jwt decoded; {\"access-token\":{\"$decoded\":\"jwt\",\"value\":" + expected + "}}",
                told(run("{\"access-token\":\"" + token + "\"}", "application/json")));
        assertTrue(told(run(token.replace(".eyJpc3M", ".!!!"), "application/jwt")).startsWith("jwt partial (the claims are not JSON)"));
        assertTrue(told(run("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d", "")).startsWith("jwt partial (the claims are encrypted)"));
        assertTrue(told(run("only.two", "application/jwt")).startsWith("jwt failed"));
    }

    @Test
    void graphQlRequestsShowKindNameAndFields() {
        assertEquals("graphql decoded; {\"batch\":false,\"operations\":[{\"kind\":\"mutation\",\"name\":\"Add\",\"fields\":[\"addItem\",\"me\"],"
                        + "\"query\":\"mutation Add($a: [In!]! = {x: 1}) @live { first: addItem(in: $a, s: \\\"{\\\") { id } ...F me }\\nfragment F on M { z }\","
                        + "\"variables\":{\"a\":[]}}]}",
                told(run("{\"operationName\":\"Add\",\"query\":\"mutation Add($a: [In!]! = {x: 1}) @live { first: addItem(in: $a, s: \\\"{\\\") { id } ...F me }"
                        + "\\nfragment F on M { z }\",\"variables\":{\"a\":[]}}", "application/json")));
        assertEquals("graphql decoded; {\"batch\":true,\"operations\":[{\"kind\":\"query\",\"fields\":[\"a\"],\"query\":\"{ a }\"},"
                        + "{\"kind\":\"subscription\",\"name\":\"S\",\"fields\":[\"b\"],\"query\":\"subscription S { b }\"}]}",
                told(run("[{\"query\":\"{ a }\"},{\"query\":\"subscription S { b }\"}]", "")));
        assertEquals("graphql decoded; {\"batch\":false,\"operations\":[{\"kind\":\"unknown\",\"name\":\"Q\",\"persisted\":{\"version\":1,\"sha256Hash\":\"ab\"},"
                        + "\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"ab\"}}}]}",
                told(run("{\"operationName\":\"Q\",\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"ab\"}}}", "application/json")));
        assertEquals("graphql decoded; {\"batch\":false,\"operations\":[{\"kind\":\"query\",\"name\":\"Q\",\"fields\":[\"x\"],\"query\":\"query Q { x } # end\"}]}",
                told(run("query Q { x } # end", "application/graphql")));
        assertEquals("json decoded; {\"query\":\"shoes and socks\",\"page\":1}", told(run("{\"query\":\"shoes and socks\",\"page\":1}", "application/json")));
        assertTrue(told(run("query Q { x", "application/graphql")).startsWith("graphql failed"));
    }

    /** The examples of the HTML Standard, section 9.2.6. */
    @Test
    void eventStreamsBecomeEvents() {
        assertEquals("sse decoded; [{\"data\":\"YHOO\\n+2\\n10\"},{\"event\":\"add\",\"id\":\"1\",\"data\":\" second event\"},{\"id\":\"\",\"data\":\"\"}]",
                told(run(": test stream\n\ndata: YHOO\ndata: +2\ndata: 10\n\nevent: add\r\nid: 1\r\ndata:  second event\r\n\r\nid\rdata\r\r", "text/event-stream")));
        assertEquals("sse partial (the last event is not ended by an empty line); [{\"data\":\"a\"}]", told(run("data: a", "text/event-stream")));
        assertEquals("sse decoded; $[0].data json decoded; [{\"data\":{\"$decoded\":\"json\",\"value\":{\"delta\":\"hello\"}}},{\"data\":\"[DONE]\"}]",
                told(run("data: {\"delta\":\"hello\"}\n\ndata: [DONE]\n\n", "")));
        assertTrue(told(run("no field", "text/event-stream")).startsWith("sse failed (no line is a field of an event); no field"));
    }

    @Test
    void linesOfJsonBecomeAnArray() {
        assertEquals("ndjson decoded; [{\"a\":1},[2]]", told(run("{\"a\":1}\n[2]\n", "application/x-ndjson")));
        assertEquals("ndjson decoded; [{\"a\":1},{\"b\":2}]", told(run("{\"a\":1}\r\n\r\n{\"b\":2}", "")));
        assertEquals("ndjson decoded; [{\"a\":1},2]", told(run("\u001e{\"a\":1}\n\u001e2\n", "application/json-seq")));
        assertTrue(told(run("{\"a\":1}\n{\"b\":\n", "application/x-ndjson")).startsWith("ndjson partial (line 2 is not JSON"));
        assertTrue(told(run("no\nlines", "application/x-ndjson")).startsWith("ndjson failed (line 1 is not JSON"));
    }

    @Test
    void htmlBecomesAnOutline() {
        String page = "<!DOCTYPE html><html><head><title>A &amp; B</title><style>p { }</style><script>if (a < b) alert('</p>')</script></head><body>"
                + "<!-- <p>no</p> --><h1>One <b>two</b></h1><p>Text &lt;5 &euro; &#x41;\n  more</p><ul><li><a href='/x?a=1&amp;b=2'>link</a><li>item</ul>"
                + "<form method=post action=/login><input name=user type=text><input name=\"t\" type=hidden value=\"a>b\"></form>"
                + "<table><tr><td>1<td>2</table></body></html>";
        assertEquals("html decoded; title: A & B\n# One two\nText <5 € A more\n- [link](/x?a=1&b=2)\n- item\n<form post /login>\n<input name=user type=text>\n"
                + "<input name=t type=hidden value=a>b>\n1 | 2", told(run(page, "text/html; charset=utf-8")));
        assertTrue(told(run(page, "")).startsWith("html decoded; title"));
        for (int length = 0; length < page.length(); length++) {
            run(page.substring(0, length), "text/html");
        }
        assertEquals("html failed (no tag in it); plain", told(run("plain", "text/html")));
    }

    @Test
    void damageInAnyByteEndsInALayerAndNotInAnException() {
        List<String> bodies = List.of("{\"a\":[\"eyJhIjoxLCJiIjpbMSwyLDNdfQ==\"]}", "a=1&b=%7B%22x%22%3A1%7D", "data: {\"a\":1}\n\nid: 5\n\n",
                "{\"query\":\"query Q($a: Int) { x(a: $a) { y } }\"}", "{\"a\":1}\n{\"b\":2}\n", "<html><p title=\"x\">&amp;</p></html>",
                "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--X--\r\n");
        List<String> types = List.of("application/json", "application/x-www-form-urlencoded", "text/event-stream", "application/graphql",
                "application/x-ndjson", "text/html", "multipart/form-data; boundary=X");
        for (int i = 0; i < bodies.size(); i++) {
            byte[] body = bodies.get(i).getBytes(StandardCharsets.UTF_8);
            for (int at = 0; at < body.length; at++) {
                for (int octet : new int[] {0, 0x22, 0x25, 0x5c, 0x80, 0xff}) {
                    byte[] damaged = body.clone();
                    damaged[at] = (byte) octet;
                    run(damaged, types.get(i)).layers().forEach(layer -> assertEquals(layer.status() == LayerStatus.DECODED, layer.reason().isEmpty()));
                    run(Arrays.copyOf(damaged, at), "");
                }
            }
        }
    }
}
