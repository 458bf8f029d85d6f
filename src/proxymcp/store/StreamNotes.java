package proxymcp.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.StreamEntry;
import proxymcp.exchange.StreamKind;

/** What a reader of streams should know: the notes of an end, which the log has, and that messages passed which it does not have. */
final class StreamNotes {
    private final StoredStreams streams;
    private final Session session;
    private final Supplier<LogReader> readers;

    StreamNotes(StoredStreams streams, Session session, Supplier<LogReader> readers) {
        this.streams = streams;
        this.session = session;
        this.readers = readers;
    }

    /** The notes of the STREAM_END record at {@code position}. */
    static List<String> ofEnd(long position, LogReader log) throws IOException, PayloadReader.MalformedPayloadException {
        return StreamCodec.end(log.at(position, RecordType.STREAM_END).payload()).end().notes();
    }

    /** A stream of a list with the notes of its end. */
    StreamEntry with(StreamEntry entry) throws IOException {
        long position = streams.stream(streams.streamOf(entry.seq())).number(StreamRowLayout.END);
        if (position == Position.NONE) {
            return entry;
        }
        try (LogReader log = readers.get()) {
            return entry.withEndNotes(ofEnd(position, log));
        } catch (CorruptSegmentException | PayloadReader.MalformedPayloadException e) {
            return entry.withEndNotes(List.of(ExchangePart.STREAM.damaged(e.getMessage())));
        }
    }

    /** Notes, and behind them what is missing. */
    static List<String> and(List<String> notes, Optional<String> missing) {
        List<String> all = new ArrayList<>(notes);
        missing.ifPresent(all::add);
        return List.copyOf(all);
    }

    /** That messages are missing of the stream of a query, or of how many streams where it names none. */
    Optional<String> missing(MessageQuery query) throws IOException {
        if (query.stream().isPresent()) {
            long number = streams.streamOf(query.stream().getAsLong());
            return number == 0 ? Optional.empty() : missing(number);
        }
        long count = streams.index().streamCount();
        long lacking = 0;
        for (long number = 1; number <= count; number++) {
            lacking += missing(number).isPresent() ? 1 : 0;
        }
        return lacking == 0 ? Optional.empty() : Optional.of("messages of " + lacking + " of " + count + " streams are missing, as their notes say");
    }

    /** That messages are missing of the stream in row {@code number}, or may be. */
    Optional<String> missing(long number) throws IOException {
        StoredStreams.Row row = streams.stream(number);
        long passed = row.number(StreamRowLayout.PASSED); // Before anything else: of a stream that is being recorded there may be more later.
        long seq = row.number(StreamRowLayout.SEQ);
        return missing(row, passed, (RowLayout.state(session.checked(seq), session.rowAt(seq)) & RowLayout.SHED) != 0);
    }

    /**
     * The same of a row.
     *
     * @param passed how many had passed before they are counted here
     * @param shed whether something of its exchange was not recorded
     */
    static Optional<String> missing(StoredStreams.Row row, long passed, boolean shed) {
        if (row.kind() == StreamKind.TUNNEL) {
            return Optional.empty();
        }
        long missing = passed - row.number(StreamRowLayout.FRAMES_IN) - row.number(StreamRowLayout.FRAMES_OUT);
        if (missing > 0) {
            return Optional.of(missing + " of its " + passed + " messages " + (shed ? "were not recorded" : "are missing: the log is damaged"));
        }
        // Only its end says how many passed in all.
        return shed && row.number(StreamRowLayout.END) == Position.NONE
                ? Optional.of("messages of it may be missing: not all of its exchange was recorded") : Optional.empty();
    }
}
