package proxymcp.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Textual encoding of keys and certificates (RFC 7468). */
final class Pem {
    static final String CERTIFICATE = "CERTIFICATE";
    static final String PRIVATE_KEY = "PRIVATE KEY";

    private Pem() {}

    /** One block with 64 characters a line, ended by a line feed. */
    static String encode(String label, byte[] der) {
        byte[] lineFeed = {'\n'};
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, lineFeed).encodeToString(der)
                + "\n-----END " + label + "-----\n";
    }

    /**
     * The contents of all blocks with {@code label}, in order; other text between them is skipped.
     *
     * @throws IllegalArgumentException if a block has no end or holds what is not base64
     */
    static List<byte[]> decodeAll(String label, String text) {
        String begin = "-----BEGIN " + label + "-----";
        String end = "-----END " + label + "-----";
        List<byte[]> blocks = new ArrayList<>();
        int at = text.indexOf(begin);
        while (at >= 0) {
            int start = at + begin.length();
            int stop = text.indexOf(end, start);
            if (stop < 0) {
                throw new IllegalArgumentException("\"" + begin + "\" without \"" + end + "\"");
            }
            String base64 = text.substring(start, stop).replaceAll("\\s", "");
            blocks.add(Base64.getDecoder().decode(base64.getBytes(StandardCharsets.ISO_8859_1)));
            at = text.indexOf(begin, stop);
        }
        return blocks;
    }
}
