package proxymcp.mcp;

import com.sun.net.httpserver.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Reading of header fields that must mean one thing only. */
final class HttpHeader {
    private static final String ENCODED_START = "=?base64?";
    private static final String ENCODED_END = "?=";

    private HttpHeader() {
    }

    /** The value of a field; empty if it is absent, or stands there twice with different values. */
    static Optional<String> single(Headers headers, String name) {
        List<String> values = headers.getOrDefault(name, List.of());
        for (String value : values) {
            if (!value.equals(values.get(0))) {
                return Optional.empty();
            }
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(values.get(0).strip());
    }

    /** Decodes a value that may be wrapped as {@code =?base64?...?=}; empty if the wrapped part is malformed. */
    static Optional<String> decoded(String value) {
        if (!value.startsWith(ENCODED_START) || !value.endsWith(ENCODED_END)
                || value.length() < ENCODED_START.length() + ENCODED_END.length()) {
            return Optional.of(value);
        }
        String encoded = value.substring(ENCODED_START.length(), value.length() - ENCODED_END.length());
        if (encoded.length() % 4 != 0) {
            // The decoder would do without padding.
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(encoded);
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (IllegalArgumentException | CharacterCodingException malformed) {
            return Optional.empty();
        }
    }
}
