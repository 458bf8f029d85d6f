package proxymcp.proxy;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import proxymcp.exchange.Direction;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeIds;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.TlsInfo;
import proxymcp.exchange.Unrecorded;
import proxymcp.http.Authority;
import proxymcp.http.RequestHead;
import proxymcp.http.WireReader;
import proxymcp.tls.ClientHelloReader;
import proxymcp.tls.TlsConnection;
import proxymcp.upstream.ExchangeClock;
import proxymcp.upstream.UpstreamConnection;
import proxymcp.upstream.UpstreamException;

/**
 * What a CONNECT leads to, over HTTP or SOCKS: TLS is intercepted, HTTP is read, everything else is tunnelled.
 *
 * <p>The client's first octets tell. Where the server speaks first (SSH, SMTP), the client sends none: after
 * {@value #CLIENT_FIRST_MILLIS} ms the origin is dialled, and whoever speaks first decides.
 *
 * <p>Owner: the client connection's thread.
 */
final class ConnectRun {
    private static final long CLIENT_FIRST_MILLIS = 1_000;
    private static final int TLS_HANDSHAKE = 0x16;
    private static final int METHOD_BYTES_MAX = 24;
    private static final byte[] ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(
            java.nio.charset.StandardCharsets.US_ASCII);

    /**
     * A tunnel whose origin spoke first.
     *
     * @param upstream holds what it said
     * @param clientReader still waits for the client's first octet
     */
    private record ServerFirst(UpstreamConnection upstream, Thread clientReader) {}

    private final ProxyServices services;
    private final ClientConnection connection;
    private final Socket socket;
    private final ConnectionContext context;
    private final ExchangeClock clock;
    /** Whether the client may have asked for an address where it means a name. */
    private boolean resolvedByClient;

    ConnectRun(ProxyServices services, ClientConnection connection, Socket socket, ConnectionContext context) {
        this.services = services;
        this.connection = connection;
        this.socket = socket;
        this.context = context;
        this.clock = new ExchangeClock(services.nanoTime());
    }

    /** Tells the client that the tunnel stands, and runs the connection to its end. */
    void run(ClientStream client, RequestHead head, Authority authority) throws IOException {
        client.out().write(ESTABLISHED, 0, ESTABLISHED.length);
        client.out().flush();
        established(client, head, authority);
    }

    /**
     * The same for a SOCKS client, which has been told. Many of them look names up themselves and ask for an address: the certificate of the
     * origin is for the name, which their ClientHello has.
     */
    void socks(ClientStream client, RequestHead head, Authority authority) throws IOException {
        resolvedByClient = true;
        established(client, head, authority);
    }

    private void established(ClientStream client, RequestHead head, Authority authority) throws IOException {
        OptionalInt port = authority.port();
        Endpoint tunnel = new Endpoint(Endpoint.TUNNEL, authority.host(), port.orElseThrow());
        if (ProxyProbes.isProbe(tunnel.host())) {
            probe(client, head, tunnel);
            return;
        }
        Optional<ServerFirst> serverFirst = awaitFirstSpeaker(client, head, tunnel);
        if (serverFirst.isPresent()) {
            Recording recording = record(head, tunnel, Optional.empty());
            tunnel(client, recording, serverFirst.get().upstream(), Optional.of(serverFirst.get().clientReader()));
            return;
        }
        if (client.in().buffered() == 0) {
            return; // The client left, or the origin could not be reached and that is recorded.
        }
        if (client.in().peek(0) == TLS_HANDSHAKE) {
            intercept(client, head, tunnel);
        } else if (looksLikeHttp(client.in())) {
            connection.serve(client, context.within(new Endpoint("http", tunnel.host(), tunnel.port()), Optional.empty()));
        } else {
            dialAndTunnel(client, head, tunnel, tunnel, Optional.empty(), Optional.empty());
        }
    }

    /** Nobody is dialled for a name that is answered here. */
    private void probe(ClientStream client, RequestHead head, Endpoint tunnel) throws IOException {
        client.deadline().arm(services.limits().headMillis());
        if (!client.in().await()) {
            return;
        }
        if (client.in().peek(0) == TLS_HANDSHAKE) {
            intercept(client, head, tunnel);
        } else {
            connection.serve(client, context.within(new Endpoint("http", tunnel.host(), tunnel.port()), Optional.empty()));
        }
    }

    /**
     * Waits for the client's first octet, and after a while for the origin's too.
     *
     * @return a connection on which the origin spoke first; empty if the client did, or nobody will
     */
    private Optional<ServerFirst> awaitFirstSpeaker(ClientStream client, RequestHead head, Endpoint tunnel) throws IOException {
        client.deadline().arm(services.limits().tunnelIdleMillis());
        if (client.in().buffered() > 0) {
            return Optional.empty();
        }
        CountDownLatch spoken = new CountDownLatch(1);
        AtomicReference<Optional<WireReader>> first = new AtomicReference<>(Optional.empty());
        Thread clientReader = reader("connect-client", client.in(), first, spoken);
        if (await(spoken, CLIENT_FIRST_MILLIS)) {
            return Optional.empty();
        }
        UpstreamConnection upstream;
        try {
            upstream = services.upstream().dial(tunnel);
        } catch (UpstreamException e) {
            record(head, tunnel, Optional.empty()).end(ended(new Outcome.Incomplete(e.errorClass(), e.getMessage())));
            client.abort();
            join(clientReader);
            return Optional.empty();
        }
        Thread originReader = reader("connect-origin", upstream.in(), first, spoken);
        await(spoken, services.limits().tunnelIdleMillis());
        if (first.get().isPresent() && first.get().get() == upstream.in()) {
            join(originReader);
            return Optional.of(new ServerFirst(upstream, clientReader));
        }
        upstream.close();
        join(originReader);
        return Optional.empty();
    }

    /** Waits in a thread of its own until {@code in} has an octet or has ended, and says so in {@code first} unless another did. */
    private static Thread reader(String name, WireReader in, AtomicReference<Optional<WireReader>> first, CountDownLatch spoken) {
        return Thread.ofVirtual().name(name).start(() -> {
            try {
                in.await();
            } catch (IOException e) {
                // Whoever reads next from the same connection gets the failure again, and tells it.
                return;
            } finally {
                first.compareAndSet(Optional.empty(), Optional.of(in));
                spoken.countDown();
            }
        });
    }

    private static boolean await(CountDownLatch spoken, long millis) throws ClientGoneException {
        try {
            return spoken.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static void join(Thread thread) throws ClientGoneException {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static ClientGoneException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ClientGoneException("stopped", new IOException(e));
    }

    /** Whether the first octets are a method and the beginning of a target; waits for as many as it takes to tell. */
    static boolean looksLikeHttp(WireReader in) throws IOException {
        int at = 0;
        while (at < METHOD_BYTES_MAX) {
            if (at >= in.buffered() && !in.awaitMore()) {
                return false;
            }
            int octet = in.peek(at);
            if (octet == ' ') {
                return at > 0 && targetBegins(in, at);
            }
            if (octet < 'A' || octet > 'Z') {
                return false; // Methods in use are upper-case letters; protocols that are not HTTP show themselves here.
            }
            at++;
        }
        return false;
    }

    private static boolean targetBegins(WireReader in, int space) throws IOException {
        while (in.buffered() <= space + 1) {
            if (!in.awaitMore()) {
                return false;
            }
        }
        int octet = in.peek(space + 1);
        boolean preface = space == 3 && in.peek(0) == 'P' && in.peek(1) == 'R' && in.peek(2) == 'I';
        // "PRI * HTTP/2.0" begins HTTP/2, which is passed on unread.
        return !preface && (octet == '/' || octet == '*' || octet == 'h' || octet == 'H');
    }

    private void intercept(ClientStream client, RequestHead head, Endpoint tunnel) throws IOException {
        client.deadline().arm(services.limits().handshakeMillis());
        ClientHelloReader.Beginning beginning = ClientHelloReader.read(client.in().stream());
        switch (beginning) {
            case ClientHelloReader.Tls tls -> intercepted(client, head, tunnel, tls);
            case ClientHelloReader.NotTls other ->
                    dialAndTunnel(client, head, tunnel, tunnel, Optional.of(other.bytesRead()), Optional.empty());
            case ClientHelloReader.Malformed other ->
                    dialAndTunnel(client, head, tunnel, tunnel, Optional.of(other.bytesRead()), Optional.empty());
        }
    }

    /**
     * Runs a connection that begins with TLS to its end.
     *
     * @param tls what was read of it; the handshake's deadline is armed
     */
    void intercepted(ClientStream client, RequestHead head, Endpoint tunnel, ClientHelloReader.Tls tls) throws IOException {
        TlsConnection secured;
        try {
            secured = services.tls().intercept(socket, tls, tunnel.host());
        } catch (IOException e) {
            incomplete(head, tunnel, ErrorClass.TLS, "TLS with the client failed: " + e.getMessage());
            return;
        }
        client.deadline().disarm();
        serveTls(client, head, tunnel, secured);
    }

    /** Records that {@code tunnel} came to nothing. */
    void incomplete(RequestHead head, Endpoint tunnel, ErrorClass errorClass, String reason) {
        record(head, tunnel, Optional.empty()).end(ended(new Outcome.Incomplete(errorClass, reason)));
    }

    private void serveTls(ClientStream client, RequestHead head, Endpoint tunnel, TlsConnection secured) throws IOException {
        ClientStream inner = new ClientStream(socket, secured.socket(), client.deadline(), services.limits());
        Endpoint endpoint = new Endpoint("https", resolvedByClient ? nameOr(tunnel.host(), secured.info()) : tunnel.host(), tunnel.port());
        Optional<TlsInfo> info = Optional.of(secured.info());
        inner.deadline().arm(services.limits().tunnelIdleMillis());
        if (!inner.in().await()) {
            return; // A connection made in advance and never used; browsers do that.
        }
        if (looksLikeHttp(inner.in())) {
            connection.serve(inner, context.within(endpoint, info));
        } else {
            dialAndTunnel(inner, head, tunnel, endpoint, Optional.empty(), info);
        }
    }

    /** The name that the client asked for where {@code host} is an address; {@code host} if that is a name, or there is no other. */
    private static String nameOr(String host, TlsInfo tls) {
        Optional<Authority> name = tls.sni().flatMap(Authority::parse);
        boolean usable = isAddress(host) && name.isPresent() && name.get().port().isEmpty() && !isAddress(name.get().host());
        return usable ? name.get().host() : host;
    }

    private static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9');
    }

    /**
     * @param tunnel what is recorded
     * @param origin what is dialled
     * @param beginning octets already taken from the client
     * @param clientTls what was agreed with the client
     */
    private void dialAndTunnel(ClientStream client, RequestHead head, Endpoint tunnel, Endpoint origin, Optional<byte[]> beginning,
            Optional<TlsInfo> clientTls) throws IOException {
        if (ProxyProbes.isProbe(origin.host())) {
            return;
        }
        UpstreamConnection upstream;
        try {
            upstream = services.upstream().dial(origin);
        } catch (UpstreamException e) {
            record(head, tunnel, clientTls).end(ended(new Outcome.Incomplete(e.errorClass(), e.getMessage())));
            return;
        }
        beginning.ifPresent(client.in()::unread);
        tunnel(client, record(head, tunnel, clientTls), upstream, Optional.empty());
    }

    private void tunnel(ClientStream client, Recording recording, UpstreamConnection upstream, Optional<Thread> clientReader) {
        recording.routed(upstream.route());
        Outcome outcome = new Tunnel(client, upstream, new BodyPassing(recording, Direction.OUT), new BodyPassing(recording, Direction.IN),
                services.limits().tunnelIdleMillis(), clientReader).run();
        recording.end(ended(outcome));
    }

    private Recording record(RequestHead head, Endpoint tunnel, Optional<TlsInfo> clientTls) {
        if (ProxyProbes.isProbe(tunnel.host())) {
            return Unrecorded.INSTANCE;
        }
        return services.sink().open(new ExchangeStart(ExchangeIds.next(), services.clock().millis(), context.client(), tunnel, head,
                clientTls));
    }

    private ExchangeEnd ended(Outcome outcome) {
        return new ExchangeEnd(services.unlessStopping(outcome), clock.end(Optional.empty()), List.of(), List.of());
    }
}
