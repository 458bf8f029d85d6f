package proxymcp.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/** Records streams of every kind, notes what it recorded, and holds the answers of a {@link Streams} against that. */
public final class StreamModel {
    public static final long STARTED = 1_700_000_000_000L;

    private static final List<String> CHANNELS = List.of("", "/chat message", "/chat typing", "prices", "\u00fcber", "prices\u001f/chat typing");

    /**
     * A message as it was recorded.
     *
     * @param order its number among all
     * @param whole its whole payload
     */
    public record Noted(long seq, long index, long order, StreamMessage message, byte[] whole) {}

    /** A stream that is being recorded. */
    public final class Noting {
        private final long seq;
        private final ExchangeStart start;
        private final Recording recording;
        private final StreamOpen open;
        private final List<Noted> messages = new ArrayList<>();
        private Optional<StreamEnd> end = Optional.empty();

        private Noting(long seq, ExchangeStart start, Recording recording, StreamOpen open) {
            this.seq = seq;
            this.start = start;
            this.recording = recording;
            this.open = open;
        }

        /** Records a message whose payload is handed over in parts if it is longer than {@code heldBytes}. */
        public void send(Direction direction, MessageForm form, byte[] whole, int heldBytes, long time, String channel) {
            if (whole.length > heldBytes) {
                int piece = Math.max(1, whole.length / 3);
                for (int at = 0; at < whole.length; at += piece) {
                    recording.messagePart(direction, whole, at, Math.min(piece, whole.length - at));
                    recording.message(note(direction, new MessageForm.Frame(9, true, 0, false), new byte[] {1, 2}, 2, time, "").message());
                }
            }
            recording.message(note(direction, form, whole, heldBytes, time, channel).message());
        }

        private Noted note(Direction direction, MessageForm form, byte[] whole, int heldBytes, long time, String channel) {
            byte[] held = Arrays.copyOf(whole, Math.min(whole.length, heldBytes));
            boolean completes = !(form instanceof MessageForm.Frame frame) || frame.fin();
            StreamMessage message = new StreamMessage(time, direction, form, whole.length + 6L, held, whole.length, completes, !completes,
                    whole.length % 2 == 1, channel, whole.length == 3 ? "a note" : "");
            Noted noted = new Noted(seq, messages.size(), ++order, message, whole);
            messages.add(noted);
            return noted;
        }

        /** Ends the stream, but not its exchange. */
        public void close(StreamEnd streamEnd) {
            end = Optional.of(streamEnd);
            recording.streamClosed(streamEnd);
        }

        /** Ends the exchange. */
        public void end() {
            end(EndedBy.CUT);
        }

        /** Ends the exchange; so does the stream, if it has not ended before. */
        public void end(EndedBy otherwise) {
            recording.end(Exchanges.complete());
            end = end.isPresent() ? end : Optional.of(cut(otherwise));
        }

        private StreamEnd cut(EndedBy endedBy) {
            long time = messages.stream().mapToLong(noted -> noted.message().time()).max().orElse(open.time());
            return new StreamEnd(Math.max(time, open.time()), Optional.empty(), "", endedBy, List.of());
        }

        public long seq() {
            return seq;
        }

        public List<Noted> messages() {
            return messages;
        }

        /** What is expected of it, with its notes. */
        public StreamSummary summary() {
            long[] frames = new long[2];
            long[] bytes = new long[2];
            Map<String, Long> channels = new LinkedHashMap<>();
            for (Noted noted : messages) {
                frames[noted.message().direction().ordinal()]++;
                bytes[noted.message().direction().ordinal()] += noted.message().wireBytes();
                for (String channel : noted.message().channel().split("\u001f")) {
                    channels.merge(channel, 1L, Long::sum);
                }
            }
            channels.remove("");
            return new StreamSummary(open.kind(), open.subprotocol(), open.extensions(), open.lastEventId(), open.time(),
                    end.map(known -> OptionalLong.of(known.time())).orElse(OptionalLong.empty()), end.flatMap(StreamEnd::closeCode),
                    end.map(StreamEnd::closeReason).orElse(""), end.map(StreamEnd::endedBy), frames[1], frames[0], bytes[1], bytes[0], channels,
                    end.map(StreamEnd::notes).orElse(List.of()));
        }
    }

    private final ExchangeSink sink;
    private final List<Noting> streams = new ArrayList<>();
    private long order;
    private long seq;

    public StreamModel(ExchangeSink sink) {
        this.sink = sink;
    }

    public List<Noting> streams() {
        return streams;
    }

    /** An exchange that is no stream. */
    public void plain() {
        sink.open(start("http://plain.test/", ++seq)).end(Exchanges.complete());
    }

    private static ExchangeStart start(String url, long number) {
        int path = url.indexOf('/', 7);
        RequestHead head = RequestHead.of("GET", url.substring(path), Fields.of(List.of(new Fields.Line("Host", url.substring(7, path)))));
        Client client = new Client("127.0.0.1:5000", "main", Source.EXPLICIT, Optional.empty(), 1);
        return new ExchangeStart(new UUID(7, number), STARTED + number, client, new Endpoint("http", url.substring(7, path), 80), head, Optional.empty());
    }

    /** Begins a stream. */
    public Noting begin(String url, StreamKind kind, Optional<String> lastEventId) {
        ExchangeStart start = start(url, ++seq);
        Recording recording = sink.open(start);
        recording.response(ResponseHead.of(kind == StreamKind.WEBSOCKET ? 101 : 200, "", Fields.EMPTY));
        String subprotocol = kind == StreamKind.WEBSOCKET ? "chat.v2" : "";
        StreamOpen open = new StreamOpen(start.startedAtMillis() + 5, kind, subprotocol, subprotocol.isEmpty() ? "" : "permessage-deflate", lastEventId);
        recording.streamOpened(open);
        Noting noting = new Noting(seq, start, recording, open);
        streams.add(noting);
        return noting;
    }

    /** Some streams with messages that come in turn. */
    public void everyKind(Random random, int messagesEach, int heldBytes, int longBytes) {
        List<Noting> running = new ArrayList<>();
        running.add(begin("http://a.test/socket?x=1", StreamKind.WEBSOCKET, Optional.empty()));
        plain();
        running.add(begin("http://b.test/events", StreamKind.SSE, Optional.empty()));
        running.add(begin("http://a.test/lines", StreamKind.NDJSON, Optional.empty()));
        running.add(begin("http://c.test/other", StreamKind.TUNNEL, Optional.empty()));
        running.add(begin("http://B.test/Socket", StreamKind.WEBSOCKET, Optional.empty()));
        long time = STARTED + 100;
        for (int i = 0; i < messagesEach; i++) {
            for (Noting noting : running) {
                if (noting.open.kind() != StreamKind.TUNNEL) {
                    time += random.nextInt(4) - 1;
                    message(random, noting, i, time, heldBytes, i == 2 ? longBytes : random.nextInt(40));
                }
            }
        }
        running.get(0).close(new StreamEnd(time + 1, Optional.of(1001), "going away", EndedBy.SERVER, List.of("a fault was seen")));
        running.get(1).close(new StreamEnd(time + 2, Optional.empty(), "", EndedBy.CLIENT, List.of()));
        for (Noting noting : running.subList(0, 4)) {
            noting.end(); // Those that were not closed are cut.
        }
    }

    private static void message(Random random, Noting noting, int number, long time, int heldBytes, int bytes) {
        byte[] payload = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            payload[i] = (byte) ("abcdefgh Needle".charAt((number + i) % 15));
        }
        String channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
        switch (noting.open.kind()) {
            case WEBSOCKET -> {
                int[] opcodes = {1, 2, 0, 8, 9, 10};
                MessageForm.Frame frame = new MessageForm.Frame(opcodes[random.nextInt(6)], random.nextBoolean(), random.nextInt(8), random.nextBoolean());
                noting.send(random.nextBoolean() ? Direction.IN : Direction.OUT, frame, payload, heldBytes, time, channel);
            }
            case SSE -> noting.send(Direction.IN, new MessageForm.Event(number % 3 == 0 ? "tick" : "message", number % 2 == 0 ? "id-" + number : "",
                    number % 5 == 0 ? OptionalLong.of(3_000) : OptionalLong.empty()), payload, heldBytes, time, channel);
            case NDJSON -> noting.send(Direction.IN, new MessageForm.Line(), payload, heldBytes, time, channel);
            case TUNNEL -> throw new IllegalStateException("a tunnel has no messages");
        }
    }

    /** Holds everything that is read of {@code streams} against what was recorded. */
    public void check(Streams read, boolean payloadsAreWhole) throws IOException {
        List<Noted> all = new ArrayList<>();
        for (Noting noting : streams) {
            StreamEntry entry = read.find(noting.seq()).orElseThrow();
            assertEquals(noting.summary().withNotes(List.of()), entry.summary().withNotes(List.of()));
            assertEquals(new ArrayList<>(noting.summary().channels().keySet()), new ArrayList<>(entry.summary().channels().keySet()));
            assertEquals(noting.start.url() + " " + noting.start.id(), entry.url() + " " + entry.exchangeId());
            all.addAll(noting.messages());
            for (Noted noted : noting.messages()) {
                checkMessage(read, read.message(noting.seq(), noted.index()).orElseThrow(), noted, payloadsAreWhole);
            }
            assertTrue(read.message(noting.seq(), noting.messages().size()).isEmpty());
        }
        assertEquals(streams.size(), read.list(StreamQuery.ALL, 0, 100).total());
        assertEquals(all.size(), read.messages(MessageQuery.ALL, Optional.empty(), 1).total());
    }

    /** Holds one message, its row, record and payload, against what was recorded. */
    public static void checkMessage(Streams read, MessageEntry entry, Noted noted, boolean payloadIsWhole) throws IOException {
        StreamMessage message = noted.message();
        assertEquals(new MessageEntry(noted.seq(), noted.index(), message.time(), message.direction(), message.form().type(), message.isControl(),
                message.wireBytes(), message.payloadBytes(), message.completes(), message.fragmented(), message.compressed(), message.channel(),
                entry.place()), entry);
        StreamMessage found = read.read(entry);
        assertEquals(message.form() + " " + message.note() + " " + message.payloadBytes(), found.form() + " " + found.note() + " " + found.payloadBytes());
        int length = found.payload().length;
        assertTrue(length == message.payload().length || length >= 16, "a record has " + length + " octets");
        assertArrayEquals(Arrays.copyOf(noted.whole(), length), found.payload());
        try (InputStream in = read.payload(entry)) {
            byte[] payload = in.readAllBytes();
            assertArrayEquals(Arrays.copyOf(noted.whole(), payload.length), payload);
            assertEquals(payloadIsWhole ? noted.whole().length : payload.length, payload.length);
        }
    }

    /** Asks some random queries, page by page. */
    public void ask(Streams read, Random random, int questions) throws IOException {
        for (int i = 0; i < questions; i++) {
            MessageQuery query = new MessageQuery(maybe(random) ? OptionalLong.of(random.nextInt(8)) : OptionalLong.empty(),
                    maybe(random) ? Optional.of(CHANNELS.get(1 + random.nextInt(3)).toUpperCase(java.util.Locale.ROOT)) : Optional.empty(),
                    maybe(random) ? Optional.of(Direction.values()[random.nextInt(2)]) : Optional.empty(),
                    maybe(random) ? Set.of("text", "TICK", "line", "ping") : Set.of(),
                    maybe(random) ? OptionalLong.of(STARTED + 100 + random.nextInt(60)) : OptionalLong.empty(),
                    maybe(random) ? OptionalLong.of(STARTED + 100 + random.nextInt(200)) : OptionalLong.empty(),
                    maybe(random) ? Optional.of("NEEDLE") : Optional.empty(), random.nextBoolean(), random.nextBoolean());
            ask(read, query, 1 + random.nextInt(20));
        }
    }

    private static boolean maybe(Random random) {
        return random.nextInt(3) == 0;
    }

    private void ask(Streams read, MessageQuery query, int limit) throws IOException {
        Comparator<Noted> byTime = Comparator.<Noted>comparingLong(noted -> noted.message().time()).thenComparingLong(Noted::order);
        List<String> expected = streams.stream().flatMap(noting -> noting.messages().stream()).filter(noted -> matches(query, noted))
                .sorted(query.descending() ? byTime.reversed() : byTime).map(noted -> noted.seq() + "/" + noted.index()).toList();
        List<String> found = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            MessagePage page = read.messages(query, cursor, limit);
            if (query.text().isEmpty()) {
                assertEquals(expected.size() + " true", page.total() + " " + page.complete(), query.toString());
            }
            page.items().forEach(entry -> found.add(entry.seq() + "/" + entry.index()));
            cursor = page.nextCursor();
            assertTrue(found.size() <= expected.size(), query + " found " + found + ", expected " + expected);
        } while (cursor.isPresent());
        assertEquals(expected, found, query.toString());
    }

    /** Waits until what was recorded can be read. */
    public interface Settling {
        void await() throws IOException;
    }

    /**
     * Records messages while they are read page by page: some with times that a page has passed.
     *
     * @param ofOne whether the pages are of one of the two streams
     */
    public void pagesOfWhatGrows(Streams read, boolean ofOne, Settling settling) throws IOException {
        Noting one = begin("http://a.test/one", StreamKind.NDJSON, Optional.empty());
        Noting other = ofOne ? one : begin("http://a.test/other", StreamKind.NDJSON, Optional.empty());
        for (Optional<String> text : List.of(Optional.<String>empty(), Optional.of("Needle"))) {
            MessageQuery query = new MessageQuery(ofOne ? OptionalLong.of(one.seq()) : OptionalLong.empty(), Optional.empty(), Optional.empty(), Set.of(),
                    OptionalLong.empty(), OptionalLong.empty(), text, true, false);
            int before = one.messages().size() + (ofOne ? 0 : other.messages().size());
            for (int i = 0; i < 4; i++) {
                line(one, 100 + i);
            }
            settling.await();
            MessagePage page = read.messages(query, Optional.empty(), before + 2);
            List<String> found = new ArrayList<>(ids(page));
            line(other, 99); // Before what was shown, between, and behind.
            line(other, 102);
            line(one, 200);
            settling.await();
            page = read.messages(query, page.nextCursor(), 1);
            found.addAll(ids(page));
            line(other, 98);
            settling.await();
            for (int pages = 0; page.nextCursor().isPresent(); pages++) {
                page = read.messages(query, page.nextCursor(), 2);
                found.addAll(ids(page));
                assertTrue(pages < 10, found.toString());
            }
            List<String> expected = new ArrayList<>();
            for (Noting noting : ofOne ? List.of(one) : List.of(one, other)) {
                noting.messages().forEach(noted -> expected.add(noted.seq() + "/" + noted.index()));
            }
            assertEquals(expected.stream().sorted().toList(), found.stream().sorted().toList());
        }
    }

    private static void line(Noting noting, long time) {
        noting.send(Direction.IN, new MessageForm.Line(), "a Needle".getBytes(StandardCharsets.US_ASCII), 100, STARTED + time, "");
    }

    private static List<String> ids(MessagePage page) {
        return page.items().stream().map(entry -> entry.seq() + "/" + entry.index()).toList();
    }

    private static boolean matches(MessageQuery query, Noted noted) {
        StreamMessage message = noted.message();
        return (query.stream().isEmpty() || query.stream().getAsLong() == noted.seq())
                && (query.channel().isEmpty() || List.of(message.channel().toLowerCase(java.util.Locale.ROOT).split("\u001f"))
                        .contains(query.channel().get().toLowerCase(java.util.Locale.ROOT)))
                && (query.direction().isEmpty() || query.direction().get() == message.direction())
                && (query.types().isEmpty() || query.types().stream().anyMatch(message.form().type()::equalsIgnoreCase))
                && (query.fromMillis().isEmpty() || message.time() >= query.fromMillis().getAsLong())
                && (query.toMillis().isEmpty() || message.time() <= query.toMillis().getAsLong())
                && (query.text().isEmpty() || new String(noted.whole(), StandardCharsets.US_ASCII).contains("Needle"))
                && (query.control() || !message.isControl());
    }

    /** Asks for lists of streams. */
    public void askForStreams(Streams read) throws IOException {
        assertEquals("[1, 3, 4, 5, 6]", list(read, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false));
        assertEquals("[6, 1]", list(read, Optional.of(StreamKind.WEBSOCKET), Optional.empty(), Optional.empty(), Optional.empty(), true));
        assertEquals("[3, 6]", list(read, Optional.empty(), Optional.of("b.TE"), Optional.empty(), Optional.empty(), false));
        assertEquals("[1, 6]", list(read, Optional.empty(), Optional.empty(), Optional.of("/socKET"), Optional.empty(), false));
        assertEquals("[6]", list(read, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(true), false));
        assertEquals("[1, 3, 4, 5]", list(read, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(false), false));
        for (String channel : CHANNELS.subList(1, 4)) {
            StreamQuery query = new StreamQuery(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(channel), Optional.empty(),
                    OptionalLong.empty(), OptionalLong.empty(), StreamQuery.Sort.FRAMES, true);
            List<Long> expected = streams.stream().filter(noting -> noting.summary().channels().containsKey(channel))
                    .sorted(Comparator.<Noting>comparingLong(noting -> noting.messages().size()).thenComparingLong(Noting::seq).reversed())
                    .map(Noting::seq).toList();
            assertEquals(expected, read.list(query, 0, 10).items().stream().map(StreamEntry::seq).toList());
        }
        StreamPage page = read.list(StreamQuery.ALL, 1, 2);
        assertEquals("5 [3, 4]", page.total() + " " + page.items().stream().map(StreamEntry::seq).toList());
    }

    private static String list(Streams read, Optional<StreamKind> kind, Optional<String> host, Optional<String> path, Optional<Boolean> open,
            boolean descending) throws IOException {
        StreamQuery query = new StreamQuery(kind, host, path, Optional.empty(), open, OptionalLong.empty(), OptionalLong.empty(),
                StreamQuery.Sort.OPENED, descending);
        return read.list(query, 0, 10).items().stream().map(StreamEntry::seq).toList().toString();
    }
}
