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
import proxymcp.store.Unwatched;

/** Requests that are conditional by what an answer gave (RFC 9110 section 13): a run has to send what its own answers give. */
@Timeout(60)
final class ConditionsTest {
    private static final String DATE = "Wed, 08 Oct 2025 10:00:00 GMT";

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

    private static WrittenExchange get(String target, String tag) {
        return new WrittenExchange("GET", "a.example", target).responseHeader("ETag", tag).answer(200, "application/json", "{}");
    }

    private static WrittenExchange put(String field, String value) {
        return new WrittenExchange("PUT", "a.example", "/doc").header(field, value).body("application/json", "{}").answer(200, "application/json", "{}");
    }

    private static List<String> edges(FlowTemplate template) {
        return template.edges().stream().map(edge -> edge.from() + " " + edge.to() + " " + edge.location() + " " + edge.selector()).toList();
    }

    private static List<TemplateStep.Header> conditions(FlowTemplate template, int step) {
        return template.steps().get(step).headers().stream().filter(header -> header.name().startsWith("If-")).toList();
    }

    @Test void whatIsChangedOnlyIfNobodyElseDidTakesItsTagFromTheAnswer() throws Exception {
        for (String tag : List.of("\"k3Jx9QmZ7vLp2Rt8Wy5B\"", "\"3\"", "W/\"v12\"")) {
            FlowTemplate template = template(get("/doc", tag), put("If-Match", tag));
            assertEquals(List.of("s1 s2 request.header.if-match header:etag"), edges(template), tag);
            assertEquals(List.of(new TemplateStep.Header("If-Match", "{etag}")), conditions(template, 1));
            assertEquals(List.of("s1"), template.steps().get(1).dependsOn());
        }
        FlowTemplate dated = template(get("/doc", "\"1\"").responseHeader("Last-Modified", DATE), put("If-Unmodified-Since", DATE));
        assertEquals(List.of("s1 s2 request.header.if-unmodified-since header:last-modified"), edges(dated));
    }

    @Test void theNewestTagOfTheSameUrlCounts() throws Exception {
        FlowTemplate template = template(get("/doc", "\"1\""), put("If-Match", "\"1\"").responseHeader("ETag", "\"2\""), get("/other", "\"2\""), put("If-Match", "\"2\""));
        assertEquals(List.of("s1 s2 request.header.if-match header:etag", "s2 s4 request.header.if-match header:etag"), edges(template));
    }

    @Test void aTagThatNoAnswerGaveIsUnexplained() throws Exception {
        FlowTemplate template = template(get("/other", "\"3\""), put("If-Match", "\"3\""));
        assertEquals(List.of(), edges(template));
        assertEquals(List.of("request.header.if-match"), template.unexplained().stream().map(Unexplained::location).toList());
        template = template(put("If-Match", "*"));
        assertEquals(List.of(), template.unexplained());
        assertEquals(List.of(new TemplateStep.Header("If-Match", "*")), conditions(template, 0));
    }

    @Test void whatIsAskedForAgainIsAskedForWithTheTagOfTheRun() throws Exception {
        FlowTemplate template = template(get("/doc", "\"3\""), get("/doc", "\"3\"").header("If-None-Match", "\"3\"").header("If-Modified-Since", DATE));
        assertEquals(List.of("s1 s2 request.header.if-none-match header:etag"), edges(template));
        assertEquals(List.of(new TemplateStep.Header("If-None-Match", "{etag}")), conditions(template, 1));
        template = template(put("If-None-Match", "*"));
        assertEquals(List.of(new TemplateStep.Header("If-None-Match", "*")), conditions(template, 0));
    }

    @Test void whatTheClientKnewBeforeTheRecordingIsNotSent() throws Exception {
        FlowTemplate template = template(new WrittenExchange("GET", "a.example", "/doc").header("If-None-Match", "\"3\"").answer(304, "application/json", ""));
        assertEquals(List.of(), conditions(template, 0));
        assertTrue(template.warnings().contains("s1 was answered 304 for what the client knew before the recording, which is left out: a run gets another answer"),
                template.warnings().toString());
    }
}
