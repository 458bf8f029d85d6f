package proxymcp.decode;

import java.util.Set;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonLimits;

/** JSON text (RFC 8259) in UTF-8. */
final class JsonDecoder implements Decoder {
    private static final JsonLimits LIMITS = new JsonLimits(500, Integer.MAX_VALUE);

    @Override
    public String id() {
        return "json";
    }

    @Override
    public String title() {
        return "JSON text (RFC 8259)";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/json", "text/json", "+json");
    }

    @Override
    public double recognise(DecodeInput in) {
        String look = in.look().strip();
        if (look.length() < 2) {
            return 0;
        }
        char first = look.charAt(0);
        boolean closed = in.length() > DecodeInput.LOOK_BYTES || look.endsWith(first == '{' ? "}" : "]");
        return (first == '{' || first == '[') && closed ? 0.9 : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        try {
            return DecodedLayer.json(in, Json.parse(in.copy(), LIMITS));
        } catch (JsonException e) {
            throw new DecodeException(e.getMessage());
        }
    }
}
