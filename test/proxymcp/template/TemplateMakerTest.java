package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.replay.SeqRange;
import proxymcp.replay.Selection;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;

/** Templates of the ten applications: what steps send, what is left out, how they are kept and exported. */
@Timeout(60)
final class TemplateMakerTest {
    @TempDir Path home;
    private RecordedSessions sessions;

    @BeforeEach void open() {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws IOException {
        sessions.close();
    }

    private Session session(String app, long seed) throws Exception {
        return sessions.write(RecordedApps.all(seed).get(app).exchanges());
    }

    private static List<Long> seqs(FlowTemplate template) {
        List<Long> seqs = new ArrayList<>();
        template.steps().forEach(step -> seqs.add(step.seq()));
        return seqs;
    }

    @Test void aGoalKeepsWhatLeadsToItAndStaticFilesAreLeftOut() throws Exception {
        try (Session session = session("csrf form", 1)) {
            assertEquals(List.of(1L, 3L, 4L, 5L, 6L), seqs(RecordedSessions.make(session)));
            assertEquals(List.of(1L, 3L), seqs(RecordedSessions.makeFor(session, 3)));
            assertEquals(List.of(1L, 4L, 6L), seqs(RecordedSessions.makeFor(session, 6)));
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), seqs(RecordedSessions.make(session,
                    new TemplateRequest(RecordedSessions.ALL, OptionalLong.empty(), Optional.empty(), Optional.empty(), true))));
        }
    }

    @Test void formsAreFilledWithInputsAndWithWhatAnAnswerHeld() throws Exception {
        try (Session session = session("csrf form", 1)) {
            TemplateStep login = RecordedSessions.make(session).steps().get(1);
            assertEquals(new TemplateBody.Text("username={username:form}&password={password:form}&remember=true&lang=en&csrf_token={csrf_token:form}"), login.body());
            assertTrue(login.headers().contains(new TemplateStep.Header("Cookie", "sid={cookie_sid}")));
        }
    }

    @Test void theVerifierAndItsChallengeAreMadeByTheClient() throws Exception {
        try (Session session = session("oauth pkce", 1)) {
            FlowTemplate template = RecordedSessions.make(session);
            List<String> derived = new ArrayList<>();
            for (TemplateStep step : template.steps()) {
                step.placeholders().forEach(place -> place.derived().ifPresent(value -> derived.add(step.id() + " " + place.name() + " " + value)));
            }
            assertEquals(List.of("s1 state Nonce[alphabet=alphanumeric, chars=24]", "s1 code_challenge Pkce[verifier=code_verifier]",
                    "s4 state Nonce[alphabet=alphanumeric, chars=24]", "s5 code_verifier Nonce[alphabet=alphanumeric, chars=64]"), derived);
            assertEquals(List.of(), template.unexplained());
        }
    }

    @Test void aSignatureIsKnownByItsRecipe() throws Exception {
        try (Session session = session("hmac query", 1)) {
            TemplateStep step = RecordedSessions.make(session).steps().get(1);
            DerivedValue value = step.placeholders().get(step.placeholders().size() - 1).derived().orElseThrow();
            assertEquals(new DerivedValue.Hmac("HmacSHA256", "hex", new RecipePart(RecipePart.Kind.VALUE, "api_secret"), "\n", List.of(
                    new RecipePart(RecipePart.Kind.METHOD, ""), new RecipePart(RecipePart.Kind.PATH, ""),
                    new RecipePart(RecipePart.Kind.SORTED_QUERY, "signature"))), value);
            assertTrue(step.urlTemplate().endsWith("&timestamp={timestamp_value:url}&signature={signature:url}"), step.urlTemplate());
        }
    }

    @Test void pagesBecomeALoop() throws Exception {
        try (Session session = session("cursor", 1)) {
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals(List.of(1L, 2L, 5L, 6L), seqs(template));
            assertEquals(List.of(new Loop("l1", "s2", Loop.Kind.CURSOR, "cursor", 0, 0, 3, Loop.TIMES_MAX, Optional.of("json:$.next_cursor"))), template.loops());
            assertEquals("https://list.example/v2/items?limit=20&cursor={cursor:url+url}", template.steps().get(1).urlTemplate());
        }
    }

    @Test void countedPagesBecomeALoop() throws Exception {
        RecordedApp app = new RecordedApp("count.example", 1);
        for (int page = 1; page <= 4; page++) {
            app.add(app.request("GET", "/list?page=" + page + "&size=50").answer(200, "application/json", "{\"rows\":[{\"n\":" + page + "}]}"));
        }
        try (Session session = sessions.write(app.exchanges())) {
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals(List.of(new Loop("l1", "s1", Loop.Kind.COUNTER, "page", 1, 1, 4, Loop.TIMES_MAX, Optional.of("json:$.rows[0]"))), template.loops());
            assertEquals("https://count.example/list?page={page:url}&size=50", template.steps().get(0).urlTemplate());
        }
    }

    @Test void aSecondRecordingTellsConstantsFromInputs() throws Exception {
        RecordedApp first = new RecordedApp("two.example", 1);
        first.add(first.request("POST", "/search").body("application/json", "{\"city\":\"Bonn\",\"brand\":\"acme-one\",\"tab\":7}").answer(200, "application/json", "{}"));
        RecordedApp second = new RecordedApp("two.example", 2);
        second.add(second.request("POST", "/search").body("application/json", "{\"city\":\"Oslo\",\"brand\":\"acme-one\",\"tab\":7}").answer(200, "application/json", "{}"));
        try (Session a = sessions.write(first.exchanges()); Session b = sessions.write(second.exchanges())) {
            FlowTemplate alone = RecordedSessions.make(a);
            FlowTemplate compared = RecordedSessions.make(a, new TemplateRequest(RecordedSessions.ALL, OptionalLong.empty(), Optional.of(b), Optional.empty(), false));
            assertEquals(List.of("city", "brand", "tab"), alone.inputs().stream().map(TemplateInput::name).toList());
            assertEquals(List.of("city"), compared.inputs().stream().map(TemplateInput::name).toList());
        }
    }

    /** What the recording's cache held is not asked about again, so the answer is a whole one. */
    @Test void anAnswerThatWasNotModifiedIsExpectedWhole() throws Exception {
        RecordedApp app = new RecordedApp("cached.example", 1);
        app.add(app.request("GET", "/x").header("If-None-Match", "\"v1\"").answer(304, "application/json", ""));
        try (Session session = sessions.write(app.exchanges())) {
            assertEquals(List.of(new Assert.Status(200)), RecordedSessions.make(session).steps().get(0).asserts());
        }
    }

    @Test void whatNothingIsKnownOfIsSaid() throws Exception {
        RecordedApp app = new RecordedApp("open.example", 1);
        String cookie = app.token(30);
        app.add(app.request("GET", "/x").header("Cookie", "old=" + cookie).answer(200, "application/json", "{}"));
        try (Session session = sessions.write(app.exchanges())) {
            assertEquals(List.of(new Unexplained("s1", "request.cookie.old", cookie, "set before the recording began, or by a script")),
                    RecordedSessions.make(session).unexplained());
        }
    }

    @Test void templatesAreKeptWithTheirSession() throws Exception {
        try (Session session = session("graphql", 1)) {
            Templates templates = new Templates(session);
            assertEquals(List.of(), templates.list());
            FlowTemplate template = RecordedSessions.make(session);
            templates.write(template);
            templates.write(template);
            assertEquals(template, templates.read(template.id()));
            Files.writeString(session.folder().resolve("templates/broken.json"), "{\"version\":1,");
            assertEquals(List.of(template), templates.list());
            assertEquals("bad_template", assertThrows(TemplateException.class, () -> templates.read("broken")).code());
            assertEquals("unknown_template", assertThrows(TemplateException.class, () -> templates.read("../manifest")).code());
        }
    }

    @Test void aNewerVersionIsRefused() {
        TemplateException refused = assertThrows(TemplateException.class, () -> TemplateJson.read((JsonObject) Json.parse("{\"version\":2}")));
        assertEquals("version: expected at most 1, got 2", refused.getMessage());
    }

    /** Whoever names exchanges and a goal that is none of them means something that is not done. */
    @Test void aGoalIsOneOfTheExchangesThatAreNamed() throws Exception {
        try (Session session = session("csrf form", 1)) {
            TemplateException refused = assertThrows(TemplateException.class, () -> RecordedSessions.make(session, new TemplateRequest(
                    new Selection.Seqs(List.of(1L, 2L)), OptionalLong.of(6), Optional.empty(), Optional.empty(), false)));
            assertEquals("bad_argument goal_seq: expected one of seqs, got 6", refused.code() + " " + refused.getMessage());
            FlowTemplate template = RecordedSessions.make(session, new TemplateRequest(new Selection.Matching(SessionQuery.ALL,
                    List.of(new SeqRange(1, 2)), 0, Selection.ITEMS_MAX), OptionalLong.of(3), Optional.empty(), Optional.empty(), false));
            assertEquals(List.of(1L, 3L), seqs(template));
            assertEquals(List.of("goal_seq 3 is not among the exchanges chosen; what leads to it is looked for among those"), template.warnings());
        }
    }

    @Test void aGoalThatIsNotThereIsRefused() throws Exception {
        try (Session session = session("graphql", 1)) {
            assertEquals("unknown_exchange", assertThrows(TemplateException.class, () -> RecordedSessions.makeFor(session, 99)).code());
        }
    }

    @Test void scriptsAreSoundAndOtherExportsNameEveryStep() throws Exception {
        for (String app : RecordedApps.all(1).keySet()) {
            try (Session session = session(app, 1)) {
                FlowTemplate template = RecordedSessions.make(session);
                String chart = TemplateFormat.MERMAID.write(template);
                template.steps().forEach(step -> assertTrue(chart.contains("    " + step.id() + "[\"" + step.id() + " " + step.method()), chart));
                JsonObject document = (JsonObject) Json.parse(TemplateFormat.OPENAPI.write(template));
                assertEquals("3.1.0", document.string("openapi").orElseThrow());
                assertTrue(document.object("paths").orElseThrow().members().size() > 0);
                soundScript(TemplateFormat.CURL.write(template));
            }
        }
    }

    private void soundScript(String script) throws Exception {
        Path bash = Path.of("/bin/bash");
        Assumptions.assumeTrue(Files.isExecutable(bash), "no bash");
        Path file = home.resolve("flow.sh");
        Files.writeString(file, script, StandardCharsets.UTF_8);
        Process process = new ProcessBuilder(bash.toString(), "-n", file.toString()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals("", said, script);
    }
}
