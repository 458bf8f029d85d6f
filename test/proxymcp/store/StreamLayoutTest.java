package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.StreamKind;

/** The numbers that section 7 of FORMAT.md has for streams. */
final class StreamLayoutTest {
    @Test
    void offsetsAreThoseOfTheFormatPage() {
        assertArrayEquals(new int[] {0, 4, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 100, 104, 108, 112, 120}, new int[] {
            StreamRowLayout.STATE, StreamRowLayout.CLOSE_CODE, StreamRowLayout.SEQ, StreamRowLayout.OPENED, StreamRowLayout.CLOSED,
            StreamRowLayout.FRAMES_OUT, StreamRowLayout.FRAMES_IN, StreamRowLayout.BYTES_OUT, StreamRowLayout.BYTES_IN,
            StreamRowLayout.LAST_MESSAGE, StreamRowLayout.PASSED, StreamRowLayout.STREAM, StreamRowLayout.END, StreamRowLayout.SUBPROTOCOL,
            StreamRowLayout.EXTENSIONS, StreamRowLayout.LAST_EVENT_ID, StreamRowLayout.CLOSE_REASON, StreamRowLayout.LAST_TIME,
            StreamRowLayout.ROW_BYTES});
        assertArrayEquals(new int[] {0, 4, 8, 16, 24, 32, 40, 48, 56, 60, 64, 68, 72}, new int[] {MessageRowLayout.STATE, MessageRowLayout.STREAM,
            MessageRowLayout.TIME, MessageRowLayout.POSITION, MessageRowLayout.PREVIOUS, MessageRowLayout.WIRE_BYTES,
            MessageRowLayout.PAYLOAD_BYTES, MessageRowLayout.INDEX, MessageRowLayout.CHANNEL, MessageRowLayout.TYPE, MessageRowLayout.ID_HASH,
            MessageRowLayout.RESERVED, MessageRowLayout.ROW_BYTES});
    }

    /** Their numbers are on disk. */
    @Test
    void kindsDirectionsAndEndsKeepTheirNumbers() {
        assertEquals("[WEBSOCKET, SSE, NDJSON, TUNNEL]", Arrays.toString(StreamKind.values()));
        assertEquals("[OUT, IN]", Arrays.toString(Direction.values()));
        assertEquals("[CLIENT, SERVER, BOTH, CUT, RECORDING, UNKNOWN]", Arrays.toString(EndedBy.values()));
        assertTrue(EndedBy.values().length <= StreamRowLayout.ENDED_BY_MASK);
    }
}
