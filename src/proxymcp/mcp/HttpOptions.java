package proxymcp.mcp;

import java.net.InetAddress;
import java.util.Optional;

/**
 * How the HTTP endpoint listens.
 *
 * @param bindAddress where; anything but loopback needs a token
 * @param port 0 for any free one
 * @param token what callers must send as {@code Authorization: Bearer}; empty for none
 * @param keepAliveMillis between comments on an event stream, which also tell that the client is gone
 */
public record HttpOptions(InetAddress bindAddress, int port, Optional<String> token, long keepAliveMillis) {
    private static final long KEEP_ALIVE_MILLIS = 10_000;

    /**
     * Checks that an endpoint which others can reach asks for a token.
     *
     * @throws IllegalArgumentException if it does not, or the token is empty or has other characters than visible ASCII
     */
    public HttpOptions {
        if (token.isEmpty() && !bindAddress.isLoopbackAddress()) {
            throw new IllegalArgumentException("bind address " + bindAddress.getHostAddress()
                    + " can be reached from other machines: a token is needed");
        }
        if (token.isPresent() && !isVisibleAscii(token.get())) {
            throw new IllegalArgumentException("token: expected one or more visible ASCII characters");
        }
    }

    /** 127.0.0.1. */
    public static HttpOptions loopback(int port, Optional<String> token) {
        return new HttpOptions(loopbackAddress(), port, token, KEEP_ALIVE_MILLIS);
    }

    private static InetAddress loopbackAddress() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (java.net.UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }

    private static boolean isVisibleAscii(String token) {
        for (int i = 0; i < token.length(); i++) {
            if (token.charAt(i) <= ' ' || token.charAt(i) > '~') {
                return false;
            }
        }
        return !token.isEmpty();
    }
}
