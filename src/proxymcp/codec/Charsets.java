package proxymcp.codec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;

/**
 * Which charset a body is in, and whether it is text at all. Captured bytes stay bytes; this is only for showing them.
 *
 * <p>The order of belief: a byte order mark; the {@code charset} parameter; what HTML or XML says about itself in its first
 * {@value #SNIFF_BYTES} bytes; then UTF-8, unless no byte above 0x7F belongs to valid UTF-8: then it is Latin-1.
 */
public final class Charsets {
    static final int SNIFF_BYTES = 1024;

    private Charsets() {}

    /**
     * The charset of a whole body.
     *
     * @param contentType the value of {@code Content-Type}, empty if there was none
     * @param bytes the content with content codings undone
     */
    public static Charset choose(String contentType, byte[] bytes) {
        return declared(contentType, bytes).orElseGet(() ->
                Utf8Scan.of(bytes).wholeLooksLikeLatin1() ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }

    /**
     * The charset of a body by its first bytes.
     *
     * @param contentType the value of {@code Content-Type}, empty if there was none
     * @param bytes the beginning of the content with content codings undone
     */
    public static Charset chooseByPrefix(String contentType, byte[] bytes) {
        return declared(contentType, bytes).orElseGet(() ->
                Utf8Scan.of(bytes).looksLikeLatin1() ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }

    /**
     * The text of a whole body, with U+FFFD where bytes do not fit the charset; a byte order mark is left out.
     *
     * @param contentType the value of {@code Content-Type}, empty if there was none
     */
    public static String text(String contentType, byte[] bytes) {
        return decode(choose(contentType, bytes), bytes, true);
    }

    /**
     * The text of a body's first bytes, as {@link #text}; a character that the cut went through is left out.
     *
     * @param contentType the value of {@code Content-Type}, empty if there was none
     */
    public static String textOfPrefix(String contentType, byte[] bytes) {
        return decode(chooseByPrefix(contentType, bytes), bytes, false);
    }

    /**
     * Whether content can be shown as text. Types that say so are believed unless the bytes hold NUL; types known to be
     * binary are believed; for the rest the bytes decide.
     *
     * @param contentType the value of {@code Content-Type}, empty if there was none
     * @param bytes the content with content codings undone, or its beginning
     */
    public static boolean isTextual(String contentType, byte[] bytes) {
        if (byteOrderMark(bytes).isPresent()) {
            return true;
        }
        boolean wide = parameter(contentType).flatMap(Charsets::named).filter(Charsets::isWide).isPresent();
        return switch (MediaKind.of(mediaType(contentType))) {
            case TEXT -> wide || !holdsNul(bytes);
            case BINARY -> false;
            case UNKNOWN -> !holdsNul(bytes) && Utf8Scan.of(bytes).looksLikeText();
        };
    }

    /** The charset that the {@code charset} parameter of a {@code Content-Type} value names; empty if it names none that is known here. */
    public static Optional<Charset> ofParameter(String contentType) {
        return parameter(contentType).flatMap(Charsets::named);
    }

    /** The media type of a {@code Content-Type} value, in lower case and without parameters. */
    public static String mediaType(String contentType) {
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    /**
     * The charset that a body or its message names: by a byte order mark, the {@code charset} parameter, or inside HTML and XML; empty if none
     * does.
     *
     * @param contentType the value of {@code Content-Type}, empty if there was none
     * @param bytes the beginning of the content with content codings undone
     */
    public static Optional<Charset> declared(String contentType, byte[] bytes) {
        return byteOrderMark(bytes)
                .or(() -> parameter(contentType).flatMap(Charsets::named))
                .or(() -> declaredInside(contentType, bytes));
    }

    /** Whether octets of ASCII are not ASCII characters in it: UTF-16 and UTF-32. */
    public static boolean isWide(Charset charset) {
        return charset.name().startsWith("UTF-16") || charset.name().startsWith("UTF-32");
    }

    private static boolean holdsNul(byte[] bytes) {
        for (byte octet : bytes) {
            if (octet == 0) {
                return true;
            }
        }
        return false;
    }

    private static Optional<Charset> byteOrderMark(byte[] bytes) {
        if (startsWith(bytes, 0xef, 0xbb, 0xbf)) {
            return Optional.of(StandardCharsets.UTF_8);
        }
        if (startsWith(bytes, 0xfe, 0xff)) {
            return Optional.of(StandardCharsets.UTF_16BE);
        }
        if (startsWith(bytes, 0xff, 0xfe)) {
            return Optional.of(StandardCharsets.UTF_16LE);
        }
        return Optional.empty();
    }

    private static boolean startsWith(byte[] bytes, int... octets) {
        if (bytes.length < octets.length) {
            return false;
        }
        for (int i = 0; i < octets.length; i++) {
            if ((bytes[i] & 0xff) != octets[i]) {
                return false;
            }
        }
        return true;
    }

    /** The {@code charset} parameter of a media type (RFC 9110 section 8.3.1), quotes removed. */
    private static Optional<String> parameter(String contentType) {
        int semicolon = contentType.indexOf(';');
        while (semicolon >= 0) {
            int next = contentType.indexOf(';', semicolon + 1);
            String part = contentType.substring(semicolon + 1, next < 0 ? contentType.length() : next).strip();
            if (part.regionMatches(true, 0, "charset=", 0, 8)) {
                return Optional.of(unquoted(part.substring(8).strip()));
            }
            semicolon = next;
        }
        return Optional.empty();
    }

    private static String unquoted(String value) {
        if (value.length() > 1 && (value.startsWith("\"") || value.startsWith("'"))) {
            int close = value.indexOf(value.charAt(0), 1);
            return value.substring(1, close < 0 ? value.length() : close).strip();
        }
        return value;
    }

    private static Optional<Charset> named(String name) {
        try {
            return Optional.of(Charset.forName(name));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            // Servers send "utf8mb4", "none" and worse; the next source of belief decides.
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Charset> declaredInside(String contentType, byte[] bytes) {
        String type = mediaType(contentType);
        boolean html = type.contains("html");
        if (!html && !type.endsWith("xml")) {
            return Optional.empty();
        }
        String head = new String(bytes, 0, Math.min(bytes.length, SNIFF_BYTES), StandardCharsets.ISO_8859_1)
                .toLowerCase(Locale.ROOT);
        Optional<String> name = head.startsWith("<?xml") ? valueAfter(head, "encoding", "?>") : Optional.empty();
        if (name.isEmpty() && html) {
            name = metaCharset(head);
        }
        // A declaration that could be read byte by byte is not in UTF-16 (HTML, "prescan", step on UTF-16).
        return name.flatMap(Charsets::named).map(found -> isWide(found) ? StandardCharsets.UTF_8 : found);
    }

    private static Optional<String> metaCharset(String head) {
        int meta = head.indexOf("<meta");
        while (meta >= 0) {
            int end = head.indexOf('>', meta);
            Optional<String> name = valueAfter(head.substring(meta, end < 0 ? head.length() : end), "charset", ">");
            if (name.isPresent()) {
                return name;
            }
            meta = head.indexOf("<meta", meta + 5);
        }
        return Optional.empty();
    }

    /** The value in {@code name = "value"}, quoted or not, if it stands before {@code end}. */
    private static Optional<String> valueAfter(String text, String name, String end) {
        int stop = text.indexOf(end);
        String within = stop < 0 ? text : text.substring(0, stop);
        int at = within.indexOf(name);
        if (at < 0) {
            return Optional.empty();
        }
        String rest = within.substring(at + name.length()).strip();
        if (!rest.startsWith("=")) {
            return Optional.empty();
        }
        rest = rest.substring(1).strip();
        if (rest.startsWith("\"") || rest.startsWith("'")) {
            return Optional.of(unquoted(rest));
        }
        int length = 0;
        while (length < rest.length() && " \t\r\n\"';/>".indexOf(rest.charAt(length)) < 0) {
            length++;
        }
        return Optional.of(rest.substring(0, length));
    }

    private static String decode(Charset charset, byte[] bytes, boolean whole) {
        CharsetDecoder decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        CharBuffer chars = CharBuffer.allocate((int) (bytes.length * (double) decoder.maxCharsPerByte()) + 2);
        decoder.decode(ByteBuffer.wrap(bytes), chars, whole);
        if (whole) {
            decoder.flush(chars);
        }
        chars.flip();
        return chars.length() > 0 && chars.charAt(0) == '\ufeff' ? chars.subSequence(1, chars.length()).toString()
                : chars.toString();
    }
}
