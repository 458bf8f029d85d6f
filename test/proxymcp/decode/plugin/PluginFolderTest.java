package proxymcp.decode.plugin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.decode.plugin.PluginJars.decoder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeRequest;
import proxymcp.decode.DecodeResult;
import proxymcp.decode.DecoderInfo;
import proxymcp.decode.Decoders;
import proxymcp.decode.Layer;
import proxymcp.decode.Pipeline;
import proxymcp.json.Json;

/** Plugins in this process: what is found in a folder, and that none of them can do worse to a call than fail its own layer. */
@Timeout(120)
final class PluginFolderTest {
    private static final String NO = "return 0;";
    private static final String ECHO = "return DecodedLayer.text(in, \"seen \" + in(in));";
    private static final String FOREVER = "while (true) { try { Thread.sleep(1000); } catch (InterruptedException e) { } }";
    /** For questions that end by themselves; a test that waits for the end of a time has its own. */
    private static final PluginLimits LONG = new PluginLimits(60_000, 60_000, false, 64);

    @TempDir
    Path folder;

    private final List<PluginFolder> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(PluginFolder::close);
    }

    private Path plugins() {
        return folder.resolve("plugins");
    }

    private Decoders open(PluginLimits limits) {
        PluginFolder plugins = new PluginFolder(plugins(), limits);
        opened.add(plugins);
        return Decoders.withPlugins(plugins);
    }

    private static DecodeResult run(Decoders decoders, String chain, String input, int outputBytesMax) {
        return new Pipeline(decoders).run(DecodeInput.of(input.getBytes(StandardCharsets.UTF_8)),
                new DecodeRequest(chain.isEmpty() ? List.of() : List.of(chain), 8, outputBytesMax));
    }

    private static String layer(DecodeResult result) {
        Layer layer = result.layers().get(0);
        return layer.decoder() + " " + layer.status().word() + (layer.reason().isEmpty() ? "" : ": " + layer.reason());
    }

    private static String layer(Decoders decoders, String chain, String input) {
        return layer(run(decoders, chain, input, 1 << 20));
    }

    private static DecoderInfo info(Decoders decoders, String id) {
        return decoders.list().stream().filter(info -> info.id().equals(id)).findFirst().orElseThrow();
    }

    private static List<String> pluginLines(Decoders decoders) {
        return decoders.list().stream().filter(DecoderInfo::plugin).map(info -> info.id() + " of " + info.source() + ": " + info.reason()).toList();
    }

    @Test
    void theExampleIsFoundAndRunsForItsMediaTypeItsFirstOctetsAndItsId() throws IOException {
        PluginJars.example(plugins());
        Decoders decoders = open(LONG);
        byte[] body = {'R', 'D', 'G', '1', 0, 2, 0, 0, 0, 60, 0, (byte) 215, 4, 'h', 'a', 'l', 'l', 0x65, (byte) 0x92, 0, (byte) 0x80, (byte) 0xff, (byte) 0xce,
            1, 'x'};
        String expected = "[{\"sensor\":\"hall\",\"time\":\"1970-01-01T00:01:00Z\",\"celsius\":21.5},"
                + "{\"sensor\":\"x\",\"time\":\"2024-01-01T00:00:00Z\",\"celsius\":-5.0}]";
        for (DecodeInput in : List.of(DecodeInput.of(body), DecodeInput.of(body, "application/x-readings"))) {
            DecodeResult result = new Pipeline(decoders).run(in, DecodeRequest.AUTOMATIC);
            assertEquals("readings decoded", layer(result));
            assertEquals(expected, Json.text(((Content.Json) result.content()).value()));
        }
        byte[] cut = java.util.Arrays.copyOf(body, body.length - 1);
        DecodeResult result = new Pipeline(decoders).run(DecodeInput.of(cut), new DecodeRequest(List.of("readings"), 8, 1 << 20));
        assertEquals("readings partial: ends within reading 2 of 2", layer(result));
        assertEquals(new DecoderInfo("readings", "readings of thermometers", true, "readings.jar", java.util.Set.of("application/x-readings"), "", 0),
                info(decoders, "readings"));
    }

    @Test
    void withoutAFolderThereAreNoPlugins() {
        assertEquals(List.of(), pluginLines(open(LONG)));
    }

    @Test
    void onePastItsTimeFailsItsLayerAndIsNotAskedAgain() throws IOException {
        PluginJars.jar(plugins(), "slow.jar", decoder("Hanging", "hanging", NO, FOREVER), decoder("Looking", "looking", FOREVER, ECHO),
                decoder("Fine", "fine", NO, ECHO));
        Decoders decoders = open(new PluginLimits(500, 60_000, false, 64));
        assertEquals("hanging failed: plugin slow.jar: took longer than 500 ms", layer(decoders, "hanging", "a"));
        assertEquals("hanging skipped: disabled until the next start: took longer than 500 ms", layer(decoders, "hanging", "a"));
        // A look at what nobody asked it for, too.
        assertEquals(List.of(), run(decoders, "", "a few plain words", 1 << 20).layers());
        assertEquals("looking skipped: disabled until the next start: took longer than 500 ms", layer(decoders, "looking", "a"));
        assertEquals(1, info(decoders, "hanging").failures());
        assertEquals(1, info(decoders, "looking").failures());
        assertEquals("disabled until the next start: took longer than 500 ms", info(decoders, "looking").reason());
        assertTrue(info(decoders, "fine").available());
    }

    @Test
    void whateverIsThrownFailsTheLayerAlone() throws IOException {
        PluginJars.jar(plugins(), "throws.jar",
                decoder("Boom", "boom", "throw new IllegalStateException(\"boom\");", "throw new IllegalStateException(\"boom\");"),
                decoder("Deep", "deep", "return recognise(in);", "return decode(in, out);"),
                decoder("Sneaky", "sneaky", NO, "throw new Error() { public String toString() { throw new Error(); } };"),
                decoder("Inside", "inside", NO, "try { Class.forName(\"proxymcp.tool.Toolbox\"); } catch (ClassNotFoundException e) "
                        + "{ throw new DecodeException(\"hidden: \" + e.getMessage(), 0); } return null;"),
                decoder("Nothing", "nothing", NO, "return null;"),
                decoder("Huge", "huge", NO, "long[] all = new long[Integer.MAX_VALUE]; return DecodedLayer.text(in, \"\" + all[7]);"),
                decoder("Beyond", "beyond", NO, "return DecodedLayer.text(in, \"x\").spanning(1, 99);"),
                decoder("Refusing", "refusing", NO, "out.write('y'); throw new DecodeException(\"no more\", 3);"));
        Decoders decoders = open(LONG);
        assertEquals(List.of(), run(decoders, "", "a few plain words", 1 << 20).layers());
        assertEquals("boom failed: plugin throws.jar: java.lang.IllegalStateException: boom", layer(decoders, "boom", "a"));
        assertEquals("deep failed: plugin throws.jar: java.lang.StackOverflowError", layer(decoders, "deep", "a"));
        assertEquals("sneaky failed: plugin throws.jar: bad.Sneaky$1", layer(decoders, "sneaky", "a"));
        assertEquals("inside failed: hidden: proxymcp.tool.Toolbox", layer(decoders, "inside", "a"));
        assertTrue(layer(decoders, "nothing", "a").startsWith("nothing failed: plugin throws.jar: java.lang.NullPointerException"));
        assertTrue(layer(decoders, "huge", "a").startsWith("huge failed: plugin throws.jar: java.lang.OutOfMemoryError"));
        assertEquals("beyond failed: plugin throws.jar: it said to have read 99 bytes from 1 on, out of 4", layer(decoders, "beyond", "abcd"));
        assertEquals("refusing partial: no more", layer(decoders, "refusing", "a"));
        assertEquals(2, info(decoders, "boom").failures());
        assertEquals(0, info(decoders, "inside").failures());
        assertEquals(0, info(decoders, "refusing").failures());
        assertTrue(info(decoders, "boom").available());
    }

    @Test
    void wordsThatHangAndValuesTooDeepToWriteFailTheLayer() throws IOException {
        PluginJars.jar(plugins(), "odd.jar",
                decoder("Mute", "mute", NO, "throw new RuntimeException() { public String getMessage() { " + FOREVER + " } };"),
                decoder("Nested", "nested", NO, "JsonValue v = JsonArray.EMPTY; for (int i = 0; i < 200_000; i++) { v = JsonArray.of(v); } "
                        + "return DecodedLayer.json(in, v);"));
        Decoders decoders = open(new PluginLimits(3_000, 60_000, false, 64));
        assertTrue(layer(decoders, "nested", "a").startsWith("nested failed: "));
        assertEquals("mute failed: plugin odd.jar: took longer than 3000 ms", layer(decoders, "mute", "a"));
    }

    @Test
    void outputEndsAtTheLimitHoweverItIsMade() throws IOException {
        PluginJars.jar(plugins(), "big.jar",
                decoder("Writing", "writing", NO, "while (true) { out.write(new byte[5000]); }"),
                decoder("Swallowing", "swallowing", NO, "for (int i = 0; i < 3; i++) { try { out.write(new byte[5000]); } catch (java.io.IOException e) { } }"
                        + "return DecodedLayer.written(in, DecodedLayer.Form.OCTETS);"),
                decoder("Telling", "telling", NO, "return DecodedLayer.text(in, \"z\".repeat(5_000_000));"),
                decoder("Valuing", "valuing", NO, "return DecodedLayer.json(in, new JsonString(\"z\".repeat(5_000_000)));"));
        Decoders decoders = open(LONG);
        for (String id : List.of("writing", "swallowing", "telling")) {
            DecodeResult result = run(decoders, id, "a", 7000);
            assertEquals(id + " partial: stopped after 7000 bytes, the limit", layer(result));
            assertEquals(7000, result.layers().get(0).outputBytes());
        }
        assertEquals("valuing failed: stopped after 7000 bytes, the limit", layer(run(decoders, "valuing", "a", 7000)));
    }

    @Test
    void whatAPluginWritesToItsInputNobodySees() throws IOException {
        PluginJars.jar(plugins(), "writes.jar", decoder("Writing", "writing", "Arrays.fill(in.bytes(), (byte) 0); return 0;",
                "Arrays.fill(in.bytes(), (byte) 0); " + ECHO));
        byte[] body = "a few plain words".getBytes(StandardCharsets.UTF_8);
        new Pipeline(open(LONG)).run(DecodeInput.of(body), DecodeRequest.AUTOMATIC);
        new Pipeline(open(LONG)).run(DecodeInput.of(body), new DecodeRequest(List.of("writing"), 8, 1000));
        assertArrayEquals("a few plain words".getBytes(StandardCharsets.UTF_8), body);
    }

    @Test
    void whatCannotBeLoadedIsListedWithItsReasonAndLeavesTheRest() throws IOException {
        Files.createDirectories(plugins());
        Files.writeString(plugins().resolve("a-text.jar"), "no jar at all");
        Path fine = PluginJars.compile(plugins(), List.of(decoder("Fine", "fine", NO, ECHO), decoder("Named", "Bad Id!", NO, ECHO),
                PluginJars.text("bad.Thrower", "package bad; public final class Thrower { public Thrower() { } }")));
        PluginJars.pack(plugins(), "b-empty.jar", fine, "# nothing\n");
        PluginJars.pack(plugins(), "c-syntax.jar", fine, "two words\n");
        PluginJars.pack(plugins(), "d-mixed.jar", fine, "bad.Gone\nbad.Named\nbad.Thrower\nbad.Fine\n");
        Files.writeString(plugins().resolve("e-readme.txt"), "no plugin");
        Path lacking = PluginJars.compile(plugins(), List.of(decoder("Needing", "needing", NO, "return Part.of(in);"),
                PluginJars.text("bad.Part", "package bad; final class Part { static proxymcp.decode.DecodedLayer of(proxymcp.decode.DecodeInput in) "
                        + "{ return proxymcp.decode.DecodedLayer.text(in, \"x\"); } }")));
        Files.delete(lacking.resolve("bad").resolve("Part.class"));
        PluginJars.pack(plugins(), "f-lacking.jar", lacking, "bad.Needing\n");
        Decoders decoders = open(LONG);
        List<String> lines = pluginLines(decoders);
        List<String> begins = List.of("fine of d-mixed.jar: ", "needing of f-lacking.jar: ",
                "a-text.jar of a-text.jar: it cannot be read as a jar: ",
                "b-empty.jar of b-empty.jar: its META-INF/services/proxymcp.decode.Decoder names no class",
                "c-syntax.jar of c-syntax.jar: java.util.ServiceConfigurationError: ",
                "d-mixed.jar of d-mixed.jar: java.util.ServiceConfigurationError: proxymcp.decode.Decoder: Provider bad.Gone not found",
                "d-mixed.jar of d-mixed.jar: java.lang.IllegalArgumentException: its id is not 1..32 lower case letters, digits and hyphens: Bad Id!",
                "d-mixed.jar of d-mixed.jar: java.util.ServiceConfigurationError: proxymcp.decode.Decoder: bad.Thrower not a subtype");
        assertEquals(begins.size(), lines.size(), lines::toString);
        for (int i = 0; i < begins.size(); i++) {
            assertTrue(lines.get(i).startsWith(begins.get(i)), lines.get(i));
        }
        assertEquals("fine decoded", layer(decoders, "fine", "a"));
        assertTrue(layer(decoders, "needing", "a").startsWith("needing failed: plugin f-lacking.jar: java.lang.NoClassDefFoundError: bad/Part"));
    }

    @Test
    void aConstructorThatHangsOrThrowsIsListed() throws IOException {
        PluginJars.jar(plugins(), "hangs.jar", PluginJars.text("bad.Hangs", "package bad; public final class Hangs extends Base { public Hangs() { "
                + "while (true) { try { Thread.sleep(1000); } catch (InterruptedException e) { } } } }"), base());
        PluginJars.jar(plugins(), "throws.jar", PluginJars.text("bad.Throws", "package bad; public final class Throws extends Base { public Throws() { "
                + "throw new Error(\"not today\"); } }"), base());
        List<String> lines = pluginLines(open(new PluginLimits(60_000, 2_000, false, 64)));
        assertEquals("hangs.jar of hangs.jar: took longer than 2000 ms", lines.get(0));
        assertTrue(lines.get(1).startsWith("throws.jar of throws.jar: ") && lines.get(1).endsWith("java.lang.Error: not today"), lines.get(1));
    }

    /** A decoder that is no provider, as it is abstract. */
    private static javax.tools.JavaFileObject base() {
        return PluginJars.text("bad.Base", """
                package bad;
                import proxymcp.decode.*;
                public abstract class Base implements Decoder {
                    public String id() { return "base"; }
                    public String title() { return ""; }
                    public java.util.Set<String> mediaTypes() { return java.util.Set.of(); }
                    public double recognise(DecodeInput in) { return 0; }
                    public DecodedLayer decode(DecodeInput in, DecodeSink out) { return DecodedLayer.text(in, ""); }
                }
                """);
    }

    @Test
    void theFirstOfTwoWithOneIdIsUsedAndNoneInPlaceOfABuiltInOne() throws IOException {
        PluginJars.jar(plugins(), "one.jar", decoder("One", "same", NO, "return DecodedLayer.text(in, \"one\");"));
        PluginJars.jar(plugins(), "two.jar", decoder("Two", "same", NO, "return DecodedLayer.text(in, \"two\");"), decoder("Zip", "gzip", NO, ECHO));
        Decoders decoders = open(LONG);
        assertEquals(List.of("same of one.jar: ", "same of two.jar: a plugin in one.jar has the same id and is used",
                "gzip of two.jar: a decoder of this id is built in"), pluginLines(decoders));
        assertEquals(new Content.Text("one"), run(decoders, "same", "a", 1000).content());
        assertTrue(layer(decoders, "gzip", "a").startsWith("gzip failed: "));
    }
}
