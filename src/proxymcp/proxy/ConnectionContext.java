package proxymcp.proxy;

import java.util.Optional;
import proxymcp.exchange.Client;
import proxymcp.exchange.Destination;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.Source;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;

/**
 * What holds for every request of one client connection.
 *
 * @param client who sends
 * @param inside what the client connected to through us; empty while it talks to the proxy itself, or plain HTTP to whomever it names
 * @param clientTls what was agreed with the client
 */
record ConnectionContext(Client client, Optional<Endpoint> inside, Optional<TlsInfo> clientTls) {
    /** Whether requests are addressed to a proxy. */
    boolean isExplicit() {
        return inside.isEmpty() && client.source() != Source.TRANSPARENT;
    }

    /** The same client inside a tunnel to {@code endpoint}. */
    ConnectionContext within(Endpoint endpoint, Optional<TlsInfo> tls) {
        return new ConnectionContext(client, Optional.of(endpoint), tls);
    }

    Destination destination(RequestHead head) throws ProtocolException {
        if (inside.isPresent()) {
            return Destination.ofIntercepted(head, inside.get());
        }
        return isExplicit() ? Destination.ofExplicit(head) : Destination.ofTransparent(head);
    }
}
