package proxymcp.template;

import java.util.List;

/** A value that the client makes: how. */
public sealed interface DerivedValue {
    /**
     * The time of sending.
     *
     * @param format {@code seconds}, {@code millis}, {@code micros}, {@code iso} or {@code http}
     */
    record Timestamp(String format) implements DerivedValue {}

    /** A random UUID. */
    record Uuid() implements DerivedValue {}

    /**
     * Random characters.
     *
     * @param alphabet {@code hex}, {@code digits}, {@code alphanumeric} or {@code base64url}
     * @param chars how many
     */
    record Nonce(String alphabet, int chars) implements DerivedValue {}

    /** A number that rises from request to request. */
    record Counter(long start, long increment) implements DerivedValue {}

    /**
     * A digest of parts of the request.
     *
     * @param algorithm as the Java platform names it: {@code SHA-256}
     * @param encoding {@code hex}, {@code HEX}, {@code base64} or {@code base64url}
     * @param separator stands between the parts
     */
    record Hash(String algorithm, String encoding, String separator, List<RecipePart> parts) implements DerivedValue {
        /** Copies the list. */
        public Hash {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A keyed digest (RFC 2104) of parts of the request.
     *
     * @param algorithm as the Java platform names it: {@code HmacSHA256}
     * @param encoding as for {@link Hash}
     * @param key its UTF-8 is the key
     * @param separator stands between the parts
     */
    record Hmac(String algorithm, String encoding, RecipePart key, String separator, List<RecipePart> parts) implements DerivedValue {
        /** Copies the list. */
        public Hmac {
            parts = List.copyOf(parts);
        }
    }

    /**
     * The challenge of a verifier by S256 (RFC 7636 section 4.2).
     *
     * @param verifier the name of its value
     */
    record Pkce(String verifier) implements DerivedValue {}

    /**
     * A text with placeholders that is coded as a whole.
     *
     * @param template as in {@link TemplateStep}
     * @param codings what is done to it, in order
     */
    record Composed(String template, List<Coding> codings) implements DerivedValue {
        /** Copies the list. */
        public Composed {
            codings = List.copyOf(codings);
        }
    }
}
