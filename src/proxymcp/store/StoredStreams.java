package proxymcp.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import proxymcp.exchange.Channels;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.MessagePage;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamEntry;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.exchange.StreamPage;
import proxymcp.exchange.StreamQuery;
import proxymcp.exchange.StreamSummary;
import proxymcp.exchange.StreamTally;
import proxymcp.exchange.Streams;

/** The streams of a session: lists come from the index, messages and payloads from the log. */
final class StoredStreams implements Streams {
    /** Earlier streams of the same URL that are looked through for an event. */
    private static final int CONTINUED_MAX = 64;

    private final Session session;
    private final IndexFiles index;
    private final Optional<BlockCheck> check;
    private final Supplier<LogReader> readers;
    private final StreamNotes notes;

    StoredStreams(Session session, IndexFiles index, Optional<BlockCheck> check, Supplier<LogReader> readers) {
        this.session = session;
        this.index = index;
        this.check = check;
        this.readers = readers;
        this.notes = new StreamNotes(this, session, readers);
    }

    /** A row of index.streams. */
    record Row(ByteBuffer extent, int at) {
        int integer(int column) {
            return extent.getInt(at + column);
        }

        long number(int column) {
            return extent.getLong(at + column);
        }

        int state() {
            return RowLayout.state(extent, at);
        }

        boolean isOpen() {
            return (state() & StreamRowLayout.PHASE_MASK) == StreamRowLayout.OPEN;
        }

        StreamKind kind() {
            return StreamRowLayout.kind(state());
        }
    }

    Row stream(long number) throws IOException {
        if (check.isPresent()) {
            check.get().stream(number);
        }
        return new Row(index.streams().extent(number), index.streams().at(number));
    }

    /** The row of a message. */
    Row message(long number) throws IOException {
        if (check.isPresent()) {
            check.get().message(number);
        }
        return new Row(index.messages().extent(number), index.messages().at(number));
    }

    IndexFiles index() {
        return index;
    }

    /** Number of the row of the stream of exchange {@code seq}; 0 if it is none. */
    long streamOf(long seq) throws IOException {
        return session.find(seq).isEmpty() ? 0 : session.checked(seq).getInt(session.rowAt(seq) + RowLayout.STREAM);
    }

    void checkTexts() throws IOException {
        if (check.isPresent()) {
            check.get().texts();
        }
    }

    String name(int entry) throws IOException {
        return index.names().text(entry & 0xFFFF_FFFFL);
    }

    @Override
    public StreamPage list(StreamQuery query, long offset, int limit) throws IOException {
        checkTexts();
        long count = index.streamCount();
        Optional<boolean[]> withChannel = query.channel().isPresent() ? Optional.of(withChannel(query.channel().get(), count)) : Optional.empty();
        List<Long> found = new ArrayList<>();
        for (long number = 1; number <= count; number++) {
            if ((withChannel.isEmpty() || withChannel.get()[(int) number]) && matches(query, stream(number))) {
                found.add(number);
            }
        }
        Map<Long, Long> keys = new HashMap<>();
        for (long number : found) {
            keys.put(number, key(query.sort(), stream(number)));
        }
        Comparator<Long> order = Comparator.<Long>comparingLong(keys::get).thenComparingLong(number -> number);
        found.sort(query.descending() ? order.reversed() : order);
        List<Long> page = found.subList((int) Math.min(offset, found.size()), (int) Math.min(offset + limit, found.size()));
        List<StreamEntry> items = new ArrayList<>();
        for (long number : page) {
            items.add(entry(number));
        }
        return new StreamPage(found.size(), items);
    }

    private static long key(StreamQuery.Sort sort, Row row) {
        return switch (sort) {
            case OPENED -> row.number(StreamRowLayout.OPENED);
            case FRAMES -> row.number(StreamRowLayout.FRAMES_IN) + row.number(StreamRowLayout.FRAMES_OUT);
            case BYTES -> row.number(StreamRowLayout.BYTES_IN) + row.number(StreamRowLayout.BYTES_OUT);
        };
    }

    private boolean matches(StreamQuery query, Row row) throws IOException {
        long opened = row.number(StreamRowLayout.OPENED);
        if (query.kind().isPresent() && query.kind().get() != row.kind() || query.open().isPresent() && query.open().get() != row.isOpen()
                || opened < query.fromMillis().orElse(Long.MIN_VALUE) || opened > query.toMillis().orElse(Long.MAX_VALUE)) {
            return false;
        }
        if (query.hostContains().isEmpty() && query.pathContains().isEmpty()) {
            return true;
        }
        long seq = row.number(StreamRowLayout.SEQ);
        return contains(UrlText.host(origin(seq)), query.hostContains()) && contains(path(seq), query.pathContains());
    }

    private static boolean contains(String text, Optional<String> part) {
        return part.isEmpty() || text.toLowerCase(Locale.ROOT).contains(part.get().toLowerCase(Locale.ROOT));
    }

    private String origin(long seq) throws IOException {
        return name(session.checked(seq).getInt(session.rowAt(seq) + RowLayout.ORIGIN));
    }

    private String path(long seq) throws IOException {
        return index.paths().text(session.checked(seq).getLong(session.rowAt(seq) + RowLayout.PATH));
    }

    /** Whether the log has a record of a stream's end. */
    boolean hasEnd(long seq) throws IOException {
        long number = streamOf(seq);
        return number != 0 && stream(number).number(StreamRowLayout.END) != Position.NONE;
    }

    /** Numbers of the rows of a stream's messages, in their order. */
    long[] messagesOf(long seq) throws IOException {
        long stream = streamOf(seq);
        if (stream == 0) {
            return new long[0];
        }
        Row row = stream(stream);
        long[] numbers = new long[(int) (row.number(StreamRowLayout.FRAMES_IN) + row.number(StreamRowLayout.FRAMES_OUT))];
        int left = numbers.length;
        for (long at = row.number(StreamRowLayout.LAST_MESSAGE); at > 0 && left > 0; at = before(message(at), at)) {
            numbers[--left] = at;
        }
        return Arrays.copyOfRange(numbers, left, numbers.length);
    }

    /** Which streams have a message of this channel, by number. */
    private boolean[] withChannel(String channel, long streams) throws IOException {
        boolean[] with = new boolean[(int) streams + 1];
        NameMatch names = new NameMatch(index, name -> Channels.match(name, channel));
        long messages = index.messageCount();
        for (long number = 1; number <= messages; number++) {
            Row row = message(number);
            int stream = row.integer(MessageRowLayout.STREAM);
            if (stream < with.length && !with[stream]) {
                with[stream] = names.matches(row.integer(MessageRowLayout.CHANNEL));
            }
        }
        return with;
    }

    /** A channel of one stream, whose messages are counted from the last to the first. */
    private static final class Channel {
        private final int name;
        private long messages;
        private long first;

        Channel(int name) {
            this.name = name;
        }

        void count(long message) {
            messages++;
            first = message;
        }
    }

    private StreamTally tally(long number) throws IOException {
        Row row = stream(number);
        List<Channel> channels = new ArrayList<>();
        EntryMemo places = new EntryMemo();
        for (long at = row.number(StreamRowLayout.LAST_MESSAGE); at > 0; ) {
            Row message = message(at);
            int name = message.integer(MessageRowLayout.CHANNEL);
            if (name != 0) {
                int place = places.find(name);
                if (place == EntryMemo.UNKNOWN) {
                    channels.add(new Channel(name));
                    place = channels.size();
                    places.put(name, place);
                }
                channels.get(place - 1).count(at);
            }
            at = before(message, at);
        }
        channels.sort(Comparator.comparingLong(channel -> channel.first));
        StreamTally tally = new StreamTally(open(row));
        tally.count(Direction.IN, row.number(StreamRowLayout.FRAMES_IN), row.number(StreamRowLayout.BYTES_IN));
        tally.count(Direction.OUT, row.number(StreamRowLayout.FRAMES_OUT), row.number(StreamRowLayout.BYTES_OUT));
        for (Channel channel : channels) {
            tally.countChannels(name(channel.name), channel.messages);
        }
        return tally;
    }

    /** The row of the stream's message before; it is a lower one, or the index is damaged. */
    static long before(Row message, long number) throws IOException {
        long before = message.number(MessageRowLayout.PREVIOUS);
        if (before >= number || before < 0) {
            throw new BlockCheck.IndexDamagedException("row " + number + " of messages of the index refers to row " + before);
        }
        return before;
    }

    private StreamOpen open(Row row) throws IOException {
        String lastEventId = name(row.integer(StreamRowLayout.LAST_EVENT_ID));
        return new StreamOpen(row.number(StreamRowLayout.OPENED), row.kind(), name(row.integer(StreamRowLayout.SUBPROTOCOL)),
                name(row.integer(StreamRowLayout.EXTENSIONS)), lastEventId.isEmpty() ? Optional.empty() : Optional.of(lastEventId));
    }

    /** An exchange with its stream, whose end is read from the log for its notes; what is missing of it is named. */
    StoredExchange in(StoredExchange stored, LogReader log) throws IOException {
        checkTexts();
        long number = streamOf(stored.entry().seq());
        Row row = stream(number);
        // Before the messages are counted: of a stream that is being recorded there may be more by then, and none is missing.
        long passed = row.number(StreamRowLayout.PASSED);
        StreamSummary summary = summary(row, tally(number));
        List<String> damage = new ArrayList<>(stored.damage());
        if (row.number(StreamRowLayout.STREAM) == Position.NONE) {
            damage.add(ExchangePart.STREAM.damaged("the record of its beginning is damaged"));
        }
        long endAt = row.number(StreamRowLayout.END);
        if (endAt != Position.NONE) {
            try {
                summary = summary.withNotes(StreamNotes.ofEnd(endAt, log));
            } catch (CorruptSegmentException | PayloadReader.MalformedPayloadException e) {
                damage.add(ExchangePart.STREAM.damaged(e.getMessage()));
            }
        }
        Optional<String> lost = StreamNotes.missing(row, passed, stored.entry().shed());
        if (lost.isPresent() && stored.entry().shed()) {
            summary = summary.withNotes(StreamNotes.and(summary.notes(), lost));
        }
        long missing = passed - summary.framesIn() - summary.framesOut();
        if (missing > 0 && !stored.entry().shed()) {
            damage.add(ExchangePart.MESSAGES.damaged(missing + " of " + passed + " are missing"));
        }
        return new StoredExchange(stored.entry(), stored.exchange().withStream(Optional.of(summary)), stored.requestBody(), stored.responseBody(),
                damage);
    }

    @Override
    public StreamEntry withNotes(StreamEntry entry) throws IOException {
        return notes.with(entry);
    }

    @Override
    public Optional<String> missing(MessageQuery query) throws IOException {
        return notes.missing(query);
    }

    private StreamSummary summary(Row row, StreamTally tally) throws IOException {
        int endedBy = row.state() >>> StreamRowLayout.ENDED_BY_SHIFT & StreamRowLayout.ENDED_BY_MASK;
        if (row.isOpen() || endedBy == 0 || endedBy > EndedBy.values().length) {
            return tally.summary(Optional.empty());
        }
        int code = row.integer(StreamRowLayout.CLOSE_CODE);
        return tally.summary(Optional.of(new StreamEnd(row.number(StreamRowLayout.CLOSED),
                code == 0 ? Optional.empty() : Optional.of(code), name(row.integer(StreamRowLayout.CLOSE_REASON)),
                EndedBy.values()[endedBy - 1], List.of())));
    }

    private StreamEntry entry(long number) throws IOException {
        Row row = stream(number);
        Optional<String> missing = notes.missing(number);
        long seq = row.number(StreamRowLayout.SEQ);
        IndexEntry exchange = session.find(seq).orElseThrow(() -> new IOException("stream " + number + " has no exchange " + seq));
        StreamSummary summary = summary(row, tally(number));
        return new StreamEntry(seq, exchange.id(), exchange.url(), exchange.host(), path(seq), summary.withNotes(StreamNotes.and(summary.notes(), missing)),
                continues(number), exchange.shed(), missing);
    }

    /** The newest earlier stream of the same URL that has the event whose id was asked for. */
    private OptionalLong continues(long number) throws IOException {
        Row row = stream(number);
        String id = name(row.integer(StreamRowLayout.LAST_EVENT_ID));
        if (id.isEmpty()) {
            return OptionalLong.empty();
        }
        long seq = row.number(StreamRowLayout.SEQ);
        String origin = origin(seq);
        String path = path(seq);
        int left = CONTINUED_MAX;
        for (long earlier = number - 1; earlier > 0 && left > 0; earlier--) {
            long other = stream(earlier).number(StreamRowLayout.SEQ);
            if (stream(earlier).kind() == row.kind() && origin(other).equals(origin) && path(other).equals(path)) {
                left--;
                if (hasEvent(earlier, id)) {
                    return OptionalLong.of(other);
                }
            }
        }
        return OptionalLong.empty();
    }

    private boolean hasEvent(long number, String id) throws IOException {
        int hash = StreamIndexWriter.idHash(id);
        for (long at = stream(number).number(StreamRowLayout.LAST_MESSAGE); at > 0; at = before(message(at), at)) {
            if (message(at).integer(MessageRowLayout.ID_HASH) == hash && read(at).message().form() instanceof MessageForm.Event event
                    && event.id().equals(id)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Optional<StreamEntry> find(long seq) throws IOException {
        checkTexts();
        long number = streamOf(seq);
        return number == 0 ? Optional.empty() : Optional.of(entry(number));
    }

    @Override
    public MessagePage messages(MessageQuery query, Optional<String> cursor, int limit) throws IOException {
        checkTexts();
        try (LogReader log = readers.get()) {
            return new MessageTimeline(this, log, readers, query, cursor, limit).page();
        }
    }

    @Override
    public Optional<MessageEntry> message(long seq, long wanted) throws IOException {
        checkTexts();
        long number = streamOf(seq);
        for (long at = number == 0 ? 0 : stream(number).number(StreamRowLayout.LAST_MESSAGE); at > 0; ) {
            Row row = message(at);
            long found = row.number(MessageRowLayout.INDEX);
            if (found == wanted) {
                return Optional.of(entry(row, at));
            }
            if (found < wanted) {
                return Optional.empty();
            }
            at = before(row, at);
        }
        return Optional.empty();
    }

    /** What the index knows of a message. */
    MessageEntry entry(Row row, long number) throws IOException {
        int state = row.state();
        int opcode = state >>> MessageRowLayout.OPCODE_SHIFT & MessageRowLayout.OPCODE_MASK;
        int form = state >>> MessageRowLayout.FORM_SHIFT & MessageRowLayout.FORM_MASK;
        String type = switch (form) {
            case MessageRowLayout.FRAME -> MessageForm.Frame.type(opcode);
            case MessageRowLayout.EVENT -> name(row.integer(MessageRowLayout.TYPE));
            default -> new MessageForm.Line().type();
        };
        return new MessageEntry(stream(row.integer(MessageRowLayout.STREAM)).number(StreamRowLayout.SEQ), row.number(MessageRowLayout.INDEX),
                row.number(MessageRowLayout.TIME), (state & MessageRowLayout.FROM_SERVER) != 0 ? Direction.IN : Direction.OUT, type,
                form == MessageRowLayout.FRAME && opcode >= MessageForm.Frame.CLOSE, row.number(MessageRowLayout.WIRE_BYTES),
                row.number(MessageRowLayout.PAYLOAD_BYTES), (state & MessageRowLayout.COMPLETES) != 0, (state & MessageRowLayout.FRAGMENTED) != 0,
                (state & MessageRowLayout.COMPRESSED) != 0, name(row.integer(MessageRowLayout.CHANNEL)), number);
    }

    @Override
    public StreamMessage read(MessageEntry entry) throws IOException {
        return read(entry.place()).message();
    }

    private StreamCodec.MessageFacts read(long number) throws IOException {
        try (LogReader log = readers.get()) {
            return read(log, message(number).number(MessageRowLayout.POSITION));
        }
    }

    /** Reads the MESSAGE record at {@code position}. */
    static StreamCodec.MessageFacts read(LogReader log, long position) throws IOException {
        try {
            return StreamCodec.message(log.at(position, RecordType.MESSAGE).payload());
        } catch (PayloadReader.MalformedPayloadException e) {
            throw log.malformed(position, e);
        }
    }

    @Override
    public InputStream payload(MessageEntry entry) throws IOException {
        return payload(entry.seq(), read(entry.place()), readers);
    }

    /** The payload of a message as far as it is kept. */
    static InputStream payload(long seq, StreamCodec.MessageFacts facts, Supplier<LogReader> readers) throws IOException {
        if (facts.lastPart() == Position.NONE) {
            return new ByteArrayInputStream(facts.message().payload());
        }
        RecordType type = facts.message().direction() == Direction.OUT ? RecordType.PART_OUT : RecordType.PART_IN;
        return LogBody.parts(readers, new LogBody.Message(seq, facts.firstPart(), type), facts.lastPart()).open();
    }
}
