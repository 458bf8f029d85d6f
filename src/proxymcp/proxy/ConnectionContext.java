package proxymcp.proxy;

import java.util.Optional;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;

/**
 * What holds for every request of one client connection.
 *
 * @param client who sends
 * @param inside what the client connected to through us; empty while it talks to the proxy itself
 * @param clientTls what was agreed with the client
 */
record ConnectionContext(Client client, Optional<Endpoint> inside, Optional<TlsInfo> clientTls) {
    /** Whether requests are addressed to a proxy. */
    boolean isExplicit() {
        return inside.isEmpty();
    }

    /** The same client inside a tunnel to {@code endpoint}. */
    ConnectionContext within(Endpoint endpoint, Optional<TlsInfo> tls) {
        return new ConnectionContext(client, Optional.of(endpoint), tls);
    }

    Destination destination(RequestHead head) throws ProtocolException {
        return inside.isPresent() ? Destination.ofIntercepted(head, inside.get()) : Destination.ofExplicit(head);
    }
}
