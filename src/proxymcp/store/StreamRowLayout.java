package proxymcp.store;

import proxymcp.exchange.StreamKind;

/**
 * One stream in {@code index.streams}: rows are numbered from 1 in the order of the STREAM records. Integers are little-endian.
 * <pre>
 *   offset  size  field
 *        0     4  state         bits 0..1 phase (0 none, 1 open, 2 closed), 2..4 kind, 5..7 who ended it + 1
 *        4     4  closeCode     0 for none
 *        8     8  seq           its exchange
 *       16     8  opened        epoch milliseconds
 *       24     8  closed        epoch milliseconds, 0 while open
 *       32     8  framesOut     messages from the client
 *       40     8  framesIn      messages from the server
 *       48     8  bytesOut      their octets on the wire; of a tunnel, those of the request body so far
 *       56     8  bytesIn       the same of the server; of a tunnel, those of the response body
 *       64     8  lastMessage   number of its last row in index.messages, or 0
 *       72     8  passed        messages that passed: more than there are where some were not recorded
 *       80     8  stream        position of the STREAM record, 0 where that is damaged
 *       88     8  end           position of the STREAM_END record, or 0
 *       96     4  subprotocol  \
 *      100     4  extensions    | offsets of entries in index.names; 0 is the empty text
 *      104     4  lastEventId   |
 *      108     4  closeReason  /
 *      112     8  lastTime      time of its last message, or when it was opened
 * </pre>
 */
final class StreamRowLayout {
    static final int STATE = 0;
    static final int CLOSE_CODE = 4;
    static final int SEQ = 8;
    static final int OPENED = 16;
    static final int CLOSED = 24;
    static final int FRAMES_OUT = 32;
    static final int FRAMES_IN = 40;
    static final int BYTES_OUT = 48;
    static final int BYTES_IN = 56;
    static final int LAST_MESSAGE = 64;
    static final int PASSED = 72;
    static final int STREAM = 80;
    static final int END = 88;
    static final int SUBPROTOCOL = 96;
    static final int EXTENSIONS = 100;
    static final int LAST_EVENT_ID = 104;
    static final int CLOSE_REASON = 108;
    static final int LAST_TIME = 112;
    static final int ROW_BYTES = LAST_TIME + Long.BYTES;   // 120, pinned by StreamLayoutTest

    static final int PHASE_MASK = 0b11;
    static final int OPEN = 1;
    static final int CLOSED_PHASE = 2;
    static final int KIND_SHIFT = 2;
    static final int KIND_MASK = 0b111;
    static final int ENDED_BY_SHIFT = 5;
    static final int ENDED_BY_MASK = 0b111;

    private StreamRowLayout() {}

    /** The kind that a state says. */
    static StreamKind kind(int state) {
        return StreamKind.values()[Math.min(state >>> KIND_SHIFT & KIND_MASK, StreamKind.values().length - 1)];
    }
}
