package proxymcp.template;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.codec.Preview;
import proxymcp.decode.PercentCoding;
import proxymcp.http.Fields;
import proxymcp.store.StoredExchange;

/**
 * A request as it was sent.
 *
 * @param host with the port where it is not the default
 * @param target path and query, as sent
 * @param path without the query
 * @param query as sent, without the question mark
 * @param body decoded; empty where it is not known whole
 * @param textual whether the body is text
 */
record RequestText(String method, String scheme, String host, String target, String path, String query, Fields head, byte[] body, boolean whole, boolean textual) {
    private static final int BODY_BYTES_MAX = 4 << 20;

    static RequestText of(StoredExchange stored) {
        String target = stored.exchange().start().path();
        int hash = target.indexOf('#');
        String sent = hash < 0 ? target : target.substring(0, hash);
        int question = sent.indexOf('?');
        Fields head = stored.exchange().start().head().fields();
        Fields about = stored.exchange().requestContentFields();
        byte[] body = new byte[0];
        boolean whole = stored.requestBody().kept() == stored.requestBody().size() && stored.requestBody().size() <= BODY_BYTES_MAX;
        if (whole && stored.requestBody().kept() > 0) {
            try (InputStream in = stored.requestBody().open()) {
                Preview decoded = Codings.decodePreview(in.readNBytes(BODY_BYTES_MAX), about.all("Content-Encoding"), BODY_BYTES_MAX);
                whole = decoded.obstacle().isEmpty();
                body = decoded.bytes();
            } catch (IOException e) {
                whole = false; // Damage is named by proxy_session_verify_integrity.
            }
        }
        String type = about.first("Content-Type").orElse("");
        return new RequestText(stored.exchange().start().head().method(), stored.exchange().start().endpoint().scheme(),
                stored.exchange().start().endpoint().authority(), sent, question < 0 ? sent : sent.substring(0, question),
                question < 0 ? "" : sent.substring(question + 1), head, body, whole, body.length > 0 && Charsets.isTextual(type, body));
    }

    String bodyText() {
        return Charsets.text(head.first("Content-Type").orElse(""), body);
    }

    String contentType() {
        return head.first("Content-Type").orElse("");
    }

    boolean isMultipart() {
        return Charsets.mediaType(contentType()).startsWith("multipart/");
    }

    boolean isForm() {
        return Charsets.mediaType(head.first("Content-Type").orElse("")).equals("application/x-www-form-urlencoded");
    }

    /** The pairs of a query or form as sent, but those of a name. */
    static String without(String pairs, Optional<String> name, boolean sorted) {
        List<String> kept = new ArrayList<>();
        for (String pair : pairs.split("&")) {
            if (!pair.isEmpty() && !name.equals(Optional.of(name(pair)))) {
                kept.add(pair);
            }
        }
        if (sorted) {
            Collections.sort(kept);
        }
        return String.join("&", kept);
    }

    /** Names and values, decoded and sorted, with nothing between them. */
    static String joined(String pairs, Optional<String> name) {
        List<String> kept = new ArrayList<>();
        for (String pair : without(pairs, name, true).split("&")) {
            int equals = pair.indexOf('=');
            kept.add(name(pair) + (equals < 0 ? "" : PercentCoding.text(pair.substring(equals + 1), true)));
        }
        Collections.sort(kept);
        return String.join("", kept);
    }

    private static String name(String pair) {
        int equals = pair.indexOf('=');
        return PercentCoding.text(equals < 0 ? pair : pair.substring(0, equals), true);
    }
}
