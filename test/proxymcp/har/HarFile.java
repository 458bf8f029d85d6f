package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import proxymcp.Programs;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonLimits;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** An exported file that was held against the schema of HAR 1.2. */
public final class HarFile {
    private static final JsonLimits LIMITS = new JsonLimits(100, 1 << 28);

    private final JsonObject har;

    private HarFile(JsonObject har) {
        this.har = har;
    }

    /** Reads a file, packed with gzip or not; fails where it is no HAR 1.2. */
    public static HarFile of(byte[] octets) {
        try {
            JsonObject har = (JsonObject) Json.parse(octets[0] == 0x1F ? unpacked(octets) : octets, LIMITS);
            JsonObject schema = (JsonObject) Json.parse(Files.readAllBytes(Programs.fixtures().resolve("har/har-1.2.schema.json")));
            assertEquals(List.of(), JsonSchema.faults(schema, har));
            return new HarFile(har);
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + e.getMessage(), e);
        }
    }

    private static byte[] unpacked(byte[] octets) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(octets))) {
            return in.readAllBytes();
        }
    }

    /** The whole file. */
    public JsonObject json() {
        return har;
    }

    /** Number of entries. */
    public int entries() {
        return ((JsonArray) at(har, "log.entries")).values().size();
    }

    /** Entry {@code index}, from 0. */
    public JsonObject entry(int index) {
        return (JsonObject) at(har, "log.entries." + index);
    }

    /** The value at a path of names and numbers, divided by dots. */
    static JsonValue at(JsonValue root, String path) {
        JsonValue value = root;
        for (String step : path.split("\\.")) {
            value = value instanceof JsonArray array ? array.values().get(Integer.parseInt(step))
                    : ((JsonObject) value).get(step).orElseThrow(() -> new AssertionError("no " + step + " of " + path + " in " + root));
        }
        return value;
    }

    static String text(JsonValue root, String path) {
        return ((JsonString) at(root, path)).value();
    }

    static long number(JsonValue root, String path) {
        return ((JsonNumber) at(root, path)).exactLong().orElseThrow();
    }

    static boolean has(JsonObject root, String parent, String name) {
        return ((JsonObject) at(root, parent)).has(name);
    }

    static byte[] base64(JsonValue root, String path) {
        return Base64.getDecoder().decode(text(root, path));
    }

    /** {@code name: value} lines. */
    static String pairs(JsonValue root, String path) {
        StringBuilder lines = new StringBuilder();
        for (JsonValue pair : ((JsonArray) at(root, path)).values()) {
            lines.append(text(pair, "name")).append(": ").append(text(pair, "value")).append('\n');
        }
        return lines.toString();
    }

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
