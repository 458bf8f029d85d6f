/**
 * The words everyone above speaks: an exchange (one request and what came back), its parts, the sink that takes it in while it
 * happens, and the live buffer of the newest ones. Some exchanges are streams: {@link proxymcp.exchange.StreamMessage} is what passes, and
 * {@link proxymcp.exchange.Streams} what is asked for afterwards, of the live buffer or of a session.
 *
 * <p>Knows no proxy, store or tool, and nothing of how an exchange came about. Heads and records are immutable.
 *
 * <p>Threads: a {@link proxymcp.exchange.Recording} is fed by the connection's threads; snapshots may be taken by any thread at any
 * time. Read {@link proxymcp.exchange.Exchange} first, then {@link proxymcp.exchange.ExchangeSink}.
 */
package proxymcp.exchange;
