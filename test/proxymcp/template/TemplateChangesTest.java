package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.template.FlowRun.answer;
import static proxymcp.template.FlowRun.made;
import static proxymcp.template.FlowRun.step;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.replay.Answer;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.Skip;
import proxymcp.store.Session;

/** Steps made into requests, and their answers, without a network. */
@Timeout(60)
final class TemplateChangesTest {
    private static final String HOST = "http://h.test";
    private static final String TOKEN = ",'extracts':[{'as':'token','select':'json:$.token','required':true}]";

    private static String derived(String url, String... placeholders) throws Exception {
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + url, ",'placeholders':[" + String.join(",", placeholders) + "]"), "")) {
            return run.target(1);
        }
    }

    @Test
    void timesHaveTheFormOfTheRecordedOnes() throws Exception {
        Map<String, String> forms = Map.of("seconds", "1772600767", "millis", "1772600767089", "micros", "1772600767089000",
                "http", "Wed,%2004%20Mar%202026%2005:06:07%20GMT");
        for (Map.Entry<String, String> form : forms.entrySet()) {
            assertEquals("/?t=" + form.getValue(), derived("/?t={t}", made("t", "1", "{'kind':'timestamp','format':'" + form.getKey() + "'}")));
        }
        Map<String, String> samples = Map.of("2020-01-02T03:04:05Z", "2026-03-04T05:06:07Z", "2020-01-02T03:04:05.123Z", "2026-03-04T05:06:07.089Z",
                "2020-01-02 03:04:05.123456+00:00", "2026-03-04%2005:06:07.089000+00:00");
        for (Map.Entry<String, String> sample : samples.entrySet()) {
            assertEquals("/?t=" + sample.getValue(), derived("/?t={t}", made("t", sample.getKey(), "{'kind':'timestamp','format':'iso'}")));
        }
    }

    @Test
    void randomValuesHaveTheirAlphabetAndLength() throws Exception {
        assertTrue(derived("/{u}", made("u", "", "{'kind':'uuid'}")).matches("/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
        assertTrue(derived("/{n}", made("n", "", "{'kind':'nonce','alphabet':'hex','chars':33}")).matches("/[0-9a-f]{33}"));
        assertTrue(derived("/{n}", made("n", "", "{'kind':'nonce','alphabet':'digits','chars':12}")).matches("/[1-9][0-9]{11}"));
        assertTrue(derived("/{n}", made("n", "", "{'kind':'nonce','alphabet':'alphanumeric','chars':20}")).matches("/[0-9A-Za-z]{20}"));
        assertTrue(derived("/{n}", made("n", "", "{'kind':'nonce','alphabet':'base64url','chars':64}")).matches("/[-_0-9A-Za-z]{64}"));
    }

    @Test
    void oneNameIsOneValueThroughoutARunAndACounterRises() throws Exception {
        String nonce = ",'placeholders':[" + made("n", "", "{'kind':'nonce','alphabet':'hex','chars':16}") + ","
                + made("m", "", "{'kind':'nonce','alphabet':'hex','chars':16}") + "," + made("c", "", "{'kind':'counter','start':10,'increment':5}") + "]";
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/{n}?c={c}", nonce) + "," + step(2, "GET", HOST + "/{n}?m={m}", nonce) + ","
                + step(3, "GET", HOST + "/{m}?c={c}", nonce), "")) {
            String first = run.target(1);
            assertEquals(first, run.target(1), "sent again it is the same");
            String second = run.target(2);
            String third = run.target(3);
            assertEquals("/[0-9a-f]{16}?c=10", first.replaceAll("/[0-9a-f]{16}\\?", "/[0-9a-f]{16}?"));
            assertEquals(first.substring(1, 17), second.substring(1, 17));
            assertNotEquals(second.substring(1, 17), second.substring(20));
            assertEquals("/" + second.substring(20) + "?c=15", third);
        }
    }

    @Test
    void aChallengeFitsTheVerifierThatIsSentLater() throws Exception {
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/authorize?c={c}", ",'placeholders':[" + made("c", "", "{'kind':'pkce','verifier':'v'}") + "]") + ","
                + step(2, "POST", HOST + "/token", ",'body':'code_verifier={v:form}','placeholders':["
                + made("v", "", "{'kind':'nonce','alphabet':'base64url','chars':64}") + "]"), "")) {
            String verifier = FlowRun.body(run.request(2)).substring("code_verifier=".length());
            assertEquals(64, verifier.length());
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            assertEquals("/authorize?c=" + Base64.getUrlEncoder().withoutPadding().encodeToString(digest), run.target(1));
        }
        // The step with the verifier need not be part of the flow.
        assertEquals("/?c=".length() + 43, derived("/?c={c}", made("c", "", "{'kind':'pkce','verifier':'gone'}")).length());
    }

    @Test
    void digestsAreMadeOfTheRequestAsItGoesOut() throws Exception {
        String parts = "[{'kind':'method'},{'kind':'path'},{'kind':'sorted_query','argument':'sig'},{'kind':'body'},{'kind':'field','argument':'request.header.x-time'},"
                + "{'kind':'literal','argument':'end'}]";
        String hmac = made("sig", "", "{'kind':'hmac','algorithm':'HmacSHA256','encoding':'hex','key':{'kind':'value','argument':'secret'},'separator':'|','parts':"
                + parts + "}");
        String time = made("t", "1", "{'kind':'timestamp','format':'seconds'}");
        try (FlowRun run = FlowRun.of(step(1, "POST", HOST + "/pay?z=1&sig={sig}&a=%20{id:url}", ",'headers':[['X-Time','{t}']],'body':'{{\\'id\\':\\'{id:json}\\'}','placeholders':["
                + hmac.replace("\\'", "'") + "," + time + "]").replace("\\'", "\\\""), ",'inputs':[{'name':'id','schema':{'type':'string'},'default':'a&b'},"
                + "{'name':'secret','schema':{'type':'string'},'default':'hush hush'}]")) {
            OutgoingRequest sent = run.request(1);
            String body = "{\"id\":\"a&b\"}";
            assertEquals(body, FlowRun.body(sent));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec("hush hush".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            String signature = HexFormat.of().formatHex(mac.doFinal(("POST|/pay|a=%20a%26b&z=1|" + body + "|1772600767|end").getBytes(StandardCharsets.UTF_8)));
            assertEquals("/pay?z=1&sig=" + signature + "&a=%20a%26b", sent.head().target());
            assertEquals("[" + body.length() + "] [h.test]", sent.head().fields().all("Content-Length") + " " + sent.head().fields().all("Host"));
        }
    }

    @Test
    void hashesAndComposedValuesMayHoldEachOther() throws Exception {
        String hash = made("h", "", "{'kind':'hash','algorithm':'SHA-1','encoding':'base64','separator':'','parts':[{'kind':'value','argument':'user'}]}");
        String composed = made("all", "", "{'kind':'composed','template':'{user}:{h}','codings':['base64']}");
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", ",'headers':[['Authorization','Basic {all}'],['X-Hash','{h:base64url+upper}']],'placeholders':[" + hash + ","
                + composed + "]"), ",'inputs':[{'name':'user','schema':{'type':'string'},'default':'ann'}]")) {
            String digest = Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest("ann".getBytes(StandardCharsets.UTF_8)));
            var fields = run.request(1).head().fields();
            assertEquals("Basic " + Base64.getEncoder().encodeToString(("ann:" + digest).getBytes(StandardCharsets.UTF_8)), fields.first("Authorization").orElse(""));
            assertEquals(Base64.getUrlEncoder().withoutPadding().encodeToString(digest.getBytes(StandardCharsets.UTF_8)).toUpperCase(Locale.ROOT),
                    fields.first("X-Hash").orElse(""));
        }
    }

    @Test
    void theNewestAnswerCountsAndOptionalExtractsLeaveWhatWasThere() throws Exception {
        String cookie = ",'headers':[['Cookie','lang=en; sid={sid}']]";
        String required = ",'extracts':[{'as':'sid','select':'cookie:sid','required':true}]";
        String optional = ",'extracts':[{'as':'sid','select':'cookie:sid','required':false}]";
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/1", required) + "," + step(2, "GET", HOST + "/2", cookie + optional) + ","
                + step(3, "GET", HOST + "/3", cookie + optional) + "," + step(4, "GET", HOST + "/4", cookie), "")) {
            run.answered(1, answer(200, "", "Set-Cookie", "sid=a; Path=/"));
            assertEquals("lang=en; sid=a", run.request(2).head().fields().first("Cookie").orElse(""));
            run.answered(2, answer(200, "", "Set-Cookie", "sid=b; Path=/"));
            run.answered(3, answer(200, ""));
            assertEquals("lang=en; sid=b", run.request(4).head().fields().first("Cookie").orElse(""));
            assertEquals("lang=en; sid=a", run.request(2).head().fields().first("Cookie").orElse(""), "a step uses what was before it, whenever it is sent again");
        }
    }

    @Test
    void whoNeedsAnExtractThatFailedIsSkippedAndOthersAreNot() throws Exception {
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", TOKEN) + "," + step(2, "GET", HOST + "/{token:url}", ",'dependsOn':['s1']") + ","
                + step(3, "GET", HOST + "/three", ",'dependsOn':['s1']") + "," + step(4, "GET", HOST + "/four", ",'dependsOn':['s2']"), "")) {
            assertEquals(new ItemChanges.Verdict.Usual(), run.answered(1, answer(200, "{\"other\":1}")));
            assertEquals(new Skip(Skip.Reason.CAPTURE_MISSING, "it uses {token}, which step s1 takes by json:$.token: there was nothing in its answer"), run.skip(2));
            assertEquals("/three", run.target(3));
            assertEquals(new Skip(Skip.Reason.STEP_FAILED, "it depends on step s2, which was not sent: it uses {token}, which step s1 takes by json:$.token: "
                    + "there was nothing in its answer"), run.skip(4));
        }
    }

    @Test
    void anAssertThatFailsIsAnErrorAndStopsAllThatDepends() throws Exception {
        String asserts = ",'asserts':[{'kind':'status','status':201},{'kind':'header','name':'ETag'},{'kind':'json','path':'$.id'}]";
        Map<String, Answer> failures = Map.of("expected status 201, got 200", answer(200, "{\"id\":1}", "ETag", "1"),
                "expected a field 'ETag' in the answer", answer(201, "{\"id\":1}"), "expected a value at '$.id' in the answer", answer(201, "{\"id\":null}", "ETag", "1"));
        for (Map.Entry<String, Answer> failure : failures.entrySet()) {
            try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", asserts) + "," + step(2, "GET", HOST + "/2", ",'dependsOn':['s1']") + ","
                    + step(3, "GET", HOST + "/3", ",'dependsOn':['s2']"), "")) {
                assertEquals(new ItemChanges.Verdict.Failed(failure.getKey()), run.answered(1, failure.getValue()));
                assertEquals(new Skip(Skip.Reason.STEP_FAILED, "it depends on step s1, which failed: " + failure.getKey()), run.skip(2));
                assertEquals("it depends on step s2, which was not sent as step s1 failed: it depends on step s1, which failed: " + failure.getKey(),
                        run.skip(3).sentence());
            }
        }
    }

    @Test
    void aStatusThatIsAssertedIsASuccessWhateverItIs() throws Exception {
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", ",'asserts':[{'kind':'status','status':404}]") + ","
                + step(2, "GET", HOST + "/", ",'asserts':[{'kind':'status','status':304}]") + "," + step(3, "GET", HOST + "/", ""), "")) {
            assertEquals(new ItemChanges.Verdict.Expected(), run.answered(1, answer(404, "")));
            assertEquals(new ItemChanges.Verdict.Failed("expected status 304, got 200"), run.answered(2, answer(200, "")));
            assertEquals(new ItemChanges.Verdict.Failed("status 500"), run.answered(3, answer(500, "")));
        }
    }

    @Test
    void aStepWithoutAnAnswerStopsWhatDepends() throws Exception {
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", TOKEN) + "," + step(2, "GET", HOST + "/{token}", ""), "")) {
            run.request(1);
            run.changes.ended(run.item(1)); // The connection broke.
            assertEquals("it uses {token}, which step s1 takes by json:$.token: it had no whole answer", run.skip(2).sentence());
        }
    }

    @Test
    void aCursorLoopGoesOnUntilNothingLeadsOnAndItsLastPageNeedsNoCursor() throws Exception {
        String cursor = ",'extracts':[{'as':'after','select':'json:$.next','required':%s}]";
        String loop = ",'loops':[{'id':'l1','step':'s2','kind':'cursor','variable':'after','start':0,'increment':0,'recordedTimes':2,'timesMax':50,'until':'json:$.next'}]";
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/p", cursor.formatted("true")) + "," + step(2, "GET", HOST + "/p?after={after:url}",
                ",'loop':'l1','asserts':[{'kind':'json','path':'$.next'}]" + cursor.formatted("false")) + "," + step(3, "GET", HOST + "/end/{after}", ""), loop)) {
            run.answered(1, answer(200, "{\"next\":\"a b\"}"));
            OutgoingRequest sent = run.request(2);
            assertEquals("/p?after=a%20b", sent.head().target());
            for (int page = 2; page <= 4; page++) {
                sent = ((ItemChanges.Next.Page) run.page(2, sent, page - 1, answer(200, "{\"next\":\"c" + page + "\"}"))).request();
                assertEquals("/p?after=c" + page, sent.head().target());
            }
            assertEquals(new ItemChanges.Next.Nothing(), run.page(2, sent, 4, answer(200, "{\"next\":null}")));
            assertEquals(new ItemChanges.Verdict.Usual(), run.changes.verdict(run.item(2), answer(200, "{}")));
            run.changes.ended(run.item(2));
            assertEquals("/end/c4", run.target(3));
        }
    }

    @Test
    void aLoopThatNeverEndsIsBoundedAndOneThatStandsStillFails() throws Exception {
        String loop = ",'loops':[{'id':'l1','step':'s1','kind':'counter','variable':'page','start':1,'increment':2,'recordedTimes':2,'timesMax':%d,'until':'json:$.items[0]'}]";
        String counter = ",'loop':'l1','placeholders':[" + made("page", "1", "{'kind':'counter','start':1,'increment':2}") + "]";
        for (long[] most : new long[][] {{5, 5}, {2_000_000_000, 1_000}}) {
            try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/p?page={page}", counter), loop.formatted(most[0]))) {
                OutgoingRequest sent = run.request(1);
                int pages = 1;
                while (run.page(1, sent, pages, answer(200, "{\"items\":[1]}")) instanceof ItemChanges.Next.Page(OutgoingRequest next)) {
                    sent = next;
                    pages++;
                }
                assertEquals(most[1] + " /p?page=" + (1 + 2 * (most[1] - 1)), pages + " " + sent.head().target());
                assertEquals(List.of("step s1 stopped after " + pages + " pages, the most that its loop may have"), run.changes.remarks());
            }
        }
        String still = ",'extracts':[{'as':'c','select':'json:$.c','required':true}]";
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", still) + "," + step(2, "GET", HOST + "/{c}", ",'loop':'l1'" + still),
                loop.formatted(9).replace("'s1'", "'s2'").replace("counter", "cursor").replace("'page'", "'c'").replace("$.items[0]", "$.c"))) {
            run.answered(1, answer(200, "{\"c\":7}"));
            assertEquals(new ItemChanges.Verdict.Failed("its loop leads to the same page again, by {c}"), run.answered(2, answer(200, "{\"c\":7}")));
        }
    }

    @Test
    void aLoopWithoutAnEndRunsAsOftenAsRecordedAndAPageThatFailsEndsIt() throws Exception {
        String loop = ",'loops':[{'id':'l1','step':'s1','kind':'counter','variable':'page','start':0,'increment':1,'recordedTimes':3,'timesMax':100}]";
        String counter = ",'loop':'l1','asserts':[{'kind':'status','status':200}],'placeholders':[" + made("page", "0", "{'kind':'counter','start':0,'increment':1}") + ","
                + made("n", "", "{'kind':'nonce','alphabet':'hex','chars':8}") + "]";
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/p?page={page}&n={n}", counter), loop)) {
            OutgoingRequest first = run.request(1);
            OutgoingRequest second = ((ItemChanges.Next.Page) run.page(1, first, 1, answer(200, ""))).request();
            assertNotEquals(first.head().target().substring(9), second.head().target().substring(9), "a nonce of its own for each page");
            assertInstanceOf(ItemChanges.Next.Page.class, run.page(1, second, 2, answer(200, "")));
            assertEquals(new ItemChanges.Next.Nothing(), run.page(1, second, 3, answer(200, "")));
            assertEquals(new ItemChanges.Next.Nothing(), run.page(1, second, 1, answer(500, "")));
            assertEquals(new ItemChanges.Verdict.Failed("expected status 200, got 500"), run.changes.verdict(run.item(1), answer(500, "")));
        }
    }

    @Test
    void aStepWaitsForThoseThatItNeeds() throws Exception {
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", TOKEN) + "," + step(2, "GET", HOST + "/{token}", "") + "," + step(3, "GET", HOST + "/free", ""), "")) {
            CompletableFuture<String> second = new CompletableFuture<>();
            Thread waiting = Thread.ofVirtual().start(() -> second.complete(run.target(2)));
            assertEquals("/free", run.target(3), "nothing that it needs");
            assertFalse(second.isDone());
            run.answered(1, answer(200, "{\"token\":\"x1\"}"));
            assertEquals("/x1", second.get(20, TimeUnit.SECONDS));
            waiting.join();
        }
    }

    @Test
    void whatWasLearnedIsRecalledByTheNextProcess() throws Exception {
        String steps = step(1, "GET", HOST + "/", TOKEN) + "," + step(2, "GET", HOST + "/{n}", ",'placeholders':["
                + made("n", "", "{'kind':'nonce','alphabet':'hex','chars':16}") + "]") + "," + step(3, "GET", HOST + "/{token}?n={n}", ",'dependsOn':['s1','s2']");
        String nonce;
        List<JsonObject> told;
        try (FlowRun run = FlowRun.of(steps, "")) {
            run.answered(1, answer(200, "{\"token\":\"x1\"}"));
            nonce = run.target(2);
            run.answered(2, answer(200, ""));
            told = new ArrayList<>(run.told);
        }
        try (FlowRun next = FlowRun.of(steps, "")) {
            told.forEach(next.changes::recall);
            next.changes.recall((JsonObject) Json.parse("{\"step\":99}"));
            next.changes.ended(next.item(1));
            next.changes.ended(next.item(2));
            assertEquals("/x1?n=" + nonce.substring(1), next.target(3));
        }
    }

    @Test
    void aPreviewShowsWhatIsKnownAndWhatItWaitsFor() throws Exception {
        String hash = made("h", "", "{'kind':'hash','algorithm':'SHA-256','encoding':'hex','separator':'','parts':[{'kind':'query'}]}");
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", TOKEN) + "," + step(2, "GET", HOST + "/{token:url}?u={user:url}&h={h}", ",'dependsOn':['s1'],'placeholders':["
                + hash + "]"), ",'inputs':[{'name':'user','schema':{'type':'string'},'default':'a b'}]")) {
            var shown = assertInstanceOf(ItemChanges.Outcome.Ready.class, run.preview(2)).changed();
            assertEquals("/{token}?u=a%20b&h={h}", shown.request().head().target());
            assertEquals(List.of("step s2, waits for s1", "takes {token} from their answers"), shown.changes());
        }
    }

    @Test
    void theWebSocketsHandshakeHasAKeyOfItsOwn() throws Exception {
        try (FlowRun run = FlowRun.of(step(1, "GET", "ws://h.test/socket", ",'headers':[['Upgrade','websocket'],['Sec-WebSocket-Version','13']],"
                + "'asserts':[{'kind':'status','status':101}]"), "")) {
            OutgoingRequest request = run.request(1);
            assertEquals("http [websocket] [Upgrade] [13] 16", request.endpoint().scheme() + " " + request.head().fields().all("Upgrade") + " "
                    + request.head().fields().all("Connection") + " " + request.head().fields().all("Sec-WebSocket-Version") + " "
                    + Base64.getDecoder().decode(request.head().fields().first("Sec-WebSocket-Key").orElseThrow()).length);
        }
    }

    @Test
    void valuesThatBreakTheRequestApartAreRefused() throws Exception {
        String input = ",'inputs':[{'name':'x','schema':{'type':'string'},'default':'a\\r\\nX-Evil: 1'}]";
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", ",'headers':[['X-A','{x}']]") + "," + step(2, "GET", HOST + "/{x}", ""), input)) {
            assertEquals(Skip.Reason.NOT_CHANGEABLE, run.skip(1).reason());
            assertEquals(Skip.Reason.NOT_CHANGEABLE, run.skip(2).reason());
        }
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", ",'headers':[['X-A','{x" + ":base64".repeat(1) + "+base64".repeat(400) + "}']]"), input)) {
            assertTrue(run.skip(1).sentence().startsWith("a part of it has more than "));
        }
    }

    private static String refused(String steps, String more) {
        return assertThrows(TemplateException.class, () -> FlowRun.of(steps, more).close(), steps).getMessage();
    }

    @Test
    void templatesThatCannotBeRunAreRefusedWithASentence() {
        assertEquals("two steps have the id 's1'", refused(step(1, "GET", HOST, "") + "," + step(1, "GET", HOST, "").replace("'seq':1", "'seq':2"), ""));
        assertEquals("step s1 depends on 's1', which is no earlier step", refused(step(1, "GET", HOST, ",'dependsOn':['s1']"), ""));
        assertEquals("step s1 uses {x}, which is no input, no extract and nothing that is made; a brace is written {{", refused(step(1, "GET", HOST + "/{x}", ""), ""));
        assertEquals("{token} is more than one of an input, an extract and a value that is made", refused(step(1, "GET", HOST, TOKEN),
                ",'inputs':[{'name':'token','schema':{'type':'string'},'default':''}]"));
        assertEquals("{a} is made of itself", refused(step(1, "GET", HOST + "/{a}", ",'placeholders':[" + made("a", "", "{'kind':'composed','template':'{b}','codings':[]}")
                + "," + made("b", "", "{'kind':'composed','template':'{a}','codings':[]}") + "]"), ""));
        assertEquals("{a} is made in two ways", refused(step(1, "GET", HOST + "/{a}", ",'placeholders':[" + made("a", "", "{'kind':'uuid'}") + ","
                + made("a", "", "{'kind':'timestamp','format':'iso'}") + "]"), ""));
        for (String derived : List.of("{'kind':'hash','algorithm':'Whirlpool','encoding':'hex','separator':'','parts':[]}",
                "{'kind':'nonce','alphabet':'hex','chars':2000000000}", "{'kind':'timestamp','format':'lunar'}")) {
            assertTrue(refused(step(1, "GET", HOST + "/{a}", ",'placeholders':[" + made("a", "", derived) + "]"), "").startsWith("a value cannot be made: "));
        }
        assertTrue(refused(step(1, "GET", HOST, ",'extracts':[{'as':'a','select':'xpath://a'}]"), "").contains("select"));
        assertTrue(refused(step(1, "GET", HOST, ",'asserts':[{'kind':'json','path':'id'}]"), "").startsWith("step s1 asserts a value at 'id', which is no path"));
        assertTrue(refused(step(1, "GET", "file:///etc/passwd", ""), "").startsWith("step s1: its URL is no http or https URL"));
        assertTrue(refused(step(1, "GET", HOST, ",'loop':'l9'"), "").contains("none of the template's loops"));
    }

    @Test
    void inputsAreCheckedByNameAndType() throws Exception {
        FlowTemplate template = FlowRun.template(step(1, "GET", HOST + "/{count}/{name:url}", ""), ",'inputs':[{'name':'count','schema':{'type':'integer'},'default':'3'},"
                + "{'name':'name','schema':{'type':'string'},'default':'x'}]");
        try (FlowRun run = new FlowRun(template, Map.of("name", "a/b"))) {
            assertEquals("/3/a%2Fb", run.target(1));
        }
        assertEquals("inputs: there is no input 'nam'; did you mean 'name'?",
                assertThrows(TemplateException.class, () -> RunnableFlow.of(template, Map.of("nam", "1"))).getMessage());
        assertEquals("inputs: count: expected an integer, got '3.5'",
                assertThrows(TemplateException.class, () -> RunnableFlow.of(template, Map.of("count", "3.5"))).getMessage());
    }

    /** A run of what the recorded applications become: nothing that a template holds is refused by those who run it. */
    @Test
    void everyTemplateThatIsMadeCanBeRun(@TempDir Path home) throws Exception {
        try (RecordedSessions sessions = new RecordedSessions(home)) {
            for (Map.Entry<String, RecordedApp> app : RecordedApps.all(5).entrySet()) {
                FlowTemplate template;
                try (Session session = sessions.write(app.getValue().exchanges())) {
                    template = RecordedSessions.make(session);
                }
                try (FlowRun run = new FlowRun(template, Map.of())) {
                    for (int number = 1; number <= template.steps().size(); number++) {
                        ItemChanges.Outcome outcome = run.preview(number);
                        assertInstanceOf(ItemChanges.Outcome.Ready.class, outcome, app.getKey() + " step " + number + ": " + outcome);
                    }
                }
            }
        }
    }

    @Test
    void anExpressionThatNeverEndsFailsItsStepInTime() throws Exception {
        try (FlowRun run = FlowRun.of(step(1, "GET", HOST + "/", ",'extracts':[{'as':'a','select':'regex:(a|aa)+\\\\1z'},{'as':'b','select':'regex:(a+)+c'}]"), "")) {
            long begun = System.nanoTime();
            ItemChanges.Verdict verdict = run.answered(1, answer(200, "a".repeat(60)));
            assertEquals(new ItemChanges.Verdict.Failed("the expression of 'regex:(a|aa)+\\1z' took too long on its answer"), verdict,
                    "after " + (System.nanoTime() - begun) / 1_000_000 + " ms");
        }
    }
}
