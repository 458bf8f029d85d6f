package proxymcp.template;

import java.util.Optional;
import java.util.function.Supplier;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonValue;

/** What selectors look at: a head and a body, which is read when asked for. For one thread. */
public final class ResponseParts {
    /** Decoded octets that are looked at. */
    private static final int DECODED_BYTES_MAX = 4 << 20;

    private final Fields head;
    private final Supplier<String> source;
    private Optional<String> text = Optional.empty();
    private Optional<Optional<JsonValue>> json;

    private ResponseParts(Fields head, Supplier<String> source, Optional<Optional<JsonValue>> json) {
        this.head = head;
        this.source = source;
        this.json = json;
    }

    /** A response as it came; the content codings of the body are undone. */
    public static ResponseParts of(Fields head, byte[] body) {
        return new ResponseParts(head, () -> Charsets.text(head.first("Content-Type").orElse(""),
                Codings.decodePreview(body, head.all("Content-Encoding"), DECODED_BYTES_MAX).bytes()), Optional.empty());
    }

    /** A response whose body was read before. */
    static ResponseParts read(Fields head, Supplier<String> text, Optional<JsonValue> json) {
        return new ResponseParts(head, text, json.isPresent() ? Optional.of(json) : Optional.empty());
    }

    Fields head() {
        return head;
    }

    String text() {
        if (text.isEmpty()) {
            text = Optional.of(source.get());
        }
        return text.get();
    }

    /** The body as JSON, behind a prefix that keeps other sites from reading it or not, of lines their array; empty if it is none. */
    Optional<JsonValue> json() {
        if (json.isEmpty()) {
            json = Optional.of(parsed(text(), Charsets.mediaType(head.first("Content-Type").orElse(""))));
        }
        return json.get();
    }

    private static Optional<JsonValue> parsed(String text, String type) {
        if (EventData.areLines(type)) {
            return EventData.lines(text, true);
        }
        int from = text.startsWith(")]}'") || text.startsWith("for(;;)") || text.startsWith("while(1)") ? begin(text) : 0;
        try {
            return Optional.of(Json.parse(text.substring(from)));
        } catch (JsonException e) {
            return from == 0 ? EventData.lines(text, false) : Optional.empty();
        }
    }

    private static int begin(String text) {
        for (int i = 4; i < text.length(); i++) {
            if (text.charAt(i) == '{' || text.charAt(i) == '[') {
                return i;
            }
        }
        return text.length();
    }
}
