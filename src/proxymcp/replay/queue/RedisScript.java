package proxymcp.replay.queue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongSupplier;
import proxymcp.replay.queue.resp.RespClient;
import proxymcp.replay.queue.resp.RespCommand;
import proxymcp.replay.queue.resp.RespException;
import proxymcp.replay.queue.resp.RespValue;

/**
 * The operations of {@code redis/*.lua}, which the server does one after the other, each whole or not at all. Any of them may be sent again when its answer was
 * lost: what is done under a fence is done once, a question that was answered is answered alike. Any thread may call.
 */
final class RedisScript {
    /** What all keys begin with. */
    static final String ROOT = "proxy-mcp:";

    /** Parts of one script, in order: the later ones use functions of the earlier. */
    private static final List<String> PARTS = List.of("redis/keys.lua", "redis/jobs.lua", "redis/tokens.lua", "redis/run.lua");

    private final RespClient client;
    private final LongSupplier aheadMillis;
    private final byte[] source;
    private final String digest;
    private volatile boolean closed;

    /** @param aheadMillis added to the server's time; 0, but in tests that do not want to wait */
    RedisScript(RespClient client, LongSupplier aheadMillis) {
        this.client = client;
        this.aheadMillis = aheadMillis;
        this.source = source();
        try {
            this.digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(source));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    private static byte[] source() {
        ByteArrayOutputStream source = new ByteArrayOutputStream();
        for (String part : PARTS) {
            try (InputStream in = RedisScript.class.getResourceAsStream(part)) {
                in.transferTo(source);
            } catch (IOException e) {
                throw new UncheckedIOException(part + " cannot be read", e);
            }
        }
        return source.toByteArray();
    }

    /** An operation, to which its arguments are added. */
    RespCommand operation(String name) {
        return RespCommand.of("EVALSHA", digest, "1", ROOT, name).add(aheadMillis.getAsLong());
    }

    /** Has an operation done. */
    RespValue call(RespCommand operation) throws QueueException {
        try {
            return plain(operation);
        } catch (QueueException e) {
            if (!(e.getCause() instanceof RespException why) || !"NOSCRIPT".equals(why.code().orElse(""))) {
                throw e;
            }
            // A server that was started again has forgotten it.
            plain(RespCommand.of("SCRIPT", "LOAD").add(source));
            return plain(operation);
        }
    }

    /** Has a command done that may be done twice. */
    RespValue plain(RespCommand command) throws QueueException {
        if (closed) {
            throw QueueException.closed();
        }
        try {
            return client.call(command, RespClient.Again.ALLOWED);
        } catch (RespException e) {
            throw closed ? QueueException.closed() : RedisCheck.explained(e);
        }
    }

    /** From now on calls say that the queue is closed; those under way fail. */
    void close() {
        closed = true;
        client.close();
    }
}
