package proxymcp.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.Mutations;
import proxymcp.json.Json;
import proxymcp.json.JsonLimits;

/** Whatever text comes as a message, it is one that is written and read again the same, or refused by an error that a peer can be told. */
@Timeout(600)
final class RpcFuzzTest {
    @Test
    void messagesAreReadOrRefused() {
        Mutations.ofTexts(List.of("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"arguments\":{}}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"x\"}}", "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"m\",\"data\":1}}"), "\"id\":", "\"jsonrpc\":\"2.0\",", "null", "[", "{", "}", "1.5",
                "9223372036854775808", "\"\"", ",", "\"params\":[],", "\"error\":{},", "\"result\":1,", "\0", "\\u0000").run((octets, random) -> {
                    try {
                        RpcMessage message = RpcMessage.of(RpcMessage.parseText(octets, JsonLimits.DEFAULT));
                        assertEquals(message, RpcMessage.of(Json.parse(Json.bytes(message.json()))));
                    } catch (RpcException e) {
                        assertTrue(e.error().code() < 0 && !e.error().message().isBlank(), e.error().toString());
                    }
                });
    }
}
