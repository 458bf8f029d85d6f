package proxymcp.store;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a body of a session was decoded to.
 *
 * @param body SHA-256 of the body's octets as they are kept, lower-case hex
 * @param about what the message said of its body: the values of Content-Encoding and Content-Type. The same octets may mean something else elsewhere
 * @param decoders ids of the decoders, in the order of peeling
 * @param kind {@code json}, {@code text} or {@code binary}
 * @param complete whether every layer was decoded in full
 * @param content UTF-8 text, or octets of kind {@code binary}
 */
public record Artifact(String body, String about, List<String> decoders, String kind, boolean complete, byte[] content) {
    /** Copies the list. */
    public Artifact {
        decoders = List.copyOf(decoders);
    }

    /** Whether {@link #content} is text. */
    public boolean isText() {
        return !kind.equals("binary");
    }

    /** The content as text. */
    public String text() {
        return new String(content, StandardCharsets.UTF_8);
    }
}
