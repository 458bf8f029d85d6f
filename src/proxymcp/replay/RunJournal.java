package proxymcp.replay;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;

/**
 * What a run has done, a line each as {@link CheckedLines} has them, appended as it happens:
 * <pre>
 *   {"resumed":millis}                                     another process goes on
 *   {"sending":index,"attempt":n}                          an unsafe request goes out; on the disk before its first octet
 *   {"cleared":index,"attempt":n}                          that attempt was not sent, or was refused, and may be sent again
 *   {"learned":{…}}                                        what {@link RunMemory} told: before the item that it comes from is done
 *   {"refreshing":number,"attempt":n}                      a request that renews the authorisation goes out; on the disk before, if it is unsafe
 *   {"refreshed":number}                                   its end is known
 *   {"noted":sentence}                                     the report says it, until another process goes on
 *   {"done":index,"state":…,"attempts":n,"at":millis,…}    an item has ended
 *   {"ended":state,"reason":…,"at":millis,"elapsed":millis}
 * </pre>
 * An index that is {@code sending} and neither {@code cleared} nor {@code done} may have reached its origin. So may a refresh that is {@code refreshing} and
 * not {@code refreshed}: it has no result to keep, and whether it is sent again is up to what the origin says to the items that are sent. Results are written at once and not forced:
 * they survive the death of the process, and after a loss of power what they are about is sent again if it is safe.
 *
 * <p>A write that fails takes back what it wrote, and is the last one: from then on {@link #sending} throws, and all else does nothing but tell
 * {@link #failure}. Any thread may call; one writes at a time, and a force serves all that were written before it.
 */
final class RunJournal implements Closeable {
    private final FileChannel channel;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock forcing = new ReentrantLock();
    /** Written under {@link #writing}. */
    private volatile long position;
    private volatile Optional<String> failure = Optional.empty();
    private volatile Optional<String> found = Optional.empty();
    /** Guarded by {@link #forcing}. */
    private long forced;

    /** Goes on at {@code position}, and closes the channel in the end. */
    RunJournal(FileChannel channel, long position) {
        this.channel = channel;
        this.position = position;
    }

    /** Why it cannot be written any more; empty while it can. */
    Optional<String> failure() {
        return failure;
    }

    /** What is to be said of it: {@link #failure}, else what {@link #found} and {@link #noted} were given. */
    Optional<String> remark() {
        return failure.or(() -> found);
    }

    /** Keeps what a reader of the run should know of what earlier processes wrote. */
    void found(String sentence) {
        found = Optional.of(found.map(before -> before + "; ").orElse("") + sentence);
    }

    /** Keeps a sentence for readers of the run, here and elsewhere. */
    void noted(String sentence) {
        found(sentence);
        write(JsonObject.builder().put("noted", sentence).build());
    }

    /** Keeps a sentence for the report, unless there is one. */
    void note(String sentence) {
        if (failure.isEmpty()) {
            failure = Optional.of(sentence);
        }
    }

    /** Another process goes on with the run. */
    void resumed(long millis) {
        write(JsonObject.builder().put("resumed", millis).build());
    }

    /**
     * Makes durable that an unsafe request goes out.
     *
     * @throws IOException if that cannot be: it must not go out
     */
    void sending(int index, int attempt) throws IOException {
        long end = append(JsonObject.builder().put("sending", index).put("attempt", attempt).build());
        force(end);
    }

    /** The request may be sent again; says nothing of a later attempt, which may have been journalled by now. */
    void cleared(int index, int attempt) {
        write(JsonObject.builder().put("cleared", index).put("attempt", attempt).build());
    }

    /** Something was learned from an answer. */
    void learned(JsonObject what) {
        write(JsonObject.builder().put("learned", what).build());
    }

    /**
     * A request that renews the authorisation goes out.
     *
     * @param number counts from 0 in the plan's refresh items
     * @throws IOException if it is unsafe and that cannot be made durable: it must not go out
     */
    void refreshing(int number, int attempt, boolean unsafe) throws IOException {
        JsonObject line = JsonObject.builder().put("refreshing", number).put("attempt", attempt).build();
        if (unsafe) {
            force(append(line));
        } else {
            write(line);
        }
    }

    /** It has ended, well or not. To be called before another one may begin. */
    void refreshed(int number) {
        write(JsonObject.builder().put("refreshed", number).build());
    }

    /** An item has ended. */
    void done(int index, ItemResult result, long elapsedMillis) {
        JsonObject.Builder line = JsonObject.builder().put("done", index).put("state", result.state().id()).put("attempts", result.attempts())
                .put("at", elapsedMillis);
        if (result.status().isPresent()) {
            line.put("status", result.status().getAsInt()).put("bytes", result.responseBytes());
        }
        line.put("millis", result.durationMillis());
        if (!result.errorClass().isEmpty()) {
            String reason = result.reason();
            line.put("class", result.errorClass())
                    .put("reason", reason.length() <= RunLedger.REASON_CHARS_MAX ? reason : reason.substring(0, RunLedger.REASON_CHARS_MAX - 1) + "…");
        }
        if (result.recorded().isPresent()) {
            RecordedAs recorded = result.recorded().get();
            line.put("session", recorded.sessionId()).put("exchange", recorded.exchangeId().toString()).put("seq", recorded.seq());
        }
        result.sentAs().ifPresent(as -> line.put("sentMethod", as.method()).put("sentUrl", as.url()));
        write(line.build());
    }

    /** The result that a line tells. */
    static ItemResult result(JsonObject line) {
        RunItem.State state = RunItem.State.ERROR;
        for (RunItem.State known : RunItem.State.values()) {
            state = known.id().equals(line.string("state").orElse("")) ? known : state;
        }
        OptionalInt status = line.has("status") ? OptionalInt.of((int) number(line, "status")) : OptionalInt.empty();
        Optional<RecordedAs> recorded = line.has("exchange") ? Optional.of(new RecordedAs(line.string("session").orElse(""),
                UUID.fromString(line.string("exchange").orElse("")), number(line, "seq"))) : Optional.empty();
        return new ItemResult(state, (int) number(line, "attempts"), status, number(line, "bytes"), number(line, "millis"),
                line.string("class").orElse(""), line.string("reason").orElse(""), recorded,
                line.string("sentUrl").map(url -> new SentAs(line.string("sentMethod").orElse(""), url)));
    }

    /** A whole number of a line; 0 if there is none. */
    static long number(JsonObject line, String name) {
        return line.get(name).orElse(JsonNumber.of(0)) instanceof JsonNumber number ? number.exactLong().orElse(0) : 0;
    }

    /** The run has ended. */
    void ended(RunReport.State state, String reason, long millis, long elapsedMillis) {
        write(JsonObject.builder().put("ended", state.id()).put("reason", reason).put("at", millis).put("elapsed", elapsedMillis).build());
        try {
            force(position);
        } catch (IOException e) {
            note(e.getMessage());
        }
    }

    private void write(JsonObject line) {
        try {
            append(line);
        } catch (IOException e) {
            note("the journal cannot be written: " + e.getMessage());
        }
    }

    /** Where the line ends. */
    private long append(JsonObject line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(CheckedLines.line(line));
        writing.lock();
        try {
            throwIfFailed();
            long at = position;
            try {
                while (bytes.hasRemaining()) {
                    at += channel.write(bytes, at);
                }
            } catch (IOException e) {
                note("the journal cannot be written: " + e.getMessage());
                takeBack();
                throw e;
            }
            position = at;
            return at;
        } finally {
            writing.unlock();
        }
    }

    private void takeBack() {
        try {
            channel.truncate(position);
        } catch (IOException e) {
            return; // A last line that was cut off is read as one.
        }
    }

    private void force(long end) throws IOException {
        forcing.lock();
        try {
            throwIfFailed();
            if (forced < end) {
                long upTo = position;
                channel.force(false);
                forced = upTo;
            }
        } catch (IOException e) {
            note("the journal cannot be made durable: " + e.getMessage());
            throw e;
        } finally {
            forcing.unlock();
        }
    }

    private void throwIfFailed() throws IOException {
        if (failure.isPresent()) {
            throw new IOException(failure.get());
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            note("the journal could not be closed: " + e.getMessage());
        }
    }
}
