package proxymcp.store;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import proxymcp.exchange.Endpoint;

/** The URL of an exchange as the index keeps it, the same text as {@link Endpoint#url}. */
final class UrlText {
    private UrlText() {}

    static byte[] of(String scheme, String host, int port, byte[] path) {
        byte[] authority = (scheme + "://" + new Endpoint(scheme, host, port).authority()).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream url = new ByteArrayOutputStream(authority.length + path.length + 1);
        url.writeBytes(authority);
        if (path.length > 0 && path[0] == '?') {
            url.write('/');
        }
        if (path.length > 0 && (path[0] == '/' || path[0] == '?')) {
            url.writeBytes(path);
        } else if (path.length == 0) {
            url.write('/');
        }
        return url.toByteArray();
    }
}
