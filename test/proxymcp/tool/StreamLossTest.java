package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;

/** A session that had no room for all messages says so wherever it shows its streams: counts that are too low are never shown as if they were all. */
@Timeout(60)
final class StreamLossTest {
    private static final long OPENED = 1_700_000_000_000L;
    private static final int SENT = 100;

    @TempDir
    Path folder;

    private Tools tools;
    private String session;
    private String whole;
    private String lossy;

    /** Of 1 MiB at most: the first stream finds room, of the second some messages do. */
    @BeforeEach
    void begin() {
        tools = new Tools(folder.resolve("home"));
        tools.call("proxy_start", "{\"port\":0}");
        session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\",\"max_disk_mb\":1}"), "session.id");
        whole = record("/whole", 2, 100);
        lossy = record("/lossy", SENT, 30_000);
        while (tools.sessions.active().orElseThrow().status().writtenThrough() < 2) {
            LockSupport.parkNanos(1_000_000);
        }
        tools.call("proxy_session_stop", "{}");
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private String record(String path, int messages, int bytes) {
        Traffic.Open open = new Traffic(tools.sink).request("GET", "live.example", path).open();
        open.recording().response(ResponseHead.of(101, "", Fields.EMPTY));
        open.recording().streamOpened(new StreamOpen(OPENED, StreamKind.WEBSOCKET, "", "", Optional.empty()));
        for (int i = 0; i < messages; i++) {
            open.recording().message(new StreamMessage(OPENED + i, Direction.OUT, new MessageForm.Frame(1, true, 0, true), bytes, new byte[bytes], bytes,
                    true, false, false, "", ""));
        }
        open.recording().streamClosed(new StreamEnd(OPENED + 1_000, Optional.of(1_000), "", EndedBy.CLIENT, List.of("noted at its end")));
        open.recording().end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
        return open.id();
    }

    private JsonObject call(String tool, String more) {
        return tools.call(tool, "{\"session_id\":\"" + session + "\"" + more + "}");
    }

    private JsonObject read(String part) throws Exception {
        for (ResourceTemplate template : tools.toolbox.templates()) {
            if (template.uri().text().equals("proxy://sessions/{session_id}/" + part)) {
                return Tools.object(((ResourceContents.Text) template.family().read(Map.of("session_id", session),
                        CallContext.detached(CallOrigin.STDIO)).orElseThrow()).text());
            }
        }
        throw new AssertionError("no template " + part);
    }

    @Test
    void everyViewOfTheStreamSaysWhatIsMissing() throws Exception {
        JsonObject frames = call("proxy_get_ws_frames", ",\"stream_id\":\"" + lossy + "\",\"limit\":5000,\"max_payload\":0");
        long kept = number(frames, "total");
        assertTrue(kept > 5 && kept < SENT, "kept " + kept);
        String lost = SENT - kept + " of its 100 messages were not recorded";
        assertEquals("false " + lost, Json.text(at(frames, "complete")) + " " + text(frames, "reason"));
        JsonObject all = call("proxy_get_ws_frames", ",\"limit\":1");
        assertEquals("limit reached; continue with cursor nextCursor; messages of 1 of 2 streams are missing, as their notes say", text(all, "reason"));
        assertEquals("true", Json.text(at(call("proxy_get_ws_frames", ",\"stream_id\":\"" + whole + "\""), "complete")));

        JsonObject list = call("proxy_list_ws_streams", "");
        assertEquals(lossy + " " + kept + " true", text(list, "items.0.streamId") + " " + number(list, "items.0.framesOut") + " "
                + Json.text(at(list, "items.0.shed")));
        assertEquals("[\"noted at its end\",\"" + lost + "\"] [\"noted at its end\"]", Json.text(at(list, "items.0.notes")) + " "
                + Json.text(at(list, "items.1.notes")));
        assertEquals(Json.text(at(list, "items")), Json.text(at(read("ws"), "items")));
        assertEquals(1, number(read("ws"), "totals.incomplete"));
        assertEquals(1, number(read("summary"), "streams.incomplete"));
        assertEquals("[{\"streamId\":\"" + lossy + "\",\"seq\":2,\"kind\":\"websocket\",\"url\":\"http://live.example/lossy\",\"reason\":\"" + lost + "\"}]",
                Json.text(at(read("findings"), "findings.incompleteStreams")));
        assertEquals("[\"noted at its end\",\"" + lost + "\"]", Json.text(at(call("proxy_get_session_exchange", ",\"seq\":2"), "exchange.stream.notes")));
        assertEquals("[{\"kind\":\"partial_stream\",\"count\":1,\"seqs\":[2],\"detail\":\"" + lost + "\"}]",
                Json.text(at(call("proxy_export_har", ""), "warnings")));
    }
}
