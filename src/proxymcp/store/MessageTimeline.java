package proxymcp.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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
    private final List<MessageEntry> page = new ArrayList<>();
    private long total;
    private int searched;
    private long searchedBytes;
    /** Behind the last message that was looked at, where a search ended before its end. */
    private Optional<QueryCursor> left = Optional.empty();
    private boolean more;

    MessageTimeline(StoredStreams streams, LogReader log, Supplier<LogReader> readers, MessageQuery query) {
        this.streams = streams;
        this.log = log;
        this.readers = readers;
        this.query = query;
    }

    MessagePage page(Optional<String> cursor, int limit) throws IOException {
        Optional<QueryCursor> after = cursor.map(text -> QueryCursor.parse(text).filter(found -> found.descending() == query.descending())
                .orElseThrow(() -> new IllegalArgumentException("cursor is not one of this query's")));
        long stream = query.stream().isPresent() ? streams.streamOf(query.stream().getAsLong()) : 0;
        if (query.stream().isPresent() && stream == 0) {
            return new MessagePage(0, true, List.of(), Optional.empty());
        }
        Optional<PayloadSearch> text = query.text().filter(wanted -> !wanted.isEmpty()).map(PayloadSearch::new);
        IndexFiles index = streams.index();
        StartOrder order = new StartOrder(query.descending(), index.messageStepBackMillis(), (number, time) ->
                take(number, time, after.isPresent() && !after.get().isBefore(time, number), limit, text));
        boolean ended = scan(new MessageFilter(index, query, stream), order, index.messageCount());
        if (ended) {
            order.end();
        }
        boolean complete = text.isEmpty() || left.isEmpty() && !more && after.isEmpty();
        Optional<String> next = more ? Optional.of(streams.cursor(query, page.get(page.size() - 1))) : left.map(QueryCursor::text);
        return new MessagePage(total, complete, page, next);
    }

    private boolean scan(MessageFilter filter, StartOrder order, long last) throws IOException {
        long step = query.descending() ? -1 : 1;
        for (long number = query.descending() ? last : 1; number >= 1 && number <= last; number += step) {
            StoredStreams.Row row = streams.message(number);
            if (filter.matches(row) && !order.add(number, row.number(MessageRowLayout.TIME))) {
                return false;
            }
        }
        return true;
    }

    /** Takes the next match but for the text; returns whether to go on. */
    private boolean take(long number, long time, boolean isBefore, int limit, Optional<PayloadSearch> text) throws IOException {
        if (text.isEmpty()) {
            total++;
            if (!isBefore) {
                add(number, limit);
            }
            return true;
        }
        if (isBefore) {
            return true;
        }
        if (searched >= SEARCHED_MAX || searchedBytes >= SEARCHED_BYTES_MAX) {
            return false;
        }
        if (contains(number, text.get())) {
            total++;
            add(number, limit);
        }
        left = more || !isSpent() ? Optional.empty() : Optional.of(new QueryCursor(query.descending(), time, number));
        return !more && left.isEmpty();
    }

    private boolean isSpent() {
        return searched >= SEARCHED_MAX || searchedBytes >= SEARCHED_BYTES_MAX;
    }

    private void add(long number, int limit) throws IOException {
        if (page.size() < limit) {
            page.add(streams.entry(streams.message(number), number));
        } else {
            more = true;
        }
    }

    /** Whether a payload has the text. One that cannot be read has not. */
    private boolean contains(long number, PayloadSearch text) throws IOException {
        StoredStreams.Row row = streams.message(number);
        searched++;
        searchedBytes += Math.min(row.number(MessageRowLayout.PAYLOAD_BYTES), SEARCHED_BYTES_MAX);
        try {
            StreamCodec.MessageFacts facts = StoredStreams.read(log, row.number(MessageRowLayout.POSITION));
            if (facts.lastPart() == Position.NONE) {
                return text.isIn(facts.message().payload());
            }
            long seq = streams.stream(row.integer(MessageRowLayout.STREAM)).number(StreamRowLayout.SEQ);
            try (InputStream in = StoredStreams.payload(seq, facts, readers)) {
                return text.isIn(in);
            }
        } catch (CorruptSegmentException e) {
            return false;
        }
    }
}
