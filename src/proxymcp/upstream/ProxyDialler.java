package proxymcp.upstream;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.http.Deadlines;
import proxymcp.tls.ClientTls;
import proxymcp.tls.OriginTls;

/** The steps of one dialling that an upstream proxy adds. Owner: the thread that dials. */
final class ProxyDialler {
    private final UpstreamProxy proxy;
    private final OriginTls tls;
    private final UpstreamLimits limits;
    private final Resolver resolver;
    private final OwnPorts ownPorts;
    private final Dialling dialling;
    /** The origin's addresses that are still to be tried, where it is not the proxy that looks them up; the first is next. */
    private List<InetAddress> targets = List.of();
    private boolean addressFailed;
    private Optional<ClientTls> client = Optional.empty();

    ProxyDialler(UpstreamProxy proxy, OriginTls tls, UpstreamLimits limits, Resolver resolver, OwnPorts ownPorts, Dialling dialling) {
        this.proxy = proxy;
        this.tls = tls;
        this.limits = limits;
        this.resolver = resolver;
        this.ownPorts = ownPorts;
        this.dialling = dialling;
    }

    /** Where the proxy is. */
    Endpoint endpoint() {
        return new Endpoint(proxy.kind() == UpstreamProxy.Kind.HTTPS ? "https" : "http", proxy.host(), proxy.port());
    }

    /**
     * Looks up what has to be: the origin for a proxy that takes addresses, and the proxy.
     *
     * @return the proxy's addresses
     */
    InetAddress[] resolve(Endpoint origin) throws UpstreamException {
        refuseLoop(origin);
        targets = switch (proxy.kind()) {
            case HTTP, HTTPS -> List.of();
            case SOCKS4 -> List.of(ipv4(origin));
            case SOCKS4A -> IpLiteral.parse(origin.host()).isPresent() ? List.of(ipv4(origin)) : List.of();
            case SOCKS5 -> List.of(resolver.resolve(origin.host(), limits.connectMillis(), dialling));
            case SOCKS5H -> IpLiteral.parse(origin.host()).map(List::of).orElse(List.of());
        };
        return resolveProxy();
    }

    /** The proxy's addresses, at least one. */
    InetAddress[] resolveProxy() throws UpstreamException {
        try {
            InetAddress[] addresses = resolver.resolve(proxy.host(), limits.connectMillis(), dialling);
            for (InetAddress address : addresses) {
                if (ownPorts.reaches(address, proxy.port())) {
                    throw new UpstreamException(ErrorClass.LOOP, "upstream proxy " + proxy.url()
                            + " is a port of this proxy itself; requests would go round for ever");
                }
            }
            return addresses;
        } catch (UpstreamException e) {
            throw failure(e);
        }
    }

    /** A proxy on this machine would reach our own ports for whoever asks. Names that have no address here are none of ours. */
    private void refuseLoop(Endpoint origin) throws UpstreamException {
        if (!ownPorts.contains(origin.port())) {
            return;
        }
        InetAddress[] addresses;
        try {
            addresses = resolver.resolve(origin.host(), limits.connectMillis(), dialling);
        } catch (UpstreamException e) {
            if (e.errorClass() == ErrorClass.DNS) {
                return;
            }
            throw e;
        }
        for (InetAddress address : addresses) {
            if (ownPorts.reaches(address, origin.port())) {
                throw new UpstreamException(ErrorClass.LOOP,
                        origin.hostAndPort() + " is a port of this proxy itself; requests to it are refused");
            }
        }
    }

    private InetAddress ipv4(Endpoint origin) throws UpstreamException {
        for (InetAddress address : resolver.resolve(origin.host(), limits.connectMillis(), dialling)) {
            if (address instanceof Inet4Address) {
                return address;
            }
        }
        throw ProxyFailure.of(proxy, "cannot be asked for " + origin.hostAndPort() + ": SOCKS 4 has no IPv6, and there is no IPv4 address; "
                + "use socks5");
    }

    /**
     * Has the proxy connect to {@code origin}.
     *
     * @param raw connected to the proxy
     * @param forwarded whether requests are sent to the proxy as they are, so that no tunnel is wanted
     * @return what carries octets to the origin, or to a proxy that forwards
     */
    Socket open(Socket raw, Endpoint origin, boolean forwarded, Deadlines.Deadline deadline) throws UpstreamException {
        try {
            Socket socket = secured(raw, deadline);
            deadline.arm(limits.connectMillis());
            if (!proxy.kind().isHttp()) {
                socks(socket, origin);
            } else if (!forwarded) {
                new ConnectHandshake(proxy, socket.getInputStream(), socket.getOutputStream()).connect(origin);
            }
            deadline.disarm();
            return socket;
        } catch (IOException e) {
            throw failed(origin.hostAndPort(), deadline, e);
        }
    }

    private void socks(Socket socket, Endpoint origin) throws IOException {
        SocksHandshake handshake = new SocksHandshake(proxy, socket.getInputStream(), socket.getOutputStream());
        try {
            handshake.connect(origin, targets.stream().findFirst());
        } finally {
            addressFailed = handshake.isAddressFailure();
        }
    }

    /** After {@link #open} failed: whether it is worth another connection to the proxy, for the origin's next address. */
    boolean hasNextAddress() {
        if (!addressFailed || targets.size() < 2) {
            return false;
        }
        addressFailed = false;
        targets = targets.subList(1, targets.size());
        return true;
    }

    /** Whether other settings hold for TLS with the proxy than when it was connected. */
    boolean isOutdated() {
        return client.isPresent() && tls.client(proxy.host()) != client.get();
    }

    /** Says how the proxy answers before it is asked for anything. */
    String greet(Socket raw, Deadlines.Deadline deadline) throws UpstreamException {
        try {
            Socket socket = secured(raw, deadline);
            deadline.arm(limits.connectMillis());
            return switch (proxy.kind()) {
                case HTTP, SOCKS4, SOCKS4A -> "accepts connections; give check_target to have it asked for one";
                case HTTPS -> "accepts connections and its certificate is trusted; give check_target to have it asked for one";
                case SOCKS5, SOCKS5H -> {
                    new SocksHandshake(proxy, socket.getInputStream(), socket.getOutputStream()).greet5();
                    yield proxy.login().isPresent() ? "speaks SOCKS 5 and has no objection to the user and password" : "speaks SOCKS 5";
                }
            };
        } catch (IOException e) {
            throw failed("a greeting", deadline, e);
        }
    }

    private Socket secured(Socket raw, Deadlines.Deadline deadline) throws IOException {
        if (proxy.kind() != UpstreamProxy.Kind.HTTPS) {
            return raw;
        }
        deadline.arm(limits.handshakeMillis());
        ClientTls chosen = tls.client(proxy.host());
        client = Optional.of(chosen);
        try {
            return chosen.connect(raw, proxy.host(), proxy.port()).socket();
        } catch (IOException e) {
            if (deadline.expired()) {
                throw UpstreamException.late(ErrorClass.UPSTREAM_PROXY, "TLS handshake with upstream proxy " + proxy.url() + " did not end within "
                        + limits.handshakeMillis() + " ms", e);
            }
            throw e;
        }
    }

    private UpstreamException failed(String what, Deadlines.Deadline deadline, IOException e) {
        if (deadline.expired() && !(e instanceof UpstreamException)) {
            return UpstreamException.late(ErrorClass.UPSTREAM_PROXY, "upstream proxy " + proxy.url() + " did not answer for " + what + " within "
                    + limits.connectMillis() + " ms", e);
        }
        // What the handshake itself says is known already, and may speak of the target.
        return e instanceof UpstreamException known ? known : failure(e);
    }

    UpstreamException failure(IOException e) {
        return ProxyFailure.of(proxy, e);
    }
}
