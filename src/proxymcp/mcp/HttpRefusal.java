package proxymcp.mcp;

import java.util.Optional;
import proxymcp.rpc.RpcError;
import proxymcp.rpc.RpcException;
import proxymcp.rpc.RpcId;

/** An HTTP request that is answered with an error status and a JSON-RPC error. */
final class HttpRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    /** The HTTP status. */
    private final int status;
    /** The body. */
    private final transient RpcException answer;

    HttpRefusal(int status, RpcException answer) {
        super(answer.getMessage());
        this.status = status;
        this.answer = answer;
    }

    /** A refusal before anything of the message was read. */
    HttpRefusal(int status, String complaint) {
        this(status, new RpcException(new RpcError(RpcError.INVALID_REQUEST, complaint)));
    }

    /** A refusal with status 400 of the request {@code id}. */
    static HttpRefusal badRequest(RpcError error, RpcId id) {
        return new HttpRefusal(400, new RpcException(error, Optional.of(id)));
    }

    int status() {
        return status;
    }

    RpcException answer() {
        return answer;
    }
}
