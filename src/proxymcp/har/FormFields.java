package proxymcp.har;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Names and values of queries and forms, decoded for people; what cannot be decoded stays as it stood. */
final class FormFields {
    private FormFields() {}

    /** The pairs of a URL's query. */
    static JsonArray ofUrl(String url) {
        int question = url.indexOf('?');
        return new JsonArray(question < 0 ? List.of() : pairs(url.substring(question + 1)));
    }

    /** The parameters of a posted form; empty if the content is none. */
    static Optional<JsonArray> ofContent(String contentType, byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        return switch (Charsets.mediaType(contentType)) {
            case "application/x-www-form-urlencoded" -> Optional.of(new JsonArray(pairs(text)));
            case "multipart/form-data" -> boundary(contentType).map(boundary -> new JsonArray(parts(text, boundary)));
            default -> Optional.empty();
        };
    }

    private static List<JsonValue> pairs(String query) {
        List<JsonValue> pairs = new ArrayList<>();
        for (String pair : query.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                pairs.add(JsonObject.builder().put("name", decoded(equals < 0 ? pair : pair.substring(0, equals)))
                        .put("value", equals < 0 ? "" : decoded(pair.substring(equals + 1))).build());
            }
        }
        return pairs;
    }

    /** A plus is a space and {@code %xx} an octet of UTF-8; the text as it stood if that does not fit. */
    private static String decoded(String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
                if (low < 0) {
                    return text;
                }
                octets.write(high << 4 | low);
                i += 2;
            } else {
                octets.write(c == '+' ? ' ' : c);
            }
        }
        return utf8(octets.toByteArray()).orElse(text);
    }

    private static Optional<String> utf8(byte[] octets) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** Octets that were read as Latin-1, as UTF-8 where they are that. */
    private static String shown(String latin1) {
        return utf8(latin1.getBytes(StandardCharsets.ISO_8859_1)).orElse(latin1);
    }

    private static Optional<String> boundary(String contentType) {
        return parameter(contentType, "boundary").filter(boundary -> !boundary.isEmpty());
    }

    /** A parameter of a field value, quotes and escapes undone (RFC 9110 section 5.6.6). */
    private static Optional<String> parameter(String value, String name) {
        int at = value.indexOf(';');
        while (at >= 0) {
            int end = endOfParameter(value, at + 1);
            String parameter = value.substring(at + 1, end).strip();
            int equals = parameter.indexOf('=');
            if (equals > 0 && parameter.substring(0, equals).strip().equalsIgnoreCase(name)) {
                return Optional.of(unquoted(parameter.substring(equals + 1).strip()));
            }
            at = end < value.length() ? end : -1;
        }
        return Optional.empty();
    }

    private static int endOfParameter(String value, int from) {
        boolean quoted = false;
        for (int i = from; i < value.length(); i++) {
            char c = value.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ';' && !quoted) {
                return i;
            }
        }
        return value.length();
    }

    private static String unquoted(String value) {
        if (!value.startsWith("\"")) {
            return value;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < value.length() && value.charAt(i) != '"'; i++) {
            if (value.charAt(i) == '\\' && i + 1 < value.length()) {
                i++;
            }
            text.append(value.charAt(i));
        }
        return text.toString();
    }

    /** The parts of a multipart form (RFC 7578): of a file its name and type, of anything else its value. */
    private static List<JsonValue> parts(String content, String boundary) {
        List<JsonValue> parts = new ArrayList<>();
        String delimiter = "\r\n--" + boundary;
        String text = "\r\n" + content;
        int at = text.indexOf(delimiter);
        while (at >= 0) {
            int next = text.indexOf(delimiter, at + delimiter.length());
            int head = text.indexOf("\r\n", at + delimiter.length());
            if (next >= 0 && head >= 0 && head < next) {
                part(text.substring(head + 2, next)).ifPresent(parts::add);
            }
            at = next;
        }
        return parts;
    }

    private static Optional<JsonValue> part(String part) {
        int end = part.startsWith("\r\n") ? 0 : part.indexOf("\r\n\r\n");
        if (end < 0) {
            return Optional.empty();
        }
        Optional<String> disposition = Optional.empty();
        Optional<String> type = Optional.empty();
        for (String line : part.substring(0, end).split("\r\n")) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            if (name.equals("content-disposition")) {
                disposition = Optional.of(line.substring(colon + 1).strip());
            } else if (name.equals("content-type")) {
                type = Optional.of(line.substring(colon + 1).strip());
            }
        }
        Optional<String> name = disposition.flatMap(value -> parameter(value, "name"));
        if (name.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> file = disposition.flatMap(value -> parameter(value, "filename"));
        Optional<String> value = file.isPresent() ? Optional.empty()
                : utf8(part.substring(end == 0 ? 2 : end + 4).getBytes(StandardCharsets.ISO_8859_1));
        return Optional.of(JsonObject.builder().put("name", shown(name.get())).putIf("value", value).putIf("fileName", file.map(FormFields::shown))
                .putIf("contentType", type).build());
    }
}
