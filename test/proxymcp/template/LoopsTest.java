package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.OutgoingRequest;
import proxymcp.store.Session;

/** Requests that are the same but for where they go on, and those that only look so. */
@Timeout(60)
final class LoopsTest {
    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private FlowTemplate template(RecordedApp app) throws Exception {
        try (Session session = sessions.write(app.exchanges())) {
            return RecordedSessions.make(session);
        }
    }

    /** One request for each target. */
    private static RecordedApp asked(String... targets) {
        RecordedApp app = new RecordedApp("loop.example", 1);
        for (String target : targets) {
            app.add(app.request("GET", target).answer(200, "application/json", "{\"rows\":[1]}"));
        }
        return app;
    }

    private static List<Long> seqs(FlowTemplate template) {
        return template.steps().stream().map(TemplateStep::seq).toList();
    }

    private static Loop counter(String variable, long start, long increment, int times) {
        return new Loop("l1", "s1", Loop.Kind.COUNTER, variable, start, increment, times, Loop.TIMES_MAX, Optional.of("json:$.rows[0]"));
    }

    @Test void offsetsRiseByTheSizeOfAPage() throws Exception {
        FlowTemplate template = template(asked("/list?offset=0&limit=25", "/list?offset=25&limit=25", "/list?offset=50&limit=25"));
        assertEquals(List.of(counter("offset", 0, 25, 3)), template.loops());
        assertEquals(List.of(1L), seqs(template));
        assertEquals(Optional.of(new DerivedValue.Counter(0, 25)), template.steps().get(0).placeholders().get(0).derived());
    }

    @Test void aCounterMayStandInABody() throws Exception {
        RecordedApp app = new RecordedApp("loop.example", 1);
        for (int page = 3; page < 6; page++) {
            app.add(app.request("POST", "/list").body("application/json", "{\"filter\":{\"page\":" + page + "},\"size\":10}")
                    .answer(200, "application/json", "{\"rows\":[1]}"));
        }
        FlowTemplate template = template(app);
        assertEquals(List.of(counter("page", 3, 1, 3)), template.loops());
        assertEquals(new TemplateBody.Text("{\"filter\":{\"page\":{page}},\"size\":{size}}"), template.steps().get(0).body());
    }

    @Test void aCounterMayStandInAFormAmongOtherNumbers() throws Exception {
        RecordedApp app = new RecordedApp("loop.example", 1);
        for (int page = 3; page < 6; page++) {
            app.add(app.request("POST", "/list").body("application/x-www-form-urlencoded", "page=" + page + "&start=7").answer(200, "application/json", "{\"rows\":[1]}"));
        }
        assertEquals(List.of(counter("page", 3, 1, 3)), template(app).loops());
    }

    @Test void twoRunsThroughAListAreTwoLoops() throws Exception {
        FlowTemplate template = template(asked("/list?page=1", "/list?page=2", "/list?page=3", "/list?page=1", "/list?page=2"));
        assertEquals(List.of(3, 2), template.loops().stream().map(Loop::recordedTimes).toList());
        assertEquals(List.of(1L, 4L), seqs(template));
    }

    @Test void anUnevenStepEndsALoop() throws Exception {
        FlowTemplate template = template(asked("/list?page=1", "/list?page=2", "/list?page=4"));
        assertEquals(List.of(counter("page", 1, 1, 2)), template.loops());
        assertEquals(List.of(1L, 3L), seqs(template));
    }

    @Test void whatOnlyLooksLikeALoopIsNone() throws Exception {
        assertEquals(List.of(), template(asked("/list?page=2", "/list?page=1")).loops(), "falls");
        assertEquals(List.of(), template(asked("/list?page=1", "/list?page=1")).loops(), "stays");
        assertEquals(List.of(), template(asked("/list?page=1&sort=up", "/list?page=2&sort=down")).loops(), "something else differs too");
        assertEquals(List.of(), template(asked("/list?page=1", "/list?page=2&more=yes")).loops(), "something is added");
        assertEquals(List.of(), template(asked("/list?page=1&more=yes", "/list?page=2")).loops(), "something is left out");
        assertEquals(List.of(), template(asked("/list?width=100", "/list?width=200")).loops(), "no word for pages");
        assertEquals(List.of(), template(asked("/list?page=99999999999999999998", "/list?page=99999999999999999999")).loops(), "numbers of no page");
        assertEquals(List.of(), template(asked("/page/1", "/page/2", "/page/3")).loops(), "segments of the path are inputs");
        assertEquals(List.of(), template(asked("/list?page=one", "/list?page=two")).loops(), "no numbers");
    }

    @Test void anAnswerOfAnotherStatusEndsALoop() throws Exception {
        RecordedApp app = asked("/list?page=1", "/list?page=2");
        app.add(app.request("GET", "/list?page=3").answer(404, "application/json", "{}"));
        assertEquals(List.of(2), template(app).loops().stream().map(Loop::recordedTimes).toList());
    }

    @Test void aValueMadeForEachRequestIsNoDifference() throws Exception {
        RecordedApp app = new RecordedApp("loop.example", 1);
        for (int page = 1; page < 4; page++) {
            app.add(app.request("GET", "/list?page=" + page).header("X-Request-Id", app.uuid()).answer(200, "application/json", "{\"rows\":[1]}"));
        }
        assertEquals(List.of(counter("page", 1, 1, 3)), template(app).loops());
    }

    @Test void timesAndCookiesAreNoDifferences() throws Exception {
        RecordedApp app = new RecordedApp("loop.example", 1);
        for (int page = 1; page < 4; page++) {
            app.add(app.request("GET", "/list?page=" + page + "&_=" + page * page).header("Cookie", page == 1 ? "seen=one; more=yes" : "seen=two" + page)
                    .answer(200, "application/json", "{\"rows\":[1]}"));
        }
        assertEquals(List.of(counter("page", 1, 1, 3)), template(app).loops());
    }

    @Test void twoThatGoOnAreNoCounter() throws Exception {
        RecordedApp app = new RecordedApp("loop.example", 1);
        for (int page = 1; page < 4; page++) {
            app.add(app.request("GET", "/list?page=" + page + "&cursor=" + app.token(20)).answer(200, "application/json", "{\"rows\":[1]}"));
        }
        assertEquals(List.of(), template(app).loops());
    }

    @Test void aCookieIsNoCursor() throws Exception {
        RecordedApp app = new RecordedApp("loop.example", 1);
        String cookie = app.token(20);
        for (int i = 0; i < 4; i++) {
            String next = app.token(20);
            app.add(app.request("GET", "/list").header("Cookie", "next=" + cookie).responseHeader("Set-Cookie", "next=" + next).answer(200, "application/json", "{}"));
            cookie = next;
        }
        assertEquals(List.of(), template(app).loops());
    }

    @Test void aRefusedPageIsNotOfTheLoop() throws Exception {
        RecordedApp app = new RecordedApp("loop.example", 1);
        String cursor = "";
        for (int page = 0; page < 4; page++) {
            String next = app.token(20);
            app.add(app.request("GET", "/list" + (page == 0 ? "" : "?cursor=" + cursor)).answer(page == 3 ? 429 : 200, "application/json", "{\"next\":\"" + next + "\"}"));
            cursor = next;
        }
        FlowTemplate template = template(app);
        assertEquals(List.of(2), template.loops().stream().map(Loop::recordedTimes).toList());
        assertEquals(List.of(1L, 2L, 4L), seqs(template));
    }

    private static RecordedApp cursor(String name, boolean sorted) {
        RecordedApp app = new RecordedApp("loop.example", 1);
        String cursor = "";
        for (int page = 0; page < 4; page++) {
            String next = app.token(20);
            app.add(app.request("GET", "/list?x=1" + (page == 0 ? "" : "&" + name + "=" + cursor) + (sorted && page > 1 ? "&sort=up" : ""))
                    .answer(200, "application/json", "{\"rows\":[1],\"next\":\"" + next + "\"}"));
            cursor = next;
        }
        return app;
    }

    @Test void aCursorLeadsFromPageToPage() throws Exception {
        FlowTemplate template = template(cursor("after", false));
        assertEquals(List.of(new Loop("l1", "s2", Loop.Kind.CURSOR, "after", 0, 0, 3, Loop.TIMES_MAX, Optional.of("json:$.next"))), template.loops());
        assertEquals(List.of(1L, 2L), seqs(template));
        assertEquals(List.of(new Extract("after", "json:$.next", true)), template.steps().get(0).extracts());
        assertEquals(List.of(new Extract("after", "json:$.next", false)), template.steps().get(1).extracts(), "the last page has none");
    }

    @Test void aTokenThatIsNoCursorMakesNoLoop() throws Exception {
        assertEquals(List.of(), template(cursor("csrf_next", false)).loops());
        assertEquals(List.of(), template(cursor("refresh_next", false)).loops());
        assertEquals(List.of(), template(cursor("ticket", false)).loops());
        assertEquals(List.of(2L), List.of((long) template(cursor("after", true)).loops().size()), "the second page is not asked for as the third is");
    }

    private static RecordedApp counted(String... answers) {
        RecordedApp app = new RecordedApp("loop.example", 1);
        for (int page = 1; page <= answers.length; page++) {
            app.add(app.request("GET", "/list?page=" + page).answer(200, "application/json", answers[page - 1]));
        }
        return app;
    }

    private static List<String> untils(FlowTemplate template) {
        return template.loops().stream().map(loop -> loop.until().orElse("")).toList();
    }

    /** A server that has no page behind the last answers 404 there: what says that a page is the last comes before a list that is empty. */
    @Test void theEndIsWhereAnAnswerSaysSo() throws Exception {
        assertEquals(List.of("json:$.has_more"), untils(template(counted("{\"items\":[1],\"has_more\":true}", "{\"items\":[2],\"has_more\":true}", "{\"items\":[3],\"has_more\":false}"))));
        assertEquals(List.of("json:$.meta.hasNextPage"), untils(template(counted("{\"items\":[1],\"meta\":{\"hasNextPage\":true}}", "{\"items\":[2],\"meta\":{\"hasNextPage\":true}}"))));
        assertEquals(List.of("json:$.next"), untils(template(counted("{\"items\":[1],\"next\":\"/list?page=2\"}", "{\"items\":[2],\"next\":null}"))));
        assertEquals(List.of("count:json:$.page_info.total_pages"),
                untils(template(counted("{\"items\":[1],\"page_info\":{\"total_pages\":2}}", "{\"items\":[2],\"page_info\":{\"total_pages\":2}}"))));
    }

    @Test void aFieldThatDoesNotFitThePagesIsNotTheEnd() throws Exception {
        FlowTemplate template = template(counted("{\"items\":[1],\"more\":false,\"pages\":1}", "{\"items\":[2],\"more\":false,\"pages\":1}"));
        assertEquals(List.of("json:$.items[0]"), untils(template));
        assertEquals(List.of("s1: no answer says which page is the last; a run ends at an empty one, which it asks for behind the last"), template.warnings());
        assertEquals(List.of(), template(counted("{\"items\":[1]}", "{\"items\":[]}")).warnings());
    }

    @Test void aRunEndsWhereTheCountSaysSo() throws Exception {
        FlowTemplate template = template(counted("{\"items\":[1],\"total_pages\":2}", "{\"items\":[2],\"total_pages\":2}"));
        try (FlowRun run = new FlowRun(template, Map.of())) {
            OutgoingRequest sent = run.request(1);
            for (int page = 1; page < 4; page++) {
                assertEquals("/list?page=" + page, sent.head().target());
                sent = assertInstanceOf(ItemChanges.Next.Page.class, run.page(1, sent, page, FlowRun.answer(200, "{\"items\":[1],\"total_pages\":4}"))).request();
            }
            assertEquals(new ItemChanges.Next.Nothing(), run.page(1, sent, 4, FlowRun.answer(200, "{\"items\":[1],\"total_pages\":4}")));
        }
    }

    @Test void offsetsEndWithTheLastItem() {
        assertEquals(List.of(false, true, true), List.of(LoopEnd.isLast("75", 25, 0, 25), LoopEnd.isLast("75", 50, 0, 25), LoopEnd.isLast("60", 50, 0, 25)));
        assertEquals(List.of(false, true), List.of(LoopEnd.isLast("3", 1, 0, 1), LoopEnd.isLast("3", 2, 0, 1)));
        assertEquals(List.of(false, true), List.of(LoopEnd.isLast("75", 26, 1, 25), LoopEnd.isLast("75", 51, 1, 25)));
        assertEquals(List.of(true, true), List.of(LoopEnd.isLast("", 1, 1, 1), LoopEnd.isLast("many", 1, 1, 1)));
    }

    /** Each detail is of the page before it: one step for all pages would come too early and have the last page's value alone. */
    @Test void detailsBetweenThePagesKeepTheirOrder() throws Exception {
        RecordedApp app = new RecordedApp("loop.example", 1);
        for (int page = 1; page < 4; page++) {
            String id = app.token(20);
            app.add(app.request("GET", "/list?page=" + page).answer(200, "application/json", "{\"rows\":[{\"id\":\"" + id + "\"}]}"));
            app.add(app.request("GET", "/rows/" + id).answer(200, "application/json", "{}"));
        }
        FlowTemplate template = template(app);
        assertEquals(List.of(), template.loops());
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), seqs(template));
        assertEquals(List.of("s1 s2", "s3 s4", "s5 s6"), template.edges().stream().map(edge -> edge.from() + " " + edge.to()).toList());
    }

    @Test void aDetailOfAnEarlierPageBehindTheLoopIsNamed() throws Exception {
        RecordedApp app = new RecordedApp("loop.example", 1);
        String first = app.token(20);
        app.add(app.request("GET", "/list?page=1").answer(200, "application/json", "{\"has_more\":true,\"rows\":[{\"id\":\"" + first + "\"}]}"));
        app.add(app.request("GET", "/list?page=2").answer(200, "application/json", "{\"has_more\":false,\"rows\":[{\"id\":\"" + app.token(20) + "\"}]}"));
        app.add(app.request("GET", "/rows/" + first).answer(200, "application/json", "{}"));
        assertEquals(List.of("s2 request.path.2: in the recording it was of page 1 of s1, a run takes it of the last page"), template(app).warnings());
    }
}
