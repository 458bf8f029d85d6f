package proxymcp.mcp;

import java.util.Optional;
import proxymcp.json.JsonObject;

/**
 * A resource with a fixed URI.
 *
 * @param uri an RFC 3986 URI
 * @param name for programs
 * @param title for people
 * @param description what it holds
 * @param mimeType of its contents, where it has one
 * @param reader what runs when it is read
 */
public record Resource(String uri, String name, String title, String description, Optional<String> mimeType, Reader reader) {
    /** What runs when a resource is read. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Reads it.
         *
         * @throws Exception a fault of this program: the caller sees an internal error
         */
        ResourceContents read(CallContext context) throws Exception;
    }

    JsonObject entry(Revision revision) {
        return new Entry(uri, name, title, description, mimeType).json(revision);
    }

    /**
     * A line of {@code resources/list}.
     *
     * @param uri an RFC 3986 URI
     * @param name for programs
     * @param title for people
     * @param description what it holds
     * @param mimeType of its contents, where it has one
     */
    public record Entry(String uri, String name, String title, String description, Optional<String> mimeType) {
        JsonObject json(Revision revision) {
            return describe(JsonObject.builder().put("uri", uri), revision, name, title, description, mimeType);
        }
    }

    static JsonObject describe(JsonObject.Builder entry, Revision revision, String name, String title, String description,
            Optional<String> mimeType) {
        entry.put("name", name);
        if (revision.isAtLeast(Revision.R2025_06_18)) {
            entry.put("title", title);
        }
        return entry.put("description", description).putIf("mimeType", mimeType).build();
    }
}
