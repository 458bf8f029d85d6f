package proxymcp.rpc;

import java.util.Optional;

/** A message or a request that is answered with an error. */
public final class RpcException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What the answer says. */
    private final transient RpcError error;
    /** Whom it answers, as far as that could be read. */
    private final transient Optional<RpcId> id;

    /** A message whose id could not be read, or that has none. */
    public RpcException(RpcError error) {
        this(error, Optional.empty());
    }

    /** A message with the id {@code id}. */
    public RpcException(RpcError error, Optional<RpcId> id) {
        super(error.message());
        this.error = error;
        this.id = id;
    }

    /** What the answer says. */
    public RpcError error() {
        return error;
    }

    /** The id of the request, if it could be read. */
    public Optional<RpcId> id() {
        return id;
    }

    /** The answer. */
    public RpcMessage.Response response() {
        return new RpcMessage.Failure(id, error);
    }
}
