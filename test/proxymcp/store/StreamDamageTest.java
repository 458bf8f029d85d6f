package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamEntry;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamModel;
import proxymcp.exchange.StreamSummary;
import proxymcp.exchange.Streams;
import proxymcp.store.independent.LogFile;

/** Two streams, damaged in every way: only the messages that the damage touches are lost, visibly. As {@link DamageTest} has it for exchanges. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
final class StreamDamageTest {
    /** What these tests hold of a payload: longer ones come in parts. */
    private static final int HELD = 20;

    @TempDir
    Path home;

    private Path base;
    private Path pristine;
    private Path root;
    private Path folder;
    private SessionId id;
    private StreamModel model;
    private LogMap map;
    /** Numbers of the messages that each octet of the log belongs to, as {@code seq/index}. */
    private final List<Set<String>> needs = new ArrayList<>();

    @BeforeEach
    void record() throws Exception {
        base = TestStore.quickFolder(home);
        Path recorded = base.resolve("recorded");
        try (SessionCatalog catalog = TestStore.catalog(recorded, TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            model = new StreamModel(writer.sink());
            StreamModel.Noting socket = model.begin("http://a.test/socket", StreamKind.WEBSOCKET, Optional.empty());
            StreamModel.Noting events = model.begin("http://a.test/events", StreamKind.SSE, Optional.of("1"));
            socket.send(Direction.OUT, new MessageForm.Frame(1, true, 0, true), SampleTraffic.octets(9), HELD, 1, "a");
            events.send(Direction.IN, new MessageForm.Event("e", "2", OptionalLong.empty()), SampleTraffic.octets(7), HELD, 2, "e");
            socket.send(Direction.IN, new MessageForm.Frame(2, true, 0, false), SampleTraffic.octets(60), HELD, 3, "");
            socket.send(Direction.IN, new MessageForm.Frame(2, true, 0, false), SampleTraffic.octets(30), HELD, 4, "b");
            socket.close(new StreamEnd(5, Optional.of(1000), "bye", EndedBy.CLIENT, List.of("noted")));
            socket.end();
            events.end();
            catalog.end(writer);
            id = writer.id();
        }
        pristine = recorded.resolve(id.text());
        map = LogMap.of(pristine);
        root = base.resolve("sessions");
        folder = root.resolve(id.text());
        mapMessages();
    }

    @AfterEach
    void delete() throws IOException {
        if (!base.equals(home)) {
            TestStore.delete(base);
        }
    }

    /** The messages that each record is needed for: its own, or the one that its part is of. */
    private void mapMessages() {
        long[] next = new long[3];
        for (LogFile.Entry entry : map.entries()) {
            Set<String> messages = new TreeSet<>();
            if (entry.type() == RecordType.MESSAGE.code()) {
                messages.add(entry.seq() + "/" + next[(int) entry.seq()]++);
            } else if (entry.type() == RecordType.START.code()) {
                model.streams().get((int) entry.seq() - 1).messages().forEach(noted -> messages.add(noted.seq() + "/" + noted.index()));
            }
            needs.add(messages);
        }
        for (int i = 0; i < needs.size(); i++) {
            LogFile.Entry entry = map.entries().get(i);
            if (entry.type() == RecordType.MESSAGE.code()) {
                ByteBuffer payload = ByteBuffer.wrap(entry.payload()).order(ByteOrder.LITTLE_ENDIAN);
                for (int j = 0; j < i; j++) {
                    long position = map.entries().get(j).position();
                    if (payload.getLong(8) > 0 && position >= payload.getLong(8) && position <= payload.getLong(16)
                            && map.entries().get(j).type() == RecordType.PART_IN.code()) {
                        needs.get(j).addAll(needs.get(i));
                    }
                }
            }
        }
    }

    @Test
    void theSampleIsSmallAndHasEveryRecordOfAStream() throws Exception {
        restore();
        assertTrue(Files.size(segment()) < 4_000, "a log of " + Files.size(segment()) + " bytes");
        Set<Integer> types = new TreeSet<>();
        map.entries().forEach(entry -> types.add(entry.type()));
        assertTrue(types.containsAll(List.of(15, 16, 18, 19)), types.toString());
        // A long message is its record and three parts.
        assertEquals(4, needs.stream().filter(Set.of("1/4")::equals).count());
        assertEquals(4, needs.stream().filter(Set.of("1/8")::equals).count());
        try (SessionCatalog catalog = catalog()) {
            checkAll(catalog, Set.of(), Set.of());
            catalog.recover(id);
            checkAll(catalog, Set.of(), Set.of());
        }
    }

    @Test
    void everyFlippedBitCostsOnlyTheMessageItIsIn() throws Exception {
        byte[] log = Files.readAllBytes(pristine.resolve("segment-000001.seg"));
        restore();
        for (int at = 0; at < log.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                log[at] ^= (byte) (1 << bit);
                Files.write(segment(), log);
                log[at] ^= (byte) (1 << bit);
                try (SessionCatalog catalog = catalog()) {
                    checkAll(catalog, lost(at), parts(at));
                } catch (Exception | AssertionError e) {
                    fail("bit " + bit + " flipped at " + at, e);
                }
            }
        }
    }

    @Test
    void recoveryKeepsAllButTheRecordThatAFlippedBitIsIn() throws Exception {
        byte[] log = Files.readAllBytes(pristine.resolve("segment-000001.seg"));
        for (int at = 0; at < log.length; at++) {
            restore();
            log[at] ^= (byte) (1 << at % 8);
            Files.write(segment(), log);
            log[at] ^= (byte) (1 << at % 8);
            try (SessionCatalog catalog = catalog()) {
                List<Damage> damage = catalog.recover(id).damage();
                if (at < SegmentHeader.BYTES) {
                    assertEquals(List.of(), damage);
                } else {
                    LogFile.Entry entry = map.at(at);
                    assertEquals(1, damage.size());
                    assertEquals(entry.offset() + " " + (entry.end() - entry.offset()) + " " + entry.seq() + " " + map.touched(entry),
                            damage.get(0).offset() + " " + damage.get(0).length() + " " + damage.get(0).seq() + " " + damage.get(0).exchanges());
                }
                checkAll(catalog, lost(at), parts(at));
                // Of a stream that was cut nobody knows how many messages it had.
                if (damage.size() == 1 && map.at(at).type() == RecordType.MESSAGE.code() && map.at(at).seq() == 1) {
                    StoredExchange stored = catalog.open(id).exchange(map.at(at).seq()).orElseThrow();
                    assertTrue(stored.damage().stream().anyMatch(sentence -> sentence.startsWith("messages: 1 of ")), stored.damage().toString());
                }
            } catch (Exception | AssertionError e) {
                fail("bit flipped at " + at, e);
            }
        }
    }

    private boolean has(RecordType type, long seq, int end) {
        return map.entries().stream().anyMatch(entry -> entry.type() == type.code() && entry.seq() == seq && entry.end() <= end);
    }

    @Test
    void everyCutKeepsTheMessagesBeforeIt() throws Exception {
        long size = Files.size(pristine.resolve("segment-000001.seg"));
        for (int cut = SegmentHeader.BYTES; cut <= size; cut++) {
            int end = cut;
            Set<String> lost = new TreeSet<>();
            Set<String> there = new TreeSet<>();
            for (int i = 0; i < needs.size(); i++) {
                LogFile.Entry entry = map.entries().get(i);
                (entry.end() > end ? lost : there).addAll(entry.type() == RecordType.MESSAGE.code() ? needs.get(i) : Set.of());
            }
            restore();
            Crash.cutAt(segment(), cut);
            try (SessionCatalog catalog = catalog()) {
                catalog.recover(id);
                Streams streams = catalog.open(id).streams();
                Set<String> found = new TreeSet<>();
                streams.messages(MessageQuery.ALL, Optional.empty(), 100).items().forEach(entry -> found.add(entry.seq() + "/" + entry.index()));
                assertEquals(there, found);
                checkAll(catalog, lost, Set.of("stream"));
                for (long seq = 1; seq <= 2; seq++) {
                    Optional<StreamSummary> summary = streams.find(seq).map(StreamEntry::summary);
                    EndedBy expected = has(RecordType.STREAM_END, seq, end) ? EndedBy.CLIENT : has(RecordType.END, seq, end) ? EndedBy.CUT : EndedBy.RECORDING;
                    summary.ifPresent(known -> assertEquals(Optional.of(expected), known.endedBy()));
                }
            } catch (Exception | AssertionError e) {
                fail("cut at " + cut, e);
            }
        }
    }

    /** A copy has no record of the message: it says what the session said that it was made of. */
    @Test
    void aCopyNotesThatAMessageWasDamaged() throws Exception {
        byte[] log = Files.readAllBytes(pristine.resolve("segment-000001.seg"));
        LogFile.Entry message = map.entries().stream().filter(entry -> entry.type() == RecordType.MESSAGE.code() && entry.seq() == 1).findFirst().orElseThrow();
        log[(int) message.end() - 1] ^= 1;
        for (boolean recovered : new boolean[] {false, true}) {
            restore();
            Files.write(segment(), log);
            try (SessionCatalog catalog = catalog()) {
                if (recovered) {
                    catalog.recover(id);
                }
                Streams copy = catalog.open(catalog.salvage(id, Optional.empty(), Unwatched.NOBODY).session().id()).streams();
                List<String> notes = copy.withNotes(copy.find(1).orElseThrow()).summary().notes();
                assertTrue(notes.toString().contains(recovered ? "1 of its " : "messages: 1 of "), notes.toString());
            }
        }
    }

    private Set<String> lost(int at) {
        return at < SegmentHeader.BYTES ? Set.of() : needs.get(map.entries().indexOf(map.at(at)));
    }

    private Set<String> parts(int at) {
        return at < SegmentHeader.BYTES ? Set.of() : LogMap.parts(map.at(at));
    }

    /**
     * Reads everything.
     *
     * @param lost messages that may be lost, wholly or from some octet on
     * @param parts whether the facts of a stream may differ
     */
    private void checkAll(SessionCatalog catalog, Set<String> lost, Set<String> parts) throws Exception {
        catalog.read(id, session -> {
            Streams streams = session.streams();
            for (StreamModel.Noting noting : model.streams()) {
                for (StreamModel.Noted noted : noting.messages()) {
                    boolean touched = lost.contains(noted.seq() + "/" + noted.index());
                    Optional<MessageEntry> entry = streams.message(noted.seq(), noted.index());
                    assertTrue(touched || entry.isPresent(), "message " + noted.seq() + "/" + noted.index() + " is lost");
                    if (entry.isPresent() && !touched) {
                        StreamModel.checkMessage(streams, entry.get(), noted, true);
                    } else if (entry.isPresent()) {
                        checkTouched(streams, entry.get(), noted);
                    }
                }
                Optional<StreamEntry> row = streams.find(noting.seq());
                Optional<StreamSummary> summary = row.isPresent() ? Optional.of(streams.withNotes(row.get()).summary()) : Optional.empty();
                if (parts.isEmpty()) {
                    assertEquals(Optional.of(noting.summary()), summary);
                    assertEquals(noting.summary(), session.exchange(noting.seq()).orElseThrow().exchange().stream().orElseThrow());
                }
            }
            return null;
        });
    }

    /** What can be read of a damaged message is what was recorded. */
    private static void checkTouched(Streams streams, MessageEntry entry, StreamModel.Noted noted) throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        boolean failed = false;
        try {
            assertEquals(noted.message().form(), streams.read(entry).form());
            try (InputStream in = streams.payload(entry)) {
                for (int octet = in.read(); octet >= 0; octet = in.read()) {
                    payload.write(octet);
                }
            }
        } catch (CorruptSegmentException e) {
            failed = true;
        }
        assertArrayEquals(Arrays.copyOf(noted.whole(), payload.size()), payload.toByteArray());
        assertTrue(failed || payload.size() == noted.whole().length, "the payload ended without an error");
    }

    private Path segment() {
        return folder.resolve("segment-000001.seg");
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
