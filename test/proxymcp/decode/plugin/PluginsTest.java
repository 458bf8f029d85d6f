package proxymcp.decode.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeRequest;
import proxymcp.decode.DecodeResult;
import proxymcp.decode.DecoderInfo;
import proxymcp.decode.Decoders;
import proxymcp.decode.Layer;
import proxymcp.decode.LayerStatus;
import proxymcp.decode.Pipeline;
import proxymcp.json.Json;

/** Whatever a plugin does, its layer fails and nothing else; in this process and in one of its own. */
@Timeout(60)
final class PluginsTest {
    private static final String GOOD = "return DecodedLayer.text(in, \"fine\");";

    @TempDir
    private Path folder;

    static byte[] readings() {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        octets.writeBytes("RDG1".getBytes(StandardCharsets.US_ASCII));
        for (String name : List.of("temperature", "pressure")) {
            octets.write(name.length());
            octets.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
            octets.writeBytes(ByteBuffer.allocate(4).putInt(name.length() * 1500).array());
        }
        return octets.toByteArray();
    }

    private static DecodeResult run(Plugins plugins, byte[] octets, String... chain) {
        return new Pipeline(Decoders.withPlugins(plugins)).run(DecodeInput.of(octets), new DecodeRequest(List.of(chain), 8, 1 << 20));
    }

    private static String layer(DecodeResult result) {
        Layer layer = result.layers().get(0);
        return layer.decoder() + " " + layer.status().toString().toLowerCase() + (layer.reason().isEmpty() ? "" : ": " + layer.reason());
    }

    private static DecoderInfo info(Plugins plugins, String id) {
        return plugins.infos().stream().filter(info -> info.id().equals(id)).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theExampleReadsItsFormat(boolean isolated) throws IOException {
        PluginJars.example(folder.resolve("readings.jar"));
        try (Plugins plugins = new Plugins(folder, isolated, 10_000)) {
            DecodeResult result = run(plugins, readings());
            assertEquals("readings decoded", layer(result));
            assertEquals("{\"temperature\":16.5,\"pressure\":12.0}", Json.text(((Content.Json) result.content()).value()));
            assertEquals(0.95, result.layers().get(0).confidence());
            byte[] cut = Arrays.copyOf(readings(), readings().length - 1);
            assertEquals("readings partial: a reading that ends early", layer(run(plugins, cut, "readings")));
            assertEquals("readings failed: it does not begin with RDG1", layer(run(plugins, new byte[] {1}, "readings")));
            DecoderInfo info = info(plugins, "readings");
            assertEquals("readings.jar true true 0", info.source() + " " + info.plugin() + " " + info.available() + " " + info.failures());
            assertEquals(List.of("application/vnd.example.readings"), List.copyOf(info.mediaTypes()));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAPluginThrowsIsAFailedLayerAndCounted(boolean isolated) throws IOException {
        PluginJars.one(folder.resolve("a.jar"), "Throws", "throw new IllegalStateException(\"oops\");");
        PluginJars.one(folder.resolve("b.jar"), "Deep", "return decode(in, out);");
        PluginJars.one(folder.resolve("c.jar"), "Links", "throw new NoClassDefFoundError(\"gone\");");
        PluginJars.one(folder.resolve("d.jar"), "Nothing", "return null;");
        PluginJars.one(folder.resolve("e.jar"), "Wide", "return DecodedLayer.text(in, \"\").spanning(1, in.length());");
        PluginJars.one(folder.resolve("f.jar"), "Reads", "throw new java.io.IOException(\"no disk\");");
        PluginJars.one(folder.resolve("g.jar"), "Prints", "System.out.println(\"a plugin prints\"); " + GOOD);
        try (Plugins plugins = new Plugins(folder, isolated, 10_000)) {
            byte[] octets = {1, 2, 3};
            String failed = " failed: the plugin failed: it ";
            assertEquals("throws" + failed + "threw java.lang.IllegalStateException: oops", layer(run(plugins, octets, "throws")));
            assertEquals("deep" + failed + "threw java.lang.StackOverflowError", layer(run(plugins, octets, "deep")));
            assertEquals("links" + failed + "threw java.lang.NoClassDefFoundError: gone", layer(run(plugins, octets, "links")));
            assertEquals("nothing" + failed + "returned null", layer(run(plugins, octets, "nothing")));
            assertEquals("wide" + failed + "names a span 1+3 that is not inside 3 bytes", layer(run(plugins, octets, "wide")));
            assertEquals("reads" + failed + "threw java.io.IOException: no disk", layer(run(plugins, octets, "reads")));
            for (int i = 0; i < 3; i++) {
                assertEquals("prints decoded", layer(run(plugins, octets, "prints")));
                run(plugins, octets, "throws");
            }
            assertEquals(4, info(plugins, "throws").failures());
            assertTrue(info(plugins, "throws").available(), "it may read other bodies");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPluginThatHangsIsDisabled(boolean isolated) throws IOException {
        PluginJars.one(folder.resolve("a.jar"), "Hangs", "while (true) { try { Thread.sleep(1000); } catch (InterruptedException e) { } }");
        PluginJars.one(folder.resolve("c.jar"), "Good", GOOD);
        try (Plugins plugins = new Plugins(folder, isolated, 1_500)) {
            assertEquals("hangs failed: the plugin failed: it took longer than 1500 ms and was disabled", layer(run(plugins, new byte[] {1}, "hangs")));
            assertEquals("disabled: it took longer than 1500 ms and was disabled", info(plugins, "hangs").reason());
            assertEquals(1, info(plugins, "hangs").failures());
            assertFalse(plugins.decoders().stream().anyMatch(decoder -> decoder.id().equals("hangs")), "it is not asked again");
            assertEquals("good decoded", layer(run(plugins, new byte[] {1}, "good")));
        }
    }

    @Test
    void recognisingIsBoundedToo() throws IOException {
        PluginJars.write(folder.resolve("a.jar"), Map.of("bad.Stares", """
                package bad;
                import proxymcp.decode.*;
                public class Stares implements Decoder {
                    public String id() { return "stares"; }
                    public String title() { return null; }
                    public java.util.Set<String> mediaTypes() { return java.util.Set.of(); }
                    public double recognise(DecodeInput in) { while (in.length() >= 0) { Thread.onSpinWait(); if (Thread.interrupted()) return 1; } return 1; }
                    public DecodedLayer decode(DecodeInput in, DecodeSink out) { return DecodedLayer.text(in, ""); }
                }
                """), List.of("bad.Stares"));
        try (Plugins plugins = new Plugins(folder, false, 300)) {
            assertEquals(Json.parse("{\"a\":1}"), ((Content.Json) run(plugins, "{\"a\":1}".getBytes(StandardCharsets.UTF_8)).content()).value());
            assertTrue(info(plugins, "stares").reason().startsWith("disabled: it took longer"), info(plugins, "stares").reason());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outputIsBounded(boolean isolated) throws IOException {
        PluginJars.one(folder.resolve("a.jar"), "Floods", "byte[] much = new byte[100_000]; while (true) { out.write(much); }");
        try (Plugins plugins = new Plugins(folder, isolated, 10_000)) {
            DecodeResult result = run(plugins, new byte[] {1}, "floods");
            assertEquals("floods partial: stopped after 1048576 bytes, the limit", layer(result));
            assertEquals(1 << 20, result.layers().get(0).outputBytes());
        }
    }

    @Test
    void aProcessThatEndsOrEatsMemoryIsStartedAgainUntilItHasDoneSoTooOften() throws IOException {
        PluginJars.one(folder.resolve("a.jar"), "Exits", "if (in.length() == 1) { System.exit(3); } " + GOOD);
        PluginJars.one(folder.resolve("b.jar"), "Eats", "java.util.List<byte[]> all = new java.util.ArrayList<>(); "
                + "while (true) { all.add(new byte[10_000_000]); }");
        try (Plugins plugins = new Plugins(folder, true, 10_000)) {
            assertEquals("exits failed: the plugin failed: its process ended or spoke out of turn", layer(run(plugins, new byte[1], "exits")));
            assertEquals("exits decoded", layer(run(plugins, new byte[2], "exits")), "a new process");
            assertEquals(LayerStatus.FAILED, run(plugins, new byte[2], "eats").layers().get(0).status());
            for (int i = 0; i < 4; i++) {
                run(plugins, new byte[1], "exits");
            }
            assertEquals("disabled: its process ended or spoke out of turn, 5 times, and it was disabled", info(plugins, "exits").reason());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void jarsThatCannotBeLoadedAreListedWithTheReason(boolean isolated) throws IOException {
        Files.write(folder.resolve("a.jar"), new byte[] {1, 2, 3});
        PluginJars.write(folder.resolve("b.jar"), Map.of("bad.None", "package bad; public class None {}"), List.of("bad.Missing"));
        PluginJars.write(folder.resolve("c.jar"), Map.of("bad.None", "package bad; public class None {}"), List.of("bad.None"));
        PluginJars.one(folder.resolve("d.jar"), "Throwing", GOOD, "{ if (true) throw new IllegalStateException(\"at birth\"); }");
        PluginJars.one(folder.resolve("e.jar"), "Named", GOOD);
        PluginJars.one(folder.resolve("f.jar"), "Named", GOOD);
        PluginJars.one(folder.resolve("g.jar"), "Json", GOOD);
        PluginJars.one(folder.resolve("h.jar"), "Bad_Name", GOOD);
        PluginJars.one(folder.resolve("i.jar"), "Peeks", "return DecodedLayer.text(in, "
                + "String.valueOf(proxymcp.store.StoreLimits.DEFAULT));");
        Files.createDirectory(folder.resolve("j.jar"));
        Files.writeString(folder.resolve("readme.txt"), "no jar");
        try (Plugins plugins = new Plugins(folder, isolated, 10_000)) {
            assertEquals(List.of("named", "peeks"), plugins.decoders().stream().map(decoder -> decoder.id()).toList());
            StringBuilder reasons = new StringBuilder();
            for (DecoderInfo info : plugins.infos()) {
                reasons.append(info.source()).append(' ').append(info.id()).append(' ').append(info.reason()).append('\n');
            }
            for (String expected : List.of("a.jar  the jar was not loaded: ", "b.jar  a decoder could not be made: ", "c.jar  a decoder could not be made: ",
                    "d.jar  a decoder could not be made: java.lang.IllegalStateException: at birth", "f.jar named the id is taken by e.jar",
                    "g.jar json the id is taken by a built-in decoder", "h.jar  a decoder was left out: its id is not ", "j.jar  the jar was not loaded: it is no file")) {
                assertTrue(reasons.toString().contains(expected), () -> expected + " is not in\n" + reasons);
            }
            assertEquals("peeks failed: the plugin failed: it threw java.lang.NoClassDefFoundError: proxymcp/store/StoreLimits",
                    layer(run(plugins, new byte[1], "peeks")), "the rest of the program is not theirs");
        }
    }

    @Test
    void aFolderThatIsNotThereHoldsNothing() {
        try (Plugins plugins = new Plugins(folder.resolve("absent"), false, 1_000)) {
            assertEquals(List.of(), plugins.infos());
            assertEquals(List.of(), plugins.decoders());
        }
    }

    @Test
    void childrenEndWithTheirParent() throws IOException, InterruptedException {
        PluginJars.one(folder.resolve("a.jar"), "Good", GOOD);
        List<ProcessHandle> children;
        try (Plugins plugins = new Plugins(folder, true, 10_000)) {
            assertEquals("good decoded", layer(run(plugins, new byte[] {1}, "good")));
            children = ProcessHandle.current().children().filter(child -> child.info().commandLine().orElse("").contains("PluginChild")).toList();
            assertEquals(1, children.size());
        }
        children.get(0).onExit().join();
        assertFalse(children.get(0).isAlive());
    }
}
