package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.store.Session;

/** Every place where a request may use a value, every place where an answer may hold it, every coding between both. */
@Timeout(60)
final class PlacesTest {
    private static final String TOKEN = "k3Jx9QmZ7vLp2Rt8Wy5B";
    /** What has to be coded wherever it stands. */
    private static final String MARKED = "k3J\"x9&Q<mZ>/7+vL%p'2=Rt8Wy5B";

    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private FlowTemplate template(WrittenExchange... exchanges) throws Exception {
        try (Session session = sessions.write(List.of(exchanges))) {
            return RecordedSessions.make(session);
        }
    }

    private static List<String> locations(FlowTemplate template) {
        return template.edges().stream().map(edge -> edge.from() + " " + edge.location()).toList();
    }

    private static List<String> selectors(FlowTemplate template) {
        return template.edges().stream().map(Edge::selector).toList();
    }

    private static WrittenExchange get(String target) {
        return new WrittenExchange("GET", "a.example", target);
    }

    private static WrittenExchange post(String type, String body) {
        return new WrittenExchange("POST", "a.example", "/use").body(type, body);
    }

    private static WrittenExchange json(String body) {
        return get("/give").answer(200, "application/json", body);
    }

    private static WrittenExchange html(String body) {
        return get("/give").answer(200, "text/html; charset=utf-8", body);
    }

    private static String base64Url(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String quoted(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    @Test void everyPlaceOfUse() throws Exception {
        Map<String, WrittenExchange> uses = new LinkedHashMap<>();
        uses.put("request.path.2", get("/items/" + TOKEN + "/show"));
        uses.put("request.query.q", get("/use?x=1&q=" + TOKEN));
        uses.put("request.header.x-any", get("/use").header("X-Any", TOKEN));
        uses.put("request.header.authorization", get("/use").header("Authorization", "Bearer " + TOKEN));
        uses.put("request.cookie.own", get("/use").header("Cookie", "a=b; own=" + TOKEN));
        uses.put("request.form.f", post("application/x-www-form-urlencoded", "e=1&f=" + TOKEN));
        uses.put("request.multipart.m", post("multipart/form-data; boundary=BB", "--BB\r\nContent-Disposition: form-data; name=\"m\"\r\n\r\n" + TOKEN + "\r\n--BB--\r\n"));
        uses.put("request.json.$.a.list[1].b", post("application/json", "{\"a\":{\"list\":[1,{\"b\":\"" + TOKEN + "\"}]}}"));
        uses.put("request.jwt.authorization.sub", get("/use").header("Authorization", "Bearer " + base64Url("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "."
                + base64Url("{\"sub\":\"" + TOKEN + "\",\"iat\":1}") + "." + "s".repeat(43)));
        uses.put("request.layer.query.state.v", get("/use?state=" + base64Url("{\"v\":\"" + TOKEN + "\"}")));
        uses.put("request.layer.authorization.password", get("/use").header("Authorization", "Basic " + Base64.getEncoder()
                .encodeToString(("me:" + TOKEN).getBytes(StandardCharsets.UTF_8))));
        for (Map.Entry<String, WrittenExchange> use : uses.entrySet()) {
            FlowTemplate template = template(json("{\"v\":\"" + TOKEN + "\"}"), use.getValue().answer(200, "application/json", "{}"));
            assertEquals(List.of("s1 " + use.getKey()), locations(template), use.getKey());
            boolean signed = use.getKey().startsWith("request.jwt");
            assertEquals(signed ? 1 : 0, template.warnings().size(), () -> use.getKey() + template.warnings());
        }
    }

    @Test void everyPlaceOfProduction() throws Exception {
        Map<String, WrittenExchange> places = new LinkedHashMap<>();
        places.put("json:$.a.list[1].b", json("{\"a\":{\"list\":[1,{\"b\":\"" + TOKEN + "\"}]}}"));
        places.put("cookie:c", get("/give").responseHeader("Set-Cookie", "c=" + TOKEN + "; Path=/").answer(200, "text/plain", ""));
        places.put("header:x-any", get("/give").responseHeader("X-Any", TOKEN).answer(200, "text/plain", ""));
        places.put("header:location | query:code", get("/give").responseHeader("Location", "https://b.example/cb?code=" + TOKEN + "&x=1").answer(302, "text/plain", ""));
        places.put("header:location | fragment:code", get("/give").responseHeader("Location", "/cb#x=1&code=" + TOKEN).answer(302, "text/plain", ""));
        places.put("header:location | path:2", get("/give").responseHeader("Location", "/orders/" + TOKEN).answer(302, "text/plain", ""));
        places.put("html:input[name=f]", html("<form><input name=e value=x><input type='hidden' name='f' value='" + TOKEN + "'></form>"));
        places.put("html:meta[name=f]", html("<meta name=f content=\"" + TOKEN + "\">"));
        places.put("html:form[id=f]@data-key", html("<form id=f data-key=" + TOKEN + ">"));
        places.put("html:a[href*=/go?]@href | query:key", html("<a href='/no?x=1'></a><a href=\"/go?a=1&amp;key=" + TOKEN + "\">"));
        places.put("html:script[id=f] | json:$.a.key", html("<script id=f type=application/json>{\"a\":{\"key\":\"" + TOKEN + "\"}}</script>"));
        places.put("regex:(?<![\\w$-])key[\"']?\\s{0,3}[:=]\\s{0,3}[\"']([^\"'\\n]{4,4096})", html("<script>var c = {key: '" + TOKEN + "'};</script>"));
        places.put("sse:$.key", get("/give").answer(200, "text/event-stream", "data: {\"key\":\"" + TOKEN + "\"}\n\n"));
        places.put("json:$.t | jwt:$.sub", json("{\"t\":\"" + base64Url("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + base64Url("{\"sub\":\"" + TOKEN + "\"}") + "."
                + "s".repeat(43) + "\"}"));
        for (Map.Entry<String, WrittenExchange> place : places.entrySet()) {
            FlowTemplate template = template(place.getValue(), get("/use?q=" + TOKEN).answer(200, "application/json", "{}"));
            assertEquals(List.of(place.getKey()), selectors(template), place.getKey());
            assertEquals(List.of(true), template.steps().get(0).extracts().stream().map(Extract::required).toList(), place.getKey());
            assertEquals(List.of(), template.warnings());
        }
    }

    /** What the answer holds, what the request sends, and what the template says lies between both. */
    @Test void everyCoding() throws Exception {
        String once = Coding.URL.apply(MARKED);
        String twice = Coding.URL.apply(once);
        String lower = TOKEN.toLowerCase(Locale.ROOT);
        Map<String, WrittenExchange[]> codings = new LinkedHashMap<>();
        codings.put("q []", new WrittenExchange[] {json("{\"v\":\"" + quoted(MARKED) + "\"}"), get("/use?q=" + once)});
        codings.put("q [] ", new WrittenExchange[] {html("<input name=v value=\"" + Coding.HTML.apply(MARKED) + "\">"), get("/use?q=" + once)});
        codings.put("q []  ", new WrittenExchange[] {get("/give").responseHeader("Location", "/x?v=" + once).answer(302, "text/plain", ""), get("/use?q=" + once)});
        codings.put("q [url]", new WrittenExchange[] {json("{\"v\":\"" + quoted(MARKED) + "\"}"), get("/use?q=" + twice)});
        codings.put("q [url, url]", new WrittenExchange[] {json("{\"v\":\"" + quoted(MARKED) + "\"}"), get("/use?q=" + Coding.URL.apply(twice))});
        codings.put("f []", new WrittenExchange[] {json("{\"v\":\"" + quoted(MARKED) + "\"}"), post("application/x-www-form-urlencoded", "f=" + once)});
        codings.put("$.j []", new WrittenExchange[] {html("<input name=v value=\"" + Coding.HTML.apply(MARKED) + "\">"),
                post("application/json", "{\"j\":\"" + quoted(MARKED) + "\"}")});
        codings.put("q [base64]", new WrittenExchange[] {json("{\"v\":\"" + quoted(MARKED) + "?\"}"), get("/use?q=" + Coding.URL.apply(Coding.BASE64.apply(MARKED + "?")))});
        codings.put("q [base64url]", new WrittenExchange[] {json("{\"v\":\"" + quoted(MARKED) + "\"}"), get("/use?q=" + Coding.BASE64URL.apply(MARKED))});
        codings.put("q [upper]", new WrittenExchange[] {json("{\"v\":\"" + lower + "\"}"), get("/use?q=" + lower.toUpperCase(Locale.ROOT))});
        codings.put("q [lower]", new WrittenExchange[] {json("{\"v\":\"" + TOKEN.toUpperCase(Locale.ROOT) + "\"}"), get("/use?q=" + lower)});
        codings.put("q []   ", new WrittenExchange[] {json("{\"v\":\"" + Coding.BASE64.apply(TOKEN) + "\"}"), get("/use?q=" + TOKEN)});
        codings.put("q []    ", new WrittenExchange[] {json("{\"v\":\"" + twice + "\"}"), get("/use?q=" + twice)});
        for (Map.Entry<String, WrittenExchange[]> coding : codings.entrySet()) {
            FlowTemplate template = template(coding.getValue()[0], coding.getValue()[1].answer(200, "application/json", "{}"));
            List<String> found = new ArrayList<>();
            template.edges().forEach(edge -> found.add(edge.location().replaceAll("request\\.[a-z]+\\.", "") + " " + edge.transform()));
            assertEquals(List.of(coding.getKey().strip()), found, coding.getKey());
            assertEquals(List.of(true), template.steps().get(0).extracts().stream().map(Extract::required).toList(), coding.getKey());
            assertEquals(List.of(), template.warnings(), coding.getKey());
        }
    }

    @Test void valuesNeedFourCharactersAndNoneMayComeUponThemByChance() throws Exception {
        Map<String, Boolean> values = new LinkedHashMap<>();
        values.put("x7Q", false);
        values.put("true", false);
        values.put("main", false);
        values.put("42", false);
        values.put("2024", false);
        values.put("north side of town", false);
        values.put("a8f3c2d1", true);
        values.put("123456789012", true);
        values.put("550e8400-e29b-41d4-a716-446655440000", true);
        values.put("x7Qd9RkT", true);
        for (Map.Entry<String, Boolean> value : values.entrySet()) {
            FlowTemplate template = template(json("{\"one\":\"" + value.getKey() + "\"}"),
                    get("/use?two=" + value.getKey().replace(' ', '+')).answer(200, "application/json", "{}"));
            assertEquals(value.getValue(), !template.edges().isEmpty(), value.getKey());
        }
    }

    /** Four digits under the same name are enough, three never are. */
    @Test void theSameNameMakesUpForLittleEntropy() throws Exception {
        assertEquals(List.of("s1 request.query.order_id"), locations(template(json("{\"order_id\":73915}"), get("/use?order_id=73915").answer(200, "application/json", "{}"))));
        assertEquals(List.of(), locations(template(json("{\"order_id\":73915}"), get("/use?width=73915").answer(200, "application/json", "{}"))));
        assertEquals(List.of(), locations(template(json("{\"order_id\":739}"), get("/use?order_id=739").answer(200, "application/json", "{}"))));
    }

    @Test void aValueThatManyAnswersHoldIsLessTelling() throws Exception {
        WrittenExchange[] exchanges = new WrittenExchange[13];
        for (int i = 0; i < 12; i++) {
            exchanges[i] = json("{\"one\":\"4821590137\"}");
        }
        exchanges[12] = get("/use?item=4821590137").answer(200, "application/json", "{}");
        assertEquals(List.of(), locations(template(exchanges)));
        assertEquals(List.of("s1 request.query.item"), locations(template(exchanges[0], exchanges[12])));
    }

    /** A written session begins in October 2025: a number of that time may be a time, others of as many digits are ids. */
    @Test void aNumberOfTenDigitsIsAnIdUnlessItIsATimeAboutThen() throws Exception {
        WrittenExchange use = post("application/json", "{\"num\":2914405127}").answer(200, "application/json", "{}");
        assertEquals(List.of("s1 request.json.$.num"), locations(template(json("{\"one\":2914405127}"), use)));
        use = post("application/json", "{\"num\":1760000007}").answer(200, "application/json", "{}");
        assertEquals(List.of(), locations(template(json("{\"one\":1760000007}"), use)));
    }
}
