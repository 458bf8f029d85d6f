package proxymcp.har;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;

/**
 * Octets of base64 text of any length, in either alphabet, with or without padding and white space. What follows the padding, and a last
 * character that makes no octet, are ignored. Not for several threads.
 */
final class HarReadBase64 extends PieceStream {
    private static final int BLOCK_CHARS = 32 << 10;

    private final InputStream text;
    private final byte[] chars = new byte[BLOCK_CHARS];
    private int held;

    /** @param text characters of both alphabets, white space and padding; nothing else */
    HarReadBase64(InputStream text) {
        this.text = text;
    }

    @Override
    byte[] next() throws IOException {
        while (!isEnded() && held < chars.length) {
            int count = text.read(chars, held, chars.length - held);
            if (count < 0) {
                end();
            } else {
                keep(count);
            }
        }
        int whole = held / 4 * 4;
        int last = isEnded() && held - whole > 1 ? held : whole;
        byte[] octets = Base64.getDecoder().decode(Arrays.copyOf(chars, last));
        System.arraycopy(chars, last, chars, 0, held - last);
        held -= last;
        return octets;
    }

    /** Keeps the next {@code count} characters, without white space and in the standard alphabet. */
    private void keep(int count) {
        int to = held;
        for (int from = held; from < held + count; from++) {
            byte c = chars[from];
            if (c == '=') {
                end();
                break;
            }
            if (c > ' ') {
                chars[to++] = c == '-' ? (byte) '+' : c == '_' ? (byte) '/' : c;
            }
        }
        held = to;
    }

    @Override
    public void close() throws IOException {
        text.close();
    }
}
