package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.store.independent.IndependentReader;

/**
 * A session that version 1 of the format wrote stays readable for good. {@code fixtures/store/session-v1} holds its segments, its manifest and,
 * in {@code expected.txt}, what was recorded; {@link #main} made them.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class GoldenSessionTest {
    @TempDir
    Path root;

    @Test
    void aSessionOfVersion1IsRead() throws Exception {
        Path fixture = Path.of(System.getProperty("proxymcp.fixtures"), "store", "session-v1");
        String expected = Files.readString(fixture.resolve("expected.txt"));
        SessionId id = new SessionId("20231114221320_goldenv1");
        TestStore.copy(fixture.resolve(id.text()), root.resolve(id.text()));
        assertEquals(expected, String.join("\n", IndependentReader.read(root.resolve(id.text())).values()));
        try (SessionCatalog catalog = TestStore.catalog(root, TestStore.SMALL)) {
            assertEquals(List.of(), catalog.open(id).damage());
            StringBuilder found = new StringBuilder();
            catalog.read(id, session -> {
                for (long seq = 1; seq <= session.lastSeq(); seq++) {
                    found.append(seq == 1 ? "" : "\n").append(ExchangeText.of(session.exchange(seq).orElseThrow()));
                }
                return found;
            });
            assertEquals(expected, found.toString());
            assertEquals("a name clean 11", catalog.list().get(0).name().orElseThrow() + " " + catalog.list().get(0).recovery() + " "
                    + catalog.list().get(0).exchangeCount());
        }
    }

    /** Makes the fixture anew, in the folder {@code args[0]}: only for a new version of the format, beside the old one. */
    public static void main(String[] args) throws Exception {
        Path fixture = Path.of(args[0]);
        SessionId id = new SessionId("20231114221320_goldenv1");
        Path folder = fixture.resolve(id.text());
        Files.createDirectories(folder);
        Manifest manifest = new Manifest(id, java.util.Optional.of("a name"), CaptureProfile.FULL, 64, SampleTraffic.STARTED,
                java.util.OptionalLong.empty(), Manifest.CLEAN, 0, 0, 0, Losses.NONE, java.util.Optional.empty(),
                proxymcp.json.JsonObject.EMPTY, java.util.List.of());
        SessionWriter writer = new SessionWriter(TestStore.UNFORCED, folder, manifest, TestStore.limits(3_000), TestStore.CLOCK,
                System::nanoTime, SessionLock.tryTake(folder).orElseThrow());
        SampleTraffic traffic = new SampleTraffic(writer.sink());
        traffic.everyKind(150);
        writer.close();
        for (Path file : TestStore.files(folder)) {
            String name = file.getFileName().toString();
            if (!name.startsWith("segment-") && !name.equals("manifest.json")) {
                Files.delete(file);
            }
        }
        String expected = String.join("\n", traffic.noted().stream().map(SampleTraffic.Noted::text).toList());
        Files.write(fixture.resolve("expected.txt"), expected.getBytes(StandardCharsets.UTF_8));
    }
}
