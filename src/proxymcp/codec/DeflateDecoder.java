package proxymcp.codec;

import java.io.IOException;
import java.io.InputStream;

/**
 * Undoes deflate. RFC 9110 section 8.4.1.2 means zlib data (RFC 1950); some servers send bare deflate data (RFC 1951)
 * under the same name, and every browser takes both. The first two bytes tell: a zlib header is a multiple of 31 and names
 * method 8.
 */
final class DeflateDecoder extends BlockInput {
    private final InflaterSource source;
    private boolean begun;
    private boolean ended;

    DeflateDecoder(InputStream in) {
        source = new InflaterSource(in, "deflate", false);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!begun) {
            begun = true;
            if (startsAsZlib()) {
                source.useZlib();
            }
        }
        if (ended) {
            return -1;
        }
        int count = source.inflate(target, offset, length);
        ended = count < 0;
        return count;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    private boolean startsAsZlib() throws IOException {
        int first = source.peek(0);
        int second = source.peek(1);
        return first >= 0 && second >= 0 && (first & 0x0f) == 8 && first >> 4 <= 7 && ((first << 8) | second) % 31 == 0;
    }
}
