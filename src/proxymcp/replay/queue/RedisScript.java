package proxymcp.replay.queue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongSupplier;
import proxymcp.replay.queue.resp.RespClient;
import proxymcp.replay.queue.resp.RespCommand;
import proxymcp.replay.queue.resp.RespException;
import proxymcp.replay.queue.resp.RespValue;

/**
 * The operations of {@code redis.lua}, which the server does one after the other, each whole or not at all. Any of them may be sent again when its answer was
 * lost: what is done under a fence is done once, a question that was answered is answered alike. Any thread may call.
 */
final class RedisScript {
    /** What all keys begin with. */
    static final String ROOT = "proxy-mcp:";

    private static final String SCRIPT = "redis.lua";

    private final RespClient client;
    private final LongSupplier aheadMillis;
    private final byte[] source;
    private final String digest;

    /** @param aheadMillis added to the server's time; 0, but in tests that do not want to wait */
    RedisScript(RespClient client, LongSupplier aheadMillis) {
        this.client = client;
        this.aheadMillis = aheadMillis;
        try (InputStream in = RedisScript.class.getResourceAsStream(SCRIPT)) {
            this.source = in.readAllBytes();
            this.digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(source));
        } catch (IOException e) {
            throw new UncheckedIOException(SCRIPT + " cannot be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** An operation, to which its arguments are added. */
    RespCommand operation(String name) {
        return RespCommand.of("EVALSHA", digest, "1", ROOT, name).add(aheadMillis.getAsLong());
    }

    /** Has an operation done. */
    RespValue call(RespCommand operation) throws QueueException {
        try {
            try {
                return client.call(operation, RespClient.Again.ALLOWED);
            } catch (RespException e) {
                if (!"NOSCRIPT".equals(e.code().orElse(""))) {
                    throw e;
                }
                // A server that was started again has forgotten it.
                client.call(RespCommand.of("SCRIPT", "LOAD").add(source), RespClient.Again.ALLOWED);
                return client.call(operation, RespClient.Again.ALLOWED);
            }
        } catch (RespException e) {
            throw RedisCheck.explained(e);
        }
    }

    /** Has a plain command done that may be done twice. */
    RespValue plain(RespCommand command) throws QueueException {
        try {
            return client.call(command, RespClient.Again.ALLOWED);
        } catch (RespException e) {
            throw RedisCheck.explained(e);
        }
    }
}
