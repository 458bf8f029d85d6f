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
final class HarReadEncoded extends PieceStream {
    private static final int PIECE_CHARS = 8 << 10;

    private final Reader text;
    private final ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    private final OutputStreamWriter encoder;
    private final char[] chars = new char[PIECE_CHARS];

    /**
     * @param utf8 the text; closed with this
     * @param charset one that can encode all of it
     */
    HarReadEncoded(InputStream utf8, Charset charset) {
        text = new InputStreamReader(utf8, StandardCharsets.UTF_8);
        encoder = new OutputStreamWriter(encoded, charset);
    }

    @Override
    byte[] next() throws IOException {
        int count = text.read(chars);
        if (count < 0) {
            encoder.close();
            end();
        } else {
            encoder.write(chars, 0, count);
            encoder.flush();
        }
        byte[] octets = encoded.toByteArray();
        encoded.reset();
        return octets;
    }

    @Override
    public void close() throws IOException {
        text.close();
    }
}
