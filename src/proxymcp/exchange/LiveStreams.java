package proxymcp.exchange;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The streams of the live buffer. Payloads are kept up to {@link StreamMessage#PAYLOAD_BYTES_MAX} octets each. */
final class LiveStreams implements Streams {
    private final LiveBuffer buffer;
    private final LiveMessages messages;

    LiveStreams(LiveBuffer buffer, LiveMessages messages) {
        this.buffer = buffer;
        this.messages = messages;
    }

    @Override
    public StreamPage list(StreamQuery query, long offset, int limit) {
        List<LiveMessages.Kept> kept = messages.list();
        List<StreamEntry> found = new ArrayList<>();
        for (LiveExchange exchange : buffer.streaming()) {
            StreamEntry entry = entry(exchange, kept);
            if (matches(query, entry)) {
                found.add(entry);
            }
        }
        Comparator<StreamEntry> order = Comparator.<StreamEntry>comparingLong(entry -> key(query.sort(), entry.summary()))
                .thenComparingLong(StreamEntry::seq);
        found.sort(query.descending() ? order.reversed() : order);
        return new StreamPage(found.size(),
                found.subList((int) Math.min(offset, found.size()), (int) Math.min(offset + limit, found.size())));
    }

    private static long key(StreamQuery.Sort sort, StreamSummary summary) {
        return switch (sort) {
            case OPENED -> summary.openedAt();
            case FRAMES -> summary.framesIn() + summary.framesOut();
            case BYTES -> summary.bytesIn() + summary.bytesOut();
        };
    }

    private static boolean matches(StreamQuery query, StreamEntry entry) {
        StreamSummary summary = entry.summary();
        return (query.kind().isEmpty() || query.kind().get() == summary.kind())
                && (query.open().isEmpty() || query.open().get() == summary.closedAt().isEmpty())
                && summary.openedAt() >= query.fromMillis().orElse(Long.MIN_VALUE) && summary.openedAt() <= query.toMillis().orElse(Long.MAX_VALUE)
                && contains(entry.host(), query.hostContains()) && contains(entry.path(), query.pathContains())
                && (query.channel().isEmpty() || summary.channels().keySet().stream().anyMatch(
                        channel -> Channels.match(channel, query.channel().get())));
    }

    private static boolean contains(String text, Optional<String> part) {
        return part.isEmpty() || text.toLowerCase(Locale.ROOT).contains(part.get().toLowerCase(Locale.ROOT));
    }

    private StreamEntry entry(LiveExchange exchange, List<LiveMessages.Kept> kept) {
        Optional<String> missing = exchange.stream().orElseThrow().missing();
        StreamSummary summary = exchange.summary().orElseThrow();
        ExchangeStart start = exchange.start();
        return new StreamEntry(exchange.seq(), start.id(), start.url(), start.endpoint().host(), start.path(), summary,
                continues(exchange, summary, kept), missing.isPresent(), missing);
    }

    private static OptionalLong continues(LiveExchange exchange, StreamSummary summary, List<LiveMessages.Kept> kept) {
        String id = summary.lastEventId().orElse("");
        String url = exchange.start().url();
        for (LiveMessages.Kept message : id.isEmpty() ? List.<LiveMessages.Kept>of() : kept.reversed()) {
            if (message.message().form() instanceof MessageForm.Event event && event.id().equals(id) && message.exchange().seq() < exchange.seq()
                    && message.exchange().start().url().equals(url)) {
                return OptionalLong.of(message.exchange().seq());
            }
        }
        return OptionalLong.empty();
    }

    @Override
    public Optional<StreamEntry> find(long seq) {
        return buffer.at(seq).filter(exchange -> exchange.stream().isPresent()).map(exchange -> entry(exchange, messages.list()));
    }

    /** A list has them. */
    @Override
    public StreamEntry withNotes(StreamEntry entry) {
        return entry;
    }

    @Override
    public MessagePage messages(MessageQuery query, Optional<String> cursor, int limit) {
        MessageCursor asked = cursor.isPresent() ? MessageCursor.parse(query.descending(), cursor.get()) : MessageCursor.behind(query.descending(), 0);
        List<LiveMessages.Kept> kept = messages.list();
        long last = kept.isEmpty() ? 0 : kept.getLast().place();
        MessageCursor after = asked.begun(last);
        Optional<PayloadSearch> text = query.text().filter(wanted -> !wanted.isEmpty()).map(PayloadSearch::new);
        long total = 0;
        boolean newer = false;
        List<MessageEntry> found = new ArrayList<>();
        for (LiveMessages.Kept message : kept) {
            MessageEntry entry = entry(message);
            if (matches(query, entry) && (text.isEmpty() || text.get().isIn(message.message().payload()))) {
                total++;
                newer |= entry.place() > after.to();
                if (after.isOf(entry.place()) && after.isBefore(entry.time(), entry.place())) {
                    found.add(entry);
                }
            }
        }
        Comparator<MessageEntry> order = Comparator.comparingLong(MessageEntry::time).thenComparingLong(MessageEntry::place);
        found.sort(query.descending() ? order.reversed() : order);
        List<MessageEntry> page = found.subList(0, Math.min(limit, found.size()));
        Optional<MessageCursor> next = page.size() < found.size() ? Optional.of(after.at(page.getLast().time(), page.getLast().place()))
                : newer && !query.descending() ? Optional.of(after.next()) : Optional.empty();
        return new MessagePage(total, true, page, after, next);
    }

    @Override
    public Optional<String> missing(MessageQuery query) {
        if (query.stream().isPresent()) {
            return buffer.at(query.stream().getAsLong()).flatMap(LiveExchange::stream).flatMap(LiveStream::missing);
        }
        List<LiveExchange> streams = buffer.streaming();
        long lacking = streams.stream().filter(exchange -> exchange.stream().orElseThrow().missing().isPresent()).count();
        return lacking == 0 ? Optional.empty()
                : Optional.of("messages of " + lacking + " of " + streams.size() + " streams are not kept any more, as their notes say");
    }

    private static boolean matches(MessageQuery query, MessageEntry entry) {
        return (query.stream().isEmpty() || query.stream().getAsLong() == entry.seq())
                && (query.channel().isEmpty() || Channels.match(entry.channel(), query.channel().get()))
                && (query.direction().isEmpty() || query.direction().get() == entry.direction())
                && (query.types().isEmpty() || query.types().stream().anyMatch(entry.type()::equalsIgnoreCase))
                && entry.time() >= query.fromMillis().orElse(Long.MIN_VALUE) && entry.time() <= query.toMillis().orElse(Long.MAX_VALUE)
                && (query.control() || !entry.control());
    }

    private static MessageEntry entry(LiveMessages.Kept kept) {
        StreamMessage message = kept.message();
        return new MessageEntry(kept.exchange().seq(), kept.index(), message.time(), message.direction(), message.form().type(),
                message.isControl(), message.wireBytes(), message.payloadBytes(), message.completes(), message.fragmented(), message.compressed(),
                message.channel(), kept.place());
    }

    @Override
    public Optional<MessageEntry> message(long seq, long index) {
        for (LiveMessages.Kept kept : messages.list()) {
            if (kept.exchange().seq() == seq && kept.index() == index) {
                return Optional.of(entry(kept));
            }
        }
        return Optional.empty();
    }

    @Override
    public StreamMessage read(MessageEntry entry) throws IOException {
        for (LiveMessages.Kept kept : messages.list()) {
            if (kept.place() == entry.place()) {
                return kept.message();
            }
        }
        throw new IOException("message " + entry.index() + " of exchange " + entry.seq() + " is not kept any more");
    }

    @Override
    public InputStream payload(MessageEntry entry) throws IOException {
        return new ByteArrayInputStream(read(entry).payload());
    }
}
