package proxymcp.har;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * Field lines of a HAR file: objects with name and value as the format says, pairs as some write them, or one object with a member a line. Lines
 * that browsers joined by line feeds are taken apart again.
 */
final class ImportedFields {
    private static final String KIND = "bad_header";

    private final HarImportReport report;
    private final Fields.Builder fields = new Fields.Builder();

    private ImportedFields(HarImportReport report) {
        this.report = report;
    }

    /** The lines of {@code headers}, in order. */
    static Fields of(Optional<JsonValue> headers, HarImportReport report) throws HarImportException {
        ImportedFields imported = new ImportedFields(report);
        switch (headers.orElse(JsonNull.NULL)) {
            case JsonArray lines -> imported.lines(lines);
            case JsonObject members -> {
                for (JsonObject.Member member : members.members()) {
                    imported.values(member.name(), member.value());
                }
            }
            case JsonNull none -> { }
            case JsonString text -> imported.refuse("headers are a text");
            case JsonNumber number -> imported.refuse("headers are a number");
            case JsonBoolean flag -> imported.refuse("headers are a flag");
        }
        return imported.fields.build();
    }

    private void lines(JsonArray lines) throws HarImportException {
        for (JsonValue line : lines.values()) {
            switch (line) {
                case JsonObject object -> named(object);
                case JsonArray pair -> pair(pair);
                case JsonNull none -> refuse("a header is null");
                case JsonString text -> text(text.value());
                case JsonNumber number -> refuse("a header is a number");
                case JsonBoolean flag -> refuse("a header is a flag");
            }
        }
    }

    private void named(JsonObject line) throws HarImportException {
        Optional<String> name = line.string("name");
        if (name.isEmpty()) {
            refuse("a header has no name");
        } else {
            values(name.get(), line.get("value").orElse(JsonNull.NULL));
        }
    }

    private void pair(JsonArray pair) throws HarImportException {
        if (pair.values().size() == 2 && pair.values().get(0) instanceof JsonString name) {
            values(name.value(), pair.values().get(1));
        } else {
            refuse("a header is an array, but no pair of name and value");
        }
    }

    /** A line as it stands on the wire. */
    private void text(String line) throws HarImportException {
        int colon = line.indexOf(':', 1);
        if (colon < 0) {
            refuse("a header is a text without a colon");
        } else {
            values(line.substring(0, colon), new JsonString(line.substring(colon + 1)));
        }
    }

    private void values(String name, JsonValue value) throws HarImportException {
        switch (value) {
            case JsonString text -> split(name, text.value());
            case JsonArray several -> {
                for (JsonValue one : several.values()) {
                    if (one instanceof JsonString text) {
                        split(name, text.value());
                    } else {
                        add(name, odd(name, one));
                    }
                }
            }
            case JsonNull none -> add(name, "");
            case JsonObject object -> add(name, odd(name, object));
            case JsonNumber number -> add(name, odd(name, number));
            case JsonBoolean flag -> add(name, odd(name, flag));
        }
    }

    private String odd(String name, JsonValue value) throws HarImportException {
        report.repair(KIND, "the value of header " + shown(name) + " is not a text; it was taken as it stands there");
        return value.toString();
    }

    private void split(String name, String value) throws HarImportException {
        int start = 0;
        for (int feed = value.indexOf('\n'); feed >= 0; feed = value.indexOf('\n', start)) {
            add(name, value.substring(start, feed));
            start = feed + 1;
        }
        add(name, value.substring(start));
    }

    private void add(String name, String value) throws HarImportException {
        String line = octets(value, name);
        String label = octets(name, name).strip();
        if (label.indexOf(':', 1) >= 0) {
            report.repair(KIND, "the name of header " + shown(name) + " holds a colon, which became %3A");
            label = label.charAt(0) + label.substring(1).replace(":", "%3A");
        }
        if (label.isEmpty() || label.equals(":")) {
            refuse("a header has an empty name");
            return;
        }
        fields.addRecorded(label, line);
    }

    /** Text whose characters are octets: what is beyond Latin-1 in UTF-8, and no line ends within. */
    private String octets(String text, String name) throws HarImportException {
        String line = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        boolean wide = false;
        boolean control = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            wide |= c > 0xFF;
            control |= c == '\r' || c == '\n' || c == 0;
        }
        if (control) {
            report.repair(KIND, "header " + shown(name) + " holds a line end or NUL, which became a space");
            line = line.replace('\r', ' ').replace('\n', ' ').replace('\0', ' ');
        }
        return wide ? new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1) : line;
    }

    private void refuse(String reason) throws HarImportException {
        report.repair(KIND, reason + "; it was left out");
    }

    private static String shown(String name) {
        return "\"" + (name.length() > 60 ? name.substring(0, 60) + "…" : name) + "\"";
    }
}
