/**
 * The listener and its connections: reads requests, sends them on, passes the answers back, and tells an
 * {@link proxymcp.exchange.ExchangeSink} what went by.
 *
 * <p>Knows no store, no tool and no browser. TLS comes from {@code tls}, the way out from {@code upstream}.
 *
 * <p>Threads: one virtual thread a client connection, blocking I/O. A second one sends a long request body; a tunnel has two. Read
 * {@link proxymcp.proxy.ClientConnection} first, then {@code ExchangeRun}.
 */
package proxymcp.proxy;
