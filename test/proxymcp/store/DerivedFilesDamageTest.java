package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.StreamModel;
import proxymcp.exchange.StreamQuery;

/** What is derived from the log may be lost or damaged in any way: the log makes it again, and every answer stays the same. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class DerivedFilesDamageTest {
    private static final List<String> DERIVED =
            List.of("index.head", "index.rows", "index.streams", "index.messages", "index.names", "index.paths", "checkpoint-0", "checkpoint-1");

    @TempDir
    Path home;

    private Path base;
    private Path pristine;
    private Path other;
    private Path root;
    private Path folder;
    private SessionId id;
    private List<String> expected;
    private long exchanges;

    @BeforeEach
    void record() throws Exception {
        base = TestStore.quickFolder(home);
        pristine = recorded(base.resolve("recorded"), 20);
        other = recorded(base.resolve("other"), 25);
        id = new SessionId(pristine.getFileName().toString());
        root = base.resolve("sessions");
        folder = root.resolve(id.text());
        restore();
        expected = answers();
    }

    @AfterEach
    void delete() throws IOException {
        if (!base.equals(home)) {
            TestStore.delete(base);
        }
    }

    private static Path recorded(Path root, int exchanges) throws Exception {
        try (SessionCatalog catalog = TestStore.catalog(root, TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            traffic.everyKind(200);
            new StreamModel(writer.sink()).everyKind(new Random(exchanges), 4, 64 << 10, 90);
            writer.checkpoint(java.util.Optional.empty());
            for (int i = 0; i < exchanges; i++) {
                traffic.complete("/" + root.getFileName() + i, ("body " + i).getBytes(StandardCharsets.US_ASCII));
            }
            catalog.end(writer);
            return root.resolve(writer.id().text());
        }
    }

    @Test
    void aDeletedFileIsMadeAgain() throws Exception {
        for (String name : DERIVED) {
            check(name + " deleted", () -> Files.deleteIfExists(folder.resolve(name)));
        }
        check("all deleted", () -> {
            for (String name : DERIVED) {
                Files.deleteIfExists(folder.resolve(name));
            }
        });
    }

    @Test
    void aTruncatedFileIsMadeAgain() throws Exception {
        for (String name : DERIVED) {
            long size = Files.size(pristine.resolve(name));
            for (long cut : new long[] {0, 1, 11, 63, 64, 100, 895, size / 2, size - 1}) {
                if (cut < size) {
                    check(name + " cut at " + cut, () -> Crash.cutAt(folder.resolve(name), cut));
                }
            }
        }
    }

    @Test
    void garbageIsNotTakenForAnIndexOrACheckpoint() throws Exception {
        for (String name : DERIVED) {
            for (long seed = 1; seed <= 3; seed++) {
                byte[] garbage = new byte[(int) Files.size(pristine.resolve(name))];
                new Random(seed).nextBytes(garbage);
                check(name + " garbage of seed " + seed, () -> Files.write(folder.resolve(name), garbage));
            }
        }
    }

    @Test
    void filesOfAnotherSessionAreNotUsed() throws Exception {
        for (String name : DERIVED) {
            check(name + " of another session", () -> Files.write(folder.resolve(name), Files.readAllBytes(other.resolve(name))));
        }
        check("all of another session", () -> {
            for (String name : DERIVED) {
                Files.write(folder.resolve(name), Files.readAllBytes(other.resolve(name)));
            }
        });
    }

    @Test
    void filesOfANewerVersionAreMadeAgain() throws Exception {
        for (String name : List.of("index.head", "checkpoint-0", "checkpoint-1")) {
            check(name + " newer", () -> {
                byte[] bytes = Files.readAllBytes(folder.resolve(name));
                bytes[8]++;
                int end = name.equals("index.head") ? 44 : bytes.length - 4;
                java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
                crc.update(bytes, 0, end);
                RecordLayout.putInt(bytes, end, (int) crc.getValue());
                Files.write(folder.resolve(name), bytes);
            });
        }
    }

    /** Bits that hold something; those of unused octets change nothing. */
    @Test
    void flippedBitsChangeNoAnswer() throws Exception {
        long seed = Long.getLong("proxymcp.seed", System.nanoTime());
        Random random = new Random(seed);
        for (String name : DERIVED) {
            int used = used(name);
            for (int i = 0; i < Math.min(120, used); i++) {
                long at = used <= 120 ? i : random.nextInt(used);
                int bit = random.nextInt(8);
                check("seed " + seed + ", " + name + " bit " + bit + " of " + at, () -> Crash.flip(folder.resolve(name), at, bit));
            }
        }
    }

    private int used(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(pristine.resolve(name));
        int used = bytes.length;
        while (used > 0 && bytes[used - 1] == 0) {
            used--;
        }
        return used;
    }

    /** A process that died after a checkpoint: the index is brought up to date from there, if it still is what the checkpoint saw. */
    @Test
    void flippedBitsBeforeACheckpointAreNotTakenOverByTheNextOne() throws Exception {
        long seed = Long.getLong("proxymcp.seed", System.nanoTime());
        Random random = new Random(seed);
        for (String name : List.of("index.rows", "index.streams", "index.messages", "index.names", "index.paths")) {
            int used = used(name);
            for (int i = 0; i < 150; i++) {
                int at = random.nextInt(used);
                int bit = random.nextInt(8);
                check("seed " + seed + ", left behind, " + name + " bit " + bit + " of " + at, () -> {
                    Files.delete(folder.resolve("manifest.json"));
                    Files.delete(newestCheckpoint());
                    Crash.flip(folder.resolve(name), at, bit);
                });
            }
        }
    }

    private Path newestCheckpoint() {
        return Checkpoint.file(folder, Checkpoint.newest(folder, id).orElseThrow().number());
    }

    @Test
    void aLostManifestIsMadeAgainWithoutNameAndSettings() throws Exception {
        for (String content : List.of("", "{", "[]", "null", "{}", "\u0000\u0001", "{\"format\":1,\"id\":7}",
                "{\"format\":\"x\",\"id\":\"" + id + "\"}", Files.readString(other.resolve("manifest.json")))) {
            check("manifest " + content, () -> Files.writeString(folder.resolve("manifest.json"), content));
            Manifest manifest = Manifest.read(folder, id).orElseThrow();
            assertEquals(java.util.Optional.empty(), manifest.name());
            assertEquals(exchanges, manifest.exchangeCount());
        }
    }

    @Test
    void everyFlippedBitOfTheManifestLeavesTheExchangesAsTheyWere() throws Exception {
        String manifest = Files.readString(pristine.resolve("manifest.json"));
        int version = manifest.indexOf("\"format\":") + "\"format\":".length();
        for (int at = 0; at < manifest.length(); at++) {
            if (at == version) {
                continue; // A higher version is refused: the test below.
            }
            int bit = at % 8;
            int offset = at;
            check("manifest, bit " + bit + " of " + at, () -> Crash.flip(folder.resolve("manifest.json"), offset, bit));
        }
    }

    @Test
    void aManifestOfANewerVersionIsRefusedAndLeftAlone() throws Exception {
        restore();
        Path manifest = folder.resolve("manifest.json");
        byte[] newer = Files.readString(manifest).replace("\"format\":1", "\"format\":2").getBytes(StandardCharsets.UTF_8);
        Files.write(manifest, newer);
        try (SessionCatalog catalog = catalog()) {
            SessionException open = assertThrows(SessionException.class, () -> catalog.open(id));
            SessionException recover = assertThrows(SessionException.class, () -> catalog.recover(id));
            assertEquals("newer_version newer_version", open.code() + " " + recover.code());
        }
        assertArrayEquals(newer, Files.readAllBytes(manifest));
    }

    @Test
    void aSegmentOfANewerVersionIsRefusedAndLeftAlone() throws Exception {
        restore();
        byte[] bytes = Files.readAllBytes(folder.resolve("segment-000001.seg"));
        for (int copy = 0; copy < SegmentHeader.BYTES; copy += SegmentHeader.COPY_BYTES) {
            RecordLayout.putInt(bytes, copy + 8, 2);
            java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
            crc.update(bytes, copy, 60);
            RecordLayout.putInt(bytes, copy + 60, (int) crc.getValue());
        }
        Files.write(folder.resolve("segment-000001.seg"), bytes);
        try (SessionCatalog catalog = catalog()) {
            assertEquals("newer_version", assertThrows(SessionException.class, () -> catalog.recover(id)).code());
        }
        assertEquals(1, SegmentFiles.list(folder).size());
    }

    private interface Harm {
        void done() throws IOException;
    }

    private void check(String what, Harm harm) throws Exception {
        restore();
        harm.done();
        try {
            assertEquals(expected, answers());
        } catch (Exception | AssertionError e) {
            fail(what, e);
        }
    }

    /** What the index says of each exchange, and what the log does. */
    private static List<String> streams(Session session) throws IOException {
        List<String> found = new ArrayList<>();
        session.streams().messages(MessageQuery.ALL, java.util.Optional.empty(), 1_000).items().forEach(entry -> found.add(entry.toString()));
        session.streams().list(StreamQuery.ALL, 0, 100).items().forEach(entry -> found.add(entry.toString()));
        return found;
    }

    private List<String> answers() throws Exception {
        try (SessionCatalog catalog = catalog()) {
            // One by one before any query, which checks more at once, and has all of this done again where it finds damage.
            List<String> answers = catalog.read(id, session -> {
                List<String> one = new ArrayList<>();
                for (long seq = 1; seq <= session.lastSeq(); seq++) {
                    StoredExchange stored = session.exchange(seq).orElseThrow();
                    one.add(stored.entry() + "\n" + ExchangeText.of(stored) + stored.exchange().stream());
                }
                return one;
            });
            List<Long> found = catalog.read(id, session -> {
                List<Long> seqs = new ArrayList<>();
                session.forEach(SessionQuery.ALL, entry -> seqs.add(entry.seq()));
                seqs.sort(null);
                assertEquals(seqs.size(), session.query(SessionQuery.ALL, 0, 1, java.util.Optional.empty()).total());
                return seqs;
            });
            assertEquals(java.util.stream.LongStream.rangeClosed(1, answers.size()).boxed().toList(), found);
            exchanges = answers.size();
            answers.addAll(catalog.read(id, DerivedFilesDamageTest::streams));
            return answers;
        }
    }

    private void restore() throws IOException {
        if (Files.isDirectory(folder)) {
            TestStore.clear(folder);
        }
        TestStore.copy(pristine, folder);
    }

    private SessionCatalog catalog() {
        return TestStore.catalog(root, TestStore.SMALL);
    }
}
