package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.text.SteppedTime;
import proxymcp.text.TimeLimit;

/** Values that go from answers into later requests, the cookies and redirects of a run. Item n of a plan has seq 10 + n. */
@Timeout(30)
final class RunChangesTest {
    private static final String USE = "{\"match\":{\"url_contains\":\"/use\"},\"set_headers\":{\"T\":\"{token}\"}}";
    private final SteppedClock clock = new SteppedClock();
    private final Values values = new Values(1, clock, Map.of(), Map.of());
    private final TimeLimit limit = TimeLimit.ofMillis(1_000, 1_000);

    @Test void valueGoesFromAnAnswerIntoLaterRequests() throws Exception {
        List<PlanItem> plan = plan("/login", "/use1", "/other", "/use2");
        RunChanges run = begin(plan, USE, capture("\"from_seq\":10", "json:$.token"));
        answer(run, plan.get(0), "{\"token\":\"t-1\"}");
        run.ended(plan.get(0));
        assertEquals("t-1", token(run, plan.get(1)));
        assertEquals("", token(run, plan.get(2)));
        // A login that is repeated renews the value.
        answer(run, plan.get(0), "{\"token\":\"t-2\"}");
        assertEquals("t-2", token(run, plan.get(3)));
    }

    @Test void everySelectorFindsItsValue() throws Exception {
        String[][] rows = {{"json:$.a.b[1]", "2.50"}, {"json:$.t", "true"}, {"json:$..deep", "{\"x\":1}"}, {"json:$.s", "te\u00e4xt"}, {"header:X-TOKEN", "h1"},
            {"cookie:sid", "two"}, {"regex:\"s\":\"(.)(.)", "t"}, {"regex:a.b|\"deep\"", "\"deep\""}, {"regex:(?:(zzz)|(deep))", "deep"}};
        String body = "{\"a\":{\"b\":[1,2.50]},\"t\":true,\"deep\":{\"x\":1},\"s\":\"te\u00e4xt\",\"n\":null}";
        for (String[] row : rows) {
            assertEquals(Optional.of(row[1]), CaptureSource.parse(row[0]).find(rich(body, "gzip"), limit), row[0]);
            assertEquals(Optional.of(row[1]), CaptureSource.parse(row[0]).find(rich(body, "identity"), limit), row[0]);
        }
        for (String none : new String[] {"json:$.n", "json:$.zz", "header:none", "cookie:SID", "regex:zzz", "regex:(zzz)?deep"}) {
            assertEquals(Optional.empty(), CaptureSource.parse(none).find(rich(body, "gzip"), limit), none);
        }
        assertEquals(Optional.empty(), CaptureSource.parse("json:$.s").find(rich("{\"s\":1", "identity"), limit));
        assertEquals(Optional.empty(), CaptureSource.parse("json:$.s").find(rich("", "gzip"), limit));
    }

    @Test void expressionThatTakesTooLongFindsNothing() throws Exception {
        SteppedTime time = new SteppedTime(1);
        List<PlanItem> plan = plan("/login", "/use");
        RunChanges run = begin(plan, time.limit(), USE, capture("\"from_seq\":10", "regex:a*a*(a*)b"));
        answer(run, plan.get(0), "a".repeat(40_000) + "!");
        run.ended(plan.get(0));
        assertTrue(time.passedMillis() < 1_000, "took " + time.passedMillis());
        assertEquals(new ItemChanges.Outcome.Skipped(new Skip(Skip.Reason.CAPTURE_MISSING,
                "it uses {token}, which was not found in any answer before it; its expression took too long")), change(run, plan.get(1)));
        // What was found in another answer counts.
        answer(run, plan.get(0), "b");
        assertEquals("", token(run, plan.get(1)));
        run.close();
    }

    /** More expressions without an end than there are threads for exchanges: the clock stands still until the others are through. */
    @Test void expressionsWithoutAnEndDoNotHoldUpOtherExchanges() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong nanos = new AtomicLong();
        AtomicBoolean onExchange = new AtomicBoolean();
        TimeLimit standing = new TimeLimit(1_000_000, 1_000_000, () -> {
            begun.countDown();
            onExchange.compareAndSet(false, Thread.currentThread().isVirtual());
            return over.get() ? nanos.addAndGet(1_000_000) : 0;
        });
        List<PlanItem> plan = plan("/slow", "/login", "/use");
        RunChanges run = begin(plan, standing, USE, capture("\"from_seq\":10", "regex:a*a*(a*)b"), capture("\"from_seq\":11", "json:$.token"));
        List<Thread> exchanges = new ArrayList<>();
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
            exchanges.add(Thread.ofVirtual().start(() -> answer(run, plan.get(0), "a".repeat(40_000))));
        }
        try {
            assertTrue(begun.await(20, TimeUnit.SECONDS));
            Thread other = Thread.ofVirtual().start(() -> answer(run, plan.get(1), "{\"token\":\"t\"}"));
            assertTrue(other.join(java.time.Duration.ofSeconds(20)), "held up");
        } finally {
            over.set(true);
        }
        for (Thread exchange : exchanges) {
            exchange.join();
        }
        assertFalse(onExchange.get(), "an expression ran on the thread of an exchange");
        plan.forEach(run::ended);
        assertEquals("t", token(run, plan.get(2)));
        run.close();
    }

    /** A run that goes on in another process has them. */
    @Test void answersThatComeAfterTheEndGiveTheirValuesStill() throws Exception {
        List<PlanItem> plan = plan("/login", "/use");
        RunChanges run = begin(plan, USE, capture("\"from_seq\":10", "regex:(x)"));
        run.close();
        answer(run, plan.get(0), "x");
        assertTrue(values.isCaptured("token"));
    }

    @Test void whatIsNoCaptureIsRefused() {
        String[][] rows = {{"{\"as\":\"a\",\"select\":\"json:$\"}", "captures[0]: expected either from_seq or from_url_contains"},
            {"{\"from_seq\":1,\"from_url_contains\":\"x\",\"as\":\"a\",\"select\":\"json:$\"}", "captures[0]: expected either from_seq or from_url_contains"},
            {"{\"from_seq\":1,\"as\":\"seq\",\"select\":\"json:$\"}", "captures[0].as: expected a name"},
            {"{\"from_seq\":1,\"as\":\"a b\",\"select\":\"json:$\"}", "captures[0].as: expected a name"},
            {"{\"from_seq\":1,\"as\":\"a\",\"select\":\"json:a\"}", "captures[0].select: expected '$', got 'a' at character 0, got \"json:a\""},
            {"{\"from_seq\":1,\"as\":\"a\",\"select\":\"xpath:/a\"}", "captures[0].select: expected json:PATH, header:NAME"},
            {"{\"from_seq\":1,\"as\":\"a\",\"select\":\"header:\"}", "captures[0].select: expected json:PATH, header:NAME"},
            {"{\"from_seq\":1,\"as\":\"a\",\"select\":\"regex:(\"}", "captures[0].select: expected a regular expression: "},
            {"{\"from_seq\":1,\"as\":\"a\"}", "captures[0]: select: required, but not given"}};
        for (String[] row : rows) {
            BadArgument refused = assertThrows(BadArgument.class, () -> Captures.parse(List.of((JsonObject) Json.parse(row[0]))), row[0]);
            assertTrue(refused.getMessage().startsWith(row[1]), refused.getMessage());
        }
    }

    @Test void plansThatUseWhatIsNotThereYetAreRefused() throws Exception {
        List<PlanItem> plan = plan("/use1", "/login", "/use2");
        String used = "overrides[0]: the request with seq 10 uses {token}, which is captured from ";
        assertEquals(used + "the answer to seq 11: the plan sends that later (item 1, seq 11)", refused(plan, USE, capture("\"from_seq\":11", "json:$")));
        assertEquals(used + "the answer to seq 10: that is this request itself; limit the override with match",
                refused(plan, USE, capture("\"from_seq\":10", "json:$")));
        assertEquals(used + "the answer to seq 99: no such request is in the plan", refused(plan, USE, capture("\"from_seq\":99", "json:$")));
        assertEquals(used + "answers to URLs with \"login\" in them: the plan sends that later (item 1, seq 11)",
                refused(plan, USE, capture("\"from_url_contains\":\"login\"", "json:$")));
        assertTrue(refused(plan, USE).startsWith("overrides[0]: unknown placeholder {token}"));
        List<PlanItem> skipping = new ArrayList<>(plan("/login", "/use"));
        skipping.set(0, skipped(skipping.get(0)));
        assertEquals("overrides[0]: the request with seq 11 uses {token}, which is captured from the answer to seq 10: the plan skips that request",
                refused(skipping, USE, capture("\"from_seq\":10", "json:$")));
        // A request that uses the value and is skipped itself does no harm, and of two sources one is enough.
        List<PlanItem> both = new ArrayList<>(plan);
        both.set(0, skipped(both.get(0)));
        begin(both, USE, capture("\"from_seq\":99", "json:$"), capture("\"from_seq\":11", "json:$"));
    }

    @Test void requestWhoseValueWasNotFoundIsSkipped() throws Exception {
        List<PlanItem> plan = plan("/login", "/use", "/other");
        RunChanges run = begin(plan, USE, capture("\"from_seq\":10", "json:$.token"));
        answer(run, plan.get(0), "{\"tokn\":1}");
        run.ended(plan.get(0));
        assertEquals(new ItemChanges.Outcome.Skipped(new Skip(Skip.Reason.CAPTURE_MISSING,
                "it uses {token}, which was not found in any answer before it")), change(run, plan.get(1)));
        assertEquals("", token(run, plan.get(2)));
    }

    @Test void optionalValueThatWasNotFoundIsEmpty() throws Exception {
        List<PlanItem> plan = plan("/login", "/use");
        RunChanges run = begin(plan, USE, "{\"from_seq\":10,\"select\":\"json:$.token\",\"as\":\"token\",\"required\":false}");
        run.ended(plan.get(0));
        assertEquals("", token(run, plan.get(1)));
    }

    @Test void requestWaitsForTheAnswersBeforeIt() throws Exception {
        List<PlanItem> plan = plan("/login1", "/use1", "/login2", "/use2");
        RunChanges run = begin(plan, USE, capture("\"from_url_contains\":\"login\"", "json:$.token"));
        FutureTask<String> first = new FutureTask<>(() -> token(run, plan.get(1)));
        FutureTask<String> second = new FutureTask<>(() -> token(run, plan.get(3)));
        CountDownLatch begun = new CountDownLatch(2);
        for (FutureTask<String> task : List.of(first, second)) {
            Thread.ofVirtual().start(() -> {
                begun.countDown();
                task.run();
            });
        }
        begun.await();
        answer(run, plan.get(0), "{\"token\":\"one\"}");
        run.ended(plan.get(0));
        assertEquals("one", first.get(10, TimeUnit.SECONDS));
        assertFalse(second.isDone());
        answer(run, plan.get(2), "{\"token\":\"two\"}");
        run.ended(plan.get(2));
        assertEquals("two", second.get(10, TimeUnit.SECONDS));
    }

    @Test void closingLetsThoseGoThatWait() throws Exception {
        List<PlanItem> plan = plan("/login", "/use");
        RunChanges run = begin(plan, USE, capture("\"from_seq\":10", "json:$.token"));
        FutureTask<ItemChanges.Outcome> waiting = new FutureTask<>(() -> change(run, plan.get(1)));
        Thread.ofVirtual().start(waiting);
        run.close();
        assertTrue(waiting.get(10, TimeUnit.SECONDS) instanceof ItemChanges.Outcome.Skipped);
    }

    @Test void dryRunShowsPlaceholdersOfWhatWillBeCaptured() throws Exception {
        List<PlanItem> plan = plan("/login", "/use");
        RunChanges run = begin(plan, USE, capture("\"from_seq\":10", "json:$.token"));
        ItemChanges.Outcome.Ready ready = (ItemChanges.Outcome.Ready) run.preview(plan.get(1), RequestChangesTest.request("GET", "/use", ""));
        assertEquals(Optional.of("{token}"), ready.changed().request().head().fields().first("T"));
    }

    @Test void requestThatCannotBeChangedIsSkipped() throws Exception {
        List<PlanItem> plan = plan("/use");
        RunChanges run = begin(plan, "{\"set_headers\":{\"A\":\"\u20ac\"}}");
        assertEquals(new ItemChanges.Outcome.Skipped(new Skip(Skip.Reason.NOT_CHANGEABLE, "request.header.A: value of A holds U+20AC at 0")),
                change(run, plan.get(0)));
    }

    @Test void answersToRefreshRequestsAreCapturedToo() throws Exception {
        List<PlanItem> plan = plan("/login", "/use");
        RunChanges run = begin(plan, USE, capture("\"from_url_contains\":\"login\"", "json:$.token"));
        PlanItem refresh = item(2, "/login-again");
        assertEquals("", token(run, refresh)); // It does not wait, though the first login has no result yet.
        answer(run, refresh, "{\"token\":\"renewed\"}");
        run.ended(plan.get(0));
        assertEquals("renewed", token(run, plan.get(1)));
    }

    @Test void cookiesOfAnswersAreSentAsTheModeSays() throws Exception {
        Map<RunCookies.Mode, String> expected = Map.of(RunCookies.Mode.RECORDED, "sid=old; k=1", RunCookies.Mode.JAR, "sid=new; k=1; extra=2",
                RunCookies.Mode.NONE, "");
        for (RunCookies.Mode mode : RunCookies.Mode.values()) {
            List<PlanItem> plan = plan("/a", "/b");
            RunChanges run = RunChanges.begin(new Plan("s", plan, List.of()), RequestChanges.NONE, Captures.NONE, values, new RunCookies(mode, clock),
                    false, limit);
            OutgoingRequest request = RequestChangesTest.request("GET", "/b", "", "Cookie", "sid=old; k=1");
            run.answered(plan.get(0), request, answer(200, "", "Set-Cookie", "sid=new", "Set-Cookie", "extra=2; Path=/"));
            ItemChanges.Outcome.Ready ready = (ItemChanges.Outcome.Ready) run.change(plan.get(1), request);
            assertEquals(expected.get(mode), ready.changed().request().head().fields().first("Cookie").orElse(""), mode.name());
            assertEquals(mode == RunCookies.Mode.RECORDED ? 0 : 1, ready.changed().changes().size());
        }
    }

    @Test void whatARunLearnedIsToldAndAnotherRunGoesOnWithIt() throws Exception {
        List<PlanItem> plan = plan("/login", "/use1", "/use2");
        List<JsonObject> told = new ArrayList<>();
        RunChanges first = withJar(plan, values);
        first.tell(told::add);
        OutgoingRequest request = RequestChangesTest.request("GET", "/", "");
        for (String token : List.of("t-1", "t-1", "t-2")) {
            first.answered(plan.get(0), request, answer(200, "{\"token\":\"" + token + "\"}", "Set-Cookie", "sid=s"));
        }
        assertEquals(3, told.size(), told::toString); // The cookie, and each value once.
        RunChanges second = withJar(plan, new Values(1, clock, Map.of(), Map.of()));
        for (JsonObject learned : told) {
            second.recall((JsonObject) Json.parse(Json.text(learned)));
        }
        second.ended(plan.get(0)); // It may have been sent, and is not sent again.
        for (RunChanges run : List.of(first, second)) {
            first.ended(plan.get(0));
            Fields sent = ((ItemChanges.Outcome.Ready) change(run, plan.get(2))).changed().request().head().fields();
            assertEquals("t-2 sid=s", sent.first("T").orElse("") + " " + sent.first("Cookie").orElse(""));
        }
    }

    private RunChanges withJar(List<PlanItem> plan, Values own) throws Exception {
        return RunChanges.begin(new Plan("s", plan, List.of()), RequestChanges.parse(List.of((JsonObject) Json.parse(USE))),
                Captures.parse(List.of((JsonObject) Json.parse(capture("\"from_seq\":10", "json:$.token")))), own,
                new RunCookies(RunCookies.Mode.JAR, clock), false, limit);
    }

    @Test void methodAndBodyFollowTheStatus() throws Exception {
        String[][] rows = {{"301", "POST", "GET"}, {"302", "POST", "GET"}, {"303", "POST", "GET"}, {"307", "POST", "POST x"}, {"308", "POST", "POST x"},
            {"301", "PUT", "PUT x"}, {"303", "PUT", "GET"}, {"303", "HEAD", "HEAD x"}, {"302", "DELETE", "DELETE x"}, {"302", "GET", "GET x"}};
        for (String[] row : rows) {
            OutgoingRequest request = RequestChangesTest.request(row[1], "/a/b?c", "x", "Content-Type", "t/t", "Content-Length", "1", "Expect", "100-continue",
                    "X", "1");
            OutgoingRequest next = followed(follow(request, Integer.parseInt(row[0]), "../d?e#f"));
            String body = new String(next.body().open().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertEquals(row[2], (next.head().method() + " " + body).strip(), row[0] + " " + row[1]);
            assertEquals("http://h.test/d?e", next.url());
            assertEquals(body.isEmpty() ? "[Line[name=Host, value=h.test], Line[name=X, value=1]]" : request.head().fields().toString(),
                    next.head().fields().toString());
        }
        for (int status : new int[] {200, 201, 300, 304, 305}) {
            assertEquals(new ItemChanges.Next.Nothing(), follow(RequestChangesTest.request("GET", "/", ""), status, "/x"), status + "");
        }
    }

    @Test void whatLeadsNowhereIsRefused() throws Exception {
        OutgoingRequest request = RequestChangesTest.request("GET", "/", "");
        for (String nowhere : new String[] {"ftp://h.test/", "mailto:a@h.test", "http://user@h.test/", "http://", "https://h.test:99999/"}) {
            assertEquals("the redirect leads to no http or https URL without a user name: \"" + nowhere + "\"", refusal(follow(request, 302, nowhere)));
        }
        PlanItem item = item(0, "/");
        assertEquals("the redirect has no Location", refusal(redirecting(RunCookies.Mode.RECORDED).redirected(item, request, answer(307, ""), 1)));
        RunChanges staying = RunChanges.begin(new Plan("s", List.of(), List.of()), RequestChanges.NONE, Captures.NONE, values,
                new RunCookies(RunCookies.Mode.RECORDED, clock), false, limit);
        assertEquals(new ItemChanges.Next.Nothing(), staying.redirected(item, request, answer(302, "", "Location", "ftp://h.test/"), 1));
    }

    @Test void secretsDoNotGoToAnotherOrigin() throws Exception {
        OutgoingRequest request = RequestChangesTest.request("GET", "/", "", "authorization", "Basic x", "Cookie", "a=1", "X", "1");
        for (String other : new String[] {"https://h.test/", "http://h.test:81/", "//sub.h.test/"}) {
            OutgoingRequest next = followed(follow(request, 302, other));
            assertEquals("[Line[name=Host, value=" + next.endpoint().authority() + "], Line[name=X, value=1]]", next.head().fields().toString());
        }
        assertEquals(request.head().fields(), followed(follow(request, 302, "http://H.test:80/other")).head().fields());
    }

    @Test void tenRedirectsAreFollowedAndNoCircle() throws Exception {
        RunChanges run = redirecting(RunCookies.Mode.RECORDED);
        PlanItem item = item(0, "/");
        OutgoingRequest request = RequestChangesTest.request("GET", "/0", "");
        for (int hop = 1; hop <= 10; hop++) {
            request = followed(run.redirected(item, request, answer(302, "", "Location", "/" + hop), hop));
        }
        assertEquals("/10", request.head().target());
        assertEquals("more than 10 redirects; the next one leads to http://h.test/11",
                refusal(run.redirected(item, request, answer(302, "", "Location", "/11"), 11)));
        OutgoingRequest first = RequestChangesTest.request("GET", "/a", "");
        OutgoingRequest second = followed(run.redirected(item, first, answer(302, "", "Location", "/b"), 1));
        assertEquals("the redirects lead in a circle, back to http://h.test/a", refusal(run.redirected(item, second, answer(302, "", "Location", "/a"), 2)));
    }

    @Test void jarGoesWithRedirectsAndMayLeadBackToTheSameUrl() throws Exception {
        RunChanges run = redirecting(RunCookies.Mode.JAR);
        PlanItem item = item(0, "/");
        OutgoingRequest request = RequestChangesTest.request("GET", "/a", "", "Cookie", "rec=1");
        Answer first = answer(302, "", "Location", "/a", "Set-Cookie", "seen=1; Path=/a", "Set-Cookie", "all=1; Path=/");
        run.answered(item, request, first);
        OutgoingRequest again = followed(run.redirected(item, request, first, 1));
        assertEquals(Optional.of("rec=1; seen=1; all=1"), again.head().fields().first("Cookie"));
        OutgoingRequest away = followed(run.redirected(item, again, answer(302, "", "Location", "/b"), 2));
        assertEquals(Optional.of("rec=1; all=1"), away.head().fields().first("Cookie"));
        OutgoingRequest foreign = followed(run.redirected(item, away, answer(302, "", "Location", "http://other.test/"), 3));
        assertFalse(foreign.head().fields().contains("Cookie"));
    }

    private RunChanges redirecting(RunCookies.Mode mode) throws PlanException {
        return RunChanges.begin(new Plan("s", List.of(), List.of()), RequestChanges.NONE, Captures.NONE, values, new RunCookies(mode, clock), true, limit);
    }

    private static OutgoingRequest followed(ItemChanges.Next next) {
        return ((ItemChanges.Next.Follow) next).request();
    }

    private static String refusal(ItemChanges.Next next) {
        return ((ItemChanges.Next.Refused) next).sentence();
    }

    private ItemChanges.Next follow(OutgoingRequest request, int status, String location) throws PlanException {
        return redirecting(RunCookies.Mode.RECORDED).redirected(item(0, "/"), request, answer(status, "", "Location", location), 1);
    }

    private static String capture(String from, String select) {
        return "{" + from + ",\"select\":\"" + select + "\",\"as\":\"token\"}";
    }

    private RunChanges begin(List<PlanItem> plan, String override, String... captures) throws BadArgument, JsonException, PlanException {
        return begin(plan, limit, override, captures);
    }

    private RunChanges begin(List<PlanItem> plan, TimeLimit regexLimit, String override, String... captures)
            throws BadArgument, JsonException, PlanException {
        List<JsonObject> objects = new ArrayList<>();
        for (String capture : captures) {
            objects.add((JsonObject) Json.parse(capture));
        }
        return RunChanges.begin(new Plan("s", plan, List.of()), RequestChanges.parse(List.of((JsonObject) Json.parse(override))),
                Captures.parse(objects), values, new RunCookies(RunCookies.Mode.RECORDED, clock), false, regexLimit);
    }

    private String refused(List<PlanItem> plan, String override, String... captures) {
        return assertThrows(PlanException.class, () -> begin(plan, override, captures)).getMessage();
    }

    private static void answer(RunChanges run, PlanItem item, String body) {
        run.answered(item, RequestChangesTest.request("GET", "/", ""), answer(200, body));
    }

    private static Answer answer(int status, String body, String... fields) {
        List<Fields.Line> lines = new ArrayList<>();
        for (int i = 0; i < fields.length; i += 2) {
            lines.add(new Fields.Line(fields[i], fields[i + 1]));
        }
        return new Answer(ResponseHead.of(status, "", Fields.of(lines)), body.getBytes(StandardCharsets.UTF_8), true);
    }

    private static Answer rich(String body, String coding) {
        Fields fields = Fields.of(List.of(new Fields.Line("x-token", "h1"), new Fields.Line("X-Token", "h2"), new Fields.Line("Set-Cookie", "sid=one; Path=/"),
                new Fields.Line("Set-Cookie", "sid=two"), new Fields.Line("Content-Type", "application/json"), new Fields.Line("Content-Encoding", coding)));
        try {
            return new Answer(ResponseHead.of(200, "", fields), Codings.encode(body.getBytes(StandardCharsets.UTF_8),
                    ContentCoding.parse(List.of(coding))), true);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ItemChanges.Outcome change(RunChanges run, PlanItem item) {
        return run.change(item, RequestChangesTest.request("GET", "/", ""));
    }

    private static String token(RunChanges run, PlanItem item) {
        return ((ItemChanges.Outcome.Ready) change(run, item)).changed().request().head().fields().first("T").orElse("");
    }

    private static List<PlanItem> plan(String... paths) {
        List<PlanItem> items = new ArrayList<>();
        for (String path : paths) {
            items.add(item(items.size(), path));
        }
        return List.copyOf(items);
    }

    private static PlanItem item(int index, String path) {
        return new PlanItem(index, 10 + index, new UUID(0, index), 0, "GET", "http://h.test" + path, "http://h.test" + path, false, Optional.empty());
    }

    private static PlanItem skipped(PlanItem item) {
        return new PlanItem(item.index(), item.seq(), item.exchangeId(), 0, "GET", item.originalUrl(), item.targetUrl(), false,
                Optional.of(new Skip(Skip.Reason.UNSAFE, "it may change something")));
    }
}
