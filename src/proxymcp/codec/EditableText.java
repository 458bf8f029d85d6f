package proxymcp.codec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A whole body as text that is to be changed: what is not changed comes back as the octets it was. A byte order mark stays where it is and is no
 * part of the text.
 *
 * @param text the characters; each stands for one octet where {@code ofOctets}
 * @param charset of the body
 * @param ofOctets whether the body is not text in its charset, so that octets stand for themselves
 * @param markBytes length of the byte order mark
 */
public record EditableText(String text, Charset charset, boolean ofOctets, int markBytes) {
    private static final String MARK = "\ufeff";

    /**
     * Reads a body.
     *
     * @param octets all of it, content codings undone
     * @param contentType the value of {@code Content-Type}, empty if there was none
     * @throws CharacterCodingException if its charset codes ASCII otherwise (UTF-16, UTF-32) and it is not text in it
     */
    public static EditableText of(byte[] octets, String contentType) throws CharacterCodingException {
        Charset charset = charset(octets, contentType);
        int mark = byteOrderMarkBytes(octets, charset);
        byte[] content = Arrays.copyOfRange(octets, mark, octets.length);
        try {
            String text = charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(content)).toString();
            // Some charsets have several forms of one text; what does not come back the same is kept as octets.
            if (Arrays.equals(encode(text, charset), content)) {
                return new EditableText(text, charset, false, mark);
            }
        } catch (CharacterCodingException e) {
            if (Charsets.isWide(charset)) {
                throw e;
            }
        }
        if (Charsets.isWide(charset)) {
            throw new CharacterCodingException();
        }
        return new EditableText(new String(content, StandardCharsets.ISO_8859_1), charset, true, mark);
    }

    /**
     * What a string looks like in {@link #text}.
     *
     * @throws CharacterCodingException if the charset lacks one of its characters
     */
    public String inText(String string) throws CharacterCodingException {
        return ofOctets ? new String(encode(string, charset), StandardCharsets.ISO_8859_1) : string;
    }

    /**
     * The octets of the body with another text, its mark included.
     *
     * @param changed characters as in {@link #text}
     * @throws CharacterCodingException if the charset lacks one of its characters
     */
    public byte[] octets(String changed) throws CharacterCodingException {
        byte[] mark = Arrays.copyOf(MARK.getBytes(charset), markBytes);
        byte[] content = encode(changed, ofOctets ? StandardCharsets.ISO_8859_1 : charset);
        byte[] whole = Arrays.copyOf(mark, mark.length + content.length);
        System.arraycopy(content, 0, whole, mark.length, content.length);
        return whole;
    }

    private static Charset charset(byte[] octets, String contentType) {
        Charset charset = Charsets.choose(contentType, octets);
        if (Charsets.declared(contentType, octets).isEmpty() && isJson(Charsets.mediaType(contentType))) {
            // RFC 8259 section 8.1: JSON has no charset parameter and is UTF-8.
            return StandardCharsets.UTF_8;
        }
        // The JDK's UTF-16 writes a mark where none was; without one it reads the big end first (RFC 2781 section 4.3).
        return charset.equals(StandardCharsets.UTF_16) ? StandardCharsets.UTF_16BE : charset;
    }

    private static boolean isJson(String mediaType) {
        return mediaType.equals("application/json") || mediaType.endsWith("+json");
    }

    private static int byteOrderMarkBytes(byte[] octets, Charset charset) {
        boolean marked = charset.equals(StandardCharsets.UTF_8) || charset.equals(StandardCharsets.UTF_16LE)
                || charset.equals(StandardCharsets.UTF_16BE);
        byte[] mark = marked ? MARK.getBytes(charset) : new byte[0];
        return octets.length >= mark.length && Arrays.equals(octets, 0, mark.length, mark, 0, mark.length) ? mark.length : 0;
    }

    /**
     * The octets of a text.
     *
     * @throws CharacterCodingException if the charset lacks one of its characters, or cannot be written
     */
    public static byte[] encode(String text, Charset charset) throws CharacterCodingException {
        if (!charset.canEncode()) {
            throw new CharacterCodingException();
        }
        ByteBuffer encoded = charset.newEncoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT).encode(CharBuffer.wrap(text));
        byte[] octets = new byte[encoded.remaining()];
        encoded.get(octets);
        return octets;
    }
}
