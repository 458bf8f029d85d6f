package proxymcp.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.http.Authority;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.tls.ClientHelloReader;

/**
 * A connection of a client that does not know of the proxy, redirected to it by the system: of TLS the server name (SNI) says where it
 * goes, of HTTP the Host field. Anything else names no target and is refused.
 *
 * <p>Owner: the client connection's thread.
 */
final class TransparentRun {
    private static final int TLS_HANDSHAKE = 0x16;
    /** A fatal alert missing_extension (RFC 8446 section 9.2): the server needs a server_name. */
    private static final byte[] MISSING_EXTENSION = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x6D};

    private final ProxyServices services;
    private final ClientConnection connection;
    private final Socket socket;
    private final ConnectionContext context;

    TransparentRun(ProxyServices services, ClientConnection connection, Socket socket, ConnectionContext context) {
        this.services = services;
        this.connection = connection;
        this.socket = socket;
        this.context = context;
    }

    /** Runs the connection to its end. */
    void run(ClientStream client) throws IOException {
        client.deadline().arm(services.limits().idleMillis());
        if (!client.in().await()) {
            return; // Made in advance and never used.
        }
        client.deadline().arm(services.limits().handshakeMillis());
        if (client.in().peek(0) == TLS_HANDSHAKE) {
            secured(client);
        } else if (ConnectRun.looksLikeHttp(client.in())) {
            connection.serve(client, context);
        } else {
            refuse(ErrorClass.PROTOCOL, "neither TLS nor HTTP came to the transparent port: nothing says where it should go");
        }
    }

    private void secured(ClientStream client) throws IOException {
        switch (ClientHelloReader.read(client.in().stream())) {
            case ClientHelloReader.Tls tls -> {
                Optional<Endpoint> target = tls.hello().serverName().flatMap(this::target);
                if (target.isPresent()) {
                    RequestHead head = connect(target.get(), "redirected TLS; the target is the name that its ClientHello asks for");
                    new ConnectRun(services, connection, socket, context).intercepted(client, head, target.get(), tls);
                    return;
                }
                client.out().write(MISSING_EXTENSION, 0, MISSING_EXTENSION.length);
                client.out().flush();
                refuse(ErrorClass.TLS, tls.hello().serverName().isPresent()
                        ? "the server name (SNI) of redirected TLS is no host name: nothing says where it should go"
                        : "redirected TLS without a server name (SNI): nothing says where it should go");
                client.linger();
                client.drain();
            }
            case ClientHelloReader.NotTls other ->
                    refuse(ErrorClass.PROTOCOL, "what came to the transparent port begins as TLS and is none");
            case ClientHelloReader.Malformed other ->
                    refuse(ErrorClass.TLS, "the ClientHello of redirected TLS cannot be read: " + other.problem());
        }
    }

    /** Where TLS for {@code serverName} goes; empty if that is no host alone. */
    private Optional<Endpoint> target(String serverName) {
        String name = serverName.endsWith(".") ? serverName.substring(0, serverName.length() - 1) : serverName;
        Optional<Authority> host = Authority.parse(name);
        int port = services.settings().listener().transparentTargetPort();
        return host.isPresent() && host.get().port().isEmpty() && !name.endsWith(":")
                ? Optional.of(new Endpoint(Endpoint.TUNNEL, host.get().host(), port)) : Optional.empty();
    }

    /** Recorded under the address that the client reached, as the one that it meant is not known. */
    private void refuse(ErrorClass errorClass, String reason) {
        InetSocketAddress reached = (InetSocketAddress) socket.getLocalSocketAddress();
        Endpoint here = new Endpoint(Endpoint.TUNNEL, reached.getAddress().getHostAddress(), reached.getPort());
        services.log().log(System.Logger.Level.WARNING, "refused a connection from {0}: {1}", context.client().address(), reason);
        new ConnectRun(services, connection, socket, context).incomplete(connect(here, "nothing was asked for: the target is unknown"), here,
                errorClass, reason);
    }

    /** What the client would have said, had it known of the proxy. */
    private static RequestHead connect(Endpoint target, String note) {
        String authority = new Authority(target.host(), OptionalInt.of(target.port())).toString();
        return new RequestHead("CONNECT", authority, HttpVersion.HTTP_1_1, Fields.of(List.of(new Fields.Line("Host", authority))),
                List.of(note), new byte[0]);
    }
}
