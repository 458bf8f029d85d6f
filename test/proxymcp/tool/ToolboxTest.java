package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.mcp.Tool;
import proxymcp.decode.Decoders;
import proxymcp.proxy.ProxyLimits;

/** All tools together. */
public final class ToolboxTest {
    /** Of a tool's annotations, more than they have on average. */
    private static final int ANNOTATIONS_CHARS = 50;

    /** Parameters whose names say enough. */
    private static final Set<String> EXPLAINED_BY_NAME = Set.of(
            "args", "body", "case_sensitive", "client_cert_password", "content_type", "content_type_contains", "direction", "env",
            "exchange_id", "host_contains", "hostname_contains", "hostname_filter", "include_bodies", "include_targets", "incognito",
            "kind", "limit", "max_disk_mb", "method", "method_filter", "min_duration_ms", "name", "offset", "only", "output_file", "overwrite",
            "priority", "replay_id", "seqs", "seq_ranges", "session_id", "session_name", "sort", "source_filter", "state", "status", "status_code",
            "status_filter", "status_max", "status_min", "stderr_cursor", "stdout_cursor", "timeout_ms", "url_contains", "url_filter");

    @TempDir
    Path folder;

    @Test
    void theToolsOfTheContractAreThereAndDescribed() throws IOException {
        try (Tools tools = new Tools(folder)) {
            assertEquals(names(), tools.server.tools().stream().map(Tool::name).toList());
            for (Tool tool : tools.server.tools()) {
                assertTrue(!tool.description().isBlank() && !tool.title().isBlank(), tool.name());
                tool.input().properties().forEach(property -> assertTrue(isUntold(tool, property.name()) || !property.description().isBlank() || property.equals(ListBudget.MAX_CHARS)
                        || EXPLAINED_BY_NAME.contains(property.name()) || BodyArgs.UNEXPLAINED.contains(property) && tool.description().contains("proxy_get_exchange")
                        || SessionFilter.UNEXPLAINED.contains(property) && tool.description().contains("proxy_query_session"), tool.name() + " " + property.name()));
                int charsMax = tool.name().equals("proxy_replay_session") ? 8_000 : 4_000;
                assertTrue(Json.text(tool.input().published()).length() + Json.text(tool.output().published()).length() < charsMax, tool.name());
            }
        }
    }

    /** What another tool tells. */
    private static boolean isUntold(Tool tool, String property) {
        return !tool.input().published().object("properties").orElse(JsonObject.EMPTY).has(property);
    }

    /** Whoever knows a parameter of one tool knows it of all; {@code call --url} reads values by it. */
    @Test
    void aNameHasOneType() throws IOException {
        Map<String, String> types = new TreeMap<>();
        try (Tools tools = new Tools(folder)) {
            for (Tool tool : tools.server.tools()) {
                for (JsonObject.Member property : tool.input().whole().published().object("properties").orElse(JsonObject.EMPTY).members()) {
                    String type = ((JsonObject) property.value()).string("type").orElse("any");
                    assertEquals(types.merge(property.name(), type, (known, also) -> known), type, tool.name() + " " + property.name());
                }
            }
        }
    }

    @Test
    void theListOfAllToolsIsShort() throws IOException {
        try (Tools tools = new Tools(folder)) {
            int chars = 0;
            for (Tool tool : tools.server.tools()) {
                JsonObject shown = JsonObject.builder().put("name", tool.name()).put("title", tool.title()).put("description", tool.description())
                        .put("inputSchema", tool.input().published()).put("outputSchema", tool.output().published()).build();
                chars += Json.text(shown).length() + ANNOTATIONS_CHARS;
            }
            assertTrue(chars <= 64_000, chars + " characters");
        }
    }

    @Test
    void toolsetsNarrow() throws IOException {
        try (Tools tools = new Tools(folder)) {
            FileAccess files = new FileAccess(folder, folder, folder, List.of());
            long core = tools.server.tools().stream().filter(tool -> tool.toolset().equals("core")).count();
            long session = tools.server.tools().stream().filter(tool -> tool.toolset().equals("session")).count();
            assertEquals(0, toolbox(tools, files, Set.of()));
            assertEquals(core, toolbox(tools, files, Set.of("core")));
            assertEquals(session, toolbox(tools, files, Set.of("session")));
            assertEquals(core + session, toolbox(tools, files, Set.of("core", "session")));
            assertEquals(names().size(), toolbox(tools, files, Set.copyOf(Toolbox.TOOLSETS)));
            assertTrue(core >= 8 && session >= 11, core + " " + session);
        }
    }

    private static long toolbox(Tools tools, FileAccess files, Set<String> toolsets) {
        return new Toolbox(tools.control, tools.sessions, files, ProxyLimits.DEFAULT, tools.pool, toolsets, Decoders.builtin(), tools.replays,
                tools.interceptors).tools().size();
    }

    /** Names of all tools, as the contract has them: one a line of {@code fixtures/tools.txt}, sorted. */
    public static List<String> names() throws IOException {
        return Files.readAllLines(Path.of(System.getProperty("proxymcp.fixtures"), "tools.txt"));
    }
}
