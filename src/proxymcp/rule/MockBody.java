package proxymcp.rule;

import java.nio.file.Path;

/** The body of a mocked answer. */
public sealed interface MockBody {
    /** Text, sent as UTF-8. */
    record Text(String text) implements MockBody {}

    /** Octets. */
    record Octets(byte[] octets) implements MockBody {}

    /** What the file holds when the answer is sent. */
    record Contents(Path file) implements MockBody {}
}
