package proxymcp.rule;

import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.codec.Preview;
import proxymcp.http.Fields;

/**
 * A request as rules see it.
 *
 * @param method as received
 * @param url absolute
 * @param host without port
 * @param path with query
 * @param fields its field lines
 * @param body as text, content coding undone; empty while it is not known
 */
public record RequestView(String method, String url, String host, String path, Fields fields, Optional<String> body) {
    /** Octets that a rule looks at; a longer body is looked at as far as that. */
    public static final int BODY_BYTES_MAX = 1 << 20;

    /** A request whose body is not known. */
    public static RequestView of(String method, String url, String host, String path, Fields fields) {
        return new RequestView(method, url, host, path, fields, Optional.empty());
    }

    /** The same with its body, or as much of it as is known; coded as the fields say. CPU-bound. */
    public RequestView withBody(byte[] octets) {
        Preview decoded = Codings.decodePreview(octets, fields.all("Content-Encoding"), BODY_BYTES_MAX);
        byte[] content = decoded.status() instanceof Preview.Unsupported ? octets : decoded.bytes();
        boolean whole = octets.length <= BODY_BYTES_MAX && !(decoded.status() instanceof Preview.Partial);
        String type = fields.first("Content-Type").orElse("");
        return new RequestView(method, url, host, path, fields,
                Optional.of(whole ? Charsets.text(type, content) : Charsets.textOfPrefix(type, content)));
    }
}
