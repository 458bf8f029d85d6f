package proxymcp.rpc;

import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonLimits;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** One JSON-RPC 2.0 message, as MCP narrows it: params are an object, ids a string or an integer. */
public sealed interface RpcMessage {
    /**
     * A call that is answered.
     *
     * @param id comes back in the response
     * @param method name of the method
     * @param params empty where the message had none
     */
    record Request(RpcId id, String method, JsonObject params) implements RpcMessage {
        @Override
        public JsonObject json() {
            return start().put("id", id.json()).put("method", method).put("params", params).build();
        }
    }

    /**
     * A call that is never answered, not even with an error.
     *
     * @param method name of the method
     * @param params empty where the message had none, or had something else than an object
     */
    record Notification(String method, JsonObject params) implements RpcMessage {
        @Override
        public JsonObject json() {
            return start().put("method", method).put("params", params).build();
        }
    }

    /** The answer to a request. */
    sealed interface Response extends RpcMessage {
    }

    /**
     * The answer of a request that went well.
     *
     * @param id of the request
     * @param result of the method
     */
    record Success(RpcId id, JsonObject result) implements Response {
        @Override
        public JsonObject json() {
            return start().put("id", id.json()).put("result", result).build();
        }
    }

    /**
     * The answer of a request that failed.
     *
     * @param id of the request; left out of the text where it could not be read
     * @param error why
     */
    record Failure(Optional<RpcId> id, RpcError error) implements Response {
        @Override
        public JsonObject json() {
            JsonObject.Builder members = start();
            if (id.isPresent()) {
                members.put("id", id.get().json());
            }
            return members.put("error", error.json()).build();
        }
    }

    /** The message as JSON. */
    JsonObject json();

    /**
     * Reads the text of a message, or of a batch: what comes back is any JSON value.
     *
     * @throws RpcException with {@link RpcError#PARSE_ERROR} if it is not JSON or beyond the limits
     */
    static JsonValue parseText(byte[] utf8, JsonLimits limits) throws RpcException {
        try {
            return Json.parse(utf8, limits);
        } catch (JsonException notJson) {
            throw new RpcException(new RpcError(RpcError.PARSE_ERROR, "Parse error: " + notJson.getMessage()));
        }
    }

    /**
     * Reads one message.
     *
     * @throws RpcException with {@link RpcError#INVALID_REQUEST} if it is none, or with
     *         {@link RpcError#INVALID_PARAMS} if it is a request whose params are not an object; it carries the id
     *         where that could be read
     */
    static RpcMessage of(JsonValue value) throws RpcException {
        if (!(value instanceof JsonObject object)) {
            throw invalid("expected an object", Optional.empty());
        }
        Optional<JsonValue> rawId = object.get("id");
        Optional<RpcId> id = rawId.isPresent() ? RpcId.of(rawId.get()) : Optional.empty();
        if (!(object.get("jsonrpc").orElse(JsonNull.NULL) instanceof JsonString version) || !version.value().equals("2.0")) {
            throw invalid("expected \"jsonrpc\":\"2.0\"", id);
        }
        Optional<String> method = object.string("method");
        if (method.isEmpty()) {
            return responseOf(object, id);
        }
        if (rawId.isEmpty()) {
            return new Notification(method.get(), object.object("params").orElse(JsonObject.EMPTY));
        }
        if (id.isEmpty()) {
            throw invalid("expected id to be a string or an integer", Optional.empty());
        }
        Optional<JsonValue> params = object.get("params");
        if (params.isPresent() && !(params.get() instanceof JsonObject)) {
            throw new RpcException(new RpcError(RpcError.INVALID_PARAMS, "Invalid params: expected an object"), id);
        }
        return new Request(id.get(), method.get(), object.object("params").orElse(JsonObject.EMPTY));
    }

    private static Response responseOf(JsonObject object, Optional<RpcId> id) throws RpcException {
        Optional<JsonObject> result = object.object("result");
        if (result.isPresent() && id.isPresent() && !object.has("error")) {
            return new Success(id.get(), result.get());
        }
        Optional<JsonObject> error = object.object("error");
        if (error.isPresent() && result.isEmpty()) {
            return new Failure(id, errorOf(error.get()));
        }
        throw invalid("expected a method, or a result or an error", id);
    }

    private static RpcError errorOf(JsonObject error) {
        long code = error.get("code").orElse(JsonNull.NULL) instanceof JsonNumber number ? number.exactLong().orElse(0) : 0;
        return new RpcError((int) code, error.string("message").orElse(""), error.object("data"));
    }

    private static RpcException invalid(String reason, Optional<RpcId> id) {
        return new RpcException(new RpcError(RpcError.INVALID_REQUEST, "Invalid request: " + reason), id);
    }

    private static JsonObject.Builder start() {
        return JsonObject.builder().put("jsonrpc", "2.0");
    }
}
