package proxymcp.upstream;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;

/**
 * What a SOCKS proxy is asked and answers: SOCKS 4 and 4A, SOCKS 5 (RFC 1928) with user and password (RFC 1929). Nothing is read beyond
 * the answer, as the origin may speak first.
 */
final class SocksHandshake {
    private static final int CONNECT = 1;
    private static final int NO_AUTHENTICATION = 0;
    private static final int USER_AND_PASSWORD = 2;
    private static final int NONE_ACCEPTABLE = 0xFF;
    private static final int NAME_MAX = 255;

    private final UpstreamProxy proxy;
    private final InputStream in;
    private final OutputStream out;
    /** What is waited for, for the case that the proxy closes instead. */
    private String awaited = "the greeting";
    private boolean addressFailed;

    SocksHandshake(UpstreamProxy proxy, InputStream in, OutputStream out) {
        this.proxy = proxy;
        this.in = in;
        this.out = out;
    }

    /**
     * Asks for a connection.
     *
     * @param address the origin's, if it was looked up here
     * @throws UpstreamException if the proxy refuses
     */
    void connect(Endpoint origin, Optional<InetAddress> address) throws IOException {
        switch (proxy.kind()) {
            case SOCKS4, SOCKS4A -> connect4(origin, address);
            case SOCKS5, SOCKS5H -> {
                greet5();
                connect5(origin, address);
            }
            case HTTP, HTTPS -> throw new IllegalArgumentException(proxy.url() + " speaks no SOCKS");
        }
    }

    /** Whether the proxy said that it could not reach the address it was given, so that another one of the target may do. */
    boolean isAddressFailure() {
        return addressFailed;
    }

    private void connect4(Endpoint origin, Optional<InetAddress> address) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(4);
        request.write(CONNECT);
        port(request, origin);
        // 4A: an address of 0.0.0.x says that a name follows.
        request.writeBytes(address.map(InetAddress::getAddress).orElse(new byte[] {0, 0, 0, 1}));
        request.writeBytes(proxy.login().map(UpstreamProxy.Login::user).orElse("").getBytes(StandardCharsets.UTF_8));
        request.write(0);
        if (address.isEmpty()) {
            request.writeBytes(origin.host().getBytes(StandardCharsets.ISO_8859_1));
            request.write(0);
        }
        awaited = "the request for " + origin.hostAndPort();
        send(request);
        int version = octet();
        if (version != 0) {
            throw refusal("answered with what is not SOCKS 4 (first octet " + version + ")");
        }
        int reply = octet();
        if (reply != 90) {
            // Some servers close before the rest of a refusal, so that is not waited for.
            throw refusal("refused " + origin.hostAndPort() + ": SOCKS 4 reply " + reply + ", " + switch (reply) {
                case 91 -> "request rejected or failed, which SOCKS 4 does not tell apart: the proxy forbids it, or the target cannot be reached";
                case 92 -> "no identd answers on this machine";
                case 93 -> "identd names another user";
                default -> "not a reply that SOCKS 4 knows";
            });
        }
        skip(6);
    }

    /** Agrees on a method and gives user and password if they are wanted. */
    void greet5() throws IOException {
        ByteArrayOutputStream greeting = new ByteArrayOutputStream();
        greeting.write(5);
        greeting.write(proxy.login().isPresent() ? 2 : 1);
        greeting.write(NO_AUTHENTICATION);
        if (proxy.login().isPresent()) {
            greeting.write(USER_AND_PASSWORD);
        }
        send(greeting);
        int version = octet();
        if (version != 5) {
            throw refusal("answered with what is not SOCKS 5 (first octet " + version + ")");
        }
        int method = octet();
        if (method == USER_AND_PASSWORD && proxy.login().isPresent()) {
            authenticate(proxy.login().get());
        } else if (method == NONE_ACCEPTABLE) {
            throw refusal(proxy.login().isPresent() ? "accepts neither user and password nor none (SOCKS 5 method 255)"
                    : "wants a user and password (SOCKS 5 method 255): put them in the proxy URL");
        } else if (method != NO_AUTHENTICATION) {
            throw refusal("chose SOCKS 5 method " + method + ", which was not offered");
        }
    }

    private void authenticate(UpstreamProxy.Login login) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(1);
        text(request, login.user().getBytes(StandardCharsets.UTF_8));
        text(request, login.password().getBytes(StandardCharsets.UTF_8));
        awaited = "user and password";
        send(request);
        octet(); // The version of the answer says nothing, and some servers get it wrong.
        int status = octet();
        if (status != 0) {
            throw refusal("did not accept the user and password (status " + status + ")");
        }
    }

    private void connect5(Endpoint origin, Optional<InetAddress> address) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(5);
        request.write(CONNECT);
        request.write(0);
        if (address.isPresent()) {
            byte[] octets = address.get().getAddress();
            request.write(octets.length == 4 ? 1 : 4);
            request.writeBytes(octets);
        } else {
            byte[] name = origin.host().getBytes(StandardCharsets.ISO_8859_1);
            if (name.length > NAME_MAX) {
                throw refusal("cannot be asked for a name of " + name.length + " octets; SOCKS 5 carries " + NAME_MAX);
            }
            request.write(3);
            text(request, name);
        }
        port(request, origin);
        awaited = "the request for " + origin.hostAndPort();
        send(request);
        int version = octet();
        if (version != 5) {
            throw refusal("answered with what is not SOCKS 5 (first octet " + version + ")");
        }
        int reply = octet();
        if (reply != 0) {
            throw failure5(origin, reply);
        }
        octet();
        int type = octet();
        switch (type) {
            case 1 -> skip(4 + 2);
            case 3 -> skip(octet() + 2);
            case 4 -> skip(16 + 2);
            default -> throw refusal("answered with address type " + type + ", which SOCKS 5 does not have");
        }
    }

    /** What a reply says of the target is the target's failure; the rest is the proxy's refusal (RFC 1928 section 6). */
    private UpstreamException failure5(Endpoint origin, int reply) {
        addressFailed = reply >= 3 && reply <= 6 || reply == 8;
        String where = origin.hostAndPort();
        String through = " through upstream proxy " + proxy.url() + ": SOCKS 5 reply " + reply + ", ";
        String refused = "refused " + where + ": SOCKS 5 reply " + reply + ", ";
        return switch (reply) {
            case 1 -> refusal(refused + "general failure");
            case 2 -> refusal(refused + "not allowed by its rules");
            case 3 -> new UpstreamException(ErrorClass.CONNECT_FAILED, where + " cannot be reached" + through + "network unreachable");
            case 4 -> new UpstreamException(ErrorClass.CONNECT_FAILED, where + " cannot be reached" + through + "host unreachable");
            case 5 -> new UpstreamException(ErrorClass.CONNECT_REFUSED, where + " refused the connection" + through + "connection refused");
            // Servers have no other reply for a target that does not answer them in time.
            case 6 -> new UpstreamException(ErrorClass.CONNECT_TIMEOUT, where + " did not answer" + through + "TTL expired");
            case 7 -> refusal(refused + "command not supported");
            case 8 -> refusal(refused + "address type not supported");
            default -> refusal(refused + "not a reply that SOCKS 5 knows");
        };
    }

    private UpstreamException refusal(String what) {
        return ProxyFailure.of(proxy, what);
    }

    private static void port(ByteArrayOutputStream request, Endpoint origin) {
        request.write(origin.port() >> 8);
        request.write(origin.port());
    }

    private static void text(ByteArrayOutputStream request, byte[] octets) {
        request.write(octets.length);
        request.writeBytes(octets);
    }

    private void send(ByteArrayOutputStream request) throws IOException {
        out.write(request.toByteArray());
        out.flush();
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException("it closed the connection instead of answering " + awaited);
        }
        return octet;
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            octet();
        }
    }
}
