package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.exchange.Direction;
import proxymcp.exchange.StreamKind;
import proxymcp.store.Session;

/** What a second recording of the same flow says of the values of the first. */
@Timeout(60)
final class SecondCaptureTest {
    private static final String TOKEN = "k3Jx9QmZ7vLp2Rt8Wy5B";
    private static final String OTHER = "Zq8Rn4Tb6Yw1Kd3Fh7Jm";

    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private FlowTemplate both(OptionalLong goal, List<WrittenExchange> first, List<WrittenExchange> second) throws Exception {
        try (Session a = sessions.write(first); Session b = sessions.write(second)) {
            return RecordedSessions.make(a, new TemplateRequest(RecordedSessions.ALL, goal, Optional.of(b), Optional.empty(), false));
        }
    }

    private FlowTemplate both(List<WrittenExchange> first, List<WrittenExchange> second) throws Exception {
        return both(OptionalLong.empty(), first, second);
    }

    private FlowTemplate alone(List<WrittenExchange> exchanges) throws Exception {
        try (Session session = sessions.write(exchanges)) {
            return RecordedSessions.make(session);
        }
    }

    private static WrittenExchange get(String target, String answer) {
        return new WrittenExchange("GET", "a.example", target).answer(200, "application/json", answer);
    }

    private static WrittenExchange rpc(String body) {
        return new WrittenExchange("POST", "a.example", "/rpc").body("application/json", body).answer(200, "application/json", "{}");
    }

    private static List<String> inputs(FlowTemplate template) {
        return template.inputs().stream().map(TemplateInput::name).toList();
    }

    private static List<Edge> edges(FlowTemplate template) {
        return template.edges();
    }

    @Test void requestsAreHeldAgainstThoseThatAnswerToThem() throws Exception {
        List<WrittenExchange> first = List.of(rpc("{\"op\":\"list-all-items\",\"room\":\"north\"}"), rpc("{\"op\":\"read-one-item\",\"shelf\":\"upper\",\"note\":\"one\"}"));
        List<WrittenExchange> second = List.of(rpc("{\"op\":\"ping-the-server\",\"tries\":3}"), rpc("{\"op\":\"list-all-items\",\"room\":\"north\"}"),
                rpc("{\"op\":\"read-one-item\",\"shelf\":\"upper\",\"note\":\"two\"}"));
        FlowTemplate template = both(first, second);
        assertEquals(List.of("note"), inputs(template));
        assertEquals(List.of(), template.warnings());
    }

    @Test void whatIsTheSameInBothIsAConstantHoweverRandom() throws Exception {
        List<WrittenExchange> first = new ArrayList<>();
        List<WrittenExchange> second = new ArrayList<>();
        for (List<WrittenExchange> session : List.of(first, second)) {
            session.add(get("/a?build=" + TOKEN + "&k=" + (session == first ? TOKEN : OTHER).toLowerCase(), "{}").header("X-Client", OTHER)
                    .header("X-Device", session == first ? TOKEN + "1" : OTHER + "2").header("X-Request-Id", TOKEN + "zz"));
        }
        FlowTemplate template = both(first, second);
        assertEquals(List.of("k"), inputs(template));
        assertEquals(List.of("request.header.x-device"), template.unexplained().stream().map(Unexplained::location).toList());
        assertEquals(List.of("k"), template.steps().get(0).placeholders().stream().map(Placeholder::name).toList());
        assertEquals(List.of("request.query.build", "request.query.k", "request.header.x-client", "request.header.x-device"),
                alone(first).unexplained().stream().map(Unexplained::location).toList());
    }

    @Test void passwordsStayInputsAndCookiesThatDifferAreUnexplained() throws Exception {
        List<WrittenExchange> first = List.of(rpc("{\"user\":\"erin\",\"password\":\"pa55-Word\"}").header("Cookie", "seen=" + TOKEN));
        List<WrittenExchange> second = List.of(rpc("{\"user\":\"erin\",\"password\":\"pa55-Word\"}").header("Cookie", "seen=" + OTHER));
        FlowTemplate template = both(first, second);
        assertEquals(List.of("password"), inputs(template));
        assertEquals(List.of("request.cookie.seen"), template.unexplained().stream().map(Unexplained::location).toList());
    }

    /** A number of ten digits, twice as likely to be found by chance as a token. */
    private static List<WrittenExchange> cart(String number, String sent) {
        return List.of(get("/cart", "{\"cart\":{\"id\":\"" + number + "\"}}"), get("/pay?item=" + sent, "{}"));
    }

    @Test void anEdgeThatBothHaveIsSurerAndOneThatIsDisputedLess() throws Exception {
        double before = edges(alone(cart("48215", "48215"))).isEmpty() ? 0 : 1;
        assertEquals(0, before, "five digits under other names are no edge alone");
        List<WrittenExchange> first = cart("4821590137", "4821590137");
        double score = edges(alone(first)).get(0).score();
        assertEquals(score + 0.1, edges(both(first, cart("7350941286", "7350941286"))).get(0).score(), 0.001);
        List<WrittenExchange> token = cart(TOKEN, TOKEN);
        double sure = edges(alone(token)).get(0).score();
        assertEquals(sure * 0.7, edges(both(token, cart(OTHER, TOKEN + "77"))).get(0).score(), 0.001);
        assertEquals(List.of(), edges(both(first, cart("7350941286", "1029384756"))));
    }

    @Test void anEdgeOfARequestThatIsNotThereStaysAsItIs() throws Exception {
        List<WrittenExchange> first = cart(TOKEN, TOKEN);
        FlowTemplate template = both(first, List.of(get("/cart", "{\"cart\":{\"id\":\"" + OTHER + "\"}}")));
        assertEquals(edges(alone(first)), edges(template));
        assertEquals(1, template.warnings().size());
        assertEquals("1 of 2 steps have no counterpart", template.warnings().get(0).substring(0, 32));
    }

    /** In the first recording both answers hold the value, in the second the farther one alone: it is that one. */
    @Test void anAlternativeThatTheOtherRecordingNamesIsTaken() throws Exception {
        List<WrittenExchange> first = List.of(get("/login", "{\"token\":\"" + TOKEN + "\"}"), get("/news", "{\"banner\":\"" + TOKEN + "\"}"), get("/me?t=" + TOKEN, "{}"));
        List<WrittenExchange> second = List.of(get("/login", "{\"token\":\"" + OTHER + "\"}"), get("/news", "{\"banner\":\"no news at all\"}"), get("/me?t=" + OTHER, "{}"));
        assertEquals("json:$.banner", edges(alone(first)).get(0).selector());
        Edge edge = edges(both(first, second)).get(0);
        assertEquals(List.of("s1", "s3", "json:$.token"), List.of(edge.from(), edge.to(), edge.selector()));
        assertEquals(List.of(2L), edge.alternatives().stream().map(Edge.Alternative::seq).toList());
        assertEquals("json:$.banner", edge.alternatives().get(0).selector());
    }

    @Test void anAlternativeThatTheOtherRecordingDoesNotNameIsNotTaken() throws Exception {
        List<WrittenExchange> first = List.of(get("/login", "{\"token\":\"" + TOKEN + "\"}"), get("/news", "{\"banner\":\"" + TOKEN + "\"}"), get("/me?t=" + TOKEN, "{}"));
        List<WrittenExchange> second = List.of(get("/login", "{\"token\":\"none\"}"), get("/news", "{\"banner\":\"none\"}"), get("/me?t=" + OTHER, "{}"));
        Edge alone = edges(alone(first)).get(0);
        Edge edge = edges(both(first, second)).get(0);
        assertEquals("json:$.banner", edge.selector());
        assertEquals(alone.score() * 0.7, edge.score(), 0.001);
    }

    /** A run cannot take it from the socket, whatever the other recording says. */
    @Test void aMessageOfASocketIsNotTakenForAnAnswer() throws Exception {
        List<List<WrittenExchange>> sessions = new ArrayList<>();
        for (String token : List.of(TOKEN, OTHER)) {
            sessions.add(List.of(get("/login", "{\"token\":\"" + (token.equals(TOKEN) ? TOKEN : "none") + "\"}"), new WrittenExchange("GET", "a.example", "/ws")
                    .answer(101, "text/plain", "").stream(StreamKind.WEBSOCKET, 10_000).message(Direction.IN, 5, "{\"token\":\"" + token + "\"}"),
                    get("/me?t=" + token, "{}")));
        }
        Edge edge = edges(both(sessions.get(0), sessions.get(1))).get(0);
        assertEquals(List.of("json:$.token", List.of("ws:0 | json:$.token")), List.of(edge.selector(), edge.alternatives().stream().map(Edge.Alternative::selector).toList()));
    }

    @Test void anAnswerThatIsAnAlternativeThereIsConfirmed() throws Exception {
        List<WrittenExchange> first = List.of(get("/cart", "{\"cart\":{\"id\":\"4821590137\"}}"), get("/pay?item=4821590137", "{}"));
        List<WrittenExchange> second = List.of(get("/cart", "{\"cart\":{\"id\":\"7350941286\"}}"), get("/other", "{\"item\":\"7350941286\"}"), get("/pay?item=7350941286", "{}"));
        assertEquals(edges(alone(first)).get(0).score() + 0.1, edges(both(first, second)).get(0).score(), 0.001);
    }

    @Test void theSameNameInAnotherAnswerDoesNotConfirm() throws Exception {
        List<WrittenExchange> first = List.of(get("/login", "{\"token\":\"" + TOKEN + "\"}"), get("/news", "{\"token\":\"none\"}"), get("/me?t=" + TOKEN + "&u=1", "{}"));
        List<WrittenExchange> second = List.of(get("/login", "{\"token\":\"none\"}"), get("/news", "{\"token\":\"" + OTHER + "\"}"), get("/me?t=" + OTHER + "&u=1", "{}"));
        Edge edge = edges(both(first, second)).get(0);
        assertEquals(edges(alone(first)).get(0).score() * 0.7, edge.score(), 0.001);
    }

    @Test void eachFieldIsJudgedByItself() throws Exception {
        String answer = "{\"one\":\"%s\",\"two\":\"%s\"}";
        List<WrittenExchange> first = List.of(get("/login", answer.formatted(TOKEN, OTHER)), get("/me?a=" + TOKEN + "&b=" + OTHER, "{}"));
        List<WrittenExchange> second = List.of(get("/login", answer.formatted("x1" + TOKEN, "x2" + OTHER)), get("/me?a=x2" + OTHER + "&b=zz" + OTHER, "{}"));
        double before = edges(alone(first)).get(0).score();
        assertEquals(List.of(Math.round(before * 700) / 1_000.0, Math.round(before * 700) / 1_000.0), edges(both(first, second)).stream().map(Edge::score).toList());
    }

    @Test void keysAndCookiesThatNeverChangeComeFromAnswersStill() throws Exception {
        List<List<WrittenExchange>> sessions = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            sessions.add(List.of(get("/start", "{\"key\":\"" + TOKEN + "\",\"height\":48215}").responseHeader("Set-Cookie", "mode=one"),
                    get("/use?k=" + TOKEN + "&height=48215", "{}").header("Cookie", "mode=one")));
        }
        assertEquals(List.of("request.query.k", "request.cookie.mode"), edges(both(sessions.get(0), sessions.get(1))).stream().map(Edge::location).sorted(Comparator.reverseOrder()).toList());
        assertEquals(3, edges(alone(sessions.get(0))).size(), "a weak one is a constant");
    }

    @Test void anotherElementOfTheSameListIsTheSameSource() throws Exception {
        List<WrittenExchange> first = List.of(get("/list", "[{\"id\":\"" + TOKEN + "\"},{\"id\":\"x-" + TOKEN + "\"}]"), get("/show?id=" + TOKEN, "{}"));
        List<WrittenExchange> second = List.of(get("/list", "[{\"id\":\"x-" + OTHER + "\"},{\"id\":\"" + OTHER + "\"}]"), get("/show?id=" + OTHER, "{}"));
        assertEquals(1.0, edges(both(first, second)).get(0).score());
    }

    @Test void whatNoEdgeLeadsToAnyMoreIsNoStep() throws Exception {
        List<WrittenExchange> first = cart("4821590137", "4821590137");
        List<WrittenExchange> second = cart("7350941286", "1029384756");
        assertEquals(List.of(1L, 2L), alone(first).steps().stream().map(TemplateStep::seq).toList());
        assertEquals(List.of(2L), both(OptionalLong.of(2), first, second).steps().stream().map(TemplateStep::seq).toList());
    }
}
