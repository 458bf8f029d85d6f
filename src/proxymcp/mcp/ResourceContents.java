package proxymcp.mcp;

import java.util.Base64;
import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;

/** What a resource holds when it is read. */
public sealed interface ResourceContents {
    /**
     * Text.
     *
     * @param mimeType where it is worth saying
     * @param text all of it
     */
    record Text(Optional<String> mimeType, String text) implements ResourceContents {
    }

    /**
     * Bytes.
     *
     * @param mimeType where it is worth saying
     * @param bytes all of them; not to be changed any more
     */
    record Blob(Optional<String> mimeType, byte[] bytes) implements ResourceContents {
    }

    /** A JSON object as text. */
    static ResourceContents json(JsonObject object) {
        return new Text(Optional.of("application/json"), Json.text(object));
    }

    /** Text of this type. */
    static ResourceContents text(String mimeType, String text) {
        return new Text(Optional.of(mimeType), text);
    }

    /** The entry in the answer to {@code resources/read}. */
    default JsonObject entry(String uri) {
        JsonObject.Builder entry = JsonObject.builder().put("uri", uri);
        return switch (this) {
            case Text text -> entry.putIf("mimeType", text.mimeType()).put("text", text.text()).build();
            case Blob blob -> entry.putIf("mimeType", blob.mimeType())
                    .put("blob", Base64.getEncoder().encodeToString(blob.bytes())).build();
        };
    }
}
