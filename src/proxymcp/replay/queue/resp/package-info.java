/**
 * A client of the protocol that Redis and Valkey speak (RESP2 and RESP3).
 *
 * <p>Lives here: reading and writing the protocol ({@link proxymcp.replay.queue.resp.RespParser}), one connection with its greeting, and a client
 * that many threads share, that joins their commands and connects anew when the server went away.
 *
 * <p>Does not know: jobs, queues, keys, what a script does.
 *
 * <p>Threads: a parser and a connection belong to one thread; a client is for any.
 *
 * <p>Logs nothing: arguments and answers may hold secrets. No message of an exception holds an argument either.
 *
 * <p>Read {@link proxymcp.replay.queue.resp.RespValue} first, then {@link proxymcp.replay.queue.resp.RespClient}.
 */
package proxymcp.replay.queue.resp;
