package proxymcp.exchange;

import java.util.OptionalLong;

/** What a message of a stream was on the wire. */
public sealed interface MessageForm {
    /**
     * Its kind in results: {@code text}, {@code binary}, {@code continuation}, {@code close}, {@code ping}, {@code pong} or {@code opcode N}
     * of a frame, the type of an event, {@code line}.
     */
    default String type() {
        return switch (this) {
            case Frame frame -> Frame.type(frame.opcode());
            case Event event -> event.type();
            case Line line -> "line";
        };
    }

    /**
     * A frame of a WebSocket.
     *
     * @param opcode 0 to 15, as it stands in the frame: that of a fragment but the first is 0
     * @param fin whether it ends its message
     * @param rsv the three reserved bits, RSV1 as 4
     * @param masked whether its payload was masked
     */
    record Frame(int opcode, boolean fin, int rsv, boolean masked) implements MessageForm {
        /** Opcode of a fragment but the first. */
        public static final int CONTINUATION = 0;
        /** Opcode of a text message. */
        public static final int TEXT = 1;
        /** Opcode of a binary message. */
        public static final int BINARY = 2;
        /** Opcode of a close frame. */
        public static final int CLOSE = 8;
        /** Opcode of a ping. */
        public static final int PING = 9;
        /** Opcode of a pong. */
        public static final int PONG = 10;

        /** The stable name of an opcode: {@code text}. */
        public static String type(int opcode) {
            return switch (opcode) {
                case CONTINUATION -> "continuation";
                case TEXT -> "text";
                case BINARY -> "binary";
                case CLOSE -> "close";
                case PING -> "ping";
                case PONG -> "pong";
                default -> "opcode " + opcode;
            };
        }

        /** Whether it is a control frame: close, ping, pong, or a reserved one (RFC 6455 section 5.5). */
        public boolean isControl() {
            return opcode >= CLOSE;
        }
    }

    /**
     * A server-sent event.
     *
     * @param type its event type; {@code message} where it names none
     * @param id the last event id as it was when the event was dispatched; empty for none
     * @param retryMillis the reconnection time that came with it
     */
    record Event(String type, String id, OptionalLong retryMillis) implements MessageForm {}

    /** A line of JSON, or a text of a sequence. */
    record Line() implements MessageForm {}
}
