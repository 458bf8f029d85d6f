package proxymcp.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Looks for a text in payloads, as UTF-8 and ignoring the case of ASCII letters. Any thread may call. */
public final class PayloadSearch {
    private static final int PIECE_BYTES = 64 << 10;

    private final byte[] wanted;

    /** @param text not empty */
    public PayloadSearch(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("an empty text is everywhere");
        }
        wanted = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = lower(wanted[i]);
        }
    }

    private static byte lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? (byte) (octet + 32) : octet;
    }

    /** Whether the text is in a payload. */
    public boolean isIn(byte[] payload) {
        return isIn(payload, payload.length);
    }

    private boolean isIn(byte[] payload, int length) {
        byte first = wanted[0];
        for (int at = 0; at <= length - wanted.length; at++) {
            if (lower(payload[at]) == first && isAt(payload, at)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAt(byte[] payload, int at) {
        for (int i = 1; i < wanted.length; i++) {
            if (lower(payload[at + i]) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the text is in a payload, which is read as far as needed. */
    public boolean isIn(InputStream payload) throws IOException {
        int overlap = wanted.length - 1;
        byte[] window = new byte[overlap + PIECE_BYTES];
        int held = 0;
        for (int count = payload.read(window, held, PIECE_BYTES); count >= 0; count = payload.read(window, held, PIECE_BYTES)) {
            int length = held + count;
            if (isIn(window, length)) {
                return true;
            }
            held = Math.min(overlap, length);
            System.arraycopy(window, length - held, window, 0, held);
        }
        return false;
    }
}
