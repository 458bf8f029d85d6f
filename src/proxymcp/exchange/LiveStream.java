package proxymcp.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A stream of the live buffer: its messages counted. Any thread may call; the lock is held for a count. */
final class LiveStream {
    private final StreamTally tally;
    private long messages;
    private long given;
    private Optional<StreamEnd> end = Optional.empty();
    private long lastTime;

    LiveStream(StreamOpen open) {
        this.tally = new StreamTally(open);
        this.lastTime = open.time();
    }

    /** Counts a message; returns its number in the stream. */
    synchronized long count(StreamMessage message) {
        tally.count(message.direction(), message.wireBytes(), message.channel());
        lastTime = Math.max(lastTime, message.time());
        return messages++;
    }

    synchronized void close(StreamEnd streamEnd) {
        end = Optional.of(streamEnd);
    }

    /** The exchange ended: a stream that has not ended before was cut. */
    synchronized void cut() {
        end = end.isPresent() ? end : Optional.of(new StreamEnd(lastTime, Optional.empty(), "", EndedBy.CUT, List.of()));
    }

    /** One of its messages is not kept any more. */
    synchronized void gaveUp() {
        given++;
    }

    /** That not all its messages are kept; empty if they are. */
    synchronized Optional<String> missing() {
        return given == 0 ? Optional.empty() : Optional.of(given + " of its messages are not kept any more");
    }

    synchronized StreamSummary summary() {
        StreamSummary summary = tally.summary(end);
        if (missing().isEmpty()) {
            return summary;
        }
        List<String> notes = new ArrayList<>(summary.notes());
        notes.add(missing().get());
        return summary.withNotes(List.copyOf(notes));
    }
}
