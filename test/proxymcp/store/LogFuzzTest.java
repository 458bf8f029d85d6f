package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Mutations;

/** Whatever became of a segment, the session opens, each of its exchanges is read or named as damaged, and only files that are no log are refused. */
@Timeout(7_200)
final class LogFuzzTest {
    /** A case copies a session. */
    private static final int CASES = Math.max(200, Mutations.CASES / 25);

    @TempDir
    Path home;

    private Path root;

    @BeforeEach
    void begin() throws IOException {
        root = TestStore.quickFolder(home);
    }

    @AfterEach
    void end() throws IOException {
        if (!root.equals(home)) {
            TestStore.delete(root);
        }
    }

    @Test
    void segmentsAreReadAsFarAsTheyAreSound() throws Exception {
        Path pristine = home.resolve("pristine");
        SessionId id;
        try (SessionCatalog catalog = TestStore.catalog(pristine, TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            id = writer.id();
            new SampleTraffic(writer.sink()).few();
            catalog.end(writer);
        }
        byte[] segment = Files.readAllBytes(SegmentFiles.file(pristine.resolve(id.text()), 1));
        Mutations.of(List.of(segment), "\0\0\0\0", "\u00ff\u00ff\u00ff\u00ff", "\u00ff", "\u007f\u00ff\u00ff\u00ff", "GET / HTTP/1.1\r\n", "\u0093\u0094\u0095", "\1").run(CASES, (octets, random) -> {
            Path left = root.resolve("left");
            TestStore.copy(pristine.resolve(id.text()), left.resolve(id.text()));
            Files.write(SegmentFiles.file(left.resolve(id.text()), 1), octets);
            try (SessionCatalog catalog = TestStore.catalog(left, TestStore.SMALL)) {
                boolean asLeft = random.nextBoolean();
                if (!asLeft) {
                    catalog.recover(id);
                }
                catalog.read(id, session -> {
                    for (long seq = 1; seq <= session.lastSeq(); seq++) {
                        Optional<StoredExchange> stored = session.exchange(seq);
                        if (stored.isPresent()) {
                            ExchangeText.of(stored.get());
                        }
                    }
                    return session.damage().size();
                });
            } catch (IOException e) {
                assertTrue(e.getMessage() != null && !e.getMessage().isBlank(), String.valueOf(e));
            }
            TestStore.delete(left);
        });
    }
}
