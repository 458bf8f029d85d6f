package proxymcp.template;

import java.util.Locale;
import java.util.Optional;

/**
 * What a digest is made of.
 *
 * @param kind what it is
 * @param argument the field left out of a query or form, the field meant, the name of a value, the text itself, the digest of a body; empty otherwise
 */
public record RecipePart(Kind kind, String argument) {
    /** Kinds of parts. All are taken of the request as it is about to be sent. */
    public enum Kind {
        /** The method. */
        METHOD,
        /** Host, and the port where it is not the default. */
        HOST,
        /** The path, without the query. */
        PATH,
        /** Path and query, without the parameter {@code argument}. */
        TARGET,
        /** The query as sent, without the parameter {@code argument}. */
        QUERY,
        /** The query sorted by name, as sent, without {@code argument}. */
        SORTED_QUERY,
        /** Names and values of the query, decoded and sorted by name, with nothing between them, without {@code argument}. */
        SORTED_PAIRS,
        /** The form as sent, without the field {@code argument}. */
        FORM,
        /** The form sorted by name, as sent, without {@code argument}. */
        SORTED_FORM,
        /** The body. */
        BODY,
        /** The digest of the body in lower-case hex, by algorithm {@code argument}. */
        BODY_HASH,
        /** The value of another field of the request, {@code request.header.x-time}. */
        FIELD,
        /** The value of that name: an extract, an input or a derived one. */
        VALUE,
        /** The text {@code argument}. */
        LITERAL;

        /** The word in templates. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The kind of that word; empty if it is none. */
        public static Optional<Kind> of(String word) {
            for (Kind kind : values()) {
                if (kind.word().equals(word)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }
}
