package proxymcp.search;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Octets to look for, as they are or with ASCII letters in either case. Long ones by steps of up to their length (Boyer, Moore and Horspool),
 * short ones eight octets at a time. Any thread may call.
 */
final class OctetNeedle {
    /** Shorter ones make steps too small to be worth the look-up. */
    private static final int STEPPING_BYTES = 4;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;

    private final byte[] wanted;
    private final byte[] fold = new byte[256];
    /** By how much to step when an octet stands where the last one should; 0 if it is that. */
    private final int[] steps = new int[256];
    private final int stepOnLast;
    private final long firstEverywhere;
    private final long caseEverywhere;

    /** @param octets at least one */
    OctetNeedle(byte[] octets, boolean caseSensitive) {
        for (int i = 0; i < fold.length; i++) {
            fold[i] = (byte) (!caseSensitive && i >= 'A' && i <= 'Z' ? i + 32 : i);
        }
        wanted = octets.clone();
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = fold[wanted[i] & 0xFF];
        }
        int last = wanted.length - 1;
        int[] byFolded = new int[256];
        Arrays.fill(byFolded, wanted.length);
        for (int i = 0; i < last; i++) {
            byFolded[wanted[i] & 0xFF] = last - i;
        }
        stepOnLast = byFolded[wanted[last] & 0xFF];
        byFolded[wanted[last] & 0xFF] = 0;
        for (int i = 0; i < steps.length; i++) {
            steps[i] = byFolded[fold[i] & 0xFF];
        }
        byte first = wanted[0];
        firstEverywhere = (first & 0xFFL) * ONES;
        caseEverywhere = !caseSensitive && first >= 'a' && first <= 'z' ? 0x20 * ONES : 0;
    }

    int length() {
        return wanted.length;
    }

    /** Whether the octets stand between {@code from} and {@code to}. */
    boolean isIn(byte[] text, int from, int to) {
        return wanted.length >= STEPPING_BYTES ? stepping(text, from, to) : scanning(text, from, to);
    }

    private boolean stepping(byte[] text, int from, int to) {
        int last = wanted.length - 1;
        int at = from + last;
        while (at < to) {
            int step = steps[text[at] & 0xFF];
            if (step == 0) {
                if (isAt(text, at - last)) {
                    return true;
                }
                step = stepOnLast;
            }
            at += step;
        }
        return false;
    }

    private boolean scanning(byte[] text, int from, int to) {
        int end = to - wanted.length + 1;
        int at = from;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            // An octet of x is 0 where the first one stands; the test may be wrong for octets above such a one, which isAt sorts out.
            long x = ((long) LONG.get(text, at) | caseEverywhere) ^ firstEverywhere;
            for (long found = x - ONES & ~x & HIGHS; found != 0; found &= found - 1) {
                if (isAt(text, at + (Long.numberOfTrailingZeros(found) >>> 3))) {
                    return true;
                }
            }
        }
        for (; at < end; at++) {
            if (isAt(text, at)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAt(byte[] text, int at) {
        for (int i = 0; i < wanted.length; i++) {
            if (fold[text[at + i] & 0xFF] != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
