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
        assertEquals(List.of(), edges(json(get("/a").header("X-Device", "(k3Jx9%2FQmZ7,vLp2)"), "{\"v\":\"(k3Jx9%2FQmZ7,vLp2)\"}"),
                json(get("/b").header("X-Other", "(k3Jx9%2FQmZ7,vLp2)"), "{}")));
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

    @Test void aCookieNeedsNoEntropy() throws Exception {
        assertEquals(List.of("1 2 request.cookie.mode", "1 3 request.cookie.mode"), edges(
                json(get("/a").responseHeader("Set-Cookie", "mode=one; Domain=.example").responseHeader("Set-Cookie", "own=two"), "{}"),
                json(get("/b").header("Cookie", "mode=one"), "{}"), json(new WrittenExchange("GET", "b.example", "/c").header("Cookie", "mode=one; own=two"), "{}")));
    }

    /** A cookie is one value throughout, whoever sets it; a parameter of its name takes what one answer set. */
    @Test void aParameterOfTheNameOfACookieIsNone() throws Exception {
        try (Session session = sessions.write(List.of(json(get("/a").responseHeader("Set-Cookie", "sid=" + TOKEN), "{}"),
                json(get("/b?sid=" + TOKEN).header("Cookie", "sid=" + TOKEN), "{}")))) {
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals("https://a.example/b?sid={sid:url}", template.steps().get(1).urlTemplate());
            assertEquals(List.of(new Extract("sid", "cookie:sid", true), new Extract("cookie_sid", "cookie:sid", true)), template.steps().get(0).extracts());
        }
    }

    @Test void aCookieThatIsNotTheNewestIsLessSure() throws Exception {
        try (Session session = sessions.write(List.of(json(get("/a").responseHeader("Set-Cookie", "sid=" + TOKEN), "{}"),
                json(get("/b").responseHeader("Set-Cookie", "sid=" + TOKEN), "{}"), json(get("/c").header("Cookie", "sid=" + TOKEN), "{}"),
                json(get("/d").responseHeader("Set-Cookie", "sid=" + OTHER), "{}"), json(get("/e").header("Cookie", "sid=" + TOKEN), "{}")))) {
            List<Edge> edges = RecordedSessions.make(session).edges();
            assertEquals(List.of(0.99, 0.8), edges.stream().map(Edge::score).toList());
            assertEquals(List.of("s2", "s2"), edges.stream().map(Edge::from).toList());
            assertEquals(List.of(List.of(new Edge.Alternative(1, "cookie:sid", 0.7)), List.of(new Edge.Alternative(1, "cookie:sid", 0.7))),
                    edges.stream().map(Edge::alternatives).toList());
        }
    }

    /** Two values of one name: the answer that names it alike is meant, though another one is nearer. */
    @Test void ofWeakValuesTheOneOfTheSameNameCounts() throws Exception {
        try (Session session = sessions.write(List.of(json(get("/a"), "{\"order_id\":48215}"), json(get("/b"), "{\"width\":48215}"),
                json(get("/c?order_id=48215"), "{}")))) {
            List<Edge> edges = RecordedSessions.make(session).edges();
            assertEquals(List.of("s1 json:$.order_id"), edges.stream().map(edge -> edge.from() + " " + edge.selector()).toList());
        }
    }

    @Test void aSlowAnswerIsNoSourceOfARequestThatDidNotWait() throws Exception {
        WrittenExchange slow = json(get("/a"), "{\"token\":\"" + TOKEN + "\"}").lasting(70);
        assertEquals(List.of("1 3 request.query.token"), edges(slow, json(get("/b?other=1"), "{}"), json(get("/c?token=" + TOKEN), "{}")));
        assertEquals(List.of(), edges(slow, json(get("/b?token=" + TOKEN), "{}"), json(get("/c?token=" + TOKEN), "{}")));
    }

    /** The nearer answer came too late: it is not even an alternative. */
    @Test void anAnswerThatCameTooLateIsPassedOver() throws Exception {
        try (Session session = sessions.write(List.of(json(get("/a"), "{\"token\":\"" + TOKEN + "\"}"), json(get("/b"), "{\"token\":\"" + TOKEN + "\"}").lasting(70),
                json(get("/c?token=" + TOKEN), "{}")))) {
            Edge edge = RecordedSessions.make(session).edges().get(0);
            assertEquals(List.of("s1", List.of()), List.of(edge.from(), edge.alternatives()));
        }
    }

    @Test void fiveAlternativesAreKept() throws Exception {
        WrittenExchange[] exchanges = new WrittenExchange[9];
        for (int i = 0; i < 8; i++) {
            exchanges[i] = json(get("/a" + i), "{\"token\":\"" + TOKEN + "\"}");
        }
        exchanges[8] = json(get("/use?token=" + TOKEN), "{}");
        try (Session session = sessions.write(List.of(exchanges))) {
            assertEquals(List.of(7L, 6L, 5L, 4L, 3L), RecordedSessions.make(session).edges().get(0).alternatives().stream().map(Edge.Alternative::seq).toList());
        }
    }

    @Test void severalValuesInOneAreFoundEach() throws Exception {
        assertEquals(List.of("1 3 request.header.x-both", "2 3 request.header.x-both"), edges(json(get("/a"), "{\"one\":\"" + TOKEN + "\"}"),
                json(get("/b"), "{\"two\":\"" + OTHER + "zz\"}"), json(get("/c").header("X-Both", "one=" + TOKEN + ";two=" + OTHER + "zz"), "{}")).stream().sorted().toList());
    }

    /** A token that an answer gave is not taken apart: what is inside of it came with it. */
    @Test void whatIsInsideOfAnExplainedValueIsNoEdge() throws Exception {
        String jwt = Coding.BASE64URL.apply("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + Coding.BASE64URL.apply("{\"sub\":\"" + TOKEN + "\"}") + "." + "s".repeat(43);
        assertEquals(List.of("1 2 request.header.authorization"), edges(json(get("/a"), "{\"token\":\"" + jwt + "\",\"user\":\"" + TOKEN + "\"}"),
                json(get("/b").header("Authorization", "Bearer " + jwt), "{}")));
        String state = Coding.BASE64URL.apply("{\"v\":\"" + TOKEN + "\"}");
        assertEquals(List.of("1 2 request.query.state"), edges(json(get("/a"), "{\"state\":\"" + state + "\",\"user\":\"" + TOKEN + "\"}"), json(get("/b?state=" + state), "{}")));
    }

    @Test void weakValuesInsideOfOthersAreNone() throws Exception {
        assertEquals(List.of(), edges(json(get("/a"), "{\"any\":\"73915x\"}"), json(get("/b").header("X-Any", "of 73915x there"), "{}")));
        assertEquals(List.of("1 2 request.header.x-any"), edges(json(get("/a"), "{\"any\":\"73915x\"}"), json(get("/b").header("X-Any", "73915x"), "{}")));
    }

    @Test void credentialsBehindTheirSchemeMayHoldAnySign() throws Exception {
        try (Session session = sessions.write(List.of(json(get("/a"), "{\"token\":\"17|" + TOKEN + "\"}"),
                json(get("/b").header("Authorization", "Bearer 17|" + TOKEN), "{}")))) {
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals(List.of("json:$.token"), template.edges().stream().map(Edge::selector).toList());
            assertTrue(template.steps().get(1).headers().contains(new TemplateStep.Header("Authorization", "Bearer {token}")));
        }
    }

    @Test void aCodedValueInsideOfAnotherIsOneEdge() throws Exception {
        try (Session session = sessions.write(List.of(json(get("/a"), "{\"token\":\"/" + TOKEN + "\"}"),
                json(get("/b").header("X-Any", "go=%2F" + TOKEN + "; x=1"), "{}")))) {
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals(List.of(List.of("url")), template.edges().stream().map(Edge::transform).toList());
            assertEquals(List.of(), template.warnings());
            assertTrue(template.steps().get(1).headers().contains(new TemplateStep.Header("X-Any", "go={token:url}; x=1")));
        }
        assertEquals(List.of(), edges(json(get("/a").header("X-Any", "go=%2F" + TOKEN + "; x=1"), "{\"token\":\"/" + TOKEN + "\"}"), json(get("/b?t=/" + TOKEN), "{}")),
                "an echo of it is none");
    }

    @Test void segmentsInsideOfFieldsAreFound() throws Exception {
        assertEquals(List.of("1 2 request.header.x-any"), edges(json(get("/a"), "{\"id\":\"" + TOKEN + "\"}"), json(get("/b").header("X-Any", "/v1/" + TOKEN + "/x"), "{}")));
    }

    @Test void ofValuesInEachOtherTheLongestCounts() throws Exception {
        try (Session session = sessions.write(List.of(json(get("/a"), "{\"part\":\"" + TOKEN + "\",\"whole\":\"" + TOKEN + "." + OTHER + "\"}"),
                json(get("/b").header("X-Any", "v1 (" + TOKEN + "." + OTHER + ")"), "{}")))) {
            assertEquals(List.of("json:$.whole"), RecordedSessions.make(session).edges().stream().map(Edge::selector).toList());
        }
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
