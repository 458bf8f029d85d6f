package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.http.Fields;
import proxymcp.text.TimeLimit;

/** The program that scripts carry along finds what selectors find, and codes as codings code. */
@Timeout(60)
final class ScriptSelectorsTest {
    @TempDir
    Path folder;

    private String program(String input, String... arguments) throws IOException, InterruptedException {
        Path file = folder.resolve("flow.py");
        try (InputStream in = CurlScript.class.getResourceAsStream("script/flow.py")) {
            Files.write(file, in.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of(Programs.require("python3").toString(), "-I", "-S", "-X", "utf8", file.toString(), folder.toString()));
        command.addAll(Arrays.asList(arguments));
        Path given = folder.resolve("given");
        Path said = folder.resolve("said");
        Files.writeString(given, input);
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(given.toFile()).redirectOutput(said.toFile()).redirectErrorStream(true);
        Process process = builder.start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the program did not end");
        }
        return process.exitValue() == 3 ? "nothing" : Files.readString(said);
    }

    private void finds(String type, String body, Map<String, String> wanted, String... fields) throws Exception {
        StringBuilder head = new StringBuilder("HTTP/1.1 100 Continue\r\nX-Early: no\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n");
        List<Fields.Line> lines = new ArrayList<>(List.of(new Fields.Line("Content-Type", type)));
        for (int i = 0; i < fields.length; i += 2) {
            head.append(fields[i]).append(": ").append(fields[i + 1]).append("\r\n");
            lines.add(new Fields.Line(fields[i], fields[i + 1]));
        }
        Files.writeString(folder.resolve("s1.head"), head + "\r\n");
        Files.writeString(folder.resolve("s1.body"), body);
        ResponseParts parts = ResponseParts.of(Fields.of(lines), body.getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, String> each : wanted.entrySet()) {
            Optional<String> found = Selector.parse(each.getKey()).find(parts, TimeLimit.ofMillis(1_000, 1_000).begin());
            assertEquals(each.getValue(), found.orElse("nothing"), each.getKey());
            assertEquals(each.getValue(), program("", "find", "s1", each.getKey()), each.getKey());
        }
    }

    @Test
    void selectorsOfSeveralStepsFindTheSame() throws Exception {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String jwt = encoder.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + encoder.encodeToString("{\"tenant\":\"t-1\",\"n\":1.50}".getBytes(StandardCharsets.UTF_8)) + ".sig";
        Map<String, String> wanted = new LinkedHashMap<>();
        wanted.put("header:authorization | jwt:$.tenant", "t-1");
        wanted.put("header:authorization | jwt:$.header.alg", "none");
        wanted.put("header:authorization | jwt:$.n", "1.50");
        wanted.put("header:location | query:code", "a+b c");
        wanted.put("header:location | path:2", "or der");
        wanted.put("header:location | fragment:state", "x");
        wanted.put("header:x-early", "nothing");
        wanted.put("cookie:sid", "\"new\"");
        wanted.put("json:$.inner | json:$.deep[-1]", "2");
        wanted.put("json:$.gid | base64 | regex:Order/(\\d+)", "77");
        wanted.put("json:$.none", "nothing");
        wanted.put("json:$..id", "7");
        wanted.put("json:$['a b'][0]", "true");
        wanted.put("json:$['a b']", "[true,1e5,{\"k\":\"ü\"}]");
        wanted.put("regex:\"gid\":\"(?<g>[^\"]*)\" | base64", "gid://shop/Order/77");
        finds("application/json; charset=utf-8", "{\"inner\":\"{\\\"deep\\\":[1,2]}\",\"gid\":\"Z2lkOi8vc2hvcC9PcmRlci83Nw\",\"none\":null,\"x\":{\"id\":7},"
                + "\"a b\":[true,1e5,{\"k\":\"ü\"}]}", wanted, "Authorization", "Bearer " + jwt, "Location", "https://h/one/or%20der?x=1&code=a%2Bb+c#state=x",
                "Set-Cookie", "sid=old", "Set-Cookie", "sid=\"new\"; Path=/");
    }

    @Test
    void pagesAndStreamsAreReadTheSame() throws Exception {
        Map<String, String> page = new LinkedHashMap<>();
        page.put("html:input[name=csrf]", "a+b\"c");
        page.put("html:a[href*=/orders/]@href | path:2", "812");
        page.put("html:meta[name=tok]", "m>1");
        page.put("html:input[name=x]@data-y", "z");
        page.put("html:script[id=s] | regex:= '([^']*)' | js", "it's é");
        page.put("html:input[name=gone]", "nothing");
        finds("text/html", "<!-- <input name=csrf value=no> --><INPUT type=hidden value='a&#43;b&quot;c' name=csrf><a class=b href=\"/orders/812?x=1\">o</a>"
                + "<meta content=\"m>1\" name=\"tok\"/><input name=\"x\" data-y=z disabled><script id=s>var a = 'it\\x27s \\u00e9'; '<b>'</script>", page);
        Map<String, String> events = new LinkedHashMap<>();
        events.put("sse:$.id", "5");
        events.put("sse:1", "two\nlines");
        events.put("sse:2:$.id", "6");
        events.put("sse:9", "nothing");
        finds("text/event-stream", "data: {\"id\":5}\n\nevent: x\ndata:two\ndata: lines\n\n:c\ndata: 42{\"id\":6}\n", events);
        finds("application/x-ndjson", "{\"a\":1}\n{\"a\":\"b\"}\n", Map.of("json:$[1].a", "b"));
        finds("application/json", ")]}',\n{\"a\":\"p\"}", Map.of("json:$.a", "p"));
    }

    @Test
    void codingsWriteTheSame() throws Exception {
        String value = "Aä~ +/?&='\"<>\\(*)!:@$,;%\u20ac";
        for (Coding coding : Coding.values()) {
            assertEquals(coding.apply(value), program(value, "code", coding.word()), coding.word());
        }
        assertEquals("QVN+Ww==", program("aS~[", "code", "upper+base64"));
        assertEquals("a%2Fb".replace("%", "%25"), program("a/b", "code", "url+url"));
    }

    @Test
    void whatTheClientMakesHasTheFormOfTheRecording() throws Exception {
        Map<List<String>, String> forms = new LinkedHashMap<>();
        forms.put(List.of("made", "iso", "2026-01-02T03:04:05.678Z"), "20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z");
        forms.put(List.of("made", "iso", "2026-01-02 03:04:05+01:00"), "20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{8}\\+00:00");
        forms.put(List.of("made", "http", ""), "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} 20[0-9]{2} [0-9:]{8} GMT");
        forms.put(List.of("made", "micros", ""), "[0-9]{16}");
        forms.put(List.of("made", "uuid", "upper"), "[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}");
        forms.put(List.of("made", "nonce", "digits", "20"), "[1-9][0-9]{19}");
        for (Map.Entry<List<String>, String> form : forms.entrySet()) {
            String made = program("", form.getKey().toArray(String[]::new));
            assertEquals(made.replaceFirst("^" + form.getValue() + "$", "good"), "good", form.getKey() + " " + made);
        }
        // RFC 7636 appendix B.
        assertEquals("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", program("", "made", "pkce", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
    }

    @Test
    void digestsAreMadeOfThePartsOfTheRequest() throws Exception {
        Files.writeString(folder.resolve("s1.unsigned"), "POST\nHTTP://Shop.test:80/a b?z=1&sig=&a=%20x\nX-Time: 7\nCookie: p=q; r=s\n");
        Files.writeString(folder.resolve("s1.request"), "{\"n\":5}");
        // Each is the text whose MD5 is asked for.
        Map<List<String>, String> texts = new LinkedHashMap<>();
        texts.put(List.of("method", ""), "POST");
        texts.put(List.of("host", ""), "shop.test");
        texts.put(List.of("target", "sig"), "/a%20b?z=1&a=%20x");
        texts.put(List.of("sorted_query", "sig"), "a=%20x&z=1");
        texts.put(List.of("sorted_pairs", "sig"), "a xz1");
        texts.put(List.of("body", ""), "{\"n\":5}");
        texts.put(List.of("field", "request.header.x-time"), "7");
        texts.put(List.of("field", "request.cookie.r"), "s");
        texts.put(List.of("field", "request.query.a"), " x");
        texts.put(List.of("field", "request.json.$.n"), "5");
        texts.put(List.of("literal", "it"), "it");
        for (Map.Entry<List<String>, String> text : texts.entrySet()) {
            String digest = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text.getValue().getBytes(StandardCharsets.UTF_8)));
            assertEquals(digest, program("", "sign", "s1", "MD5", "hex", "", text.getKey().get(0), text.getKey().get(1)), text.getKey().toString());
        }
        // RFC 4231 section 4.3.
        assertEquals("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", program("", "sign", "s1", "HmacSHA256", "hex", " ", "value", "Jefe",
                "literal", "what do ya want", "literal", "for nothing?"));
    }
}
