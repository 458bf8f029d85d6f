package proxymcp.tool;

import proxymcp.exchange.Direction;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamMessage;
import proxymcp.json.JsonObject;

/** What a message was on the wire, as results show it: {@code fin}, {@code rsv} and {@code masked} of a frame, {@code wireBytes}. */
final class WireFacts {
    /** RSV1, which the first frame of a compressed message has (RFC 7692 section 6). */
    private static final int COMPRESSED = 4;
    private static final int HEAD_BYTES = 2;
    private static final int MASK_BYTES = 4;
    /** Payloads of this many octets or more have a longer length (RFC 6455 section 5.2). */
    private static final int TWO_OCTETS = 126;
    private static final int EIGHT_OCTETS = 1 << 16;

    private WireFacts() {}

    /** Adds them: all of them, or those that do not follow from what else is said of the message. */
    static void put(JsonObject.Builder row, StreamMessage message, boolean all) {
        boolean length = all;
        if (message.form() instanceof MessageForm.Frame frame) {
            if (all || !frame.fin()) {
                row.put("fin", frame.fin());
            }
            boolean first = message.compressed() && frame.opcode() != MessageForm.Frame.CONTINUATION;
            if (all || frame.rsv() != (first ? COMPRESSED : 0)) {
                row.put("rsv", frame.rsv());
            }
            if (all || frame.masked() != (message.direction() == Direction.OUT)) {
                row.put("masked", frame.masked());
            }
            length |= !isOrdinary(message, frame.masked());
        }
        if (length) {
            row.put("wireBytes", message.wireBytes());
        }
    }

    /** Whether a frame has as many octets as its payload makes. */
    private static boolean isOrdinary(StreamMessage message, boolean masked) {
        long payload = message.payloadBytes();
        if (message.compressed() || message.fragmented()) {
            return false;
        }
        int extended = payload < TWO_OCTETS ? 0 : payload < EIGHT_OCTETS ? Short.BYTES : Long.BYTES;
        // A frame that came from a file knows its payload alone.
        return message.wireBytes() == HEAD_BYTES + extended + (masked ? MASK_BYTES : 0) + payload || message.wireBytes() == payload;
    }
}
