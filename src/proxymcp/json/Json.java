package proxymcp.json;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reading and writing JSON text. Reading is strict (RFC 8259); writing is compact and never fails on a value. */
public final class Json {
    private Json() {
    }

    /**
     * Reads one value from UTF-8 bytes, under {@link JsonLimits#DEFAULT}.
     *
     * @throws JsonException if the bytes are not UTF-8, not one JSON value, or beyond the limits
     */
    public static JsonValue parse(byte[] utf8) throws JsonException {
        return parse(utf8, JsonLimits.DEFAULT);
    }

    /**
     * Reads one value from UTF-8 bytes.
     *
     * @throws JsonException if the bytes are not UTF-8, not one JSON value, or beyond the limits
     */
    public static JsonValue parse(byte[] utf8, JsonLimits limits) throws JsonException {
        checkLength(utf8.length, "bytes", limits);
        return new JsonReader(decode(utf8), limits).readDocument();
    }

    /**
     * Reads one value from text, under {@link JsonLimits#DEFAULT}.
     *
     * @throws JsonException if it is not one JSON value, or beyond the limits
     */
    public static JsonValue parse(String text) throws JsonException {
        return parse(text, JsonLimits.DEFAULT);
    }

    /**
     * Reads one value from text.
     *
     * @throws JsonException if it is not one JSON value, or beyond the limits
     */
    public static JsonValue parse(String text, JsonLimits limits) throws JsonException {
        checkLength(text.length(), "characters", limits);
        return new JsonReader(text, limits).readDocument();
    }

    /** The compact text: one line, control characters escaped, lone surrogates replaced by U+FFFD. */
    public static String text(JsonValue value) {
        JsonWriter writer = new JsonWriter();
        writer.write(value);
        return writer.text();
    }

    /**
     * The length in characters of what {@link #text} returns, without making it.
     *
     * @param charsMax where counting may stop: of a longer text some number above it is returned
     */
    public static long length(JsonValue value, long charsMax) {
        return JsonLength.of(value, charsMax);
    }

    /** {@link #text} in UTF-8. */
    public static byte[] bytes(JsonValue value) {
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes {@link #bytes} to a stream, without flushing it.
     *
     * @throws IOException if the stream does
     */
    public static void write(JsonValue value, OutputStream out) throws IOException {
        out.write(bytes(value));
    }

    private static void checkLength(int length, String unit, JsonLimits limits) throws JsonException {
        if (length > limits.bytesMax()) {
            throw JsonException.beyond("text of " + length + " " + unit + " is larger than " + limits.bytesMax(), 0);
        }
    }

    private static String decode(byte[] utf8) throws JsonException {
        // The constructor is far faster than a decoder but replaces bad input by U+FFFD; only a text that holds one
        // needs the second look.
        String text = new String(utf8, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0) {
            return text;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException notUtf8) {
            throw new JsonException("the bytes are not UTF-8", 0);
        }
    }
}
