package proxymcp.mcp;

import java.util.Optional;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.rpc.RpcError;
import proxymcp.rpc.RpcException;
import proxymcp.rpc.RpcId;

/** What several methods read from their params. */
final class Params {
    private Params() {
    }

    static RpcException invalid(String complaint) {
        return new RpcException(new RpcError(RpcError.INVALID_PARAMS, "Invalid params: " + complaint));
    }

    /** A member that must be there and be a string. */
    static String requiredString(JsonObject params, String name) throws RpcException {
        Optional<String> value = params.string(name);
        if (value.isEmpty()) {
            throw invalid(name + ": expected a string");
        }
        return value.get();
    }

    /** The cursor of a list; empty on the first page. */
    static Optional<String> cursor(JsonObject params) throws RpcException {
        Optional<JsonValue> cursor = params.get("cursor");
        return cursor.isPresent() ? Optional.of(requiredString(params, "cursor")) : Optional.empty();
    }

    /** Refuses a cursor for a list that has one page only. */
    static void refuseCursor(JsonObject params) throws RpcException {
        if (cursor(params).isPresent()) {
            throw invalid("cursor: this list has one page");
        }
    }

    /** A progress token is a string or an integer, as an id is; anything else asks for no progress. */
    static Optional<JsonValue> progressToken(JsonObject meta) {
        Optional<JsonValue> token = meta.get("progressToken");
        return token.isPresent() && RpcId.of(token.get()).isPresent() ? token : Optional.empty();
    }
}
