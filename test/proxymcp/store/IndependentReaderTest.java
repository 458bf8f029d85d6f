package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamModel;
import proxymcp.exchange.StreamSummary;
import proxymcp.store.independent.IndependentReader;
import proxymcp.store.independent.IndependentStreams;

/** A reader written from FORMAT.md alone reads what was recorded, and agrees with the store. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class IndependentReaderTest {
    @TempDir
    Path root;

    @Test
    void aReaderWrittenFromTheFormatPageReadsWhatWasRecorded() throws Exception {
        recordAndCompare(TestStore.SMALL, 150);
    }

    @Test
    void exchangesThatSpanSegmentsAreRead() throws Exception {
        recordAndCompare(TestStore.limits(2_600), 5_000);
        assertTrue(SegmentFiles.list(root.resolve(TestStore.only(root).text())).size() >= 3, "several segments");
    }

    @Test
    void bodiesOfTheDefaultLimitsAreRead() throws Exception {
        recordAndCompare(StoreLimits.DEFAULT, 300_000);
    }

    @Test
    void whatRecoveryAddedIsRead() throws Exception {
        SessionId id;
        try (SessionCatalog catalog = TestStore.catalog(root, TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            traffic.everyKind(300);
            id = writer.id();
            catalog.end(writer);
            Crash.cutAt(SegmentFiles.file(root.resolve(id.text()), 1), 1_500);
        }
        try (SessionCatalog catalog = TestStore.catalog(root, TestStore.SMALL)) {
            catalog.recover(id);
            assertEquals(IndependentReader.read(root.resolve(id.text())), stored(catalog, id));
        }
    }

    @Test
    void streamsAreReadByTheFormatPageAlone() throws Exception {
        try (SessionCatalog catalog = TestStore.catalog(root, TestStore.limits(100_000))) {
            SessionWriter writer = TestStore.begin(catalog);
            StreamModel model = new StreamModel(writer.sink());
            model.everyKind(new Random(7), 12, 64 << 10, 150_000);
            catalog.end(writer);
            List<String> found = IndependentStreams.read(root.resolve(writer.id().text()));
            List<String> expected = new ArrayList<>();
            for (StreamModel.Noting noting : model.streams()) {
                StreamSummary summary = noting.summary();
                expected.add(noting.seq() + " opened " + summary.openedAt() + " " + summary.kind().id() + " <" + summary.subprotocol() + "> <"
                        + summary.extensions() + "> " + summary.lastEventId().orElse("-"));
                noting.messages().forEach(noted -> expected.add(line(noted)));
                if (summary.endedBy().filter(side -> side != EndedBy.CUT).isPresent()) {
                    expected.add(noting.seq() + " ended " + summary.closedAt().getAsLong() + " "
                            + summary.closeCode().map(code -> Integer.toString(code)).orElse("-") + " <" + summary.closeReason() + "> "
                            + summary.endedBy().get().id() + " " + summary.notes() + " " + noting.messages().size());
                }
            }
            expected.sort(null);
            assertEquals(expected, found.stream().sorted().toList());
        }
    }

    private static String line(StreamModel.Noted noted) {
        StreamMessage message = noted.message();
        String form = switch (message.form()) {
            case MessageForm.Frame frame -> "frame " + frame.opcode() + " " + frame.fin() + " " + frame.rsv() + " " + frame.masked();
            case MessageForm.Event event -> "event <" + event.type() + "> <" + event.id() + "> "
                    + (event.retryMillis().isPresent() ? Long.toString(event.retryMillis().getAsLong()) : "-");
            case MessageForm.Line line -> "line";
        };
        int flags = (message.completes() ? 1 : 0) + (message.fragmented() ? 2 : 0) + (message.compressed() ? 4 : 0);
        return noted.seq() + "/" + noted.index() + " " + message.time() + " " + message.direction().id() + " " + form + " " + message.wireBytes() + " "
                + message.payloadBytes() + " " + flags + " <" + message.channel() + "> <" + message.note() + "> "
                + HexFormat.of().formatHex(noted.whole());
    }

    private void recordAndCompare(StoreLimits limits, int longBytes) throws Exception {
        try (SessionCatalog catalog = TestStore.catalog(root, limits)) {
            SessionWriter writer = TestStore.begin(catalog);
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            traffic.everyKind(longBytes);
            traffic.changedByRule();
            catalog.end(writer);
            SortedMap<Long, String> recorded = new TreeMap<>();
            for (SampleTraffic.Noted noted : traffic.noted()) {
                recorded.put(recorded.size() + 1L, noted.text());
            }
            assertEquals(recorded, IndependentReader.read(root.resolve(writer.id().text())));
            assertEquals(recorded, stored(catalog, writer.id()));
        }
    }

    private static SortedMap<Long, String> stored(SessionCatalog catalog, SessionId id) throws Exception {
        return catalog.read(id, session -> {
            SortedMap<Long, String> texts = new TreeMap<>();
            for (long seq = 1; seq <= session.lastSeq(); seq++) {
                if (session.find(seq).isPresent()) {
                    texts.put(seq, ExchangeText.of(session.exchange(seq).orElseThrow()));
                }
            }
            return texts;
        });
    }
}
