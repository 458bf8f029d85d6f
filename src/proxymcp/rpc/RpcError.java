package proxymcp.rpc;

import java.util.Optional;
import proxymcp.json.JsonObject;

/**
 * The {@code error} member of a response.
 *
 * @param code one of the constants here
 * @param message one sentence for the one who wrote the client
 * @param data facts for a program, where the code has some
 */
public record RpcError(int code, String message, Optional<JsonObject> data) {
    /** The bytes are not JSON. */
    public static final int PARSE_ERROR = -32700;
    /** JSON, but not a request, notification or response; or a batch where none is allowed. */
    public static final int INVALID_REQUEST = -32600;
    /** No such method, or one behind a capability that is not offered. */
    public static final int METHOD_NOT_FOUND = -32601;
    /** Bad parameters of a method; an unknown tool. */
    public static final int INVALID_PARAMS = -32602;
    /** A fault of this server. */
    public static final int INTERNAL_ERROR = -32603;
    /** Unknown resource, before revision 2026-07-28 (there it is {@link #INVALID_PARAMS}). */
    public static final int RESOURCE_NOT_FOUND = -32002;
    /** An HTTP header that contradicts the message, since 2026-07-28. */
    public static final int HEADER_MISMATCH = -32020;
    /** A revision that is not served, since 2026-07-28. */
    public static final int UNSUPPORTED_PROTOCOL_VERSION = -32022;

    /** An error without data. */
    public RpcError(int code, String message) {
        this(code, message, Optional.empty());
    }

    /** An error with data. */
    public RpcError(int code, String message, JsonObject data) {
        this(code, message, Optional.of(data));
    }

    /** The member as JSON. */
    public JsonObject json() {
        JsonObject.Builder members = JsonObject.builder().put("code", code).put("message", message);
        if (data.isPresent()) {
            members.put("data", data.get());
        }
        return members.build();
    }
}
