package proxymcp.proxy;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.exchange.ChannelFinder;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.Recording;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.http.WebSocketHandshake;

/**
 * One WebSocket as it is recorded: what both directions share. Any of their two threads may call.
 *
 * <p>The messages of both directions get their one order here, in which no time is before that of the message before. The lock is held while a
 * message is handed to the recording, so that all who keep it number it alike; not while octets pass or are inflated, and what passes asks for
 * none.
 */
final class WebSocketRecord {
    /**
     * A close frame that passed.
     *
     * @param direction which way
     * @param arrival when its last octets came, as {@link #arrived} numbers them
     * @param message the frame
     * @param code its code; empty without one
     * @param reason its reason; empty for none
     */
    record Close(Direction direction, long arrival, StreamMessage message, Optional<Integer> code, String reason) {}

    private static final int NOTES_MAX = 20;

    private final Recording recording;
    private final WebSocketHandshake handshake;
    private final Clock clock;
    private final ChannelFinder channels;
    private final AtomicLong arrivals = new AtomicLong();
    /** For each direction the number of the octets that have come and are not told to their tap to the end; 0 for none. */
    private final AtomicLongArray passing = new AtomicLongArray(Direction.values().length);
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by the lock, as is all below. */
    private final List<String> notes = new ArrayList<>();
    /** A close frame that waits for what came before it on the other side. */
    private Optional<Close> waiting = Optional.empty();
    private Optional<Close> firstClose = Optional.empty();
    private boolean bothClosed;
    private long newestTime;

    /** The stream opens. */
    WebSocketRecord(Recording recording, WebSocketHandshake handshake, Clock clock) {
        this.recording = recording;
        this.handshake = handshake;
        this.clock = clock;
        this.channels = new ChannelFinder(handshake.subprotocol());
        this.newestTime = clock.millis();
        notes.addAll(handshake.faults());
        recording.streamOpened(new StreamOpen(newestTime, StreamKind.WEBSOCKET, handshake.subprotocol(), handshake.extensions(), Optional.empty()));
    }

    Recording recording() {
        return recording;
    }

    WebSocketHandshake handshake() {
        return handshake;
    }

    long now() {
        return clock.millis();
    }

    String channel(byte[] payload) {
        return channels.of(payload);
    }

    /** Something that a reader of the stream should know. */
    void note(Direction direction, String sentence) {
        String said = (direction == Direction.OUT ? "client: " : "server: ") + sentence;
        lock.lock();
        try {
            if (notes.size() < NOTES_MAX && !notes.contains(said)) {
                notes.add(said);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Octets have come; returns their number among those of both sides. Takes no lock: they wait to be passed on. */
    long arrived(Direction direction) {
        long arrival = arrivals.incrementAndGet();
        passing.set(direction.ordinal(), arrival);
        return arrival;
    }

    /** All that ended in the octets which came last was told. */
    void passed(Direction direction) {
        passing.set(direction.ordinal(), 0);
        lock.lock();
        try {
            if (waiting.isPresent() && !isAwaited(waiting.get())) {
                recordWaiting();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A message passed; its time is that at which its last octets had come. */
    void message(StreamMessage message) {
        lock.lock();
        try {
            recordWaiting(message.direction());
            record(message);
        } finally {
            lock.unlock();
        }
    }

    /**
     * A close frame passed. The one that it answers may not have been told yet, as its tap hears of it behind its passing; the answer waits for
     * it, so that the frames and who ended the stream are in their true order.
     */
    void close(Close close) {
        lock.lock();
        try {
            recordWaiting(close.direction());
            if (isAwaited(close)) {
                recordWaiting();
                waiting = Optional.of(close);
            } else {
                record(close);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What follows on a side may not overtake what came before it there. */
    private void recordWaiting(Direction direction) {
        if (waiting.isPresent() && waiting.get().direction() == direction) {
            recordWaiting();
        }
    }

    private void recordWaiting() {
        Optional<Close> recorded = waiting;
        waiting = Optional.empty();
        recorded.ifPresent(this::record);
    }

    /** Whether octets of the other side that came before this close frame are still on their way to their tap. */
    private boolean isAwaited(Close close) {
        Direction other = close.direction() == Direction.OUT ? Direction.IN : Direction.OUT;
        long arrival = passing.get(other.ordinal());
        return arrival > 0 && arrival < close.arrival();
    }

    private void record(Close close) {
        firstClose = firstClose.isPresent() ? firstClose : Optional.of(close);
        bothClosed |= firstClose.get().direction() != close.direction();
        record(close.message());
    }

    private void record(StreamMessage message) {
        newestTime = Math.max(newestTime, message.time());
        recording.message(message.at(newestTime));
    }

    /** Whether both sides said that they are done: all is there then, however the connection ended behind it. */
    boolean isClosed() {
        lock.lock();
        try {
            return bothClosed;
        } finally {
            lock.unlock();
        }
    }

    /** The connection is over; {@code connection}: who ended that, which counts where no close frame passed. */
    void end(EndedBy connection) {
        lock.lock();
        try {
            recordWaiting();
            EndedBy endedBy = firstClose.isEmpty() ? connection : firstClose.get().direction() == Direction.OUT ? EndedBy.CLIENT : EndedBy.SERVER;
            recording.streamClosed(new StreamEnd(Math.max(newestTime, clock.millis()), firstClose.flatMap(Close::code),
                    firstClose.map(Close::reason).orElse(""), endedBy, List.copyOf(notes)));
        } finally {
            lock.unlock();
        }
    }
}
