package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.codec.Codings;
import proxymcp.diff.WrittenExchange;
import proxymcp.replay.OutgoingRequest;
import proxymcp.store.Session;
import proxymcp.store.Unwatched;
import proxymcp.store.WorkWatch;

/** What is proved of templates, and that a template which is not as it should be is found out. */
@Timeout(60)
final class TemplateProofTest {
    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    @Test void tenApplicationsAreMadeAgainOctetByOctet() throws Exception {
        for (Map.Entry<String, RecordedApp> app : RecordedApps.all(2).entrySet()) {
            try (Session session = sessions.write(app.getValue().exchanges())) {
                assertEquals(List.of(), TemplateProof.differences(session, RecordedSessions.make(session), Unwatched.NOBODY), app.getKey());
            }
        }
    }

    @Test void oddButSoundRequestsAreMadeAgain() throws Exception {
        List<WrittenExchange> odd = List.of(new WrittenExchange("GET", "a.example", "/?").answer(200, "text/plain", "x"),
                new WrittenExchange("GET", "a.example", "/a//b?&&=1&b&c=&d=%7b+%7B{x}").header("Cookie", "a=1;b = two words ;;c=; d=\"q\"").header("X-A", " {b} {{c}")
                        .header("x-a", "2").answer(200, "text/plain", "x"),
                new WrittenExchange("POST", "a.example", "/p").body("application/json", "{ \"a\" : \"{name}\" , \"a\" : 1.50, \"b\": null}\n").answer(200, "text/plain", "x"),
                new WrittenExchange("POST", "a.example", "/p").body("application/x-www-form-urlencoded", "a=A&&user=j+oe*&mail=a@b.example&note=it's%20(ok)").answer(200, "text/plain", "x"));
        try (Session session = sessions.write(odd)) {
            assertEquals(List.of(), TemplateProof.differences(session, RecordedSessions.make(session), Unwatched.NOBODY));
        }
    }

    /** A body keeps its coding (RFC 9110 section 8.4): it is filled plain, and sent coded. */
    @Test void aCodedBodyIsFilledAndSentInItsCoding() throws Exception {
        for (String coding : List.of("gzip", "deflate")) {
            byte[] coded = Codings.encodeAs("{\"tok\":\"k3Jx9QmZ7vLp2Rt8Wy5B\"}".getBytes(StandardCharsets.UTF_8), List.of(coding));
            List<WrittenExchange> flow = List.of(new WrittenExchange("GET", "a.example", "/").answer(200, "application/json", "{\"tok\":\"k3Jx9QmZ7vLp2Rt8Wy5B\"}"),
                    new WrittenExchange("POST", "a.example", "/p").header("Content-Encoding", coding).body("application/json", coded).answer(200, "text/plain", "x"));
            try (Session session = sessions.write(flow)) {
                FlowTemplate template = RecordedSessions.make(session);
                assertEquals(List.of(), TemplateProof.differences(session, template, Unwatched.NOBODY));
                assertEquals(new TemplateBody.Text("{\"tok\":\"{tok:json}\"}"), template.steps().get(1).body());
                try (FlowRun run = new FlowRun(template, Map.of())) {
                    run.answered(1, FlowRun.answer(200, "{\"tok\":\"fresh\"}", "Content-Type", "application/json"));
                    OutgoingRequest sent = run.request(2);
                    byte[] octets = sent.body().open().readAllBytes();
                    assertEquals(List.of(coding), sent.head().fields().all("Content-Encoding"));
                    assertEquals(Integer.toString(octets.length), sent.head().fields().first("Content-Length").orElse(""));
                    assertEquals("{\"tok\":\"fresh\"}", new String(Codings.decodePreview(octets, List.of(coding), 1_000).bytes(), StandardCharsets.UTF_8));
                }
            }
        }
    }

    /** Whatever coding it has that is not known here, the body is the recorded one. */
    @Test void aBodyInAnUnknownCodingIsTheRecordedOne() throws Exception {
        WrittenExchange request = new WrittenExchange("POST", "a.example", "/p").header("Content-Encoding", "other").body("application/json", "{}").answer(200, "text/plain", "x");
        try (Session session = sessions.write(List.of(request))) {
            TemplateStep step = RecordedSessions.make(session).steps().get(0);
            assertInstanceOf(TemplateBody.Recorded.class, step.body());
            assertTrue(step.headers().contains(new TemplateStep.Header("Content-Encoding", "other")), step.headers().toString());
        }
    }

    @Test void whatAMemberOfTwoNamesHoldsIsNoInput() throws Exception {
        WrittenExchange request = new WrittenExchange("POST", "a.example", "/p").body("application/json", "{\"x\":\"one more\",\"x\":\"one less\",\"title\":\"t t\"}")
                .answer(200, "text/plain", "x");
        try (Session session = sessions.write(List.of(request))) {
            assertEquals(List.of("title"), RecordedSessions.make(session).inputs().stream().map(TemplateInput::name).toList());
        }
    }

    @Test void eachKindOfDifferenceIsFound() throws Exception {
        WrittenExchange request = new WrittenExchange("POST", "a.example", "/p?q=1").header("X-A", "one").body("text/plain", "whole").answer(200, "text/plain", "x");
        try (Session session = sessions.write(List.of(request))) {
            assertEquals(List.of("s1 method: made is \"PUT\", recorded \"POST\""), changed(session, step -> with(step, "PUT", step.urlTemplate(), step.headers(), step.body())));
            assertEquals(List.of("s1 url: made is \"https://a.example/p?q=2\", recorded \"https://a.example/p?q=1\""),
                    changed(session, step -> with(step, "POST", "https://a.example/p?q=2", step.headers(), step.body())));
            assertEquals(List.of("s1 body: differs from octet 2 on (6 octets made, 5 recorded)"),
                    changed(session, step -> with(step, "POST", step.urlTemplate(), step.headers(), new TemplateBody.Text("whiole"))));
            List<TemplateStep.Header> more = new ArrayList<>(RecordedSessions.make(session).steps().get(0).headers());
            more.add(new TemplateStep.Header("X-B", "{gone}"));
            assertEquals(List.of("s1 field line " + more.size() + ": made is \"X-B: {gone}\", recorded \"\""),
                    changed(session, step -> with(step, "POST", step.urlTemplate(), more, step.body())));
        }
    }

    @Test void aRecipeThatGivesAnotherDigestIsFound() throws Exception {
        try (Session session = sessions.write(RecordedApps.all(1).get("hmac query").exchanges())) {
            List<String> found = changed(session, step -> {
                List<Placeholder> places = new ArrayList<>();
                for (Placeholder place : step.placeholders()) {
                    places.add(new Placeholder(place.location(), place.name(), place.codings(), place.sample(), place.derived().map(TemplateProofTest::shorter)));
                }
                return new TemplateStep(step.id(), step.seq(), step.method(), step.urlTemplate(), step.headers(), step.body(), step.dependsOn(), places,
                        step.extracts(), step.asserts(), step.loop());
            });
            assertEquals(3, found.size(), found.toString());
            assertEquals(Optional.of("s2 request.query.signature"), found.stream().findFirst().map(text -> text.substring(0, text.indexOf(':'))));
        }
    }

    private static DerivedValue shorter(DerivedValue value) {
        return value instanceof DerivedValue.Hmac hmac ? new DerivedValue.Hmac(hmac.algorithm(), hmac.encoding(), hmac.key(), hmac.separator(),
                hmac.parts().subList(1, hmac.parts().size())) : value;
    }

    @Test void whoeverGoesAwayEndsIt() throws Exception {
        try (Session session = sessions.write(RecordedApps.all(1).get("cursor").exchanges())) {
            FlowTemplate template = RecordedSessions.make(session);
            assertThrows(CancellationException.class, () -> TemplateProof.differences(session, template, new WorkWatch() {
                @Override
                public void done(long done, long total) {}

                @Override
                public boolean cancelled() {
                    return true;
                }
            }));
        }
    }

    private static List<String> changed(Session session, UnaryOperator<TemplateStep> change) throws Exception {
        FlowTemplate made = RecordedSessions.make(session);
        List<TemplateStep> steps = new ArrayList<>();
        made.steps().forEach(step -> steps.add(change.apply(step)));
        return TemplateProof.differences(session, new FlowTemplate(made.id(), made.name(), made.sessionId(), made.createdAtMillis(), steps, made.inputs(), made.edges(),
                made.loops(), made.unexplained(), made.warnings()), Unwatched.NOBODY);
    }

    private static TemplateStep with(TemplateStep step, String method, String url, List<TemplateStep.Header> headers, TemplateBody body) {
        return new TemplateStep(step.id(), step.seq(), method, url, headers, body, step.dependsOn(), step.placeholders(), step.extracts(), step.asserts(), step.loop());
    }
}
