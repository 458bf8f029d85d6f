package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.store.Session;
import proxymcp.store.Unwatched;

/**
 * Values in texts of no form that is read: XML, plain text, JSON inside of strings of scripts, names of members, parts of segments. Each flow is run again
 * with an answer that holds another value in the same place, which has to be sent.
 */
@Timeout(60)
final class FreeTextTest {
    private static final String TOKEN = "9f3c1a7be2d840569f3c1a7b";
    private static final String FRESH = "0a1b2c3d4e5f60718293a4b5";

    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private FlowTemplate template(WrittenExchange... exchanges) throws Exception {
        try (Session session = sessions.write(List.of(exchanges))) {
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals(List.of(), TemplateProof.differences(session, template, Unwatched.NOBODY));
            return template;
        }
    }

    private static WrittenExchange give(String type, String body) {
        return new WrittenExchange("GET", "a.example", "/give").answer(200, type, body);
    }

    private static WrittenExchange use() {
        return new WrittenExchange("GET", "a.example", "/use").header("X-Api-Key", TOKEN).answer(200, "application/json", "{}");
    }

    private static WrittenExchange post(String type, String body) {
        return new WrittenExchange("POST", "a.example", "/use").body(type, body).answer(200, "text/plain", "fine");
    }

    @Test void anAnswerMayHoldAValueAnywhere() throws Exception {
        Map<String, String> answers = new LinkedHashMap<>();
        answers.put("<?xml version=\"1.0\"?>\n<r><id>7</id><s:tok xmlns:s=\"urn:x\">" + TOKEN + "</s:tok></r>", "text/xml");
        answers.put("<r>\n  <session key='" + TOKEN + "'/>\n</r>", "application/xml");
        answers.put(TOKEN, "text/plain");
        answers.put("  " + TOKEN + "\n", "text/plain");
        answers.put("welcome back\nyour token is " + TOKEN + ", keep it", "text/plain");
        answers.put("{\"sessions\":{\"" + TOKEN + "\":{\"open\":true}}}", "application/json");
        answers.put("{\"" + TOKEN + "\":1}", "application/json");
        answers.put("{\"message\":\"Your code is " + TOKEN + ".\"}", "application/json");
        answers.put("<script>window.__STATE__ = {\"auth\":\"{\\\"apiKey\\\": \\\"" + TOKEN + "\\\",\\\"n\\\":1}\"};</script>", "text/html");
        answers.put("<script>var s = JSON.parse('{\"auth\":{\"apiKey\":\"" + TOKEN + "\"}}');</script>", "text/html");
        answers.put("<p>Token: <b>" + TOKEN + "</b></p>", "text/html");
        answers.put("key,value\ntoken," + TOKEN + "\n", "text/csv");
        for (Map.Entry<String, String> answer : answers.entrySet()) {
            FlowTemplate template = template(give(answer.getValue(), answer.getKey()), use());
            assertEquals(List.of("request.header.x-api-key"), template.edges().stream().map(Edge::location).toList(), answer.getKey());
            assertEquals(List.of(), template.warnings(), answer.getKey());
            try (FlowRun run = new FlowRun(template, Map.of())) {
                run.answered(1, FlowRun.answer(200, answer.getKey().replace(TOKEN, FRESH), "Content-Type", answer.getValue()));
                assertEquals(List.of(FRESH), run.request(2).head().fields().all("X-Api-Key"), answer.getKey());
            }
        }
    }

    /** Where nothing that stays the same stands before a value, an expression would find something else next time. */
    @Test void whereNoExpressionIsSureThatIsSaid() throws Exception {
        FlowTemplate template = template(give("text/plain", "x\n0011aabbccddeeff 1234aabbccddeeff " + TOKEN), use());
        assertEquals(List.of(), template.edges());
        assertEquals(List.of("input x_api_key: an earlier answer held its recorded value, but no selector is sure to find it there"), template.warnings());
    }

    @Test void textsOfRequestsAreFilled() throws Exception {
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put("<?xml version=\"1.0\"?>\n<s:Envelope xmlns:s=\"http://schemas.example/soap/2003/05\"><tok>" + TOKEN + "</tok></s:Envelope>", "text/xml");
        bodies.put("<r a=\"1\" key=\"" + TOKEN + "\"/>", "application/xml");
        bodies.put("token: " + TOKEN + "\nmore: text", "text/plain");
        bodies.put("say " + TOKEN + " twice " + TOKEN, "text/plain");
        bodies.put(TOKEN, "text/plain");
        for (Map.Entry<String, String> body : bodies.entrySet()) {
            FlowTemplate template = template(give("application/json", "{\"tok\":\"" + TOKEN + "\"}"), post(body.getValue(), body.getKey()));
            assertEquals(1, template.edges().size(), body.getKey());
            try (FlowRun run = new FlowRun(template, Map.of())) {
                run.answered(1, FlowRun.answer(200, "{\"tok\":\"" + FRESH + "\"}", "Content-Type", "application/json"));
                assertEquals(body.getKey().replace(TOKEN, FRESH), FlowRun.body(run.request(2)));
            }
        }
    }

    @Test void whatATextSendsIsGivenOrUnexplained() throws Exception {
        FlowTemplate template = template(post("text/xml", "<login><username>erin</username><password>pa55 &amp; Word</password><tok>" + TOKEN + "</tok></login>"));
        assertEquals(List.of("erin", "pa55 & Word"), template.inputs().stream().map(TemplateInput::defaultValue).toList());
        assertEquals(List.of("request.body.tok"), template.unexplained().stream().map(Unexplained::location).toList());
        try (FlowRun run = new FlowRun(template, Map.of("password", "a<b"))) {
            assertEquals("<login><username>erin</username><password>a&lt;b</password><tok>" + TOKEN + "</tok></login>", FlowRun.body(run.request(1)));
        }
    }

    @Test void aValueIsFoundInsideOfASegment() throws Exception {
        for (String target : List.of("/files/v1-" + TOKEN + "-large", "/files/img_" + TOKEN + "_2.png", "/files/;s=" + TOKEN + ":1")) {
            FlowTemplate template = template(give("application/json", "{\"id\":\"" + TOKEN + "\"}"),
                    new WrittenExchange("GET", "a.example", target).answer(200, "application/json", "{}"));
            assertEquals(List.of("request.path.2"), template.edges().stream().map(Edge::location).toList(), target);
            try (FlowRun run = new FlowRun(template, Map.of())) {
                run.answered(1, FlowRun.answer(200, "{\"id\":\"" + FRESH + "\"}", "Content-Type", "application/json"));
                assertEquals(target.replace(TOKEN, FRESH), run.target(2));
            }
        }
    }

    @Test void namesOfFilesAndWordsAreNoValues() throws Exception {
        FlowTemplate template = template(give("text/plain", "see getting-started-guide and version 2024.10.12 of releases"),
                new WrittenExchange("GET", "a.example", "/docs/getting-started-guide/2024.10.12").answer(200, "application/json", "{}"));
        assertEquals(List.of(), template.edges());
        assertTrue(template.warnings().isEmpty());
    }
}
