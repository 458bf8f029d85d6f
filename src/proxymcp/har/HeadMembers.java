package proxymcp.har;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Members of heads: text is Latin-1, one character an octet, so that no octet is lost. */
final class HeadMembers {
    /** {@code headersSize} of a head that no wire brought. */
    private static final long UNKNOWN = -1;

    private HeadMembers() {}

    /** Field lines in order. */
    static JsonArray fields(Fields fields) {
        List<JsonValue> lines = new ArrayList<>(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            lines.add(JsonObject.builder().put("name", fields.name(i)).put("value", fields.value(i)).build());
        }
        return new JsonArray(lines);
    }

    /** Octets of a head, -1 for one that no wire brought. */
    static long size(byte[] raw) {
        return raw.length == 0 ? UNKNOWN : raw.length;
    }

    /** An informational response. */
    static JsonObject informational(ResponseHead head) {
        return JsonObject.builder().put("status", head.status()).put("statusText", head.reason()).put("httpVersion", head.version().toString())
                .put("headers", fields(head.fields())).put("headersSize", size(head.raw())).putIf("_rawHead", raw(head)).build();
    }

    /** The octets of a request head in Base64, if its parts written out plainly give others. */
    static Optional<String> raw(RequestHead head) {
        return raw(head.raw(), head.method() + " " + head.target() + " " + head.version(), head.fields());
    }

    /** The octets of a response head in Base64, if its parts written out plainly give others. */
    static Optional<String> raw(ResponseHead head) {
        return raw(head.raw(), head.version() + " " + head.status() + " " + head.reason(), head.fields());
    }

    private static Optional<String> raw(byte[] raw, String startLine, Fields fields) {
        if (raw.length == 0) {
            return Optional.empty();
        }
        StringBuilder plain = new StringBuilder(startLine).append("\r\n");
        for (int i = 0; i < fields.size(); i++) {
            plain.append(fields.name(i)).append(": ").append(fields.value(i)).append("\r\n");
        }
        byte[] written = plain.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        return Arrays.equals(raw, written) ? Optional.empty() : Optional.of(Base64.getEncoder().encodeToString(raw));
    }

    /** The request target, if it is not what stands behind the authority of {@code url}. */
    static Optional<String> target(String target, String url) {
        int slash = url.indexOf('/', url.indexOf("://") + 3);
        return target.equals(slash < 0 ? "/" : url.substring(slash)) ? Optional.empty() : Optional.of(target);
    }
}
