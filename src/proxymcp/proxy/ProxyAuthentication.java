package proxymcp.proxy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import proxymcp.http.RequestHead;

/** Checks {@code Proxy-Authorization: Basic} (RFC 7617), and what SOCKS clients present, in constant time. */
final class ProxyAuthentication {
    /** Lets everybody pass. */
    static final ProxyAuthentication NONE = new ProxyAuthentication(Optional.empty());

    private final Optional<byte[]> expected;

    ProxyAuthentication(Optional<Credentials> credentials) {
        this.expected = credentials.map(wanted -> (wanted.user() + ":" + wanted.password()).getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the request may pass: no credentials are asked for, or it presents them. */
    boolean accepts(RequestHead head) {
        if (expected.isEmpty()) {
            return true;
        }
        Optional<String> given = head.fields().first("Proxy-Authorization");
        return given.isPresent() && given.get().regionMatches(true, 0, "Basic ", 0, 6) && matches(given.get().substring(6).strip());
    }

    /** Whether credentials are asked for at all. */
    boolean isAsked() {
        return expected.isPresent();
    }

    /** Whether a SOCKS client may pass. */
    boolean accepts(byte[] user, byte[] password) {
        byte[] given = new byte[user.length + 1 + password.length];
        System.arraycopy(user, 0, given, 0, user.length);
        given[user.length] = ':';
        System.arraycopy(password, 0, given, user.length + 1, password.length);
        return expected.isEmpty() || MessageDigest.isEqual(expected.get(), given);
    }

    private boolean matches(String base64) {
        try {
            return MessageDigest.isEqual(expected.orElseThrow(), Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            return false; // Not base64: not the credentials.
        }
    }
}
