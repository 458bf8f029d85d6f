package proxymcp.store;

import java.util.Arrays;
import java.util.zip.CRC32C;

/** What a SEAL says of the records before it in its segment: counts, ranges, and the digest of their checksums. Not for several threads. */
final class SegmentTally {
    private final CRC32C digest = new CRC32C();
    private long records;
    private long firstNumber;
    private long lastNumber;
    private long firstSeq;
    private long lastSeq;

    /** Counts the sealed record whose header stands at {@code header}. */
    void add(byte[] bytes, int header) {
        long number = RecordLayout.number(bytes, header);
        long seq = RecordLayout.seq(bytes, header);
        firstNumber = records == 0 ? number : firstNumber;
        lastNumber = number;
        if (seq != 0) {
            firstSeq = firstSeq == 0 ? seq : Math.min(firstSeq, seq);
            lastSeq = Math.max(lastSeq, seq);
        }
        records++;
        digest.update(bytes, header + RecordLayout.PAYLOAD_CRC_OFFSET, Long.BYTES);
    }

    /** Records counted. */
    long records() {
        return records;
    }

    /** Writes the SEAL for what was counted so far. */
    void seal(PayloadWriter out) {
        out.begin(RecordType.SEAL, 0).array(6);
        for (long value : values()) {
            out.integer(value);
        }
        out.end();
    }

    /** Whether the payload of a SEAL says what was counted so far. */
    boolean fits(PayloadReader seal) throws PayloadReader.MalformedPayloadException {
        seal.array();
        long[] said = {seal.integer(), seal.integer(), seal.integer(), seal.integer(), seal.integer(), seal.integer()};
        return Arrays.equals(said, values());
    }

    private long[] values() {
        return new long[] {records, firstNumber, lastNumber, firstSeq, lastSeq, digest.getValue()};
    }
}
