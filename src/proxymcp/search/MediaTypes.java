package proxymcp.search;

/** Which media types are not looked into. */
final class MediaTypes {
    private static final String[] BEGINNINGS = {"image/", "audio/", "video/", "font/"};
    private static final String[] PARTS = {"octet-stream", "zip", "pdf", "wasm"};

    private MediaTypes() {}

    /** Whether a body of this type is binary; {@code type} is in lower case. */
    static boolean isBinary(String type) {
        for (String beginning : BEGINNINGS) {
            if (type.startsWith(beginning)) {
                return true;
            }
        }
        for (String part : PARTS) {
            if (type.contains(part)) {
                return true;
            }
        }
        return false;
    }
}
