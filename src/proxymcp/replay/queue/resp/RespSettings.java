package proxymcp.replay.queue.resp;

import java.util.Optional;
import proxymcp.tls.ClientTls;

/**
 * How a server is spoken to.
 *
 * @param connectMillis how long a connection may take, its TLS handshake and greeting included
 * @param replyMillis how long the answers to what was sent at once may take, all together
 * @param limits what an answer may cost
 * @param tls for {@code rediss}; empty if there is none to use
 */
public record RespSettings(int connectMillis, int replyMillis, RespLimits limits, Optional<ClientTls> tls) {
    /** 5 s to connect, 10 s for answers: a server that forces each write to a slow disk, or rewrites its log, takes its time. */
    public static RespSettings of(Optional<ClientTls> tls) {
        return new RespSettings(5_000, 10_000, RespLimits.DEFAULT, tls);
    }
}
