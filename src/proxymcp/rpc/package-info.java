/**
 * JSON-RPC 2.0: messages as values, from JSON and to JSON.
 *
 * <p>What lives here: the three kinds of message ({@link proxymcp.rpc.RpcMessage}), ids that keep their type
 * ({@link proxymcp.rpc.RpcId}), and errors with their codes ({@link proxymcp.rpc.RpcError}), the only place where
 * codes are written down.
 *
 * <p>What it does not know: any method, how messages travel, batches (an array of messages is the transport's affair,
 * since whether one is allowed depends on the protocol revision).
 *
 * <p>Threads: none; all values are immutable.
 *
 * <p>Read {@link proxymcp.rpc.RpcMessage} first.
 */
package proxymcp.rpc;
