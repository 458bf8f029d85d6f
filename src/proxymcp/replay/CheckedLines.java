package proxymcp.replay;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * Lines that tell whether they are whole: CRC-32C of the rest in eight hex digits, a space, a JSON object, a line feed. JSON has no line feed inside,
 * so that no text that a peer sent can pose as a line.
 */
final class CheckedLines {
    /** Longer lines are damage: 32 MiB. The longest hold a captured value, of {@link CaptureSource#DECODED_BYTES_MAX}, each octet escaped as six. */
    private static final int LINE_BYTES_MAX = 32 << 20;
    private static final int PREFIX_BYTES = 9;

    private CheckedLines() {
    }

    /** Takes the lines that are whole. */
    interface Reader {
        void line(JsonObject line) throws IOException;
    }

    /**
     * What was found.
     *
     * @param goodBytes octets up to the end of the last whole line
     * @param damaged lines that are not whole, but for a last one that was cut off
     * @param torn whether the last line was cut off
     */
    record Found(long goodBytes, int damaged, boolean torn) {}

    /** A line with its checksum. */
    static byte[] line(JsonObject object) {
        byte[] json = Json.bytes(object);
        byte[] line = new byte[PREFIX_BYTES + json.length + 1];
        System.arraycopy((crc(json, 0, json.length) + " ").getBytes(StandardCharsets.US_ASCII), 0, line, 0, PREFIX_BYTES);
        System.arraycopy(json, 0, line, PREFIX_BYTES, json.length);
        line[line.length - 1] = '\n';
        return line;
    }

    /** Reads a file to its end. */
    static Found read(Path file, Reader reader) throws IOException {
        long good = 0;
        long at = 0;
        int damaged = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                at++;
                if (octet != '\n') {
                    if (line.size() <= LINE_BYTES_MAX) {
                        line.write(octet);
                    }
                    continue;
                }
                Optional<JsonObject> object = checked(line.toByteArray());
                line.reset();
                if (object.isPresent()) {
                    good = at;
                    reader.line(object.get());
                } else {
                    damaged++;
                }
            }
            return new Found(good, damaged, line.size() > 0);
        }
    }

    private static Optional<JsonObject> checked(byte[] line) {
        if (line.length <= PREFIX_BYTES || line.length > LINE_BYTES_MAX
                || !new String(line, 0, PREFIX_BYTES, StandardCharsets.ISO_8859_1).equals(crc(line, PREFIX_BYTES, line.length - PREFIX_BYTES) + " ")) {
            return Optional.empty();
        }
        try {
            JsonValue value = Json.parse(new String(line, PREFIX_BYTES, line.length - PREFIX_BYTES, StandardCharsets.UTF_8));
            return value instanceof JsonObject object ? Optional.of(object) : Optional.empty();
        } catch (JsonException e) {
            return Optional.empty(); // Its checksum fits, but it is none of ours.
        }
    }

    private static String crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return String.format("%08x", crc.getValue());
    }
}
