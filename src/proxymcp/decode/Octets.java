package proxymcp.decode;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** What a run of octets is, told by looking at it: the question behind every layer that any letters could be. */
final class Octets {
    /** Fewer printable characters come out of random octets too often. */
    private static final int TEXT_CHARS_MIN = 12;
    private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

    private Octets() {}

    /** Whether they are something that a wrapper of letters is used for: JSON, compressed data, or readable text. */
    static boolean areMeaningful(byte[] octets) {
        if (isGzip(octets) || isZstd(octets) || isZlib(octets)) {
            return true;
        }
        Optional<String> text = readable(octets);
        return text.isPresent() && (text.get().length() >= TEXT_CHARS_MIN || JsonLook.isDocument(text.get()));
    }

    /** The text, if they are UTF-8 without control characters but those of lines. */
    static Optional<String> readable(byte[] octets) {
        for (byte octet : octets) {
            if (octet >= 0 && octet < 0x20 && octet != '\t' && octet != '\n' && octet != '\r' || octet == 0x7f) {
                return Optional.empty();
            }
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
            return isPlausible(text) ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }

    /** Random octets that happen to be UTF-8 are letters of scripts that nobody mixes, and unassigned ones. */
    private static boolean isPlausible(String text) {
        int wide = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 && c < 0xa0 || !Character.isDefined(c)) {
                return false;
            }
            wide += c >= 0x80 && !Character.isLetterOrDigit(c) ? 1 : 0;
        }
        return wide * 4 <= text.length();
    }

    static boolean isGzip(byte[] octets) {
        return octets.length >= 18 && octets[0] == 0x1f && (octets[1] & 0xff) == 0x8b && octets[2] == 8 && (octets[3] & 0xe0) == 0;
    }

    static boolean isZstd(byte[] octets) {
        return octets.length >= 9 && octets[0] == ZSTD_MAGIC[0] && octets[1] == ZSTD_MAGIC[1] && octets[2] == ZSTD_MAGIC[2] && octets[3] == ZSTD_MAGIC[3];
    }

    /** Whether a zlib header is followed by data that inflates: the header alone fits one of a thousand random openings. */
    static boolean isZlib(byte[] octets) {
        if (octets.length < 8 || octets[0] != 0x78 || (((octets[0] & 0xff) << 8) + (octets[1] & 0xff)) % 31 != 0 || (octets[1] & 0x20) != 0) {
            return false;
        }
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(octets);
            byte[] out = new byte[4096];
            int count = inflater.inflate(out);
            return inflater.finished() || count == out.length;
        } catch (DataFormatException notZlib) {
            return false;
        } finally {
            inflater.end();
        }
    }
}
