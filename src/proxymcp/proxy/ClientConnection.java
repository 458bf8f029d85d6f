package proxymcp.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import proxymcp.exchange.Client;
import proxymcp.exchange.Destination;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Source;
import proxymcp.http.Authority;
import proxymcp.http.Deadlines;
import proxymcp.http.HeadParser;
import proxymcp.http.HttpVersion;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.upstream.Affinity;

/**
 * One accepted connection: its requests one after another, and what a CONNECT makes of it.
 *
 * <p>Owner: a virtual thread of its own, which runs {@link #run}.
 */
final class ClientConnection implements Runnable {
    private static final int TLS_HANDSHAKE = 0x16;

    private final ProxyServices services;
    private final ProxyAuthentication authentication;
    private final Socket socket;
    private final Listener listener;
    private final Deadlines.Deadline deadline;
    private final ConnectionContext context;
    private final Affinity affinity;
    private volatile Optional<ClientWatch> watch = Optional.empty();

    ClientConnection(ProxyServices services, ProxyAuthentication authentication, Socket socket, Listener listener, long id) {
        this.services = services;
        this.authentication = authentication;
        this.socket = socket;
        this.listener = listener;
        this.deadline = services.deadlines().watch(socket);
        InetSocketAddress peer = (InetSocketAddress) socket.getRemoteSocketAddress();
        String address = new Endpoint("http", peer.getAddress().getHostAddress(), peer.getPort()).hostAndPort();
        Client client = new Client(address, listener.shown(), listener.source(), listener.targetId(), id);
        this.context = new ConnectionContext(client, Optional.empty(), Optional.empty());
        this.affinity = new Affinity(services.upstream());
    }

    @Override
    public void run() {
        try {
            ClientStream client = new ClientStream(socket, socket, deadline, services.limits());
            if (context.client().source() == Source.TRANSPARENT) {
                new TransparentRun(services, this, socket, context).run(client);
            } else {
                begin(client);
            }
        } catch (IOException e) {
            // The client's connection broke between requests: there is no exchange to tell it to.
            services.log().log(System.Logger.Level.DEBUG, "client connection ended: {0}", e.getMessage());
        } finally {
            affinity.close();
            deadline.close();
            close();
        }
    }

    /** The first octet tells SOCKS from HTTP. */
    private void begin(ClientStream client) throws IOException {
        client.deadline().arm(services.limits().idleMillis());
        if (!client.in().await()) {
            return;
        }
        if (!SocksHandshake.begins(client.in().peek(0))) {
            serve(client, context);
            return;
        }
        Optional<RequestHead> head = new SocksHandshake(client, authentication, services.limits()).run();
        if (head.isPresent()) {
            new ConnectRun(services, this, socket, context).socks(client, head.get(), Destination.ofConnect(head.get()));
        }
    }

    /** Where it was accepted. */
    Listener listener() {
        return listener;
    }

    /** Ends the connection, whatever it is doing. Any thread may call. */
    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            services.log().log(System.Logger.Level.DEBUG, "client socket did not close: {0}", e.getMessage());
        }
    }

    /** Lets the connection notice a client that left. Called by the ticking thread. */
    void look() {
        watch.ifPresent(ClientWatch::look);
    }

    /** Serves requests until the connection ends. */
    void serve(ClientStream client, ConnectionContext current) throws IOException {
        ClientWatch clientWatch = new ClientWatch(client, services.nanoTime());
        watch = Optional.of(clientWatch);
        boolean more = true;
        while (more && !services.isStopping()) {
            Optional<RequestHead> head = nextHead(client, clientWatch);
            more = head.isPresent() && serve(client, current, clientWatch, head.get());
        }
    }

    private boolean serve(ClientStream client, ConnectionContext current, ClientWatch clientWatch, RequestHead head) throws IOException {
        if (current.isExplicit() && !authentication.accepts(head)) {
            boolean close = head.fields().contains("Content-Length") || head.fields().contains("Transfer-Encoding") || !head.keepsAlive()
                    || head.version() == HttpVersion.HTTP_1_0;
            ProxyAnswer.unauthorized(client.out(), !head.method().equals("HEAD"), close);
            if (close) {
                client.linger();
                client.drain();
            }
            return !close;
        }
        if (head.method().equals("CONNECT") && current.isExplicit()) {
            connect(client, head);
            return false;
        }
        return new ExchangeRun(services, client, current, affinity, clientWatch, head).run();
    }

    private Optional<RequestHead> nextHead(ClientStream client, ClientWatch clientWatch) throws IOException {
        client.deadline().arm(services.limits().idleMillis());
        clientWatch.await();
        // Not before: until then another thread may be reading into the buffer.
        client.in().messageDone();
        if (!client.in().await()) {
            return Optional.empty();
        }
        client.deadline().arm(services.limits().headMillis());
        try {
            if (client.in().peek(0) == TLS_HANDSHAKE) {
                // Read as a head it would never end, and the client would wait in vain.
                throw ProtocolException.badRequest(
                        "TLS where HTTP is spoken: the address of this proxy begins with http://, for https:// targets too");
            }
            Optional<RequestHead> head = HeadParser.readRequest(client.in(), services.limits().head());
            client.deadline().disarm();
            return head;
        } catch (ProtocolException e) {
            refuse(client, e);
            return Optional.empty();
        }
    }

    private void connect(ClientStream client, RequestHead head) throws IOException {
        Authority authority;
        try {
            authority = Destination.ofConnect(head);
        } catch (ProtocolException e) {
            refuse(client, e);
            return;
        }
        new ConnectRun(services, this, socket, context).run(client, head, authority);
    }

    private void refuse(ClientStream client, ProtocolException e) throws IOException {
        ProxyAnswer.write(client.out(), e.suggestedStatus(), ErrorClass.PROTOCOL, e.getMessage(), true, true);
        client.linger();
        client.drain();
    }
}
