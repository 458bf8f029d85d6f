package proxymcp.har;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Text in UTF-8 as octets of another charset. Not for several threads. */
final class HarReadEncoded extends InputStream {
    private static final int PIECE_CHARS = 8 << 10;

    private final Reader text;
    private final ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    private final OutputStreamWriter encoder;
    private final char[] chars = new char[PIECE_CHARS];
    private byte[] octets = new byte[0];
    private int position;
    private boolean ended;

    /**
     * @param utf8 the text; closed with this
     * @param charset one that can encode all of it
     */
    HarReadEncoded(InputStream utf8, Charset charset) {
        text = new InputStreamReader(utf8, StandardCharsets.UTF_8);
        encoder = new OutputStreamWriter(encoded, charset);
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
            encode();
        }
        int count = Math.min(length, octets.length - position);
        System.arraycopy(octets, position, target, offset, count);
        position += count;
        return count;
    }

    private void encode() throws IOException {
        int count = text.read(chars);
        if (count < 0) {
            encoder.close();
            ended = true;
        } else {
            encoder.write(chars, 0, count);
            encoder.flush();
        }
        octets = encoded.toByteArray();
        encoded.reset();
        position = 0;
    }

    @Override
    public void close() throws IOException {
        text.close();
    }
}
