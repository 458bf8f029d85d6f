package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.http.Fields;
import proxymcp.store.Session;
import proxymcp.store.Unwatched;

/**
 * Cookies of one name that several clients have, or that answers set anew. Each flow is run against answers that set other values: a request has to send
 * what the step gave that its edge names.
 */
@Timeout(60)
final class CookieJarsTest {
    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    /** A request that sends a cookie, unless that is empty, and whose answer sets one, unless that is empty. */
    private static WrittenExchange exchange(String host, String sent, String set) {
        WrittenExchange request = new WrittenExchange("GET", host, "/");
        request = sent.isEmpty() ? request : request.header("Cookie", "sid=" + sent);
        return (set.isEmpty() ? request : request.responseHeader("Set-Cookie", "sid=" + set + "; Path=/")).answer(200, "text/plain", "fine");
    }

    private static WrittenExchange exchange(String sent, String set) {
        return exchange("a.example", sent, set);
    }

    private FlowTemplate template(WrittenExchange... exchanges) throws Exception {
        try (Session session = sessions.write(List.of(exchanges))) {
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals(List.of(), TemplateProof.differences(session, template, Unwatched.NOBODY));
            return template;
        }
    }

    private static List<String> edges(FlowTemplate template) {
        return template.edges().stream().map(edge -> edge.from() + " " + edge.to()).toList();
    }

    /** What each step sends if each answer sets {@code fresh} and the number of its step, but those of {@code silent}, which set nothing. */
    private static List<String> sent(FlowTemplate template, List<Integer> setters, List<Integer> silent) throws Exception {
        List<String> sent = new ArrayList<>();
        try (FlowRun run = new FlowRun(template, Map.of())) {
            for (int step = 1; step <= template.steps().size(); step++) {
                Fields fields = run.request(step).head().fields();
                sent.add(fields.first("Cookie").orElse(""));
                boolean sets = setters.contains(step) && !silent.contains(step);
                run.answered(step, sets ? FlowRun.answer(200, "fine", "Set-Cookie", "sid=fresh" + step) : FlowRun.answer(200, "fine"));
            }
        }
        return sent;
    }

    @Test void ofTwoUsersAtOneHostEachSendsItsOwn() throws Exception {
        FlowTemplate template = template(exchange("", "aaaa1111"), exchange("", "bbbb2222"), exchange("aaaa1111", "aaaa3333"), exchange("bbbb2222", "bbbb4444"),
                exchange("aaaa3333", ""), exchange("bbbb4444", ""));
        assertEquals(List.of("s1 s3", "s2 s4", "s3 s5", "s4 s6"), edges(template));
        assertEquals(List.of("", "", "sid=fresh1", "sid=fresh2", "sid=fresh3", "sid=fresh4"), sent(template, List.of(1, 2, 3, 4), List.of()));
        assertEquals(List.of("cookie_sid", "cookie_sid_2"), template.steps().subList(0, 2).stream().map(step -> step.extracts().get(0).as()).toList());
    }

    /** Cookies know no port (RFC 6265 section 8.5), clients with a jar for each do. */
    @Test void ofTwoPortsEachHasItsOwn() throws Exception {
        FlowTemplate template = template(exchange("a.example:8443", "", "aaaa1111"), exchange("a.example:9443", "", "bbbb2222"),
                exchange("a.example:8443", "aaaa1111", ""), exchange("a.example:9443", "bbbb2222", ""));
        assertEquals(List.of("s1 s3", "s2 s4"), edges(template));
        assertEquals(List.of("", "", "sid=fresh1", "sid=fresh2"), sent(template, List.of(1, 2), List.of()));
    }

    /** A cookie for one host alone is not sent to another that shares a cookie with it. */
    @Test void whatIsForOneHostIsNotForTheOther() throws Exception {
        WrittenExchange shared = new WrittenExchange("GET", "a.example", "/").responseHeader("Set-Cookie", "sid=aaaa1111; Domain=.example").answer(200, "text/plain", "fine");
        FlowTemplate template = template(shared, exchange("aaaa1111", "bbbb2222"), exchange("bbbb2222", ""), exchange("b.example", "aaaa1111", ""));
        assertEquals(List.of("s1 s2", "s2 s3", "s1 s4"), edges(template));
        assertEquals(List.of("", "sid=fresh1", "sid=fresh2", "sid=fresh1"), sent(template, List.of(1, 2), List.of()));
    }

    /** As a request does that was made before the answer came which set it anew. */
    @Test void aRequestThatSentTheFormerOneStillDoes() throws Exception {
        FlowTemplate template = template(exchange("", "aaaa1111"), exchange("aaaa1111", "bbbb2222").lasting(100, 10), exchange("aaaa1111", ""), exchange("", ""),
                exchange("bbbb2222", ""));
        assertEquals(List.of("s1 s2", "s1 s3", "s2 s5"), edges(template));
        assertEquals(List.of("", "sid=fresh1", "sid=fresh1", "", "sid=fresh2"), sent(template, List.of(1, 2), List.of()));
    }

    @Test void whatAnAnswerDoesNotSetAgainIsStillGood() throws Exception {
        FlowTemplate template = template(exchange("", "aaaa1111"), exchange("aaaa1111", "bbbb2222"), exchange("bbbb2222", ""));
        assertEquals(List.of("s1 s2", "s2 s3"), edges(template));
        assertEquals(List.of("", "sid=fresh1", "sid=fresh2"), sent(template, List.of(1, 2), List.of()));
        assertEquals(List.of("", "sid=fresh1", "sid=fresh1"), sent(template, List.of(1, 2), List.of(2)));
        FlowTemplate users = template(exchange("", "aaaa1111"), exchange("", "bbbb2222"), exchange("aaaa1111", "aaaa3333"), exchange("bbbb2222", "bbbb4444"),
                exchange("aaaa3333", ""), exchange("bbbb4444", ""));
        assertEquals(List.of("", "", "sid=fresh1", "sid=fresh2", "sid=fresh1", "sid=fresh4"), sent(users, List.of(1, 2, 3, 4), List.of(3)));
    }

    @Test void aFieldThatCopiesACookieHasWhatTheCookieHas() throws Exception {
        FlowTemplate template = template(exchange("", "k3Jx9QmZ7vLp2Rt8Wy5B"), exchange("k3Jx9QmZ7vLp2Rt8Wy5B", "Zq8Rn4Tb6Yw1Kd3Fh7Jm"),
                exchange("Zq8Rn4Tb6Yw1Kd3Fh7Jm", "").header("X-Sid", "Zq8Rn4Tb6Yw1Kd3Fh7Jm"));
        for (int silent : new int[] {2, 9}) {
            try (FlowRun run = new FlowRun(template, Map.of())) {
                run.answered(1, FlowRun.answer(200, "fine", "Set-Cookie", "sid=fresh1"));
                run.answered(2, silent == 2 ? FlowRun.answer(200, "fine") : FlowRun.answer(200, "fine", "Set-Cookie", "sid=fresh2"));
                Fields fields = run.request(3).head().fields();
                String expected = silent == 2 ? "fresh1" : "fresh2";
                assertEquals("sid=" + expected + " " + expected, fields.first("Cookie").orElse("") + " " + fields.first("X-Sid").orElse(""));
            }
        }
    }

    @Test void aCookieThatNoAnswerSetsStopsWhatNeedsIt() throws Exception {
        FlowTemplate template = template(exchange("", "aaaa1111"), exchange("aaaa1111", "bbbb2222"), exchange("bbbb2222", ""));
        try (FlowRun run = new FlowRun(template, Map.of())) {
            run.answered(1, FlowRun.answer(200, "fine"));
            assertEquals("it uses {cookie_sid}, which step s1 takes by cookie:sid: there was nothing in its answer", run.skip(2).sentence());
        }
    }
}
