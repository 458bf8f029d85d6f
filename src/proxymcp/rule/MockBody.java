package proxymcp.rule;

import java.nio.file.Path;
import java.util.Arrays;

/** The body of a mocked answer. */
public sealed interface MockBody {
    /** Text, sent as UTF-8. */
    record Text(String text) implements MockBody {}

    /** Octets. */
    record Octets(byte[] octets) implements MockBody {
        @Override
        public boolean equals(Object other) {
            return other instanceof Octets same && Arrays.equals(octets, same.octets);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(octets);
        }

        @Override
        public String toString() {
            return "Octets[" + octets.length + "]";
        }
    }

    /** What the file holds when the answer is sent. */
    record Contents(Path file) implements MockBody {}
}
