package proxymcp.decode;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import proxymcp.codec.Charsets;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** JSON text (RFC 8259), in UTF-8 or in the charset that the message names. Text that ends early is read as far as it goes. */
final class JsonDecoder implements Decoder {
    private static final double WHOLE = 0.95;
    private static final double BEGINNING = 0.8;

    @Override
    public String id() {
        return "json";
    }

    @Override
    public String title() {
        return "JSON text (RFC 8259), also inside a JSON string";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/json", "text/json", "application/x-json", "application/manifest+json", "+json");
    }

    @Override
    public double recognise(DecodeInput in) {
        if (in.length() < 2 || " \t\r\n{[\"\u00ef\u00fe\u00ff".indexOf(in.at(0)) < 0) {
            return 0;
        }
        String look = new String(in.bytes(), in.offset(), Math.min(in.length(), DecodeInput.LOOK_BYTES), StandardCharsets.UTF_8);
        String text = look.startsWith("\ufeff") ? look.substring(1) : look;
        if (in.length() > DecodeInput.LOOK_BYTES) {
            return JsonLook.beginsLikeOne(text) ? BEGINNING : 0;
        }
        return JsonLook.isDocument(text) || isQuotedDocument(text) ? WHOLE : 0;
    }

    /** A JSON string that holds JSON. */
    private static boolean isQuotedDocument(String text) {
        try {
            return text.startsWith("\"") && Json.parse(text, JsonLook.LIMITS) instanceof JsonString string
                    && JsonLook.isDocument(string.value());
        } catch (JsonException notJson) {
            return false;
        }
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        String contentType = in.hint(DecodeInput.CONTENT_TYPE).orElse("");
        byte[] octets = in.copy();
        Charset charset = Charsets.declared(contentType, octets).orElse(StandardCharsets.UTF_8);
        if (octets.length > 2 && octets[0] == (byte) 0xef || !charset.equals(StandardCharsets.UTF_8)) {
            return read(in, Charsets.text(contentType, octets), "");
        }
        try {
            return DecodedLayer.json(in, Json.parse(octets, JsonLook.LIMITS));
        } catch (JsonException e) {
            String text = Charsets.text("", octets);
            boolean odd = text.indexOf('\ufffd') >= 0 || Charsets.choose("", octets).equals(StandardCharsets.ISO_8859_1);
            return read(in, text, odd ? "the octets are not UTF-8; read as " + Charsets.choose("", octets).name() : "");
        }
    }

    private static DecodedLayer read(DecodeInput in, String text, String oddity) throws DecodeException {
        try {
            DecodedLayer layer = DecodedLayer.json(in, Json.parse(text, JsonLook.LIMITS));
            return oddity.isEmpty() ? layer : layer.partial(oddity);
        } catch (JsonException e) {
            Optional<JsonValue> beginning = JsonBeginning.of(text, e.offset());
            if (beginning.isEmpty()) {
                throw new DecodeException("not JSON: " + e.getMessage(), e.offset());
            }
            return DecodedLayer.json(in, beginning.get()).partial("read up to character " + e.offset() + ": " + e.reason());
        }
    }
}
