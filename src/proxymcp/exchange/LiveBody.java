package proxymcp.exchange;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import proxymcp.http.Fields;

/** The first octets of a body that may still flow. Any thread may call; the lock is held for a copy in memory at most. */
final class LiveBody {
    private static final byte[] NOTHING = new byte[0];

    private final LiveBuffer buffer;
    private byte[] kept = NOTHING;
    private int keptBytes;
    private long size;
    private boolean evicted;
    private BodyEnd end;

    LiveBody(LiveBuffer buffer) {
        this.buffer = buffer;
    }

    void append(byte[] bytes, int offset, int length) {
        int grown = keep(bytes, offset, length);
        if (grown > 0) {
            // Outside the lock: it may evict bodies, this one too.
            buffer.bytesKept(grown);
        }
    }

    private synchronized int keep(byte[] bytes, int offset, int length) {
        size += length;
        int taken = evicted ? 0 : Math.min(buffer.bodyBytesMax() - keptBytes, length);
        if (taken <= 0) {
            return 0;
        }
        int before = kept.length;
        if (keptBytes + taken > before) {
            // A short body, the usual case, gets exactly its size; a long one doubles.
            int capacity = before == 0 ? taken : Math.max(keptBytes + taken, before * 2);
            kept = Arrays.copyOf(kept, Math.min(buffer.bodyBytesMax(), capacity));
        }
        System.arraycopy(bytes, offset, kept, keptBytes, taken);
        keptBytes += taken;
        return kept.length - before;
    }

    synchronized void end(BodyEnd bodyEnd) {
        end = bodyEnd;
        if (kept.length > keptBytes) {
            buffer.bytesKept(keptBytes - kept.length);
            kept = Arrays.copyOf(kept, keptBytes);
        }
    }

    /** Gives the kept octets up; what passes later is counted only. */
    synchronized void evict() {
        buffer.bytesKept(-kept.length);
        evicted = true;
        kept = NOTHING;
        keptBytes = 0;
    }

    synchronized Fields trailers() {
        return end == null ? Fields.EMPTY : end.trailers();
    }

    /** Octets that passed. */
    synchronized long size() {
        return size;
    }

    synchronized CapturedBody snapshot() {
        if (end == null && size == 0) {
            return CapturedBody.NONE;
        }
        CapturedBody.State state = end == null ? CapturedBody.State.FLOWING
                : end.complete() ? CapturedBody.State.COMPLETE : CapturedBody.State.INCOMPLETE;
        Optional<String> sha256 = end == null ? Optional.empty() : Optional.of(HexFormat.of().formatHex(end.sha256()));
        return new CapturedBody(kept, keptBytes, size, sha256, state, evicted && size > 0);
    }
}
