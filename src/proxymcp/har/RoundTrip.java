package proxymcp.har;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Whether octets come back from the text that they are shown as. */
final class RoundTrip {
    private RoundTrip() {}

    /** Opens octets that have been read once already. */
    interface Again {
        /** From the first octet on. */
        InputStream open() throws IOException;
    }

    /**
     * Whether {@code octets} are text in {@code charset} and this text is encoded to the same octets again.
     *
     * @param octets read until they end or turn out not to be
     * @param again the same octets, where they must be compared
     */
    static boolean isExact(Charset charset, InputStream octets, Again again) throws IOException {
        if (charset.equals(StandardCharsets.UTF_8) || charset.equals(StandardCharsets.US_ASCII) || charset.equals(StandardCharsets.ISO_8859_1)) {
            // A strict decoder takes one form of each character alone.
            return copy(charset, octets, Writer.nullWriter());
        }
        if (!charset.canEncode()) {
            return false;
        }
        try (InputStream expected = again.open()) {
            Comparison comparison = new Comparison(expected);
            return copy(charset, octets, new OutputStreamWriter(comparison, charset.newEncoder().onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT))) && comparison.isSame();
        }
    }

    private static boolean copy(Charset charset, InputStream octets, Writer to) throws IOException {
        InputStreamReader text = new InputStreamReader(octets, charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
        try (to) {
            text.transferTo(to);
            return true;
        } catch (CharacterCodingException | DifferenceException e) {
            return false;
        }
    }

    /** How many octets of the text are whole characters: the last one may have been cut off. */
    static int wholeUtf8Bytes(byte[] octets) {
        int lead = octets.length - 1;
        while (lead >= 0 && lead > octets.length - 4 && (octets[lead] & 0xC0) == 0x80) {
            lead--;
        }
        if (lead < 0) {
            return octets.length;
        }
        int first = octets[lead] & 0xFF;
        int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
        return octets.length - lead < length ? lead : octets.length;
    }

    private static final class DifferenceException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Compares what is written with what is read. */
    private static final class Comparison extends OutputStream {
        private final InputStream expected;

        Comparison(InputStream expected) {
            this.expected = expected;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            byte[] same = expected.readNBytes(length);
            if (!java.util.Arrays.equals(octets, offset, offset + length, same, 0, same.length)) {
                throw new DifferenceException();
            }
        }

        boolean isSame() throws IOException {
            return expected.read() < 0;
        }
    }
}
