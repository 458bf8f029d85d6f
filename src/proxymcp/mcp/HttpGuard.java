package proxymcp.mcp;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Who may talk to the HTTP endpoint. A web page can make a browser send requests to 127.0.0.1: its {@code Origin}
 * gives it away, and where a page was rebound to 127.0.0.1 and sends none, its {@code Host} does.
 */
final class HttpGuard {
    private static final String BEARER = "bearer ";

    private final boolean loopback;
    private final Set<String> ourHosts;
    private final Optional<byte[]> token;

    HttpGuard(InetAddress bindAddress, int port, Optional<String> token) {
        this.loopback = bindAddress.isLoopbackAddress();
        this.ourHosts = hosts(bindAddress, port);
        this.token = token.map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Where callers that this guard lets pass come from. */
    CallOrigin origin() {
        return token.isPresent() ? CallOrigin.HTTP_WITH_TOKEN : CallOrigin.HTTP_WITHOUT_TOKEN;
    }

    /**
     * Lets a request pass.
     *
     * @throws HttpRefusal 403 for a foreign host or origin, 401 for a missing or wrong token
     */
    void check(Headers headers) throws HttpRefusal {
        Optional<String> host = HttpHeader.single(headers, "Host");
        if (host.isEmpty() || !isOurs(host.get())) {
            throw new HttpRefusal(403, "Forbidden: the Host header does not name this server");
        }
        if (headers.containsKey("Origin")) {
            Optional<String> origin = HttpHeader.single(headers, "Origin");
            if (origin.isEmpty() || !isOurOrigin(origin.get(), host.get())) {
                throw new HttpRefusal(403, "Forbidden: requests from this Origin are not accepted");
            }
        }
        if (token.isPresent() && !carriesToken(headers)) {
            throw new HttpRefusal(401, "Unauthorized: send the server's token as Authorization: Bearer");
        }
    }

    /** The values of Host that mean this server and no other. */
    private static Set<String> hosts(InetAddress bindAddress, int port) {
        String address = bindAddress.getHostAddress();
        Set<String> hosts = new HashSet<>();
        for (String name : List.of("localhost", "127.0.0.1", "[::1]", address.contains(":") ? "[" + address + "]" : address)) {
            hosts.add(name + ":" + port);
            if (port == 80) {
                hosts.add(name);
            }
        }
        return hosts;
    }

    /** On an address that others reach any name may lead here; there the token keeps strangers out. */
    private boolean isOurs(String host) {
        return !loopback || ourHosts.contains(host.toLowerCase(Locale.ROOT));
    }

    private boolean isOurOrigin(String origin, String host) {
        String authority = origin.startsWith("http://") ? origin.substring("http://".length()).toLowerCase(Locale.ROOT) : "";
        return ourHosts.contains(authority) || !loopback && authority.equals(host.toLowerCase(Locale.ROOT));
    }

    private boolean carriesToken(Headers headers) {
        Optional<String> authorization = HttpHeader.single(headers, "Authorization");
        if (authorization.isEmpty() || !authorization.get().toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            return false;
        }
        byte[] sent = authorization.get().substring(BEARER.length()).strip().getBytes(StandardCharsets.ISO_8859_1);
        // Compares in a time that does not tell how much of it was right.
        return MessageDigest.isEqual(sent, token.orElseThrow());
    }
}
