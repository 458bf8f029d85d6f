package proxymcp.store;

import java.io.IOException;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import proxymcp.store.LogReplay.Records;
import proxymcp.store.PayloadReader.MalformedPayloadException;

/**
 * Looks at each record of a log whose checksums fit: counts it, compares seals with what stands before them, and hands it to a closer look where
 * that is asked for. Not for several threads.
 */
final class RecordChecks implements Records {
    /** Octets between two looks at whoever waits: some 10 ms of work. */
    private static final int WATCH_BYTES = 1 << 20;
    /** Records between two of them: small ones take longer than their octets say. */
    private static final int WATCH_RECORDS = 1_024;

    /** What was seen of one segment. */
    static final class Seen {
        private final SegmentTally tally = new SegmentTally();
        private boolean sealed;

        long records() {
            return tally.records();
        }

        /** Whether its last record is a seal. */
        boolean isSealed() {
            return sealed;
        }
    }

    private final Map<Integer, Seen> segments = new TreeMap<>();
    private final BitSet started = new BitSet();
    private final Records closer;
    private final WorkWatch watch;
    private final long bytesTotal;
    private final DamageList damage;
    private long records;
    private long bytes;
    private long watchedBytes;
    private long watchedRecords;
    private long highestSeq;

    /**
     * @param closer looks at each record as well
     * @param damage where the reading notes damage
     * @param bytesTotal octets of the whole log, for progress
     */
    RecordChecks(Records closer, DamageList damage, WorkWatch watch, long bytesTotal) {
        this.damage = damage;
        this.closer = closer;
        this.watch = watch;
        this.bytesTotal = bytesTotal;
    }

    @Override
    public void begin(int segment) {
        // A segment may hold nothing but damage: whoever waits is asked here too.
        askWatch();
    }

    private void askWatch() {
        watchedBytes = bytes;
        watchedRecords = records;
        watch.done(bytes, bytesTotal);
        if (watch.cancelled()) {
            throw new CancellationException("the check was cancelled");
        }
    }

    @Override
    public void apply(RecordType type, long seq, long position, byte[] payload, int at, int length, OpenExchanges.Open open)
            throws IOException, MalformedPayloadException {
        records++;
        bytes += RecordLayout.HEADER_BYTES + length;
        if (bytes - watchedBytes >= WATCH_BYTES || records - watchedRecords >= WATCH_RECORDS) {
            askWatch();
        }
        int header = at - RecordLayout.HEADER_BYTES;
        boolean known = RecordType.of(RecordLayout.type(payload, header)).isPresent();
        Seen seen = segments.get(Position.segment(position));
        if (seen == null) {
            seen = new Seen();
            segments.put(Position.segment(position), seen);
        }
        boolean seal = known && type == RecordType.SEAL;
        try {
            if (type == RecordType.START && known) {
                started.set((int) Math.min(seq, Integer.MAX_VALUE));
                highestSeq = Math.max(highestSeq, seq);
            }
            // Behind damage a seal cannot fit: what is missing is named already.
            if (seal && !damage.isIn(Position.segment(position)) && !seen.tally.fits(new PayloadReader(payload, at, length))) {
                throw new MalformedPayloadException("the seal does not fit what stands before it");
            }
            if (known) {
                closer.apply(type, seq, position, payload, at, length, open);
            }
        } finally {
            seen.tally.add(payload, header);
            seen.sealed = seal;
        }
    }

    /** What was seen of each segment, by number. */
    Map<Integer, Seen> segments() {
        return segments;
    }

    /** Seqs of exchanges whose beginning was read. */
    BitSet started() {
        return started;
    }

    long highestSeq() {
        return highestSeq;
    }

    long records() {
        return records;
    }
}
