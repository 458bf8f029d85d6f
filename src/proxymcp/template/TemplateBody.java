package proxymcp.template;

import java.util.List;

/** The body that a step sends. */
public sealed interface TemplateBody {
    /** No body. */
    record None() implements TemplateBody {}

    /** Text with placeholders, sent as UTF-8. */
    record Text(String template) implements TemplateBody {}

    /** Octets, as recorded. */
    record Octets(String base64) implements TemplateBody {}

    /** Text and octets in turn, as in uploads: each block is sent behind the one before it. */
    record Mixed(List<Block> blocks) implements TemplateBody {
        /** Copies the list. */
        public Mixed {
            blocks = List.copyOf(blocks);
        }
    }

    /**
     * A block of a body.
     *
     * @param content of {@code TEXT} a text with placeholders, sent as UTF-8; of {@code OCTETS} their Base64; of {@code VALUE} a name, whose value is Base64
     */
    record Block(Kind kind, String content) {
        /** What a block is. */
        public enum Kind {
            /** Text with placeholders. */
            TEXT,
            /** Octets as recorded. */
            OCTETS,
            /** Octets that a value gives. */
            VALUE
        }
    }

    /**
     * A body too large for a template: it is read from the session.
     *
     * @param bytes its size
     */
    record Recorded(long bytes) implements TemplateBody {}
}
