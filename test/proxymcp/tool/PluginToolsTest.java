package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.decode.Decoders;
import proxymcp.decode.plugin.PluginFolder;
import proxymcp.decode.plugin.PluginJars;
import proxymcp.decode.plugin.PluginLimits;
import proxymcp.exchange.LiveBuffer;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;

/** What a client of the server sees of plugins. */
@Timeout(60)
final class PluginToolsTest {
    /** One reading of 10.0 degrees, a minute after the beginning of 1970. */
    private static final String READINGS = "RDG1\0\1\0\0\0\74\0\144\4hall";

    @TempDir
    Path folder;

    @Test
    void thePluginsLayersAndItsLineInTheListAreShown() throws IOException {
        Path home = folder.resolve("home");
        PluginJars.example(home.resolve("plugins"));
        Files.writeString(home.resolve("plugins").resolve("torn.jar"), "PK");
        try (PluginFolder plugins = new PluginFolder(home.resolve("plugins"), new PluginLimits(30_000, 30_000, false, 64));
                Tools tools = new Tools(home, LiveBuffer.Limits.DEFAULT, Decoders.withPlugins(plugins))) {
            String id = new Traffic(tools.live).responseHeader("Content-Type", "application/x-readings").responseHeader("Content-Encoding", "gzip")
                    .responseBody(Traffic.gzip(READINGS)).complete();
            JsonObject result = tools.call("proxy_decode_exchange",
                    "{\"side\":\"response\",\"exchange_id\":\"" + id + "\"}");
            assertEquals("readings decoded", text(result, "response.layers.1.decoder") + " " + text(result, "response.layers.1.status"));

            assertEquals("[{\"sensor\":\"hall\",\"time\":\"1970-01-01T00:01:00Z\",\"celsius\":10.0}]", Json.text(at(result, "response.preview")));

            JsonArray list = (JsonArray) at(tools.call("proxy_list_decoders", "{}"), "decoders");
            assertEquals("{\"id\":\"readings\",\"title\":\"readings of thermometers\",\"kind\":\"plugin\",\"source\":\"readings.jar\","
                    + "\"mediaTypes\":[\"application/x-readings\"],\"available\":true,\"failures\":0}", Json.text(list.values().get(list.size() - 2)));
            JsonObject torn = (JsonObject) list.values().get(list.size() - 1);
            assertEquals("torn.jar", torn.string("source").orElseThrow());
            assertTrue(torn.string("reason").orElseThrow().startsWith("it cannot be read as a jar: "), torn.toString());
        }
    }

    @Test
    void noToolPutsAJarThere() throws IOException {
        Path home = folder.resolve("home");
        Files.createDirectories(home.resolve("plugins"));
        try (Tools tools = new Tools(home)) {
            String id = new Traffic(tools.live).responseBody("application/java-archive", "PK").complete();
            String failure = tools.failure("proxy_get_exchange",
                    "{\"exchange_id\":\"" + id + "\",\"body\":\"response\",\"output_file\":\"" + home.resolve("plugins").resolve("a.jar") + "\"}");
            assertTrue(failure.startsWith("path_not_allowed"), failure);
            assertFalse(Files.exists(home.resolve("plugins").resolve("a.jar")));
        }
    }
}
