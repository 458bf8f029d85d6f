package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.tool.DriftingOrigin;

/** A pipeline: one process records, one sends again, and the exit code of the next says whether it still means the same. */
@Timeout(120)
final class ParityProcessTest {
    @TempDir
    Path folder;

    private Path home() {
        return folder.resolve("home");
    }

    private static JsonObject structured(JarProcess jar, String tool, String arguments) throws Exception {
        JsonObject result = jar.tool(tool, arguments);
        return result.object("structuredContent").orElseThrow(() -> new AssertionError(Json.text(result)));
    }

    /** Runs a tool in a process of its own: its result, which says with which code it exited. */
    private JsonObject call(int exit, String... words) throws Exception {
        String[] args = new String[words.length + 1];
        args[0] = "call";
        System.arraycopy(words, 0, args, 1, words.length);
        try (JarProcess call = JarProcess.start(home(), args)) {
            String line = call.line();
            assertEquals(exit, call.exit(), () -> line + call.err());
            return (JsonObject) Json.parse(line);
        }
    }

    private String replay(String session) throws Exception {
        return call(0, "proxy_replay_session", "session_id=" + session, "mode=execute", "wait_ms=60000").string("replayId").orElseThrow();
    }

    @Test
    void theExitCodeOfACallIsTheVerdict() throws Exception {
        try (DriftingOrigin origin = new DriftingOrigin((path, fresh) -> DriftingOrigin.Reply.json("{\"path\":\"" + path + "\",\"total\":" + path.length() + "}"))) {
            String session;
            try (JarProcess jar = JarProcess.start(home())) {
                JsonObject started = structured(jar, "proxy_start", "{\"persistence_enabled\":true,\"capture_profile\":\"full\"}");
                session = started.object("persistence").flatMap(persistence -> persistence.string("sessionId")).orElseThrow();
                origin.ask((int) ((JsonNumber) started.get("port").orElseThrow()).exactLong().orElseThrow(), "GET /a", "GET /b", "GET /c");
                structured(jar, "proxy_stop", "{}");
                jar.endInput();
                jar.exit();
            }
            String same = replay(session);
            assertEquals("success pass", said(call(0, "proxy_replay_verify", "replay_id=" + same)));
            origin.drift((path, fresh) -> DriftingOrigin.Reply.json("{\"path\":\"" + path + "\",\"sum\":" + path.length() + "}"));
            String other = replay(session);
            Path xml = home().resolve("files").resolve("ci").resolve("parity.xml");
            assertEquals("success fail", said(call(1, "proxy_replay_verify", "replay_id=" + other, "format=junit", "output_file=ci/parity.xml")));
            assertTrue(Files.readString(xml).contains("<failure type=\"high\""), () -> xml + " has no failure");
            assertEquals("success pass", said(call(0, "proxy_replay_verify", "replay_id=" + other, "fail_on=critical")));
            call(1, "proxy_replay_verify", "replay_id=replay_20260101000000_aaaaaaaa");
            assertEquals("success pass", said(call(0, "proxy_replay_verify", "session_id=" + session, "other_session_id=" + session)));
        }
    }

    private static String said(JsonObject result) {
        return result.string("status").orElseThrow() + " " + result.string("verdict").orElseThrow();
    }
}
