package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.LiveBuffer;
import proxymcp.json.Json;
import proxymcp.mcp.Tool;
import proxymcp.mcp.WorkPool;
import proxymcp.proxy.ProxyLimits;

final class ToolboxTest {
    @TempDir
    Path folder;

    @Test
    void theToolsOfTheContractAreThereAndDescribed() {
        try (Tools tools = new Tools(folder)) {
            assertEquals(List.of("proxy_clear_traffic", "proxy_get_ca_cert", "proxy_get_exchange", "proxy_list_traffic", "proxy_search_traffic",
                    "proxy_start", "proxy_status", "proxy_stop"), tools.server.tools().stream().map(Tool::name).toList());
            for (Tool tool : tools.server.tools()) {
                assertTrue(!tool.description().isBlank() && !tool.title().isBlank(), tool.name());
                tool.input().properties().forEach(property -> assertTrue(!property.description().isBlank(), property.name()));
                assertTrue(Json.text(tool.input().published()).length() + Json.text(tool.output().published()).length() < 2_500, tool.name());
            }
        }
    }

    @Test
    void toolsetsNarrow() {
        LiveBuffer live = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        try (WorkPool pool = new WorkPool(); ProxyControl control = new ProxyControl(folder, live, live, Clock.systemUTC())) {
            FileAccess files = new FileAccess(folder, folder, folder, List.of());
            assertEquals(List.of(), new Toolbox(control, files, ProxyLimits.DEFAULT, pool, Set.of("replay", "rules")).tools());
            assertEquals(8, new Toolbox(control, files, ProxyLimits.DEFAULT, pool, Set.of("core")).tools().size());
        }
    }
}
