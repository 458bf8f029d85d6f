package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.store.Session;

/** Values that look as if they came from an answer, and values that do though they look otherwise. */
@Timeout(60)
final class TrapsTest {
    private static final String TOKEN = "k3Jx9QmZ7vLp2Rt8Wy5B";
    private static final String OTHER = "Zq8Rn4Tb6Yw1Kd3Fh7Jm";

    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private List<String> edges(WrittenExchange... exchanges) throws Exception {
        try (Session session = sessions.write(List.of(exchanges))) {
            return RecordedSessions.edges(session);
        }
    }

    private static WrittenExchange get(String target) {
        return new WrittenExchange("GET", "a.example", target);
    }

    private static WrittenExchange json(WrittenExchange request, String body) {
        return request.answer(200, "application/json", body);
    }

    @Test void shortAndCommonValuesAreNoEdges() throws Exception {
        assertEquals(List.of(), edges(json(get("/a"), "{\"page\":1,\"lang\":\"en\",\"open\":true,\"status\":\"active\",\"year\":2024,\"currency\":\"EURO\"}"),
                json(get("/b?page=1&lang=en&open=true&status=active&year=2024&currency=EURO"), "{}")));
    }

    @Test void whatTheClientSentFirstIsItsOwn() throws Exception {
        assertEquals(List.of(), edges(json(get("/a?device=" + TOKEN), "{\"device\":\"" + TOKEN + "\"}"), json(get("/b?device=" + TOKEN), "{}")));
    }

    @Test void whatTheClientSentFirstInAnotherSpellingIsItsOwn() throws Exception {
        String marked = "(k3Jx9/QmZ7 vLp2;Rt8Wy5B)";
        String coded = Coding.URL.apply(marked);
        assertEquals(List.of(), edges(json(get("/a?device=" + coded), "{\"v\":\"" + marked + "\"}"), json(get("/b?device=" + coded), "{}")));
        assertEquals(List.of(), edges(json(get("/a").header("X-Device", "(k3Jx9%2FQmZ7,vLp2,Rt8Wy5B)"), "{\"v\":\"(k3Jx9/QmZ7,vLp2,Rt8Wy5B)\"}"),
                json(get("/b?device=(k3Jx9/QmZ7,vLp2,Rt8Wy5B)"), "{}")));
        assertEquals(List.of(), edges(json(get("/a").header("X-Device", Coding.BASE64.apply(TOKEN)), "{\"v\":\"" + TOKEN + "\"}"), json(get("/b?device=" + TOKEN), "{}")));
        assertEquals(List.of(), edges(json(get("/a").header("X-Device", "id=" + TOKEN + ";v=1"), "{\"v\":\"" + TOKEN + "\"}"), json(get("/b?device=" + TOKEN), "{}")));
    }

    @Test void anAnswerThatCameAfterTheRequestIsNoSource() throws Exception {
        assertEquals(List.of(), edges(json(get("/a?token=" + TOKEN), "{}"), json(get("/b"), "{\"token\":\"" + TOKEN + "\"}"),
                json(get("/c?token=" + TOKEN), "{}")));
    }

    @Test void anAnswerWhoseEndWasNotedLateIsASource() throws Exception {
        assertEquals(List.of("1 2 request.query.token"), edges(json(get("/a").lasting(300, 280), "{\"token\":\"" + TOKEN + "\"}"), json(get("/b?token=" + TOKEN), "{}")));
    }

    @Test void anAnswerThatHadNotBegunIsNoSource() throws Exception {
        assertEquals(List.of(), edges(json(get("/a").lasting(300, 200), "{\"token\":\"" + TOKEN + "\"}"), json(get("/b?token=" + TOKEN), "{}")));
    }

    @Test void anAnswerThatWasStillLongOnItsWayIsNoSource() throws Exception {
        assertEquals(List.of(), edges(json(get("/a").lasting(3_000, 2_990), "{\"token\":\"" + TOKEN + "\"}"), json(get("/b?token=" + TOKEN), "{}")));
    }

    @Test void ofSeveralAnswersTheNearestThatIsNoEchoCounts() throws Exception {
        assertEquals(List.of("2 3 request.query.token", "2 4 request.query.token"), edges(json(get("/a"), "{\"token\":\"" + TOKEN + "\"}"),
                json(get("/b"), "{\"token\":\"" + TOKEN + "\"}"), json(get("/c?token=" + TOKEN), "{\"token\":\"" + TOKEN + "\"}"),
                json(get("/d?token=" + TOKEN), "{}")));
    }

    @Test void theOtherAnswersAreAlternatives() throws Exception {
        try (Session session = sessions.write(List.of(json(get("/a"), "{\"token\":\"" + TOKEN + "\"}"), json(get("/b"), "{\"x\":\"" + TOKEN + "\"}"),
                json(get("/c?token=" + TOKEN), "{}")))) {
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals(List.of(new Edge("s2", "s3", TOKEN, "request.query.token", "json:$.x", List.of(), template.edges().get(0).score(),
                    List.of(new Edge.Alternative(1, "json:$.token", template.edges().get(0).alternatives().get(0).score())))), template.edges());
        }
    }

    @Test void refererAndOriginAreCopies() throws Exception {
        assertEquals(List.of(), edges(json(get("/a"), "{\"next\":\"" + TOKEN + "\"}"),
                json(get("/b").header("Referer", "https://a.example/x?next=" + TOKEN).header("If-None-Match", TOKEN), "{}")));
    }

    @Test void twiceEncodedAndEncodedInsideOfOthers() throws Exception {
        String value = "a+b/c=" + TOKEN;
        assertEquals(List.of("1 2 request.query.v", "1 3 request.query.v", "1 4 request.header.authorization"),
                edges(json(get("/a"), "{\"v\":\"" + value + "\"}"), json(get("/b?v=" + RecordedApps.coded(RecordedApps.coded(value))), "{}"),
                        json(get("/c?v=" + Coding.BASE64URL.apply(value)), "{}"), json(get("/d").header("Authorization", "Bearer " + value), "{}")));
    }

    @Test void valuesInsideOfJsonInBase64AreFound() throws Exception {
        String held = Coding.BASE64.apply("{\"csrf\":\"" + TOKEN + "\"}");
        assertEquals(List.of("1 2 request.layer.header.x-state.csrf"), edges(json(get("/a"), "{\"csrf\":\"" + TOKEN + "\"}"),
                json(get("/b").header("X-State", held), "{}")).stream().map(edge -> edge.replace("layer.x-state", "layer.header.x-state")).toList());
    }

    @Test void aCookieThatIsSetAnewComesFromTheNewestAnswer() throws Exception {
        assertEquals(List.of("2 3 request.cookie.sid"), edges(json(get("/a").responseHeader("Set-Cookie", "sid=" + TOKEN), "{}"),
                json(get("/b").responseHeader("Set-Cookie", "sid=" + OTHER), "{}"), json(get("/c").header("Cookie", "sid=" + OTHER), "{}")));
    }

    @Test void aCookieOfAnotherHostIsNoSource() throws Exception {
        assertEquals(List.of(), edges(json(get("/a").responseHeader("Set-Cookie", "mode=one"), "{}"),
                json(new WrittenExchange("GET", "b.example", "/b").header("Cookie", "mode=one"), "{}")));
    }

    @Test void hostileAnswersBreakNothing() throws Exception {
        List<String> bodies = List.of("<input name=\"csrf\" value=\"", "<script>{{{{", "<a href=\"?\u0000&&&==%%%\">", "{\"a\":\"\\ud800\"}", "\uE000\uE001{x}", "data: {", "<!--");
        WrittenExchange[] exchanges = new WrittenExchange[bodies.size() * 2];
        for (int i = 0; i < bodies.size(); i++) {
            exchanges[2 * i] = get("/%zz/{x}?=&a=%&{b}=" + i).answer(200, i % 2 == 0 ? "text/html" : "application/json", bodies.get(i));
            exchanges[2 * i + 1] = new WrittenExchange("POST", "a.example", "/p").body("application/json", bodies.get(i))
                    .responseHeader("Set-Cookie", "=;=;").responseHeader("Location", "http://[::1").answer(200, "text/event-stream", bodies.get(i));
        }
        try (Session session = sessions.write(List.of(exchanges))) {
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals(template, TemplateJson.read(TemplateJson.write(template)));
            for (TemplateFormat format : TemplateFormat.values()) {
                assertTrue(format.write(template).length() > 10);
            }
        }
    }
}
