package proxymcp.store;

/**
 * One message in {@code index.messages}: rows are numbered from 1 in the order of the MESSAGE records. Integers are little-endian; a row does not
 * change once it is there.
 * <pre>
 *   offset  size  field
 *        0     4  state         bit 0 the row is there, 1 from the server, 2..3 form (0 frame, 1 event, 2 line), 4..7 opcode, 8 ends a
 *                               message, 9 fragmented, 10 compressed
 *        4     4  stream        number of its stream's row
 *        8     8  time          epoch milliseconds
 *       16     8  position      of the MESSAGE record
 *       24     8  previous      number of the row of its stream's message before, or 0
 *       32     8  wireBytes     octets on the wire
 *       40     8  payloadBytes  octets of the payload
 *       48     8  index         its number in its stream, from 0
 *       56     4  channel      \ offsets of entries in index.names; 0 is the empty text
 *       60     4  type         / type of an event; else 0
 *       64     4  idHash        of an event's id, see FORMAT.md; 0 without one
 *       68     4  reserved      zero
 * </pre>
 */
final class MessageRowLayout {
    static final int STATE = 0;
    static final int STREAM = 4;
    static final int TIME = 8;
    static final int POSITION = 16;
    static final int PREVIOUS = 24;
    static final int WIRE_BYTES = 32;
    static final int PAYLOAD_BYTES = 40;
    static final int INDEX = 48;
    static final int CHANNEL = 56;
    static final int TYPE = 60;
    static final int ID_HASH = 64;
    static final int RESERVED = 68;
    static final int ROW_BYTES = RESERVED + Integer.BYTES;   // 72, pinned by StreamLayoutTest

    static final int THERE = 1;
    static final int FROM_SERVER = 1 << 1;
    static final int FORM_SHIFT = 2;
    static final int FORM_MASK = 0b11;
    static final int FRAME = 0;
    static final int EVENT = 1;
    static final int LINE = 2;
    static final int OPCODE_SHIFT = 4;
    static final int OPCODE_MASK = 0xF;
    static final int COMPLETES = 1 << 8;
    static final int FRAGMENTED = 1 << 9;
    static final int COMPRESSED = 1 << 10;

    private MessageRowLayout() {}
}
