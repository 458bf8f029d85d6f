package proxymcp.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import proxymcp.json.JsonLimits;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;

/** Messages from text and back, with ids kept whenever they can be read. */
final class RpcMessageTest {
    private static RpcMessage parse(String text) throws RpcException {
        return RpcMessage.of(RpcMessage.parseText(text.getBytes(StandardCharsets.UTF_8), JsonLimits.DEFAULT));
    }

    @Test
    void requestsKeepIdAndParams() throws RpcException {
        assertEquals(new RpcMessage.Request(new RpcId.Whole(1), "ping", JsonObject.EMPTY),
                parse("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"));
        assertEquals(new RpcMessage.Request(new RpcId.Text("1"), "x/y", JsonObject.builder().put("a", 1).build()),
                parse("{\"id\":\"1\",\"params\":{\"a\":1},\"method\":\"x/y\",\"jsonrpc\":\"2.0\",\"unknown\":true}"));
    }

    @Test
    void integerIdsAreExactAndComeBackAsIntegers() throws RpcException {
        String[] ids = {"0", "-1", "9007199254740991", "9223372036854775807"};
        for (String id : ids) {
            RpcMessage.Request request = (RpcMessage.Request) parse("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"m\"}");
            assertEquals("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}",
                    new RpcMessage.Success(request.id(), JsonObject.EMPTY).json().toString());
        }
        assertEquals("{\"jsonrpc\":\"2.0\",\"id\":\"ü\",\"result\":{}}",
                new RpcMessage.Success(new RpcId.Text("ü"), JsonObject.EMPTY).json().toString());
    }

    @Test
    void notificationsHaveNoIdAndForgiveBadParams() throws RpcException {
        assertEquals(new RpcMessage.Notification("notifications/x", JsonObject.EMPTY),
                parse("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}"));
        assertEquals(new RpcMessage.Notification("notifications/x", JsonObject.EMPTY),
                parse("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":[1]}"));
    }

    @Test
    void responsesAreRead() throws RpcException {
        assertEquals(new RpcMessage.Success(new RpcId.Whole(4), JsonObject.EMPTY), parse("{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{}}"));
        assertEquals(new RpcMessage.Failure(Optional.empty(), new RpcError(-1, "no")),
                parse("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-1,\"message\":\"no\"}}"));
        assertEquals(new RpcMessage.Failure(Optional.of(new RpcId.Text("a")), new RpcError(5, "no", JsonObject.builder().put("d", 1).build())),
                parse("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"error\":{\"code\":5,\"message\":\"no\",\"data\":{\"d\":1}}}"));
    }

    @Test
    void refusalsCarryCodeSentenceAndTheIdThatCouldBeRead() {
        String[][] cases = {
            {"{\"jsonrpc\":", "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":"
                    + "\"Parse error: expected a value, got the end of the text at character 11\"}}"},
            {"[]", "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"Invalid request: expected an object\"}}"},
            {"7", "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"Invalid request: expected an object\"}}"},
            {"{\"id\":3,\"method\":\"m\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":-32600,\"message\":\"Invalid request: expected \\\"jsonrpc\\\":\\\"2.0\\\"\"}}"},
            {"{\"jsonrpc\":2.0,\"id\":3,\"method\":\"m\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":-32600,\"message\":\"Invalid request: expected \\\"jsonrpc\\\":\\\"2.0\\\"\"}}"},
            {"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"m\"}", "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,"
                    + "\"message\":\"Invalid request: expected id to be a string or an integer\"}}"},
            {"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"m\"}", "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,"
                    + "\"message\":\"Invalid request: expected id to be a string or an integer\"}}"},
            {"{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"m\",\"params\":[]}",
                "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"error\":{\"code\":-32602,\"message\":\"Invalid params: expected an object\"}}"},
            {"{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":7}", "{\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":-32600,"
                    + "\"message\":\"Invalid request: expected a method, or a result or an error\"}}"},
            {"{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{},\"error\":{}}", "{\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":-32600,"
                    + "\"message\":\"Invalid request: expected a method, or a result or an error\"}}"},
        };
        for (String[] expected : cases) {
            RpcException refusal = assertThrows(RpcException.class, () -> parse(expected[0]), expected[0]);
            assertEquals(expected[1], refusal.response().json().toString(), expected[0]);
        }
    }

    @Test
    void messagesAreWritten() {
        assertEquals("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{}}",
                new RpcMessage.Request(new RpcId.Whole(1), "m", JsonObject.EMPTY).json().toString());
        assertEquals("{\"jsonrpc\":\"2.0\",\"method\":\"n\",\"params\":{\"p\":1}}",
                new RpcMessage.Notification("n", JsonObject.builder().put("p", 1).build()).json().toString());
        assertEquals("{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"error\":{\"code\":-32602,\"message\":\"no\",\"data\":{\"uri\":\"x\"}}}",
                new RpcMessage.Failure(Optional.of(new RpcId.Text("i")),
                        new RpcError(RpcError.INVALID_PARAMS, "no", JsonObject.builder().put("uri", "x").build())).json().toString());
    }

    @Test
    void idsOfOtherTypesAreNone() {
        assertEquals(Optional.empty(), RpcId.of(new JsonNumber("1e400")));
        assertEquals(Optional.empty(), RpcId.of(JsonObject.EMPTY));
        assertEquals(Optional.of(new RpcId.Whole(1)), RpcId.of(new JsonNumber("1.0")));
    }
}
