package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Source;

final class RowLayoutTest {
    @Test
    void offsetsAreThoseOfTheFormatPage() {
        int[] offsets = {RowLayout.STATE, RowLayout.STATUS, RowLayout.STARTED, RowLayout.DURATION, RowLayout.METHOD, RowLayout.ORIGIN,
            RowLayout.CONTENT_TYPE, RowLayout.TARGET, RowLayout.PATH, RowLayout.ID_LOW, RowLayout.REQUEST_BYTES, RowLayout.RESPONSE_BYTES,
            RowLayout.START, RowLayout.REQUEST_END, RowLayout.RESPONSE, RowLayout.END, RowLayout.ID_HIGH, RowLayout.STREAM,
            RowLayout.RESERVED, RowLayout.ROW_BYTES};
        assertArrayEquals(new int[] {0, 4, 8, 16, 24, 28, 32, 36, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 116, 120}, offsets);
    }

    @Test
    void partsOfTheStateDoNotOverlap() {
        int[] parts = {RowLayout.PHASE_MASK, RowLayout.ERROR_MASK << RowLayout.ERROR_SHIFT, RowLayout.SOURCE_MASK << RowLayout.SOURCE_SHIFT,
            RowLayout.HAS_RESPONSE, RowLayout.REQUEST_WHOLE, RowLayout.RESPONSE_WHOLE, RowLayout.SHED, RowLayout.HAS_INFORMATIONAL,
            RowLayout.HAS_STREAM};
        int all = 0;
        for (int part : parts) {
            assertEquals(0, all & part);
            all |= part;
        }
        assertEquals(0x3FFFF, all);
    }

    @Test
    void everyErrorClassAndSourceFits() {
        assertTrue(ErrorClass.values().length <= RowLayout.ERROR_MASK && Source.values().length <= RowLayout.SOURCE_MASK + 1);
    }

    /** Their numbers are on disk, in the index. */
    @Test
    void errorClassesAndSourcesKeepTheirNumbers() {
        assertEquals("[DNS, CONNECT_REFUSED, CONNECT_TIMEOUT, CONNECT_FAILED, TLS, RESET, CLOSED, TIMEOUT, PROTOCOL, CLIENT_ABORTED, "
                + "BLOCKED_BY_RULE, LOOP, UPSTREAM_PROXY, PROXY_STOPPED, INTERNAL]", java.util.Arrays.toString(ErrorClass.values()));
        assertEquals("[EXPLICIT, TRANSPARENT, REPLAY, HAR, RULE]", java.util.Arrays.toString(Source.values()));
    }
}
