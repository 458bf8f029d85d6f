package proxymcp.proxy;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import proxymcp.exchange.ChannelFinder;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.Recording;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamOpen;
import proxymcp.http.WebSocketHandshake;

/**
 * One WebSocket as it is recorded: what both directions share. Any of their two threads may call.
 */
final class WebSocketRecord {
    private static final int NOTES_MAX = 20;

    private final Recording recording;
    private final WebSocketHandshake handshake;
    private final Clock clock;
    private final ChannelFinder channels;
    private final AtomicLong arrivals = new AtomicLong();
    /** Guarded by this object's monitor, as is all below. */
    private final List<String> notes = new ArrayList<>();
    private Optional<Integer> closeCode = Optional.empty();
    private String closeReason = "";
    private Optional<Direction> firstClose = Optional.empty();
    private long closeArrival;

    /** The stream opens. */
    WebSocketRecord(Recording recording, WebSocketHandshake handshake, Clock clock) {
        this.recording = recording;
        this.handshake = handshake;
        this.clock = clock;
        this.channels = new ChannelFinder(handshake.subprotocol());
        notes.addAll(handshake.faults());
        recording.streamOpened(new StreamOpen(clock.millis(), StreamKind.WEBSOCKET, handshake.subprotocol(), handshake.extensions(), Optional.empty()));
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
    synchronized void note(Direction direction, String sentence) {
        String said = (direction == Direction.OUT ? "client: " : "server: ") + sentence;
        if (notes.size() < NOTES_MAX && !notes.contains(said)) {
            notes.add(said);
        }
    }

    /** Numbers what comes on either side, in its order. */
    long nextArrival() {
        return arrivals.incrementAndGet();
    }

    /** A close frame passed that came as {@code arrival}: the answer to one may be told before it. */
    synchronized void closed(Direction direction, long arrival, Optional<Integer> code, String reason) {
        if (firstClose.isEmpty() || arrival < closeArrival) {
            firstClose = Optional.of(direction);
            closeArrival = arrival;
            closeCode = code;
            closeReason = reason;
        }
    }

    /** The connection is over; {@code connection}: who ended that, which counts where no close frame passed. */
    synchronized void end(EndedBy connection) {
        EndedBy endedBy = firstClose.isEmpty() ? connection : firstClose.get() == Direction.OUT ? EndedBy.CLIENT : EndedBy.SERVER;
        recording.streamClosed(new StreamEnd(clock.millis(), closeCode, closeReason, endedBy, List.copyOf(notes)));
    }
}
