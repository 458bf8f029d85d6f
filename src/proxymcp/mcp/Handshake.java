package proxymcp.mcp;

import java.util.List;
import java.util.Optional;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.rpc.RpcError;
import proxymcp.rpc.RpcException;
import proxymcp.rpc.RpcMessage;

/** How client and server agree on a revision, in both eras, and what the modern one adds to every result. */
final class Handshake {
    static final String META_PREFIX = "io.modelcontextprotocol/";

    private static final String VERSION_KEY = META_PREFIX + "protocolVersion";
    private static final String CAPABILITIES_KEY = META_PREFIX + "clientCapabilities";
    private static final List<String> MODERN_VERSIONS = List.of(Revision.MODERN.text());
    /** How long a client may keep what does not change while this process lives. */
    private static final int STABLE_TTL_MILLIS = 60_000;

    private final ServerInfo info;
    private final boolean hasResources;
    private final boolean hasTemplates;

    Handshake(ServerInfo info, boolean hasResources, boolean hasTemplates) {
        this.info = info;
        this.hasResources = hasResources;
        this.hasTemplates = hasTemplates;
    }

    /** Whether a request belongs to the modern era: it names its revision, whatever the method. */
    static boolean isModern(RpcMessage.Request request) {
        Optional<JsonObject> meta = request.params().object("_meta");
        return meta.isPresent() && meta.get().has(VERSION_KEY);
    }

    /**
     * The revision that a modern request names.
     *
     * @throws RpcException with -32602 if a key that every modern request must have is missing or ill-typed
     */
    static String namedVersion(RpcMessage.Request request) throws RpcException {
        JsonObject meta = request.params().object("_meta").orElse(JsonObject.EMPTY);
        Optional<String> version = meta.string(VERSION_KEY);
        if (version.isEmpty()) {
            throw Params.invalid("_meta[\"" + VERSION_KEY + "\"]: expected a string");
        }
        JsonValue capabilities = meta.get(CAPABILITIES_KEY).orElse(JsonNull.NULL);
        if (!(capabilities instanceof JsonObject)) {
            throw Params.invalid("_meta[\"" + CAPABILITIES_KEY + "\"]: expected an object");
        }
        return version.get();
    }

    /**
     * Accepts a revision that a modern request names.
     *
     * @throws RpcException with -32022 and what is served instead
     */
    static void requireServed(String version) throws RpcException {
        if (!version.equals(Revision.MODERN.text())) {
            throw new RpcException(new RpcError(RpcError.UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version",
                    JsonObject.builder().putStrings("supported", MODERN_VERSIONS).put("requested", version).build()));
        }
    }

    /** The revision that {@code initialize} is answered with: the one asked for, or the newest that it can lead to. */
    static Revision negotiated(JsonObject params) throws RpcException {
        Optional<Revision> asked = Revision.named(Params.requiredString(params, "protocolVersion"));
        return asked.isPresent() && !asked.get().isModern() ? asked.get() : Revision.NEWEST_LEGACY;
    }

    JsonObject initialize(JsonObject params) throws RpcException {
        Revision revision = negotiated(params);
        JsonObject.Builder server = JsonObject.builder().put("name", info.name()).put("version", info.version());
        if (revision.isAtLeast(Revision.R2025_06_18)) {
            server.put("title", info.title());
        }
        return JsonObject.builder().put("protocolVersion", revision.text()).put("capabilities", capabilities(revision))
                .put("serverInfo", server.build()).put("instructions", info.instructions()).build();
    }

    JsonObject discover() {
        return JsonObject.builder().putStrings("supportedVersions", MODERN_VERSIONS)
                .put("capabilities", capabilities(Revision.MODERN)).put("instructions", info.instructions()).build();
    }

    private JsonObject capabilities(Revision revision) {
        JsonObject.Builder capabilities = JsonObject.builder().put("tools", JsonObject.EMPTY);
        if (hasResources) {
            capabilities.put("resources", JsonObject.EMPTY);
        }
        if (hasTemplates && revision.isAtLeast(Revision.R2025_03_26)) {
            capabilities.put("completions", JsonObject.EMPTY);
        }
        return capabilities.build();
    }

    /** Adds what every modern result has: its type, for some methods how long it may be kept, and who gave it. */
    JsonObject modernResult(String method, JsonObject result) {
        JsonObject.Builder members = JsonObject.builder().put("resultType", "complete").putAll(result);
        switch (method) {
            case "server/discover", "tools/list", "resources/templates/list" ->
                    members.put("ttlMs", STABLE_TTL_MILLIS).put("cacheScope", "public");
            case "resources/list", "resources/read" -> members.put("ttlMs", 0).put("cacheScope", "private");
            default -> {
                // Other results are not to be kept.
            }
        }
        JsonObject server = JsonObject.builder().put("name", info.name()).put("version", info.version()).build();
        return members.put("_meta", JsonObject.builder().put(META_PREFIX + "serverInfo", server).build()).build();
    }
}
