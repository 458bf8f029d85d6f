package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.decode.plugin.PluginJars;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;

/** The program finds the plugins of its home. */
@Timeout(120)
final class PluginProcessTest {
    @TempDir
    Path folder;

    @Test
    void pluginsOfTheHomeAreListedInThisProcessOrInTheirOwn() throws Exception {
        PluginJars.example(folder.resolve("home").resolve("plugins"));
        assertEquals("readings.jar", source());
        assertEquals("readings.jar", source("--isolate-plugins"));
    }

    private String source(String... options) throws Exception {
        String[] words = new String[options.length + 2];
        words[0] = "call";
        words[1] = "proxy_list_decoders";
        System.arraycopy(options, 0, words, 2, options.length);
        try (JarProcess call = JarProcess.start(folder.resolve("home"), words)) {
            JsonArray decoders = ((JsonObject) Json.parse(call.line())).array("decoders").orElseThrow();
            assertEquals(0, call.exit());
            return ((JsonObject) decoders.values().get(decoders.size() - 1)).string("source").orElseThrow();
        }
    }
}
