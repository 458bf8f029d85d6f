package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.ResourceContents;

/** Streams in what is said of exchanges and sessions, in searches and when single messages are decoded. */
@Timeout(60)
final class StreamViewsTest {
    private static final long OPENED = 1_700_000_000_000L;
    private static final String SEARCH = "proxy_search_session_bodies";

    @TempDir
    Path folder;

    private Tools tools;
    private String session;
    private String chat;
    private String ticks;

    @BeforeEach
    void begin() {
        tools = new Tools(folder.resolve("home"));
        tools.call("proxy_start", "{}");
        session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
        new Traffic(tools.sink).responseBody("text/plain", "a plain needle").complete();
        Traffic.Open socket = begin("/chat", StreamKind.WEBSOCKET, 101);
        chat = socket.id();
        message(socket, Direction.OUT, new MessageForm.Frame(1, true, 0, true), "{\"token\":\"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.\"}", "login");
        message(socket, Direction.IN, new MessageForm.Frame(2, true, 0, false), "\u0082\u00a4name\u00a6needle\u00a5count\5", "");
        message(socket, Direction.IN, new MessageForm.Frame(9, true, 0, false), "needle in a ping", "");
        message(socket, Direction.IN, new MessageForm.Frame(1, true, 0, false), "the Needle, the ünd", "chat");
        socket.recording().streamClosed(new StreamEnd(OPENED + 100, Optional.of(1011), "broken", EndedBy.SERVER, List.of("a fault")));
        end(socket);
        Traffic.Open events = begin("/ticks", StreamKind.SSE, 200);
        ticks = events.id();
        message(events, Direction.IN, new MessageForm.Event("tick", "1", OptionalLong.empty()), "one", "tick");
        end(events);
        end(begin("/tunnel", StreamKind.TUNNEL, 101));
        while (tools.sessions.active().orElseThrow().status().writtenThrough() < 4) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private Traffic.Open begin(String path, StreamKind kind, int status) {
        Traffic.Open open = new Traffic(tools.sink).request("GET", "live.example", path).open();
        open.recording().response(ResponseHead.of(status, "", Fields.EMPTY));
        open.recording().streamOpened(new StreamOpen(OPENED, kind, kind == StreamKind.WEBSOCKET ? "v1" : "", "", Optional.empty()));
        return open;
    }

    private static void message(Traffic.Open open, Direction direction, MessageForm form, String text, String channel) {
        byte[] payload = text.getBytes(form instanceof MessageForm.Frame frame && frame.opcode() == 2 ? StandardCharsets.ISO_8859_1
                : StandardCharsets.UTF_8);
        open.recording().message(new StreamMessage(OPENED + 10, direction, form, payload.length + 2, payload, payload.length, true, false, false, channel,
                ""));
    }

    private static void end(Traffic.Open open) {
        open.recording().end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private JsonObject read(String part) throws Exception {
        return tools.ofSession(session, part);
    }

    @Test
    void exchangesSayWhichStreamTheyAre() {
        String stream = "{\"kind\":\"websocket\",\"subprotocol\":\"v1\",\"extensions\":\"\",\"openedAt\":1700000000000,\"closedAt\":1700000000100,"
                + "\"closeCode\":1011,\"closeReason\":\"broken\",\"endedBy\":\"server\",\"framesIn\":3,\"framesOut\":1,\"bytesIn\":62,\"bytesOut\":53,"
                + "\"channels\":[{\"channel\":\"login\",\"count\":1},{\"channel\":\"chat\",\"count\":1}],\"notes\":[\"a fault\"]}";
        assertEquals(stream, Json.text(at(tools.call("proxy_get_exchange", "{\"exchange_id\":\"" + chat + "\"}"), "exchange.stream")));
        assertEquals(stream, Json.text(at(tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"seq\":2}"), "exchange.stream")));
        JsonArray rows = (JsonArray) at(tools.call("proxy_list_traffic", "{}"), "exchanges");
        assertEquals("[-, websocket, sse, tunnel]", rows.values().stream()
                .map(row -> ((JsonObject) row).string("stream").orElse("-")).toList().toString());
    }

    /** The kind is in the index: rows without members of the log have it, while the session is recorded and later. */
    @Test
    void rowsOfASessionSayWhichKindOfStreamTheyAre() {
        for (int round = 0; round < 2; round++) {
            JsonArray rows = (JsonArray) at(tools.call("proxy_query_session", "{\"session_id\":\"" + session
                    + "\",\"sort\":\"asc\",\"fields\":[\"seq\",\"stream\"]}"), "items");
            assertEquals("[{\"seq\":1},{\"seq\":2,\"stream\":\"websocket\"},{\"seq\":3,\"stream\":\"sse\"},{\"seq\":4,\"stream\":\"tunnel\"}]", Json.text(rows));
            JsonObject whole = tools.call("proxy_query_session", "{\"session_id\":\"" + session + "\"}");
            assertEquals("tunnel", text(whole, "items.0.stream"));
            if (round == 0) {
                tools.call("proxy_session_stop", "{}");
            }
        }
    }

    @Test
    void sessionsCountStreams() throws Exception {
        assertEquals("3 5", number(tools.call("proxy_session_status", "{}"), "streamCount") + " "
                + number(tools.call("proxy_session_status", "{}"), "messageCount"));
        tools.call("proxy_session_stop", "{}");
        JsonObject whole = tools.call("proxy_get_session", "{\"session_id\":\"" + session + "\"}");
        assertEquals("3 5", number(whole, "session.streamCount") + " " + number(whole, "session.messageCount"));
        String totals = "{\"total\":3,\"open\":0,\"incomplete\":0,\"kinds\":{\"sse\":1,\"tunnel\":1,\"websocket\":1},\"endedBy\":{\"cut\":2,\"server\":1},"
                + "\"framesIn\":4,\"framesOut\":1,\"bytesIn\":67,\"bytesOut\":53,\"topChannels\":[{\"channel\":\"chat\",\"count\":1},"
                + "{\"channel\":\"login\",\"count\":1},{\"channel\":\"tick\",\"count\":1}]}";
        assertEquals(totals, Json.text(at(read("summary"), "streams")));
        JsonObject streams = read("ws");
        assertEquals(totals, Json.text(at(streams, "totals")));
        assertEquals("3 true", number(streams, "total") + " " + at(streams, "complete"));
        assertEquals(List.of("tunnel", "sse", "websocket"), List.of(text(streams, "items.0.kind"), text(streams, "items.1.kind"), text(streams, "items.2.kind")));
        JsonObject findings = read("findings");
        assertEquals("[{\"streamId\":\"" + chat + "\",\"seq\":2,\"kind\":\"websocket\",\"url\":\"http://live.example/chat\","
                + "\"reason\":\"close code 1011: broken\"},{\"streamId\":\"" + ticks + "\",\"seq\":3,\"kind\":\"sse\",\"url\":\"http://live.example/ticks\","
                + "\"reason\":\"the connection broke\"},", Json.text(at(findings, "findings.brokenStreams")).split("\\{\"streamId\":\"(?!"
                + chat + "|" + ticks + ")")[0]);
        assertEquals("4 1 0", number(findings, "findings.busiestStreams.0.messages") + " " + number(findings, "findings.busiestStreams.1.messages") + " "
                + number(findings, "findings.busiestStreams.2.messages"));
        ResourceContents.Text live = (ResourceContents.Text) tools.toolbox.resources().stream().filter(one -> one.uri().equals("proxy://traffic/summary"))
                .findFirst().orElseThrow().reader().read(CallContext.detached(CallOrigin.STDIO));
        assertEquals("{\"sse\":1,\"tunnel\":1,\"websocket\":1}", Json.text(at(Tools.object(live.text()), "streams")));
    }

    @Test
    void oneMessageIsDecoded() {
        for (String place : List.of("\"exchange_id\":\"" + chat + "\"", "\"session_id\":\"" + session + "\",\"seq\":2")) {
            JsonObject token = tools.call("proxy_decode_exchange", "{" + place + ",\"frame_index\":0}");
            assertEquals("0 out text json", number(token, "message.index") + " " + text(token, "message.direction") + " " + text(token, "message.type")
                    + " " + text(token, "message.layers.0.decoder"));
            assertTrue(Json.text(at(token, "message.preview")).contains("\"sub\":\"ann\""), token.toString());
            JsonObject packed = tools.call("proxy_decode_exchange", "{" + place + ",\"frame_index\":1,\"chain\":[\"msgpack\"]}");
            assertEquals("msgpack {\"name\":\"needle\",\"count\":5} true", text(packed, "message.layers.0.decoder") + " "
                    + Json.text(at(packed, "message.preview")) + " " + at(packed, "message.complete"));
            assertTrue(packed.get("request").isEmpty() && packed.get("response").isEmpty());
            assertTrue(tools.failure("proxy_decode_exchange", "{" + place + ",\"frame_index\":4}").startsWith("unknown_frame"));
            assertEquals("bad_argument: side: expected none with frame_index: a message goes one way",
                    tools.failure("proxy_decode_exchange", "{" + place + ",\"frame_index\":1,\"side\":\"both\"}"));
            assertTrue(tools.failure("proxy_decode_exchange", "{" + place + ",\"frame_index\":1,\"store\":true}").startsWith("bad_argument: store"));
        }
        assertTrue(tools.failure("proxy_decode_exchange", "{\"session_id\":\"" + session + "\",\"seq\":1,\"frame_index\":0}").startsWith("unknown_stream"));
    }

    private JsonObject search(String text, String more) {
        return tools.call(SEARCH, "{\"session_id\":\"" + session + "\",\"text\":\"" + text + "\"" + more + "}");
    }

    @Test
    void messagesAreSearched() {
        JsonObject found = search("needle", ",\"search_in\":\"messages\",\"context_chars\":20");
        assertEquals("{\"status\":\"success\",\"query\":\"needle\",\"scanned\":4,\"skippedBinary\":0,\"skippedNoBody\":2,\"undecodable\":0,\"damaged\":0,"
                + "\"timedOut\":0,\"tooDeep\":0,\"totalMatches\":1,\"showing\":1,\"complete\":true,\"matches\":[{\"exchangeId\":\"" + chat
                + "\",\"seq\":2,\"url\":\"http://live.example/chat\",\"frameIndex\":1,\"method\":\"GET\",\"statusCode\":101,\"contentType\":null,"
                + "\"matchedIn\":\"messages\",\"source\":\"full\",\"snippets\":[{\"position\":7,\"context\":\"\\u0082\u00a4name\u00a6[needle]\u00a5count\\u0005\"}]}]}",
                Json.text(found));
        assertEquals(3, number(search("the (needle|nothing), the \\u00dc", ",\"search_in\":\"messages\",\"regex\":true"), "matches.0.frameIndex"));
        assertEquals(2, number(search("needle in a", ",\"search_in\":\"messages\""), "matches.0.frameIndex"));
        assertEquals(0, number(search("NEEDLE", ",\"search_in\":\"messages\",\"case_sensitive\":true"), "totalMatches"));
        assertEquals("1 response", number(search("needle", ""), "totalMatches") + " " + text(search("needle", ""), "matches.0.matchedIn"));
        JsonObject all = search("needle", ",\"search_in\":\"all\"");
        assertEquals("2 response messages", number(all, "totalMatches") + " " + text(all, "matches.0.matchedIn") + " " + text(all, "matches.1.matchedIn"));
        assertEquals("3 0", number(search("one", ",\"search_in\":\"messages\""), "matches.0.seq") + " "
                + number(search("one", ",\"search_in\":\"messages\""), "matches.0.frameIndex"));
    }

    @Test
    void harFilesTakeStreamsAlong() throws Exception {
        Path file = Path.of(text(tools.call("proxy_export_har", "{\"session_id\":\"" + session + "\"}"), "outputFile"));
        assertTrue(Files.readString(file).contains("\"_webSocketMessages\":[{\"type\":\"send\",\"time\":1700000000.01,\"opcode\":1,\"data\":\"{"));
        JsonObject imported = tools.call("proxy_import_har", "{\"har_file\":" + Json.text(new JsonString(file.toString())) + "}");
        String id = text(imported, "session.id");
        for (String of : List.of(session, id)) {
            JsonObject list = tools.call("proxy_list_ws_streams", "{\"session_id\":\"" + of + "\",\"kind\":\"websocket\"}");
            assertEquals(chat + " 1011 broken", text(list, "items.0.streamId") + " " + number(list, "items.0.closeCode") + " " + text(list, "items.0.closeReason"));
            JsonObject frames = tools.call("proxy_get_ws_frames", "{\"session_id\":\"" + of + "\",\"include_control\":true,\"text_contains\":\"needle\"}");
            assertEquals(3, number(frames, "total"));
        }
        String frames = "\",\"include_control\":true}";
        assertEquals(at(tools.call("proxy_get_ws_frames", "{\"session_id\":\"" + session + frames), "items"),
                at(tools.call("proxy_get_ws_frames", "{\"session_id\":\"" + id + frames), "items"));
    }

    @Test
    void aTunnelHasNoMessages() {
        String id = text(tools.call("proxy_list_ws_streams", "{\"kind\":\"tunnel\"}"), "items.0.streamId");
        JsonObject none = tools.call("proxy_get_ws_frames", "{\"stream_id\":\"" + id + "\"}");
        assertEquals("{\"status\":\"success\",\"total\":0,\"complete\":true,\"reason\":\"a tunnel has no messages, but two bodies\",\"items\":[]}",
                Json.text(none));
    }
}
