package proxymcp.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Words of mapped memory that one thread releases and others acquire. */
final class Words {
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Words() {}

    static long acquire(ByteBuffer memory, int at) {
        return (long) LONG.getAcquire(memory, at);
    }

    static void release(ByteBuffer memory, int at, long value) {
        LONG.setRelease(memory, at, value);
    }
}
