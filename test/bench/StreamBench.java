package bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import proxymcp.exchange.Client;
import proxymcp.exchange.Direction;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.exchange.StreamQuery;
import proxymcp.exchange.Streams;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionWriter;

/** A session of 1,000,000 messages, half of them in one stream: recording, and pages of lists and timelines. */
final class StreamBench {
    private static final int MESSAGES = 1_000_000;
    private static final int STREAMS = 100;
    private static final int ROUNDS = 15;
    private static final double PAGE_MILLIS_MAX = 60;

    private interface Asking {
        void ask() throws Exception;
    }

    private StreamBench() {}

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        Path home = scratch.resolve("home-streams");
        try (SessionCatalog catalog = StoreBench.catalog(home)) {
            SessionWriter writer = StoreBench.session(catalog);
            long start = System.nanoTime();
            record(writer);
            catalog.end(writer);
            double rate = MESSAGES / ((System.nanoTime() - start) / 1e9);
            if (writer.status().losses().bytes() > 0) {
                throw new IllegalStateException("messages were lost: " + writer.status());
            }
            results.add(Result.of("messages recorded, 150 octets", ">= 100,000/s", String.format(Locale.ROOT, "%.0f/s", rate), rate >= 100_000));
            Streams streams = catalog.open(writer.id()).streams();
            Optional<String> none = Optional.empty();
            results.add(page("  list of 50 streams of 1,000,000 messages", () -> streams.list(StreamQuery.ALL, 0, 50)));
            results.add(page("  streams with a channel", () -> streams.list(new StreamQuery(Optional.empty(), none, none,
                    Optional.of("prices 7"), Optional.empty(), OptionalLong.empty(), OptionalLong.empty(), StreamQuery.Sort.FRAMES, true), 0, 50)));
            results.add(page("  timeline, newest 50", () -> streams.messages(query(OptionalLong.empty(), none, none, true), none, 50)));
            results.add(page("  timeline of a stream of 500,000", () -> streams.messages(query(OptionalLong.of(1), none, none, false), none, 50)));
            results.add(page("  timeline of a channel", () -> streams.messages(query(OptionalLong.empty(), Optional.of("prices 7"), none, false),
                    none, 50)));
            results.add(page("  text of a payload, first 50", () -> streams.messages(query(OptionalLong.empty(), none, Optional.of("price\":7"), false),
                    none, 50)));
            results.add(page("  one message by its number", () -> streams.payload(streams.message(1, 1_000).orElseThrow()).close()));
        } finally {
            Main.delete(home);
        }
        return results;
    }

    private static MessageQuery query(OptionalLong stream, Optional<String> channel, Optional<String> text, boolean descending) {
        return new MessageQuery(stream, channel, Optional.empty(), Set.of(), OptionalLong.empty(), OptionalLong.empty(), text, false, descending);
    }

    private static Result page(String what, Asking asking) throws Exception {
        double[] millis = new double[ROUNDS];
        asking.ask();
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            asking.ask();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        double median = millis[ROUNDS / 2];
        return Result.of(what, "<= 60 ms", String.format(Locale.ROOT, "%.1f ms", median), median <= PAGE_MILLIS_MAX);
    }

    private static void record(SessionWriter writer) {
        Recording[] recordings = new Recording[STREAMS];
        for (int i = 0; i < STREAMS; i++) {
            recordings[i] = writer.sink().open(new ExchangeStart(new UUID(1, i), 1_000 + i, new Client("127.0.0.1:1", "main", Source.EXPLICIT,
                    Optional.empty(), i), new Endpoint("http", "h" + i % 9 + ".test", 80), RequestHead.of("GET", "/" + i, Fields.EMPTY), Optional.empty()));
            recordings[i].streamOpened(new StreamOpen(1_000 + i, StreamKind.WEBSOCKET, "", "", Optional.empty()));
        }
        byte[] filler = "x".repeat(120).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < MESSAGES; i++) {
            byte[] payload = Arrays.copyOf(("{\"price\":" + i + ",\"more\":\"").getBytes(StandardCharsets.US_ASCII), 150);
            System.arraycopy(filler, 0, payload, 30, filler.length);
            recordings[i % 2 == 0 ? 0 : i / 2 % STREAMS].message(new StreamMessage(2_000 + i / 10, i % 3 == 0 ? Direction.OUT : Direction.IN,
                    new MessageForm.Frame(1, true, 0, false), 156, payload, 150, true, false, false, "prices " + i % 20, ""));
        }
        for (Recording recording : recordings) {
            recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
        }
    }
}
