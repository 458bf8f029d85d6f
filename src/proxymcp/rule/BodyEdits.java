package proxymcp.rule;

import java.util.List;
import proxymcp.http.Fields;
import proxymcp.text.Regex;
import proxymcp.text.TimeLimit;

/**
 * What is replaced in a body, as text: first the literals, in order, then the expressions.
 *
 * @param literals of each the first occurrence is replaced
 * @param expressions of each every occurrence is replaced
 */
public record BodyEdits(List<Literal> literals, List<Expression> expressions) {
    /** Nothing. */
    public static final BodyEdits NONE = new BodyEdits(List.of(), List.of());

    /** Octets a body may have, decoded, to be changed; larger ones pass as they are. */
    public static final int DECODED_BYTES_MAX = 8 << 20;

    /** A text and what stands in its place. */
    public record Literal(String match, String replacement) {
        /** @throws IllegalArgumentException if there is nothing to look for */
        public Literal {
            if (match.isEmpty()) {
                throw new IllegalArgumentException("expected a text to look for, got \"\"");
            }
        }
    }

    /** An expression and what stands in place of what it finds; {@code $1} and {@code ${name}} are groups. */
    public record Expression(Regex match, String replacement) {
        /** @throws IllegalArgumentException if the replacement names a group that is not there */
        public Expression {
            match.checkReplacement(replacement);
        }
    }

    /**
     * A body and the fields that describe it.
     *
     * @param octets transfer coding removed, content coding as the fields say
     * @param fields of its head; where the body cannot be coded as it was, Content-Encoding is gone. Content-Length is as it was.
     */
    public record Content(byte[] octets, Fields fields) {}

    /** Copies the lists. */
    public BodyEdits {
        literals = List.copyOf(literals);
        expressions = List.copyOf(expressions);
    }

    /** Whether nothing is replaced. */
    public boolean isNone() {
        return literals.isEmpty() && expressions.isEmpty();
    }

    /**
     * Replaces in a whole body: undoes its content coding, replaces in its charset, and codes it as its new head says. Where anything of that
     * cannot be done the body stays as it is, with a note. All expressions together have the time of one edit, and more of it the longer the body
     * is. CPU-bound.
     *
     * @param received fields that describe the octets
     * @param sent fields that it goes out with, which an edit of the head may have given another Content-Encoding
     * @return with {@code sent}
     */
    public Edited<Content> apply(byte[] octets, Fields received, Fields sent, TimeLimit limit) {
        return isNone() || octets.length == 0 ? Edited.same(new Content(octets, sent)) : new BodyRewrite(this, limit).of(octets, received, sent);
    }
}
