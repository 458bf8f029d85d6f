package proxymcp.har;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Puts a form together again of which a HAR file has the parameters alone. */
final class ImportedParams {
    private static final String HEX = "0123456789ABCDEF";
    /** Used where the media type has lost it. */
    private static final String BOUNDARY = "----har-import-boundary";

    private ImportedParams() {}

    /** Writes the form as the media type says, url-encoded unless it is multipart. */
    static void write(JsonObject postData, JsonArray params, Fields fields, HarReadBodies bodies) {
        String mimeType = fields.first("Content-Type").filter(type -> !type.isBlank()).or(() -> postData.string("mimeType")).orElse("");
        boolean multipart = mimeType.toLowerCase(Locale.ROOT).startsWith("multipart/");
        StringBuilder form = new StringBuilder();
        String boundary = boundary(mimeType).orElse(BOUNDARY);
        for (JsonValue param : params.values()) {
            if (param instanceof JsonObject object) {
                if (multipart) {
                    part(form, object, boundary);
                } else {
                    form.append(form.isEmpty() ? "" : "&").append(escaped(text(object, "name")));
                    form.append(object.has("value") ? "=" + escaped(text(object, "value")) : "");
                }
            }
        }
        if (multipart) {
            form.append("--").append(boundary).append("--\r\n");
        }
        try {
            OutputStream out = bodies.make(HarReadBodies.Slot.REQUEST_TEXT);
            out.write(form.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void part(StringBuilder form, JsonObject param, String boundary) {
        form.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"").append(quoted(text(param, "name"))).append('"');
        Optional<String> fileName = param.string("fileName");
        if (fileName.isPresent()) {
            form.append("; filename=\"").append(quoted(fileName.get())).append('"');
        }
        param.string("contentType").filter(type -> !type.isEmpty()).ifPresent(type -> form.append("\r\nContent-Type: ").append(oneLine(type)));
        form.append("\r\n\r\n").append(text(param, "value")).append("\r\n");
    }

    private static String text(JsonObject param, String name) {
        return switch (param.get(name).orElse(JsonNull.NULL)) {
            case JsonString text -> text.value();
            case JsonNull none -> "";
            case JsonNumber number -> number.text();
            default -> param.get(name).orElseThrow().toString();
        };
    }

    /** As browsers quote names in multipart forms (HTML, multipart/form-data encoding algorithm). */
    private static String quoted(String text) {
        return text.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String oneLine(String text) {
        return text.replace('\r', ' ').replace('\n', ' ');
    }

    private static Optional<String> boundary(String mimeType) {
        int at = mimeType.toLowerCase(Locale.ROOT).indexOf("boundary=");
        if (at < 0) {
            return Optional.empty();
        }
        String value = mimeType.substring(at + 9);
        boolean isQuoted = value.startsWith("\"");
        int end = isQuoted ? value.indexOf('"', 1) : value.indexOf(';');
        String boundary = value.substring(isQuoted ? 1 : 0, end < 0 ? value.length() : end).strip();
        return boundary.isEmpty() ? Optional.empty() : Optional.of(oneLine(boundary));
    }

    /** As forms are encoded in URLs. What is a percent escape already stays: browsers write parameters as they were sent. */
    private static String escaped(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder escaped = new StringBuilder(octets.length);
        for (int i = 0; i < octets.length; i++) {
            int c = octets[i] & 0xFF;
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "-._*+~!'()@:/?,$[]".indexOf(c) >= 0;
            if (plain || c == '%' && i + 2 < octets.length && isHex(octets[i + 1]) && isHex(octets[i + 2])) {
                escaped.append((char) c);
            } else if (c == ' ') {
                escaped.append('+');
            } else {
                escaped.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return escaped.toString();
    }

    private static boolean isHex(byte octet) {
        return HEX.indexOf(Character.toUpperCase((char) octet)) >= 0;
    }
}
