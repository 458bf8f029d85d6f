package proxymcp.codec;

/** What a media type alone says about its content. */
enum MediaKind {
    TEXT,
    BINARY,
    UNKNOWN;

    /** The kind of {@code type}, which is in lower case and without parameters. */
    static MediaKind of(String type) {
        if (type.startsWith("text/") || type.endsWith("+json") || type.endsWith("+xml") || type.endsWith("+yaml")) {
            return TEXT;
        }
        if (type.startsWith("image/") || type.startsWith("audio/") || type.startsWith("video/") || type.startsWith("font/")
                || type.endsWith("+zip") || type.endsWith("+protobuf") || type.endsWith("+cbor") || type.endsWith("+gzip")
                || type.startsWith("application/grpc") || type.startsWith("application/vnd.openxmlformats")) {
            return BINARY;
        }
        return switch (type) {
            case "application/json", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/xml",
                    "application/javascript", "application/x-javascript", "application/ecmascript",
                    "application/x-www-form-urlencoded", "application/graphql", "application/yaml", "application/x-yaml",
                    "application/toml", "application/sql", "application/json-seq", "application/x-mpegurl",
                    "application/vnd.apple.mpegurl" -> TEXT;
            case "application/pdf", "application/zip", "application/gzip", "application/x-gzip", "application/wasm",
                    "application/x-protobuf", "application/protobuf", "application/msgpack", "application/x-msgpack",
                    "application/vnd.msgpack", "application/cbor", "application/x-7z-compressed", "application/x-tar",
                    "application/java-archive", "application/x-shockwave-flash" -> BINARY;
            default -> UNKNOWN;
        };
    }
}
