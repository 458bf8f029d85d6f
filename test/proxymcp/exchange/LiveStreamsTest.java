package proxymcp.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LiveStreamsTest {
    private static final int HELD = 64 << 10;

    @Test
    void streamsAndMessagesAreFoundAsTheyWereRecorded() throws IOException {
        LiveBuffer buffer = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        StreamModel model = new StreamModel(buffer);
        model.everyKind(new Random(1), 30, HELD, 50);
        model.check(buffer.streams(), true);
        model.ask(buffer.streams(), new Random(2), 200);
        model.askForStreams(buffer.streams());
        for (Exchange exchange : buffer.snapshot()) {
            Optional<StreamModel.Noting> noting = model.streams().stream().filter(known -> known.seq() == exchange.seq()).findFirst();
            assertEquals(noting.map(StreamModel.Noting::summary), exchange.stream());
        }
    }

    @Test
    void pagesLoseNothingOfWhatIsRecordedLate() throws IOException {
        for (boolean ofOne : new boolean[] {true, false}) {
            LiveBuffer buffer = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
            new StreamModel(buffer).pagesOfWhatGrows(buffer.streams(), ofOne, () -> { });
        }
    }

    @Test
    void theOldestMessagesAreGivenUpAndTheirStreamSaysSo() throws IOException {
        LiveBuffer byCount = new LiveBuffer(LiveBuffer.Limits.DEFAULT, 1 << 20, 4, 1 << 20);
        LiveBuffer byBytes = new LiveBuffer(LiveBuffer.Limits.DEFAULT, 1 << 20, 100, 4 * (256 + 50));
        for (LiveBuffer buffer : List.of(byCount, byBytes)) {
            StreamModel.Noting noting = new StreamModel(buffer).begin("http://a.test/x", StreamKind.NDJSON, Optional.empty());
            for (int i = 0; i < 10; i++) {
                noting.send(Direction.IN, new MessageForm.Line(), new byte[50], HELD, 100 + i, "");
            }
            Streams streams = buffer.streams();
            MessagePage page = streams.messages(MessageQuery.ALL, Optional.empty(), 10);
            assertEquals("[6, 7, 8, 9]", page.items().stream().map(MessageEntry::index).toList().toString());
            StreamEntry entry = streams.find(1).orElseThrow();
            assertTrue(entry.shed());
            assertEquals(10, entry.summary().framesIn());
            assertEquals(Optional.of("6 of its messages are not kept any more"), entry.missing());
            assertEquals(entry.missing(), streams.missing(MessageQuery.of(1)));
            assertEquals(Optional.of("messages of 1 of 1 streams are not kept any more, as their notes say"), streams.missing(MessageQuery.ALL));
            assertEquals(List.of("6 of its messages are not kept any more"), buffer.snapshot().get(0).stream().orElseThrow().notes());
            MessageEntry given = new MessageEntry(1, 0, 100, Direction.IN, "line", false, 1, 1, true, false, false, "", 1);
            assertThrows(IOException.class, () -> streams.read(given));
        }
    }

    @Test
    void messagesLeaveWithTheirExchange() throws IOException {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(2, 1_000, 100));
        StreamModel model = new StreamModel(buffer);
        StreamModel.Noting first = model.begin("http://a.test/x", StreamKind.NDJSON, Optional.empty());
        first.send(Direction.IN, new MessageForm.Line(), new byte[5], HELD, 100, "");
        model.plain();
        model.plain();
        first.send(Direction.IN, new MessageForm.Line(), new byte[5], HELD, 101, "");
        assertEquals(0, buffer.streams().messages(MessageQuery.ALL, Optional.empty(), 10).total());
        assertEquals(0, buffer.streams().list(StreamQuery.ALL, 0, 10).total());
    }

    @Test
    void aStreamThatAskedForAnEventOfAnEarlierOneContinuesIt() throws IOException {
        LiveBuffer buffer = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        StreamModel model = new StreamModel(buffer);
        for (int i = 0; i < 3; i++) {
            StreamModel.Noting events = model.begin(i == 1 ? "http://a.test/other" : "http://a.test/events", StreamKind.SSE, Optional.empty());
            events.send(Direction.IN, new MessageForm.Event("message", "7", OptionalLong.empty()), new byte[5], HELD, 100, "");
            events.end();
        }
        model.begin("http://a.test/events", StreamKind.SSE, Optional.of("7"));
        model.begin("http://a.test/events", StreamKind.SSE, Optional.of("8"));
        assertEquals(OptionalLong.of(3), buffer.streams().find(4).orElseThrow().continues());
        assertEquals(OptionalLong.empty(), buffer.streams().find(5).orElseThrow().continues());
    }

    @Test
    void aCursorOfAnotherQueryIsRefused() {
        Streams streams = new LiveBuffer(LiveBuffer.Limits.DEFAULT).streams();
        for (String cursor : List.of("", "a", "a1.1", "a...", "x0.5.1.1", "d0.5.1.1", "a0.5.1.!", "a5.5.1.1", "a-1.5.1.1", "a0.5.1.1.1", "a0.5.1.zzzzzzzzzzzzzz")) {
            assertThrows(IllegalArgumentException.class, () -> streams.messages(MessageQuery.ALL, Optional.of(cursor), 10), cursor);
        }
    }

    /** Directions, streams and readers at once: nothing is lost, and nothing counted twice. */
    @Test
    void manyThreadsRecordWhileOthersRead() throws Exception {
        LiveBuffer buffer = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        Recording recording = buffer.open(Exchanges.start("/"));
        recording.streamOpened(new StreamOpen(1, StreamKind.WEBSOCKET, "", "", Optional.empty()));
        CountDownLatch done = new CountDownLatch(2);
        for (Direction direction : Direction.values()) {
            Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 2_000; i++) {
                    recording.message(new StreamMessage(i, direction, new MessageForm.Frame(1, true, 0, false), 7, new byte[1], 1, true, false, false,
                            "", ""));
                }
                done.countDown();
            });
        }
        while (done.getCount() > 0) {
            assertTrue(buffer.streams().messages(MessageQuery.ALL, Optional.empty(), 5).total() <= 4_000);
        }
        done.await();
        MessagePage page = buffer.streams().messages(MessageQuery.ALL, Optional.empty(), 5_000);
        assertEquals(4_000, page.items().stream().map(MessageEntry::index).distinct().count());
        StreamSummary summary = buffer.streams().find(1).orElseThrow().summary();
        assertEquals("2000 2000 14000", summary.framesIn() + " " + summary.framesOut() + " " + summary.bytesIn());
    }
}
