package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.mcp.Tool;
import proxymcp.proxy.ProxyLimits;

final class ToolboxTest {
    @TempDir
    Path folder;

    @Test
    void theToolsOfTheContractAreThereAndDescribed() {
        try (Tools tools = new Tools(folder)) {
            assertEquals(List.of("proxy_clear_traffic", "proxy_delete_session", "proxy_get_ca_cert", "proxy_get_exchange", "proxy_get_session",
                    "proxy_get_session_exchange", "proxy_list_sessions", "proxy_list_traffic", "proxy_query_session", "proxy_search_traffic",
                    "proxy_session_checkpoint", "proxy_session_recover", "proxy_session_salvage", "proxy_session_start", "proxy_session_status", "proxy_session_stop", "proxy_start", "proxy_status",
                    "proxy_stop"), tools.server.tools().stream().map(Tool::name).toList());
            for (Tool tool : tools.server.tools()) {
                assertTrue(!tool.description().isBlank() && !tool.title().isBlank(), tool.name());
                tool.input().properties().forEach(property -> assertTrue(!property.description().isBlank(), property.name()));
                assertTrue(Json.text(tool.input().published()).length() + Json.text(tool.output().published()).length() < 4_000, tool.name());
            }
        }
    }

    @Test
    void toolsetsNarrow() {
        try (Tools tools = new Tools(folder)) {
            FileAccess files = new FileAccess(folder, folder, folder, List.of());
            for (String sets : List.of("replay,rules 0", "core 8", "session 11", "core,session 19")) {
                String[] expected = sets.split(" ");
                assertEquals(Integer.parseInt(expected[1]), new Toolbox(tools.control, tools.sessions, files, ProxyLimits.DEFAULT, tools.pool,
                        Set.of(expected[0].split(","))).tools().size(), sets);
            }
        }
    }
}
