package proxymcp.exchange;

import java.util.Optional;
import proxymcp.http.Authority;
import proxymcp.http.BodyFraming;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.RequestTarget;

/**
 * Where a request goes and how its head must read there.
 *
 * @param endpoint origin
 * @param target request target for the origin
 * @param host value that its Host field must have; empty to leave it alone
 */
public record Destination(Endpoint endpoint, String target, String host) {

    /**
     * Destination of a request that a client sent to a proxy.
     *
     * @throws ProtocolException with 400 if target or Host are malformed or contradict HTTP
     */
    public static Destination ofExplicit(RequestHead head) throws ProtocolException {
        checkHost(head);
        return switch (RequestTarget.parse(head)) {
            case RequestTarget.Absolute absolute -> ofAbsolute(head, absolute);
            case RequestTarget.Origin origin -> throw ProtocolException.badRequest("this is a proxy: the request target must be an absolute "
                    + "URI such as http://example.com/, but it is a path; set this address as the client's proxy");
            case RequestTarget.Asterisk asterisk -> throw ProtocolException.badRequest(
                    "this is a proxy: OPTIONS for a whole server is sent as an absolute URI without a path");
            case RequestTarget.AuthorityForm authority -> throw new IllegalArgumentException("CONNECT is no request to forward");
        };
    }

    /**
     * Destination of a request inside an intercepted connection.
     *
     * @param endpoint what the client connected to
     * @throws ProtocolException with 400 if target or Host are malformed or contradict HTTP
     */
    public static Destination ofIntercepted(RequestHead head, Endpoint endpoint) throws ProtocolException {
        checkHost(head);
        return switch (RequestTarget.parse(head)) {
            case RequestTarget.Origin origin -> new Destination(endpoint, head.target(), "");
            case RequestTarget.Asterisk asterisk -> new Destination(endpoint, head.target(), "");
            case RequestTarget.Absolute absolute -> {
                int port = absolute.authority().port().orElse(Endpoint.defaultPort(absolute.scheme()));
                if (!absolute.scheme().equals(endpoint.scheme()) || !absolute.authority().host().equals(endpoint.host())
                        || port != endpoint.port()) {
                    throw ProtocolException.badRequest("request target names another origin than the connection is for");
                }
                yield ofAbsolute(head, absolute);
            }
            case RequestTarget.AuthorityForm authority -> throw ProtocolException.badRequest("CONNECT inside an intercepted connection");
        };
    }

    /**
     * Destination of a request of a client that does not know of the proxy: its Host field says.
     *
     * @throws ProtocolException with 400 if target or Host are malformed or contradict HTTP, or there is no Host
     */
    public static Destination ofTransparent(RequestHead head) throws ProtocolException {
        checkHost(head);
        return switch (RequestTarget.parse(head)) {
            case RequestTarget.Origin origin -> new Destination(ofHost(head), head.target(), "");
            case RequestTarget.Asterisk asterisk -> new Destination(ofHost(head), head.target(), "");
            case RequestTarget.Absolute absolute -> ofAbsolute(head, absolute);
            case RequestTarget.AuthorityForm authority -> throw ProtocolException.badRequest("CONNECT on the port for redirected traffic");
        };
    }

    private static Endpoint ofHost(RequestHead head) throws ProtocolException {
        Authority host = head.fields().first("Host").flatMap(Authority::parse)
                .orElseThrow(() -> ProtocolException.badRequest("redirected request without a Host field: nothing says where it should go"));
        return new Endpoint("http", host.host(), host.port().orElse(Endpoint.defaultPort("http")));
    }

    /**
     * What a CONNECT asks for.
     *
     * @return host and port
     * @throws ProtocolException with 400 or 501 if target, Host or framing are malformed, or it has a body
     */
    public static Authority ofConnect(RequestHead head) throws ProtocolException {
        checkHost(head);
        BodyFraming.ofRequest(head);
        if (RequestTarget.parse(head) instanceof RequestTarget.AuthorityForm(Authority authority)) {
            return authority;
        }
        throw new IllegalArgumentException("not a CONNECT: " + head.method());
    }

    /**
     * Destination of a request that goes to another URL than it was sent for.
     *
     * @param url absolute
     * @throws ProtocolException if it is no http or https URL
     */
    public static Destination ofUrl(RequestHead head, String url) throws ProtocolException {
        RequestHead moved = head.withTarget(url);
        if (RequestTarget.parse(moved) instanceof RequestTarget.Absolute absolute) {
            return ofAbsolute(moved, absolute);
        }
        throw ProtocolException.badRequest("no absolute URL");
    }

    private static Destination ofAbsolute(RequestHead head, RequestTarget.Absolute absolute) throws ProtocolException {
        String scheme = absolute.scheme();
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw ProtocolException.badRequest("scheme \"" + scheme + "\" is not proxied, only http and https");
        }
        Authority authority = absolute.authority();
        Endpoint endpoint = new Endpoint(scheme, authority.host(), authority.port().orElse(Endpoint.defaultPort(scheme)));
        boolean wholeServer = head.method().equals("OPTIONS") && absolute.pathAndQuery().equals("/") && !head.target().endsWith("/");
        // RFC 9112 section 3.2.2: a proxy ignores the Host that came and sends that of the target. One that means the same stays.
        String host = namesSame(head, endpoint) ? "" : authority.toString();
        return new Destination(endpoint, wholeServer ? "*" : absolute.pathAndQuery(), host);
    }

    private static boolean namesSame(RequestHead head, Endpoint endpoint) {
        Optional<Authority> host = head.fields().first("Host").flatMap(Authority::parse);
        return host.isPresent() && host.get().host().equals(endpoint.host())
                && host.get().port().orElse(Endpoint.defaultPort(endpoint.scheme())) == endpoint.port();
    }

    private static void checkHost(RequestHead head) throws ProtocolException {
        Fields fields = head.fields();
        int count = fields.count("Host");
        if (count > 1) {
            throw ProtocolException.badRequest("request has " + count + " Host fields");
        }
        Optional<String> host = fields.first("Host");
        if (host.isEmpty()) {
            if (head.version() == HttpVersion.HTTP_1_1) {
                throw ProtocolException.badRequest("HTTP/1.1 request has no Host field");
            }
            return;
        }
        if (Authority.parse(host.get()).isEmpty()) {
            throw ProtocolException.badRequest("Host is not host or host:port");
        }
    }
}
