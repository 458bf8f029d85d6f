package proxymcp.decode.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.decode.plugin.PluginJars.decoder;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeRequest;
import proxymcp.decode.DecodeResult;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.DecoderInfo;
import proxymcp.decode.Decoders;
import proxymcp.decode.Direction;
import proxymcp.decode.Layer;
import proxymcp.decode.LayerStatus;
import proxymcp.decode.Pipeline;
import proxymcp.json.Json;

/** Plugins in processes of their own: the same answers, and what would have taken this process along takes only theirs. */
@Timeout(180)
final class IsolatedPluginTest {
    private static final String NO = "return 0;";
    private static final String FOREVER = "while (true) { try { Thread.sleep(1000); } catch (InterruptedException e) { } }";
    private static final String PID = "return DecodedLayer.text(in, \"\" + ProcessHandle.current().pid());";
    private static final PluginLimits LONG = new PluginLimits(60_000, 60_000, true, 32);

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

    private static DecodeResult run(Decoders decoders, String chain, String input) {
        return new Pipeline(decoders).run(DecodeInput.of(input.getBytes(StandardCharsets.UTF_8)), new DecodeRequest(List.of(chain), 8, 100_000));
    }

    private static String layer(Decoders decoders, String chain, String input) {
        Layer layer = run(decoders, chain, input).layers().get(0);
        return layer.decoder() + " " + layer.status().word() + (layer.reason().isEmpty() ? "" : ": " + layer.reason());
    }

    private static ProcessHandle process(Decoders decoders) {
        return ProcessHandle.of(Long.parseLong(((Content.Text) run(decoders, "pid", "a").content()).text())).orElseThrow();
    }

    private static DecoderInfo info(Decoders decoders, String id) {
        return decoders.list().stream().filter(info -> info.id().equals(id)).findFirst().orElseThrow();
    }

    private static void awaitEnd(ProcessHandle process) throws Exception {
        process.onExit().get(60, TimeUnit.SECONDS);
        assertTrue(!process.isAlive());
    }

    @Test
    void theExampleGivesTheSameInAProcessOfItsOwn() throws Exception {
        PluginJars.example(plugins());
        PluginJars.jar(plugins(), "pid.jar", decoder("Pid", "pid", NO, "System.out.println(\"noise\"); " + PID));
        Decoders decoders = open(LONG);
        byte[] body = {'R', 'D', 'G', '1', 0, 1, 0, 0, 0, 60, 0, (byte) 215, 4, 'h', 'a', 'l', 'l'};
        DecodeResult result = new Pipeline(decoders).run(DecodeInput.of(body), DecodeRequest.AUTOMATIC);
        assertEquals(new Layer("readings", "", LayerStatus.DECODED, 0.95, 17, 64, 0, ""), result.layers().get(0));
        assertEquals("[{\"sensor\":\"hall\",\"time\":\"1970-01-01T00:01:00Z\",\"celsius\":21.5}]", Json.text(((Content.Json) result.content()).value()));
        assertEquals(Optional.of(ProcessHandle.current()), process(decoders).parent());
        ProcessHandle process = process(decoders);
        close();
        awaitEnd(process);
    }

    @Test
    void oneThatEndsItsProcessFailsItsLayerAndIsStartedAgainButNotForEver() throws IOException {
        PluginJars.jar(plugins(), "exits.jar", decoder("Exits", "exits", NO, "if (in.at(0) == 'x') { System.exit(7); } return DecodedLayer.text(in, in(in));"),
                decoder("Other", "other", NO, "return DecodedLayer.text(in, in(in));"));
        Decoders decoders = open(LONG);
        assertEquals("exits failed: plugin exits.jar: its process ended with exit code 7", layer(decoders, "exits", "x"));
        assertEquals("other decoded", layer(decoders, "other", "x"));
        assertEquals("exits decoded", layer(decoders, "exits", "a"));
        assertEquals("exits failed: plugin exits.jar: its process ended with exit code 7", layer(decoders, "exits", "x"));
        assertEquals("exits failed: plugin exits.jar: its process ended with exit code 7, 3 times by now", layer(decoders, "exits", "x"));
        assertEquals("exits skipped: disabled until the next start: its process ended with exit code 7, 3 times by now", layer(decoders, "exits", "a"));
        assertEquals(3, info(decoders, "exits").failures());
    }

    @Test
    void theProcessHasLittleOfOurEnvironment() throws IOException {
        PluginJars.jar(plugins(), "env.jar", decoder("Env", "env", NO, "return DecodedLayer.text(in, System.getenv().keySet().toString());"));
        String names = ((Content.Text) run(open(LONG), "env", "a").content()).text();
        // Set by the Makefile for the tests.
        assertTrue(System.getenv().containsKey("MCP_CLIENTS") && !names.contains("MCP_CLIENTS"), names);
    }

    @Test
    void memoryIsTheProcessesOwn() throws IOException {
        PluginJars.jar(plugins(), "hog.jar", decoder("Hog", "hog", NO, "List<byte[]> all = new ArrayList<>(); while (true) { all.add(new byte[1 << 20]); }"));
        assertEquals("hog failed: plugin hog.jar: its process ended with exit code 3, as when its heap of 32 MiB is full", layer(open(LONG), "hog", "a"));
    }

    @Test
    void oneThatHangsIsKilledAtItsTime() throws Exception {
        PluginJars.jar(plugins(), "hangs.jar", decoder("Hangs", "hangs", NO, FOREVER), decoder("Pid", "pid", NO, PID));
        Decoders decoders = open(new PluginLimits(3_000, 60_000, true, 32));
        ProcessHandle process = process(decoders);
        assertEquals("hangs failed: plugin hangs.jar: took longer than 3000 ms", layer(decoders, "hangs", "a"));
        awaitEnd(process);
        assertEquals("hangs skipped: disabled until the next start: took longer than 3000 ms", layer(decoders, "hangs", "a"));
        assertTrue(process(decoders).pid() != process.pid());
    }

    @Test
    void whatIsThrownAndWhatCannotBeLoadedIsToldAsInThisProcess() throws IOException {
        PluginJars.jar(plugins(), "a.jar", decoder("Boom", "boom", "throw new IllegalStateException(\"boom\");", "throw new IllegalStateException(\"boom\");"),
                decoder("Writing", "writing", NO, "while (true) { out.write(new byte[5000]); }"));
        PluginJars.pack(plugins(), "b.jar", PluginJars.compile(plugins(), List.of(decoder("Fine", "fine", NO, PID))), "bad.Gone\n");
        java.nio.file.Files.writeString(plugins().resolve("c.jar"), "no jar at all");
        Decoders decoders = open(LONG);
        assertEquals("boom failed: plugin a.jar: java.lang.IllegalStateException: boom", layer(decoders, "boom", "a"));
        assertEquals("writing partial: stopped after 100000 bytes, the limit", layer(decoders, "writing", "a"));
        assertTrue(info(decoders, "b.jar").reason().endsWith("Provider bad.Gone not found"), info(decoders, "b.jar").reason());
        assertTrue(info(decoders, "c.jar").reason().startsWith("it cannot be read as a jar: "), info(decoders, "c.jar").reason());
    }

    @Test
    void theProcessEndsWithItsStdinWhateverItDoes() throws Exception {
        Path jar = PluginJars.jar(plugins(), "hangs.jar", decoder("Hangs", "hangs", NO, FOREVER));
        Process process = new ProcessBuilder(Programs.java().toString(), "-cp", Programs.jar().toString(), PluginChild.class.getName(), jar.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            DataOutputStream out = new DataOutputStream(process.getOutputStream());
            PluginHost.Contents contents = PluginWire.contents(PluginWire.receive(new DataInputStream(process.getInputStream()), 1 << 20));
            assertEquals("hangs", contents.descriptions().get(0).id());
            PluginWire.send(out, PluginWire.question(new PluginWire.Question(true, 0, 100, DecodeInput.of(new byte[3]))));
            out.close();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void questionsAndAnswersAreReadAsTheyWereWritten() throws Exception {
        DecodeInput in = new DecodeInput("..body..".getBytes(StandardCharsets.UTF_8), 2, 4, Optional.of("a/b"), Map.of("x", "1", "y", "\u00fc"),
                Optional.of(new byte[] {9}), Direction.REQUEST);
        PluginWire.Question question = PluginWire.question(framed(PluginWire.question(new PluginWire.Question(true, 3, 77, in))));
        assertEquals("true 3 77 body a/b REQUEST 9 1 \u00fc", question.decode() + " " + question.decoder() + " " + question.bytesMax() + " "
                + new String(question.in().copy(), StandardCharsets.UTF_8) + " " + question.in().mediaType().orElseThrow() + " " + question.in().side() + " "
                + question.in().schema().orElseThrow()[0] + " " + question.in().hint("x").orElseThrow() + " " + question.in().hint("y").orElseThrow());
        PluginAnswer.Read read = (PluginAnswer.Read) PluginWire.answer(framed(PluginWire.answer(new PluginAnswer.Read("out".getBytes(StandardCharsets.UTF_8),
                DecodedLayer.Form.TEXT, true, LayerStatus.PARTIAL, "why", 1, 2, Optional.of("c/d")))));
        assertEquals("out TEXT true PARTIAL why 1 2 Optional[c/d]", new String(read.bytes(), StandardCharsets.UTF_8) + " " + read.form() + " " + read.value()
                + " " + read.status() + " " + read.reason() + " " + read.offset() + " " + read.consumed() + " " + read.mediaType());
        PluginAnswer.Unread unread = (PluginAnswer.Unread) PluginWire.answer(framed(PluginWire.answer(
                new PluginAnswer.Unread(new byte[] {5}, "no", 6, true))));
        assertEquals("5 no 6 true", unread.written()[0] + " " + unread.reason() + " " + unread.offset() + " " + unread.fault());
    }

    private static DataInputStream framed(byte[] content) throws IOException {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        PluginWire.send(new DataOutputStream(bytes), content);
        return PluginWire.receive(new DataInputStream(new java.io.ByteArrayInputStream(bytes.toByteArray())), content.length);
    }
}
