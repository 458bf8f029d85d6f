package proxymcp.har;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;

/**
 * Octets of base64 text of any length, in either alphabet, with or without padding and white space. What follows the padding, and a last
 * character that makes no octet, are ignored. Not for several threads.
 */
final class HarReadBase64 extends InputStream {
    private static final int BLOCK_CHARS = 32 << 10;

    private final InputStream text;
    private final byte[] chars = new byte[BLOCK_CHARS];
    private int held;
    private byte[] octets = new byte[0];
    private int position;
    private boolean ended;

    /** @param text characters of both alphabets, white space and padding; nothing else */
    HarReadBase64(InputStream text) {
        this.text = text;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (position == octets.length) {
            if (ended) {
                return -1;
            }
            decode();
        }
        int count = Math.min(length, octets.length - position);
        System.arraycopy(octets, position, target, offset, count);
        position += count;
        return count;
    }

    private void decode() throws IOException {
        while (!ended && held < chars.length) {
            int count = text.read(chars, held, chars.length - held);
            if (count < 0) {
                ended = true;
            } else {
                keep(count);
            }
        }
        int whole = held / 4 * 4;
        int last = ended && held - whole > 1 ? held : whole;
        octets = Base64.getDecoder().decode(Arrays.copyOf(chars, last));
        position = 0;
        System.arraycopy(chars, last, chars, 0, held - last);
        held -= last;
    }

    /** Keeps the next {@code count} characters, without white space and in the standard alphabet. */
    private void keep(int count) {
        int to = held;
        for (int from = held; from < held + count; from++) {
            byte c = chars[from];
            if (c == '=') {
                ended = true;
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
