package proxymcp.diff;

import java.util.Locale;
import java.util.Optional;

/** Which part of a message a field belongs to. */
public enum Part {
    /** The request method. */
    METHOD,
    /** Segments of the path, as sent; named by number from 1 or by the endpoint's parameter. */
    PATH,
    /** Parameters of the query; without a name the query as a whole. */
    QUERY,
    /** Field lines of the head and trailers but those of cookies. */
    HEADER,
    /** Cookies one by one: those sent, and those set with their attributes as {@code name;attribute}; without a name all of them. */
    COOKIE,
    /** Fields of a URL-encoded form; without a name the form as a whole. */
    FORM,
    /** Parts of a multipart body; without a name the body as a whole. */
    MULTIPART,
    /** A JSON body. */
    JSON,
    /** Claims of a JSON Web Token, wherever it stands. */
    JWT,
    /** What decoders found inside a body or a value. */
    LAYER,
    /** The response status. */
    STATUS,
    /** A body that is nothing of the above: text by lines, or octets by their digest. */
    BODY,
    /** The order of the field lines. */
    HEADER_ORDER,
    /** The spelling of the field names. */
    HEADER_CASE,
    /** The protocol version. */
    VERSION,
    /** What was agreed by TLS. */
    TLS,
    /** How long the answer took. */
    TIMING;

    /** The word in locations: {@code header_order}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The part of that word; empty if it is none. */
    public static Optional<Part> of(String word) {
        for (Part part : values()) {
            if (part.word().equals(word)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }
}
