package proxymcp.proxy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Checks whether octets that pass in pieces are UTF-8 (RFC 3629), however many they are; holds none of them. Not for several threads. */
final class Utf8Check {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    /** Octets that the character lacks, and between which bounds the next one lies. */
    private int lacking;
    private int least;
    private int most;
    private boolean broken;

    /** Whether these octets are UTF-8, all in all. */
    static boolean isUtf8(byte[] bytes, int offset, int length) {
        Utf8Check check = new Utf8Check();
        check.feed(bytes, offset, length);
        return check.isSound(true);
    }

    /** Begins anew. */
    void reset() {
        lacking = 0;
        broken = false;
    }

    /** The next octets. */
    void feed(byte[] bytes, int offset, int length) {
        int end = offset + length;
        for (int at = offset; at < end && !broken; ) {
            if (lacking == 0 && at <= end - Long.BYTES && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
                at += Long.BYTES; // Most of most texts is ASCII.
            } else {
                one(bytes[at++] & 0xFF);
            }
        }
    }

    private void one(int octet) {
        if (lacking > 0) {
            broken = octet < least || octet > most;
            lacking--;
            least = 0x80;
            most = 0xBF;
        } else if (octet >= 0x80) {
            broken = octet < 0xC2 || octet > 0xF4;
            lacking = octet < 0xE0 ? 1 : octet < 0xF0 ? 2 : 3;
            // Neither longer forms than needed, nor surrogates, nor what is beyond U+10FFFF.
            least = octet == 0xE0 ? 0xA0 : octet == 0xF0 ? 0x90 : 0x80;
            most = octet == 0xED ? 0x9F : octet == 0xF4 ? 0x8F : 0xBF;
        }
    }

    /** Whether the octets are UTF-8; {@code whole}: none follows, so that the last character has to be complete. */
    boolean isSound(boolean whole) {
        return !broken && !(whole && lacking > 0);
    }
}
