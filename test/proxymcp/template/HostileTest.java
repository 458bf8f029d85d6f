package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.store.Session;

/** Messages that were made to take long, to fill memory or to break what reads them: a template comes of them, and the edge beside them is still found. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileTest {
    private static final String TOKEN = "k3Jx9QmZ7vLp2Rt8Wy5B";
    private static final List<String> EDGE = List.of("2 3 request.query.token");

    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private static WrittenExchange get(String target) {
        return new WrittenExchange("GET", "a.example", target);
    }

    private void borne(WrittenExchange hostile) throws Exception {
        try (Session session = sessions.write(List.of(hostile, get("/key").answer(200, "application/json", "{\"token\":\"" + TOKEN + "\"}"),
                get("/use?token=" + TOKEN).answer(200, "application/json", "{}")))) {
            assertEquals(EDGE, RecordedSessions.edges(session));
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals(template, TemplateJson.read(TemplateJson.write(template)));
            for (TemplateFormat format : TemplateFormat.values()) {
                assertTrue(!format.write(template).isEmpty());
            }
        }
    }

    private void answers(String type, String body) throws Exception {
        borne(get("/hostile").answer(200, type, body));
    }

    @Test void deepJson() throws Exception {
        for (int depth : List.of(400, 5_000, 200_000)) {
            answers("application/json", "[".repeat(depth) + "]".repeat(depth));
            answers("application/json", "{\"a\":".repeat(depth) + "1" + "}".repeat(depth));
            answers("text/html", "<script id=x type=application/json>" + "{\"a\":".repeat(depth) + "1" + "}".repeat(depth) + "</script>");
            answers("text/event-stream", "data: " + "[".repeat(depth) + "]".repeat(depth) + "\n\n");
            borne(new WrittenExchange("POST", "a.example", "/hostile").body("application/json", "[".repeat(depth) + "]".repeat(depth)).answer(200, "text/plain", ""));
        }
    }

    @Test void longPages() throws Exception {
        String input = "<input type=\"hidden\" name=\"f\" value=\"" + TOKEN.toLowerCase() + "\">";
        answers("text/html", input.repeat((10 << 20) / input.length()));
        answers("text/html", "<".repeat(10 << 20));
        answers("text/html", "<a ".repeat((10 << 20) / 3));
        answers("text/html", "<a b=\"".repeat((10 << 20) / 6));
    }

    @Test void pagesOfMarksThatNothingEnds() throws Exception {
        int chars = 1 << 20;
        answers("text/html", "<input value=\"" + "&".repeat(chars) + "\">");
        answers("text/html", "<input value=\"" + "&#x".repeat(chars / 3) + "\">");
        answers("text/html", "<script>".repeat(chars / 8));
        answers("text/html", "<!--".repeat(chars / 4));
        answers("text/html", "<script>" + "a=\"\\".repeat(chars / 4) + "</script>");
        answers("text/html", "<script>" + "a".repeat(chars) + "</script>");
        answers("text/html", "<script>" + "k = '".repeat(chars / 5) + "</script>");
        answers("text/html", "<a href=\"/x?" + "a=b&".repeat(chars / 4) + "\">");
    }

    /** Tags of one name and another id each: their values are told apart without going through all of them for each. */
    @Test void manyTags() throws Exception {
        StringBuilder page = new StringBuilder();
        for (int i = 0; i < 40_000; i++) {
            page.append("<i name=n").append(i).append(" href=/p").append(i).append("?x=1>");
        }
        answers("text/html", page.toString());
    }

    @Test void manyFieldsAndPairs() throws Exception {
        StringBuilder query = new StringBuilder("/hostile?");
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < 5_000; i++) {
            query.append("a").append(i).append("=v").append(i).append("x9Qm&");
        }
        for (int i = 0; i < 60_000; i++) {
            json.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":\"v").append(i).append("x9Qm7vLp\"");
        }
        borne(get(query.toString()).answer(200, "application/json", json.append('}').toString()));
        borne(new WrittenExchange("POST", "a.example", "/hostile").body("application/json", json.toString()).answer(200, "text/plain", ""));
    }

    @Test void octetsOfNoText() throws Exception {
        Random random = new Random(7);
        for (String type : List.of("text/html", "application/json", "text/event-stream", "application/x-ndjson", "application/octet-stream", "", "multipart/mixed; boundary=x")) {
            StringBuilder noise = new StringBuilder();
            for (int i = 0; i < 50_000; i++) {
                noise.append((char) random.nextInt(0xD800));
            }
            answers(type, noise.toString());
            borne(new WrittenExchange("POST", "a.example", "/hostile").body(type, noise.toString()).answer(200, type, "<" + noise));
        }
    }

    @Test void headsOfNoSense() throws Exception {
        borne(get("/%%%/{x}/?&&==&=%&{{}}=" + "%25".repeat(2_000)).header("Cookie", ";;=;a;=b;" + "c=d;".repeat(500)).header("Authorization", "Basic %%%")
                .header("X-Jwt", "a.b.c").header("X-Jwt", "e30.e30.").responseHeader("Set-Cookie", "=").responseHeader("Set-Cookie", "a=b; domain=")
                .responseHeader("Location", "//[").responseHeader("Link", "<" + "%".repeat(5_000)).answer(302, "text/html; charset=nowhere", "<"));
    }

    @Test void longEventsAndLines() throws Exception {
        answers("text/event-stream", "data: {\"a\":\"bcdef\"}\n\n".repeat(100_000));
        answers("text/event-stream", "data: x\n".repeat(100_000));
        answers("application/x-ndjson", "{\"a\":\"bcdef\"}\n".repeat(100_000));
        answers("application/x-ndjson", "{\n".repeat(100_000));
        answers("text/plain", "a:b\n".repeat(500_000));
    }
}
