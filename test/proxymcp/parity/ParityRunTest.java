package proxymcp.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.decode.Decoders;
import proxymcp.diff.WrittenExchange;
import proxymcp.replay.PlanItem;
import proxymcp.replay.RecordedAs;
import proxymcp.replay.ReplayId;
import proxymcp.replay.RunItem;
import proxymcp.replay.Skip;
import proxymcp.store.Session;
import proxymcp.store.Unwatched;
import proxymcp.store.WorkWatch;
import proxymcp.template.Extract;
import proxymcp.template.FlowTemplate;
import proxymcp.template.TemplateBody;
import proxymcp.template.TemplateStep;
import proxymcp.template.Templates;

/** What is said of small sessions. */
@Timeout(60)
final class ParityRunTest {
    private static final IntFunction<String> USER = i -> "{\"id\":" + i + ",\"name\":\"Ann B" + "cdefg".charAt(i) + "\",\"token\":\"k3Jx9QmZ7vLp2Rt8Wy" + i
            + "\",\"roles\":[\"user\",\"staff\"]}";

    private Judged sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new Judged(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private List<String> drifts(IntFunction<String> before, IntFunction<String> after) throws Exception {
        return Judged.drifts(sessions.judge(Judged.gets(5, "/users/#", before), Judged.gets(5, "/users/#", after), ParityRequest.ALL));
    }

    @Test void aRenamedFieldIsOneThatWentAndOneThatCame() throws Exception {
        assertEquals(List.of("response.json.$.name removed high", "response.json.$.fullName added low"),
                drifts(USER, i -> USER.apply(i).replace("\"name\"", "\"fullName\"")));
    }

    @Test void aKeyFieldThatWentIsCritical() throws Exception {
        ParityReport report = sessions.judge(Judged.gets(5, "/users/#", USER), Judged.gets(5, "/users/#", i -> "{\"id\":" + i + ",\"name\":\"Ann\",\"roles\":[\"user\",\"staff\"]}"),
                Judged.keys("$.token", "$.name"));
        assertEquals(List.of("response.json.$.token removed critical", "response.json.$.name value_changed high"), Judged.drifts(report));
        assertEquals(Severity.CRITICAL, report.severity());
    }

    @Test void whatATemplateExtractsIsCritical() throws Exception {
        Session baseline = sessions.write(Judged.gets(5, "/users/#", USER));
        TemplateStep step = new TemplateStep("s1", 1, "GET", "https://a.example/users/1000", List.of(), new TemplateBody.None(), List.of(), List.of(),
                List.of(new Extract("token", "json:$.token", true), new Extract("role", "json:$.roles[0] | url", true)), List.of(), Optional.empty());
        new Templates(baseline).write(new FlowTemplate("t", "t", baseline.manifest().id().text(), 1, List.of(step), List.of(), List.of(), List.of(), List.of(), List.of()));
        Session other = sessions.write(Judged.gets(5, "/users/#", i -> "{\"id\":" + i + ",\"name\":\"Ann B" + "cdefg".charAt(i) + "\",\"token\":null}"));
        assertEquals(List.of("response.json.$.roles removed critical", "response.json.$.token nulled critical"),
                Judged.drifts(Judged.judge(baseline, other, ParityRequest.ALL)));
    }

    @Test void anotherTypeOrNullIsHighAndAnOptionalFieldMayGo() throws Exception {
        assertEquals(List.of("response.json.$.id type_changed high", "response.json.$.name nulled high"),
                drifts(i -> "{\"id\":7" + i + ",\"name\":\"x\"" + (i % 2 == 0 ? ",\"nick\":null" : "") + "}", i -> "{\"id\":\"7" + i + "\",\"name\":null}"));
    }

    @Test void anArrayThatIsEmptyAndNeverWasIsHighAndAShorterOneLow() throws Exception {
        assertEquals(List.of("response.json.$.items empty_array high"), drifts(i -> "{\"items\":[1,2,3]}", i -> "{\"items\":[]}"));
        assertEquals(List.of("response.json.$.items array_length low", "response.json.$.items[*] items_changed low"),
                drifts(i -> "{\"items\":[1,2,3]}", i -> "{\"items\":[1,2]}"));
    }

    @Test void aWordThatIsNoneOfFewIsMediumOnceThereAreSamplesEnough() throws Exception {
        IntFunction<String> states = i -> "{\"state\":\"" + (i % 2 == 0 ? "open" : "closed") + "\"}";
        IntFunction<String> other = i -> i == 0 ? "{\"state\":\"archived\"}" : states.apply(i);
        ParityReport few = sessions.judge(Judged.gets(4, "/s/#", states), Judged.gets(4, "/s/#", other), ParityRequest.ALL);
        assertEquals(List.of("response.json.$.state value_changed low"), Judged.drifts(few));
        assertTrue(few.passed());
        ParityReport many = sessions.judge(Judged.gets(12, "/s/#", states), Judged.gets(12, "/s/#", other), ParityRequest.ALL);
        assertEquals(List.of("response.json.$.state new_enum_value medium"), Judged.drifts(many));
        assertFalse(many.passed());
        assertEquals(1 / 12.0, many.endpoints().get(0).drift().get(0).rate());
    }

    @Test void otherFormatsAreMedium() throws Exception {
        assertEquals(List.of("response.json.$.at format_changed medium", "response.json.$.price format_changed medium", "response.json.$.when format_changed medium"),
                drifts(i -> "{\"at\":17600000" + (10 + i) + ",\"price\":\"$1" + i + ".50\",\"when\":\"2025-01-1" + i + "\"}",
                        i -> "{\"at\":17600000" + (10 + i) + "000,\"price\":\"1" + i + ",50 EUR\",\"when\":\"1" + i + ".01.2025\"}"));
    }

    @Test void otherSpellingIsEquivalent() throws Exception {
        ParityReport report = sessions.judge(Judged.gets(3, "/n", i -> "{\"a\":1,\"b\":[2.50,\"\u00fc\"],\"c\":1e2}"),
                Judged.gets(3, "/n", i -> "{ \"c\":100,\"b\":[2.5,\"\\u00fc\"], \"a\":1.0 }"), ParityRequest.ALL);
        assertEquals(Map.of(Verdict.EQUIVALENT, 3L), report.verdicts());
        assertEquals(1, report.score());
    }

    @Test void anotherStatusClassIsCriticalAndARefusalIsBlocked() throws Exception {
        List<WrittenExchange> baseline = List.of(Judged.get("/a", "{\"a\":1}"), Judged.get("/b", "{\"a\":1}"), Judged.get("/c", "{\"a\":1}"));
        ParityReport report = sessions.judge(baseline, List.of(Judged.get("/a").answer(500, "text/plain", "oops"), Judged.get("/b").answer(403, "text/plain", "no"),
                Judged.get("/c").answer(302, "text/plain", "").responseHeader("Location", "/login?next=/c")), ParityRequest.ALL);
        assertEquals(List.of(Verdict.BREAKING, Verdict.BLOCKED, Verdict.BLOCKED), report.findings().stream().map(PairParity::verdict).toList());
        assertEquals(List.of(2L, 3L), report.findings(Verdict.BLOCKED).stream().map(PairParity::seq).toList());
        assertFalse(report.passed());
        assertEquals(0, report.score());
    }

    @Test void aPageThatAlwaysHadALoginFormIsNotBlocked() throws Exception {
        IntFunction<WrittenExchange> page = i -> Judged.get("/p/" + i).answer(200, "text/html", "<html><head><title>Shop, login</title></head><body><form id=login><input type=password name=pw></form>"
                + "<div id=main>Hello " + i + "</div><script src=https://www.google.com/recaptcha/api.js></script></body></html>");
        ParityReport report = sessions.judge(List.of(page.apply(1), page.apply(2)), List.of(page.apply(1), page.apply(2)), ParityRequest.ALL);
        assertEquals(Map.of(Verdict.IDENTICAL, 2L), report.verdicts());
    }

    @Test void whatIsCutOffIsUnknownAndNeverPasses() throws Exception {
        ParityReport report = sessions.judge(Judged.gets(3, "/x/#", i -> "{\"a\":1}"), List.of(Judged.get("/x/1000", "{\"a\":1}"), Judged.get("/x/1001", "{\"a\":").cut(),
                Judged.get("/x/1002", "{\"a\":1}")), ParityRequest.ALL);
        assertFalse(report.passed());
        assertEquals(Severity.NONE, report.severity());
        assertEquals(Map.of(Verdict.IDENTICAL, 2L, Verdict.UNKNOWN, 1L), report.verdicts());
        assertTrue(report.findings().get(0).reason().startsWith("its body is not known whole: it was cut off"), report.findings().get(0).reason());
    }

    @Test void anEndpointThatNothingAnswersForIsUnknown() throws Exception {
        List<WrittenExchange> baseline = new ArrayList<>(Judged.gets(3, "/x/#", i -> "{\"a\":" + i + "}"));
        baseline.add(Judged.get("/gone", "{}"));
        ParityReport report = sessions.judge(baseline, Judged.gets(2, "/x/#", i -> "{\"a\":" + i + "}"), ParityRequest.ALL);
        assertEquals(2, report.unmatched().size());
        assertEquals(List.of("nothing answers to it"), report.findings().stream().map(PairParity::reason).toList());
        assertEquals(Map.of(Verdict.IDENTICAL, 2L, Verdict.UNKNOWN, 1L), report.verdicts());
    }

    @Test void whatChangesAmongBaselinesIsNoDriftAndWhatStaysIs() throws Exception {
        Session a = sessions.write(Judged.gets(3, "/x/#", i -> "{\"views\":10" + i + ",\"key\":\"k3Jx9QmZ7vLp2Rt8Wy5B\"}"));
        Session more = sessions.write(Judged.gets(3, "/x/#", i -> "{\"views\":20" + i + ",\"key\":\"k3Jx9QmZ7vLp2Rt8Wy5B\"}"));
        Session other = sessions.write(Judged.gets(3, "/x/#", i -> "{\"views\":30" + i + ",\"key\":\"aaQ9mZ7vLp2Rt8Wy5Bk3\"}"));
        assertEquals(List.of("response.json.$.key value_changed low"), Judged.drifts(Judged.judge(a, other, ParityRequest.ALL, more)));
        assertEquals(List.of("response.json.$.key value_changed low", "response.json.$.views value_changed low"), Judged.drifts(Judged.judge(a, other, ParityRequest.ALL)));
    }

    @Test void whatIsIgnoredIsNotCompared() throws Exception {
        List<WrittenExchange> other = Judged.gets(5, "/users/#", i -> "{\"id\":" + i + ",\"roles\":[]}");
        assertEquals(List.of("response.json.$.roles empty_array high"),
                Judged.drifts(sessions.judge(Judged.gets(5, "/users/#", USER), other, Judged.ignoring("response.json.$.name", "GET a.example/users/*: response.json.$.tok*"))));
    }

    @Test void theHeadIsJudgedByWhatTells() throws Exception {
        IntFunction<WrittenExchange> before = i -> Judged.get("/h/" + i, "{}").responseHeader("Set-Cookie", "sid=" + i + "; Path=/").responseHeader("Content-Language", "en")
                .responseHeader("Server", "a");
        IntFunction<WrittenExchange> after = i -> Judged.get("/h/" + i, "{}").responseHeader("Content-Language", "de").responseHeader("Server", "b");
        assertEquals(List.of("response.cookie.sid header_changed medium", "response.header.content-language header_changed medium"),
                Judged.drifts(sessions.judge(List.of(before.apply(1)), List.of(after.apply(1)), ParityRequest.ALL)));
    }

    @Test void xmlHasAShapeToo() throws Exception {
        String feed = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><item><title>One</title><guid>1</guid></item><item><title>Two</title><guid>2</guid></item></channel></rss>";
        IntFunction<String> same = i -> feed;
        List<WrittenExchange> a = List.of(Judged.get("/f").answer(200, "application/rss+xml", feed));
        List<WrittenExchange> b = List.of(Judged.get("/f").answer(200, "application/rss+xml", same.apply(0).replace("title>", "name>")));
        List<String> drifts = Judged.drifts(sessions.judge(a, b, ParityRequest.ALL));
        assertEquals("response.layer.$.rss[*].channel[*].item[*].title removed medium", drifts.get(0));
        assertEquals("response.layer.$.rss[*].channel[*].item[*].name added low", drifts.get(1));
    }

    @Test void membersNamedByIdsAreOneField() throws Exception {
        UUID one = new UUID(1, 2);
        assertEquals(List.of("response.json.$.byId[*].price type_changed high"),
                drifts(i -> "{\"byId\":{\"" + new UUID(i, 9) + "\":{\"price\":1},\"" + new UUID(i, 8) + "\":{\"price\":2}}}",
                        i -> "{\"byId\":{\"" + one + "\":{\"price\":\"1\"}}}").stream().filter(drift -> !drift.contains("value")).toList());
    }

    private static RunItem item(int index, long seq, RunItem.State state, Optional<RecordedAs> recorded, Optional<Skip> skipped) {
        return new RunItem(new PlanItem(index, seq, new UUID(1, seq), 1, "GET", "https://a.example/users/" + seq, "https://a.example/users/" + seq, false, skipped), state, 1,
                OptionalInt.of(200), 10, 5, Optional.empty(), "", recorded, Optional.empty(), skipped);
    }

    @Test void theItemsOfARunAnswerToWhatTheyRepeat() throws Exception {
        Session baseline = sessions.write(Judged.gets(4, "/users/#", USER));
        // In another order than they were recorded.
        Session answers = sessions.write(List.of(Judged.get("/users/1001", USER.apply(1)), Judged.get("/users/1000", "{\"error\":\"down\"}")));
        String id = answers.manifest().id().text();
        UUID first = answers.exchange(1).orElseThrow().exchange().start().id();
        List<RunItem> items = List.of(item(0, 1, RunItem.State.SUCCESS, Optional.of(new RecordedAs(id, new UUID(5, 5), 2)), Optional.empty()),
                item(1, 2, RunItem.State.SUCCESS, Optional.of(new RecordedAs(id, first, 0)), Optional.empty()),
                item(2, 3, RunItem.State.SKIPPED, Optional.empty(), Optional.of(new Skip(Skip.Reason.UNSAFE, "it is unsafe"))),
                item(3, 4, RunItem.State.SUCCESS, Optional.of(new RecordedAs("20250101000000_abcdefgh", new UUID(6, 6), 1)), Optional.empty()));
        ReplayId replay = new ReplayId("replay_20250101000000_abcdefgh");
        ParityReport report = new ParityRun(Decoders.builtin()).run(baseline, List.of(), new Counterpart.OfRun(replay, items, Map.of(id, answers)), ParityRequest.ALL,
                Unwatched.NOBODY);
        assertEquals(replay.text(), report.other());
        assertEquals(Map.of(Verdict.BREAKING, 1L, Verdict.IDENTICAL, 1L, Verdict.UNKNOWN, 2L), report.verdicts());
        assertEquals(List.of("response.body error_body: expected JSON, got error: \"down\"", "not sent: it is unsafe",
                "session 20250101000000_abcdefgh, which its answer was recorded to, is not there"), report.findings().stream().map(PairParity::reason).toList());
        assertEquals(List.of(OptionalLong.of(2), OptionalLong.empty(), OptionalLong.empty()), report.findings().stream().map(PairParity::otherSeq).toList());
        assertEquals(List.of(), report.unmatched());
    }

    @Test void aSessionWithoutExchangesIsRefusedAndACancelledOneEnds() throws Exception {
        Session empty = sessions.write(List.of());
        Session some = sessions.write(Judged.gets(100, "/users/#", i -> "{}"));
        assertEquals("nothing_to_compare", assertThrows(ParityException.class, () -> Judged.judge(empty, some, ParityRequest.ALL)).code());
        assertFalse(Judged.judge(some, empty, ParityRequest.ALL).passed());
        WorkWatch cancelled = new WorkWatch() {
            @Override
            public void done(long done, long total) {
                throw new AssertionError("told to one who is gone");
            }

            @Override
            public boolean cancelled() {
                return true;
            }
        };
        assertThrows(CancellationException.class,
                () -> new ParityRun(Decoders.builtin()).run(some, List.of(), new Counterpart.OfSession(some), ParityRequest.ALL, cancelled));
    }
}
