package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import proxymcp.codec.Charsets;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * Multipart bodies (RFC 2046 section 5.1, RFC 7578): {@code {"parts": [{name?, filename?, headers, bytes, text | base64}]}}.
 *
 * <p>The boundary is that of {@code Content-Type}; where that was lost, the first line tells it.
 */
final class MultipartDecoder implements Decoder {
    private static final double BY_FIRST_LINE = 0.9;
    private static final int BOUNDARY_CHARS_MAX = 70;
    private static final int PARTS_MAX = 10_000;
    private static final int HEAD_BYTES_MAX = 16 << 10;

    @Override
    public String id() {
        return "multipart";
    }

    @Override
    public String title() {
        return "multipart bodies and form uploads (RFC 2046, RFC 7578)";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("multipart/form-data", "multipart/mixed", "multipart/related", "multipart/alternative", "multipart/byteranges",
                "multipart/digest", "multipart/parallel");
    }

    @Override
    public double recognise(DecodeInput in) {
        if (in.length() < 8 || in.at(0) != '-' || in.at(1) != '-') {
            return 0;
        }
        String look = in.look();
        Optional<String> boundary = firstLine(look);
        return boundary.isPresent() && look.regionMatches(true, look.indexOf('\n') + 1, "content-", 0, 8)
                && (in.length() > DecodeInput.LOOK_BYTES || look.indexOf("--" + boundary.get(), boundary.get().length() + 2) > 0) ? BY_FIRST_LINE : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        String text = new String(in.bytes(), in.offset(), in.length(), StandardCharsets.ISO_8859_1);
        Optional<String> named = FieldParameters.of(in.hint(DecodeInput.CONTENT_TYPE).orElse(""), "boundary");
        Optional<String> first = firstLine(text);
        String boundary = named.or(() -> first).orElseThrow(() -> new DecodeException("no boundary: the media type names none, nor does the first line"));
        String oddity = "";
        if (!text.startsWith("--" + boundary) && text.indexOf("\n--" + boundary) < 0) {
            if (first.isEmpty()) {
                throw new DecodeException("the boundary \"" + boundary + "\" is nowhere in the body");
            }
            oddity = "the media type names another boundary than the body has";
            boundary = first.get();
        }
        return parts(in, text, "--" + boundary, oddity);
    }

    private static DecodedLayer parts(DecodeInput in, String text, String delimiter, String oddity) {
        List<JsonValue> parts = new ArrayList<>();
        String why = oddity;
        int at = delimiterFrom(text, delimiter, 0);
        boolean closed = false;
        while (at >= 0 && parts.size() < PARTS_MAX) {
            int behind = at + delimiter.length();
            if (text.startsWith("--", behind)) {
                closed = true;
                break;
            }
            int head = text.indexOf('\n', behind) + 1;
            if (head == 0) {
                break;
            }
            int next = delimiterFrom(text, delimiter, Math.max(head - 1, 0));
            int end = next < 0 ? text.length() : endOfContent(text, head, next);
            parts.add(part(in, text, head, Math.max(head, end)));
            at = next;
        }
        DecodedLayer layer = DecodedLayer.json(in, JsonObject.builder().put("parts", new JsonArray(parts)).build());
        if (!closed) {
            why = parts.size() == PARTS_MAX ? "stopped after " + PARTS_MAX + " parts, the limit" : "the body ends without the closing boundary";
        }
        return why.isEmpty() ? layer : layer.partial(why);
    }

    /** The next delimiter at the beginning of a line, from {@code from} on. */
    private static int delimiterFrom(String text, String delimiter, int from) {
        int at = text.indexOf(delimiter, from);
        while (at > 0 && text.charAt(at - 1) != '\n') {
            at = text.indexOf(delimiter, at + 1);
        }
        return at;
    }

    /** The line end before a delimiter belongs to it. */
    private static int endOfContent(String text, int head, int delimiter) {
        int end = delimiter - 1;
        return end > head && text.charAt(end - 1) == '\r' ? end - 1 : end;
    }

    private static JsonObject part(DecodeInput in, String text, int from, int end) {
        JsonObject.Builder headers = JsonObject.builder();
        JsonObject.Builder part = JsonObject.builder();
        String contentType = "";
        int at = from;
        while (at < end && at - from < HEAD_BYTES_MAX) {
            int lineEnd = text.indexOf('\n', at);
            lineEnd = lineEnd < 0 || lineEnd > end ? end : lineEnd;
            String line = utf8(text.substring(at, lineEnd)).strip();
            at = Math.min(end, lineEnd + 1);
            int colon = line.indexOf(':');
            if (colon < 1) {
                break;
            }
            String name = line.substring(0, colon).strip();
            String value = line.substring(colon + 1).strip();
            headers.put(name, value);
            if (name.toLowerCase(Locale.ROOT).equals("content-disposition")) {
                part.putIf("name", FieldParameters.of(value, "name"))
                        .putIf("filename", FieldParameters.extended(value, "filename"));
            } else if (name.toLowerCase(Locale.ROOT).equals("content-type")) {
                contentType = value;
            }
        }
        byte[] content = Arrays.copyOfRange(in.bytes(), in.offset() + at, in.offset() + end);
        part.put("headers", headers.build()).put("bytes", content.length);
        return (Charsets.isTextual(contentType, content) ? part.put("text", Charsets.text(contentType, content))
                : part.put("base64", Base64.getEncoder().encodeToString(content))).build();
    }

    /** The boundary that a first line is. */
    private static Optional<String> firstLine(String text) {
        int end = text.indexOf('\n');
        if (!text.startsWith("--") || end < 3) {
            return Optional.empty();
        }
        String boundary = text.substring(2, end).stripTrailing();
        return boundary.isEmpty() || boundary.length() > BOUNDARY_CHARS_MAX || boundary.indexOf(' ') >= 0 ? Optional.empty() : Optional.of(boundary);
    }

    private static String utf8(String latin1) {
        return new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
