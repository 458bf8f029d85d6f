package proxymcp.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One exchange in {@code index.rows}: row {@code seq - 1}. Integers are little-endian; a row is there once {@code state} is not 0.
 * <pre>
 *   offset  size  field
 *        0     4  state          bits 0..1 phase (0 none, 1 in flight, 2 complete, 3 incomplete), 2..7 error class + 1, 8..11 source,
 *                                12 response, 13 request body kept whole, 14 response body kept whole, 15 something was shed,
 *                                16 informational responses, 17 it is a stream;
 *                                written last, by a release store
 *        4     4  status         status code, 0 without a response
 *        8     8  started        epoch milliseconds
 *       16     8  duration       nanoseconds, -1 while in flight
 *       24     4  method        \
 *       28     4  origin         | offsets of entries in index.names; 0 is the empty text
 *       32     4  contentType    |
 *       36     4  target        /
 *       40     8  path           offset of an entry in index.paths: what follows the origin in the URL
 *       48     8  idLow          lower half of the exchange id
 *       56     8  requestBytes   octets of the request body that passed
 *       64     8  responseBytes  octets of the response body that passed
 *       72     8  start          position of the START record
 *       80     8  requestEnd     position of the REQUEST_END record, or 0
 *       88     8  response       position of the RESPONSE record, or 0
 *       96     8  end            position of the END record, or 0
 *      104     8  idHigh         upper half of the exchange id
 *      112     4  stream         number of its row in index.streams, or 0
 *      116     4  reserved       zero
 * </pre>
 */
final class RowLayout {
    static final int STATE = 0;
    static final int STATUS = 4;
    static final int STARTED = 8;
    static final int DURATION = 16;
    static final int METHOD = 24;
    static final int ORIGIN = 28;
    static final int CONTENT_TYPE = 32;
    static final int TARGET = 36;
    static final int PATH = 40;
    static final int ID_LOW = 48;
    static final int REQUEST_BYTES = 56;
    static final int RESPONSE_BYTES = 64;
    static final int START = 72;
    static final int REQUEST_END = 80;
    static final int RESPONSE = 88;
    static final int END = 96;
    static final int ID_HIGH = 104;
    static final int STREAM = 112;
    static final int RESERVED = 116;
    static final int ROW_BYTES = RESERVED + Integer.BYTES;   // 120, pinned by RowLayoutTest

    static final int PHASE_MASK = 0b11;
    static final int IN_FLIGHT = 1;
    static final int COMPLETE = 2;
    static final int INCOMPLETE = 3;
    static final int ERROR_SHIFT = 2;
    static final int ERROR_MASK = 0x3F;
    static final int SOURCE_SHIFT = 8;
    static final int SOURCE_MASK = 0xF;
    static final int HAS_RESPONSE = 1 << 12;
    static final int REQUEST_WHOLE = 1 << 13;
    static final int RESPONSE_WHOLE = 1 << 14;
    static final int SHED = 1 << 15;
    static final int HAS_INFORMATIONAL = 1 << 16;
    static final int HAS_STREAM = 1 << 17;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private RowLayout() {}

    static int state(ByteBuffer extent, int at) {
        return (int) INT.getAcquire(extent, at + STATE);
    }

    static void publish(ByteBuffer extent, int at, int state) {
        INT.setRelease(extent, at + STATE, state);
    }
}
