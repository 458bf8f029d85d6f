package proxymcp.replay;

import java.io.ByteArrayOutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import proxymcp.codec.EditableText;

/**
 * Names and values as a query or a posted form has them: {@code a=1&b=2}, one character an octet. What is not changed keeps its octets, empty parts
 * and odd escapes included. Not for several threads.
 */
final class PairText {
    private static final String UNRESERVED = "-._~";

    private final List<String> parts;
    private final Charset charset;
    private final String space;

    private PairText(String text, Charset charset, String space) {
        this.parts = new ArrayList<>(text.isEmpty() ? List.of() : List.of(text.split("&", -1)));
        this.charset = charset;
        this.space = space;
    }

    /** The query of a target, without its question mark. */
    static PairText ofQuery(String query) {
        return new PairText(query, StandardCharsets.UTF_8, "%20");
    }

    /** A form of type {@code application/x-www-form-urlencoded}. */
    static PairText ofForm(String form, Charset charset) {
        return new PairText(form, charset, "+");
    }

    /**
     * Puts a value in place of all of that name, where the first of them stood and spelt as that was; at the end if there was none.
     *
     * @throws CharacterCodingException if the charset lacks one of its characters
     */
    PairText set(String name, String value) throws CharacterCodingException {
        String encoded = encoded(value);
        boolean placed = false;
        for (int i = 0; i < parts.size(); i++) {
            if (isNamed(parts.get(i), name)) {
                if (placed) {
                    parts.remove(i--);
                } else {
                    int equals = parts.get(i).indexOf('=');
                    parts.set(i, (equals < 0 ? parts.get(i) : parts.get(i).substring(0, equals)) + "=" + encoded);
                    placed = true;
                }
            }
        }
        if (!placed) {
            parts.add(encoded(name) + "=" + encoded);
        }
        return this;
    }

    /** Removes all of that name; false if there was none. */
    boolean remove(String name) {
        return parts.removeIf(part -> isNamed(part, name));
    }

    /** Whether nothing is left. */
    boolean isEmpty() {
        return parts.isEmpty();
    }

    @Override
    public String toString() {
        return String.join("&", parts);
    }

    /** An empty part between two ampersands is no pair. */
    private boolean isNamed(String part, String name) {
        int equals = part.indexOf('=');
        String own = equals < 0 ? part : part.substring(0, equals);
        return !part.isEmpty() && decoded(own).equals(name);
    }

    /** A plus is a space and {@code %xx} an octet; what is no escape stands for itself. */
    private String decoded(String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
            if (low >= 0) {
                octets.write(high << 4 | low);
                i += 2;
            } else {
                octets.write(c == '+' ? ' ' : c);
            }
        }
        return octets.toString(charset);
    }

    private String encoded(String text) throws CharacterCodingException {
        return encoded(text, charset, space);
    }

    /** Everything but what RFC 3986 section 2.3 calls unreserved as {@code %XX}. */
    static String encoded(String text, Charset charset, String space) throws CharacterCodingException {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : EditableText.encode(text, charset)) {
            char c = (char) (octet & 0xFF);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else if (c == ' ') {
                encoded.append(space);
            } else {
                encoded.append('%').append("0123456789ABCDEF".charAt(c >> 4)).append("0123456789ABCDEF".charAt(c & 15));
            }
        }
        return encoded.toString();
    }
}
