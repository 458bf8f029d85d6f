package proxymcp.store;

import java.util.Arrays;
import proxymcp.exchange.BodyEnd;

/**
 * One body on its way to the log: held while it may still end within its first 64 KiB, handed over in chunks after that. Guarded by its
 * recording's lock.
 */
final class RecordedBody {
    private static final byte[] NOTHING = new byte[0];

    private final RecordType chunkType;
    private final int inlineBytesMax;
    private final long keptMax;
    private byte[] held = NOTHING;
    private int heldBytes;
    private long passed;
    private long kept;
    private long handedOver;
    private boolean streaming;
    private boolean shed;
    private long heldSinceNanos;

    /** @param keptMax octets that are kept of it */
    RecordedBody(RecordType chunkType, int inlineBytesMax, long keptMax) {
        this.chunkType = chunkType;
        this.inlineBytesMax = inlineBytesMax;
        this.keptMax = keptMax;
    }

    /** Takes octets; hands over what is too much to hold. */
    void add(byte[] bytes, int offset, int length, StoreRecording to, long nowNanos) {
        passed += length;
        if (shed) {
            to.lostBody(0, length);
            return;
        }
        int taken = (int) Math.min(length, keptMax - kept);
        int from = offset;
        while (taken > 0) {
            int part = Math.min(taken, inlineBytesMax - heldBytes);
            hold(bytes, from, part, nowNanos);
            from += part;
            taken -= part;
            if (taken > 0) {
                if (!handOverHeld(to, to.waitMillis())) {
                    shed(to, taken);
                    return;
                }
            }
        }
    }

    private void hold(byte[] bytes, int from, int count, long nowNanos) {
        if (heldBytes + count > held.length) {
            held = Arrays.copyOf(held, Math.min(inlineBytesMax, held.length == 0 ? count : Math.max(heldBytes + count, held.length * 2)));
        }
        heldSinceNanos = heldBytes == 0 ? nowNanos : heldSinceNanos;
        System.arraycopy(bytes, from, held, heldBytes, count);
        heldBytes += count;
        kept += count;
    }

    /** Hands over what is held since before {@code limitNanos}, if there is room at once. */
    void handOverOld(StoreRecording to, long limitNanos) {
        if (heldBytes > 0 && heldSinceNanos - limitNanos < 0) {
            handOverHeld(to, 0);
        }
    }

    private boolean handOverHeld(StoreRecording to, long waitMillis) {
        if (!to.handOverChunk(chunkType, handedOver, held, heldBytes, waitMillis)) {
            return false;
        }
        streaming = true;
        handedOver += heldBytes;
        heldBytes = 0;
        return true;
    }

    /** Hands over what is held as a chunk, however short it is. */
    void stream(StoreRecording to) {
        if (heldBytes > 0 && !handOverHeld(to, to.waitMillis())) {
            shed(to, 0);
        }
    }

    /** A body is kept from its first octet on: the rest is shed with the part that found no room. */
    private void shed(StoreRecording to, int more) {
        shed = true;
        kept = handedOver;
        to.lostBody(1, heldBytes + more);
        heldBytes = 0;
    }

    /**
     * The body ended: puts what is held in front of the record that ends it.
     *
     * @return reference for that record
     */
    long finish(PayloadWriter out, long seq, BodyEnd end) {
        if (!streaming && heldBytes == 0) {
            return Position.NONE;
        }
        if (!streaming) {
            out.begin(RecordType.BODY, 0).raw(digest(end), 0, 32).raw(held, 0, heldBytes);
            out.end();
            return LogWriter.BODY_BEFORE;
        }
        if (heldBytes > 0) {
            out.begin(chunkType, seq).fixed(0).fixed(handedOver).raw(held, 0, heldBytes);
            out.end();
        }
        return LogWriter.BODY_CHUNKS;
    }

    /** Digest under which the held octets are stored: that of the body, unless only its beginning was kept. */
    private byte[] digest(BodyEnd end) {
        return heldBytes == end.bytes() ? end.sha256() : Sha256.of(held, heldBytes);
    }

    /** What the end record says; the digest of a body that was stored whole stands with the body. */
    ExchangeCodec.BodyFacts facts(BodyEnd end) {
        boolean withBody = !streaming && heldBytes > 0 && heldBytes == end.bytes();
        return new ExchangeCodec.BodyFacts(end.bytes(), kept, withBody ? NOTHING : end.sha256(), end.complete(), shed, end.trailers());
    }

    /** Gives the memory back. */
    void release() {
        held = NOTHING;
        heldBytes = 0;
    }

    boolean isHolding() {
        return heldBytes > 0;
    }
}
