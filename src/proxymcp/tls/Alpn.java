package proxymcp.tls;

import java.util.Optional;
import javax.net.ssl.SSLSocket;

/** What ALPN agreed on (RFC 7301). */
final class Alpn {
    private Alpn() {}

    /** The protocol, or empty if the two sides did not use ALPN. */
    static Optional<String> agreed(SSLSocket socket) {
        String protocol = socket.getApplicationProtocol();
        return protocol == null || protocol.isEmpty() ? Optional.empty() : Optional.of(protocol);
    }
}
