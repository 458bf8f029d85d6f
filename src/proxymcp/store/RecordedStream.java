package proxymcp.store;

import proxymcp.exchange.Direction;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;

/**
 * The messages of one exchange on their way to the log. Each is handed over when it has passed; of one that is longer than is held in memory the
 * parts are handed over before. Guarded by its recording's lock.
 */
final class RecordedStream {
    /** Octets of a long message that stand in its own record too, where a search or a list looks at them. */
    private static final int LONG_PREVIEW_BYTES = 4_096;
    private static final int PART_BYTES_MAX = 64 << 10;

    /** The long message of one direction that is on its way. */
    private static final class Parts {
        private final RecordType type;
        private final long reference;
        private long passed;
        private long handedOver;
        private boolean shed;

        Parts(RecordType type, long reference) {
            this.type = type;
            this.reference = reference;
        }

        void restart() {
            passed = 0;
            handedOver = 0;
            shed = false;
        }
    }

    private final StoreRecording recording;
    private final long seq;
    private final long keptMax;
    private final Parts out = new Parts(RecordType.PART_OUT, StreamCodec.PARTS_OUT);
    private final Parts in = new Parts(RecordType.PART_IN, StreamCodec.PARTS_IN);
    private long messages;

    /** @param keptMax octets that are kept of a payload */
    RecordedStream(StoreRecording recording, long seq, long keptMax) {
        this.recording = recording;
        this.seq = seq;
        this.keptMax = keptMax;
    }

    void open(PayloadWriter records, StreamOpen open) {
        StreamCodec.open(records, seq, open);
    }

    private Parts parts(Direction direction) {
        return switch (direction) {
            case OUT -> out;
            case IN -> in;
        };
    }

    /** Octets of a long payload pass. */
    void part(Direction direction, byte[] bytes, int offset, int length) {
        Parts parts = parts(direction);
        parts.passed += length;
        if (keptMax <= StreamMessage.PAYLOAD_BYTES_MAX) {
            return; // What its own record takes is enough.
        }
        for (int done = 0; done < length && !parts.shed; ) {
            int count = Math.min(length - done, PART_BYTES_MAX);
            PayloadWriter part = new PayloadWriter(RecordLayout.HEADER_BYTES + ChunkLayout.DATA_OFFSET + count);
            part.begin(parts.type, seq).fixed(0).fixed(parts.handedOver).raw(bytes, offset + done, count);
            part.end();
            if (recording.handOverPart(part)) {
                parts.handedOver += count;
            } else {
                parts.shed = true;
                recording.lostBody(1, length - done);
                recording.lacksParts();
            }
            done += count;
        }
    }

    /** A message has passed. */
    void message(PayloadWriter records, StreamMessage message) {
        Parts parts = parts(message.direction());
        boolean isLong = message.payloadBytes() > message.payload().length && parts.passed > 0;
        boolean apart = isLong && parts.handedOver > 0;
        int kept = (int) Math.min(message.payload().length, Math.min(keptMax, apart ? LONG_PREVIEW_BYTES : Integer.MAX_VALUE));
        StreamCodec.message(records, seq, messages++, message, apart ? parts.reference : Position.NONE, kept);
        if (isLong) {
            parts.restart();
        }
    }

    void end(PayloadWriter records, StreamEnd end) {
        StreamCodec.end(records, seq, end, messages);
    }
}
