package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.exchange.Direction;
import proxymcp.exchange.StreamKind;
import proxymcp.store.Session;

/** Values of messages of streams. One exchange begins 40 ms after another; a message has the time that the test gives it. */
@Timeout(60)
final class StreamValuesTest {
    private static final String TOKEN = "k3Jx9QmZ7vLp2Rt8Wy5B";
    private static final String OTHER = "Zq8Rn4Tb6Yw1Kd3Fh7Jm";

    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private FlowTemplate template(WrittenExchange... exchanges) throws Exception {
        try (Session session = sessions.write(List.of(exchanges))) {
            return RecordedSessions.make(session);
        }
    }

    /** Edges as {@code from to location selector}. */
    private static List<String> edges(FlowTemplate template) {
        List<String> edges = new ArrayList<>();
        template.edges().forEach(edge -> edges.add(edge.from() + " " + edge.to() + " " + edge.location() + " " + edge.selector()));
        return edges;
    }

    private static WrittenExchange get(String target) {
        return answered(target, "application/json", "{}");
    }

    private static WrittenExchange answered(String target, String type, String body) {
        return new WrittenExchange("GET", "a.example", target).answer(200, type, body);
    }

    private static WrittenExchange socket(long millis) {
        return new WrittenExchange("GET", "a.example", "/ws").header("Upgrade", "websocket").header("Connection", "Upgrade").answer(101, "text/plain", "")
                .stream(StreamKind.WEBSOCKET, millis);
    }

    @Test void aMessageOfAnOpenSocketBecomesAnInput() throws Exception {
        FlowTemplate template = template(socket(10_000).message(Direction.IN, 5, "{\"hello\":true}").message(Direction.IN, 20, "{\"join\":{\"token\":\"" + TOKEN + "\"}}"),
                get("/join?ticket=" + TOKEN));
        assertEquals(List.of("s1 s2 request.query.ticket ws:1 | json:$.join.token"), edges(template));
        assertEquals(List.of(new TemplateInput("token", "string", "", TOKEN, List.of("s2 request.query.ticket"))), template.inputs());
        assertEquals(List.of("input token: it came in ws:1 | json:$.join.token of s1 while that was open, which a run cannot wait for"), template.warnings());
        assertEquals("https://a.example/join?ticket={token:url}", template.steps().get(1).urlTemplate());
        assertEquals(List.of(), template.steps().get(0).extracts());
        assertEquals(List.of(), template.steps().get(1).dependsOn());
    }

    @Test void aSocketThatWasClosedBeforeGivesAnInputToo() throws Exception {
        FlowTemplate template = template(socket(20).message(Direction.IN, 10, TOKEN), get("/a?t=" + TOKEN), get("/b").header("X-Token", TOKEN));
        assertEquals(List.of("s1 s2 request.query.t ws:0", "s1 s3 request.header.x-token ws:0"), edges(template));
        assertEquals(List.of(new TemplateInput("t", "string", "", TOKEN, List.of("s2 request.query.t", "s3 request.header.x-token"))), template.inputs());
        assertEquals(1, template.warnings().size());
    }

    @Test void aMessageAfterTheRequestIsNoSource() throws Exception {
        assertEquals(List.of(), edges(template(socket(10_000).message(Direction.IN, 60, "{\"token\":\"" + TOKEN + "\"}"), get("/a?token=" + TOKEN), get("/b?token=" + TOKEN))));
    }

    @Test void whatTheClientSaidFirstIsItsOwn() throws Exception {
        assertEquals(List.of(), edges(template(socket(10_000).message(Direction.OUT, 5, "{\"me\":\"" + TOKEN + "\"}").message(Direction.IN, 6, "{\"me\":\"" + TOKEN + "\"}"),
                get("/a?me=" + TOKEN))));
        assertEquals(List.of(), edges(template(socket(10_000).message(Direction.OUT, 5, "{\"me\":\"" + TOKEN + "\"}"),
                answered("/seen", "application/json", "{\"me\":\"" + TOKEN + "\"}"), get("/a?me=" + TOKEN))));
    }

    @Test void whatTheClientSaysBackIsTheServersStill() throws Exception {
        assertEquals(List.of("s1 s2 request.query.me ws:0 | json:$.me"), edges(template(socket(10_000).message(Direction.IN, 5, "{\"me\":\"" + TOKEN + "\"}")
                .message(Direction.OUT, 6, "{\"me\":\"" + TOKEN + "\"}"), get("/a?me=" + TOKEN))));
    }

    @Test void anAnswerThatARunCanReadComesFirst() throws Exception {
        FlowTemplate template = template(answered("/key", "application/json", "{\"token\":\"" + TOKEN + "\"}"),
                socket(10_000).message(Direction.IN, 5, "{\"token\":\"" + TOKEN + "\"}"), get("/a?token=" + TOKEN));
        assertEquals(List.of("s1 s3 request.query.token json:$.token"), edges(template));
        assertEquals("ws:0 | json:$.token", template.edges().get(0).alternatives().get(0).selector());
    }

    @Test void messagesOfOtherProtocolsAreReadAsFarAsTheyGo() throws Exception {
        assertEquals(List.of("s1 s2 request.query.sid ws:0 | json:$.sid", "s1 s3 request.query.room ws:1 | json:$[1].room",
                "s1 s4 request.query.session ws:2 | regex:(?m)^session\\s{0,3}[:=]\\s{0,3}(\\S+)"),
                edges(template(socket(10_000).message(Direction.IN, 1, "0{\"sid\":\"" + TOKEN + "\"}").message(Direction.IN, 2, "42[\"joined\",{\"room\":\"" + OTHER + "\"}]")
                        .message(Direction.IN, 3, "CONNECTED\nsession:st-" + OTHER + "\n\n\0"), get("/a?sid=" + TOKEN), get("/b?room=" + OTHER),
                        get("/c?session=st-" + OTHER))));
    }

    @Test void eventsOfAStreamThatEndedAreTakenByTheirNumber() throws Exception {
        String first = "{\"id\":\"" + OTHER + "\"}";
        String second = "{\"id\":\"" + TOKEN + "\"}";
        WrittenExchange events = answered("/events", "text/event-stream", "data: " + first + "\n\n: nothing\n\ndata: " + second + "\n\n")
                .stream(StreamKind.SSE, 30).message(Direction.IN, 5, first).message(Direction.IN, 10, second);
        FlowTemplate template = template(events, get("/a?id=" + OTHER), get("/b?id=" + TOKEN));
        assertEquals(List.of("s1 s2 request.query.id sse:$.id", "s1 s3 request.query.id sse:1:$.id"), edges(template));
        assertEquals(List.of(new Extract("id", "sse:$.id", true), new Extract("id_2", "sse:1:$.id", true)), template.steps().get(0).extracts());
        assertEquals(List.of(), template.warnings());
    }

    @Test void eventsOfAStreamThatWentOnBecomeInputs() throws Exception {
        String event = "{\"id\":\"" + TOKEN + "\"}";
        FlowTemplate template = template(answered("/events", "text/event-stream", "data: " + event + "\n\n").stream(StreamKind.SSE, 5_000)
                .message(Direction.IN, 5, event), get("/a?id=" + TOKEN));
        assertEquals(List.of("s1 s2 request.query.id sse:$.id"), edges(template));
        assertEquals(List.of("id"), template.inputs().stream().map(TemplateInput::name).toList());
        assertEquals(1, template.warnings().size());
    }

    @Test void linesAreTakenByTheirNumber() throws Exception {
        String lines = "{\"id\":\"" + OTHER + "\"}\n{\"id\":\"" + TOKEN + "\"}\n";
        for (boolean recorded : List.of(true, false)) {
            WrittenExchange list = answered("/list", "application/x-ndjson", lines);
            if (recorded) {
                list.stream(StreamKind.NDJSON, 30).message(Direction.IN, 5, lines.lines().toList().get(0)).message(Direction.IN, 10, lines.lines().toList().get(1));
            }
            FlowTemplate template = template(list, get("/b?id=" + TOKEN));
            assertEquals(List.of("s1 s2 request.query.id json:$[1].id"), edges(template));
            assertEquals(List.of(new Extract("id", "json:$[1].id", true)), template.steps().get(0).extracts());
            assertEquals(List.of(), template.warnings());
        }
    }

    @Test void aMessageThatIsNotHeldInMemoryIsReadToo() throws Exception {
        FlowTemplate template = template(socket(10_000).message(Direction.IN, 1, "{\"fill\":\"" + "x ".repeat(40_000) + "\",\"token\":\"" + TOKEN + "\"}"), get("/a?id=" + TOKEN));
        assertEquals(List.of("s1 s2 request.query.id ws:0 | json:$.token"), edges(template));
    }

    @Test void octetsThatAreNoTextAndLongMessagesAreBorne() throws Exception {
        WrittenExchange socket = socket(10_000).message(Direction.IN, 1, "[".repeat(50_000)).message(Direction.IN, 2, "\0\1\2" + "x=".repeat(20_000))
                .message(Direction.IN, 3, "{\"a\":".repeat(400) + "1" + "}".repeat(400)).message(Direction.IN, 4, "");
        assertEquals(List.of(), edges(template(socket, get("/a?id=" + TOKEN))));
    }
}
