package proxymcp.exchange;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The newest messages of all live streams, bounded in count and octets: beyond that the oldest are given up. Any thread may call; the lock is held
 * for as long as a list in memory takes.
 */
final class LiveMessages {
    /** What a message takes beside its payload. */
    private static final int OBJECTS_BYTES = 256;

    /**
     * A message that is kept.
     *
     * @param place its number among all, from 1
     * @param index its number in its stream, from 0
     */
    record Kept(long place, LiveExchange exchange, LiveStream stream, long index, StreamMessage message) {
        private long bytes() {
            return OBJECTS_BYTES + message.payload().length;
        }
    }

    private final int messagesMax;
    private final long bytesMax;
    private final Deque<Kept> kept = new ArrayDeque<>();
    private long bytes;
    private long places;

    LiveMessages(int messagesMax, long bytesMax) {
        this.messagesMax = messagesMax;
        this.bytesMax = bytesMax;
    }

    synchronized void add(LiveExchange exchange, LiveStream stream, StreamMessage message) {
        Kept added = new Kept(++places, exchange, stream, stream.count(message), message);
        kept.addLast(added);
        bytes += added.bytes();
        while (kept.size() > messagesMax || bytes > bytesMax) {
            Kept oldest = kept.removeFirst();
            bytes -= oldest.bytes();
            oldest.stream().gaveUp();
        }
    }

    /** Gives up the messages of an exchange that is not kept any more. */
    synchronized void leave(LiveExchange exchange) {
        kept.removeIf(message -> {
            boolean leaves = message.exchange() == exchange;
            bytes -= leaves ? message.bytes() : 0;
            return leaves;
        });
    }

    /** What is kept, oldest first. */
    synchronized List<Kept> list() {
        return new ArrayList<>(kept);
    }
}
