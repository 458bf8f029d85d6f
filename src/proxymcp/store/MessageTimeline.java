package proxymcp.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import proxymcp.exchange.MessageCursor;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessagePage;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.PayloadSearch;

/** One page of messages in the order of their times. Not for several threads. */
final class MessageTimeline {
    /** Payloads that one search reads, and their octets: some tenths of a second. */
    private static final int SEARCHED_MAX = 50_000;
    private static final long SEARCHED_BYTES_MAX = 32L << 20;

    private final StoredStreams streams;
    private final LogReader log;
    private final Supplier<LogReader> readers;
    private final MessageQuery query;
    private final Optional<PayloadSearch> text;
    private final int limit;
    private final boolean fromStart;
    private final List<MessageEntry> page = new ArrayList<>();
    private MessageCursor after;
    private long total;
    private int searched;
    private long searchedBytes;
    /** Behind the last message that was looked at, where a search ended before its end. */
    private Optional<MessageCursor> left = Optional.empty();
    private boolean more;
    /** Whether something came since the pages were begun: something that matches, or with a search that may. */
    private boolean newer;

    /**
     * @param cursor where the page begins
     * @param limit most items of it
     * @throws IllegalArgumentException if the cursor is none of this query's
     */
    MessageTimeline(StoredStreams streams, LogReader log, Supplier<LogReader> readers, MessageQuery query, Optional<String> cursor, int limit) {
        this.streams = streams;
        this.log = log;
        this.readers = readers;
        this.query = query;
        this.text = query.text().filter(wanted -> !wanted.isEmpty()).map(PayloadSearch::new);
        this.limit = limit;
        this.fromStart = cursor.isEmpty();
        this.after = cursor.isPresent() ? MessageCursor.parse(query.descending(), cursor.get()) : MessageCursor.behind(query.descending(), 0);
    }

    MessagePage page() throws IOException {
        IndexFiles index = streams.index();
        long last = index.messageCount(); // Before the step back, which is that of these messages or more then.
        after = after.begun(last);
        long stream = query.stream().isPresent() ? streams.streamOf(query.stream().getAsLong()) : 0;
        if (query.stream().isPresent() && stream == 0) {
            return new MessagePage(0, true, List.of(), after, Optional.empty());
        }
        StartOrder order = new StartOrder(query.descending(), index.messageStepBackMillis(), this::take);
        if (scan(new MessageFilter(index, query, stream), order, last)) {
            order.end();
        }
        boolean complete = text.isEmpty() || left.isEmpty() && !more && !newer && fromStart;
        Optional<MessageCursor> next = more ? Optional.of(after.at(page.getLast().time(), page.getLast().place()))
                : left.isPresent() || !newer || query.descending() ? left : Optional.of(after.next());
        return new MessagePage(total, complete, page, after, next);
    }

    private boolean scan(MessageFilter filter, StartOrder order, long last) throws IOException {
        // All that match are counted, but searched only what is shown.
        long lowest = text.isEmpty() ? 1 : after.from() + 1;
        long highest = text.isEmpty() ? last : Math.min(last, after.to());
        newer = text.isPresent() && last > after.to();
        long step = query.descending() ? -1 : 1;
        for (long number = query.descending() ? highest : lowest; number >= lowest && number <= highest; number += step) {
            StoredStreams.Row row = streams.message(number);
            if (!filter.matches(row)) {
                continue;
            }
            total += text.isEmpty() ? 1 : 0;
            newer |= number > after.to();
            long time = row.number(MessageRowLayout.TIME);
            if (after.isOf(number) && after.isBefore(time, number) && !order.add(number, time)) {
                return false;
            }
        }
        return true;
    }

    /** Takes the next match but for the text; returns whether to go on. */
    private boolean take(long number, long time) throws IOException {
        if (text.isEmpty()) {
            add(number);
            return true;
        }
        if (isSpent()) {
            return false;
        }
        if (contains(number, text.get())) {
            total++;
            add(number);
        }
        left = more || !isSpent() ? Optional.empty() : Optional.of(after.at(time, number));
        return !more && left.isEmpty();
    }

    private boolean isSpent() {
        return searched >= SEARCHED_MAX || searchedBytes >= SEARCHED_BYTES_MAX;
    }

    private void add(long number) throws IOException {
        if (page.size() < limit) {
            page.add(streams.entry(streams.message(number), number));
        } else {
            more = true;
        }
    }

    /** Whether a payload has the text. One that cannot be read has not. */
    private boolean contains(long number, PayloadSearch wanted) throws IOException {
        StoredStreams.Row row = streams.message(number);
        searched++;
        searchedBytes += Math.min(row.number(MessageRowLayout.PAYLOAD_BYTES), SEARCHED_BYTES_MAX);
        try {
            StreamCodec.MessageFacts facts = StoredStreams.read(log, row.number(MessageRowLayout.POSITION));
            if (facts.lastPart() == Position.NONE) {
                return wanted.isIn(facts.message().payload());
            }
            long seq = streams.stream(row.integer(MessageRowLayout.STREAM)).number(StreamRowLayout.SEQ);
            try (InputStream in = StoredStreams.payload(seq, facts, readers)) {
                return wanted.isIn(in);
            }
        } catch (CorruptSegmentException e) {
            return false;
        }
    }
}
