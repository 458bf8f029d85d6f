package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * JSON Web Tokens (RFC 7519): {@code {header, claims, times, signature}}, the times in ISO 8601. The signature is not verified. Of an encrypted token
 * (RFC 7516) the header is all that can be read.
 */
final class JwtDecoder implements Decoder {
    private static final int TOKEN_CHARS_MAX = 64 << 10;
    private static final List<String> TIMES = List.of("iat", "nbf", "exp", "auth_time", "updated_at");

    @Override
    public String id() {
        return "jwt";
    }

    @Override
    public String title() {
        return "JSON Web Tokens: header, claims, times (RFC 7519)";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/jwt", "application/at+jwt", "application/secevent+jwt", "+jwt");
    }

    @Override
    public double recognise(DecodeInput in) {
        boolean likely = in.length() > 20 && in.length() <= TOKEN_CHARS_MAX && in.at(0) == 'e' && in.at(1) == 'y';
        return likely && header(parts(in)).filter(header -> header.has("alg")).isPresent() ? 1 : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        String[] parts = parts(in);
        JsonObject header = header(parts).orElseThrow(() -> new DecodeException("not three or five parts of which the first is a JSON header", 0));
        JsonObject.Builder token = JsonObject.builder().put("header", header);
        if (parts.length == 5) {
            return DecodedLayer.json(in, token.put("encrypted", true).build()).partial("the claims are encrypted");
        }
        Optional<JsonObject> claims = object(parts[1]);
        if (claims.isPresent()) {
            token.put("claims", claims.get()).put("times", times(claims.get()));
        }
        token.put("signature", parts[2]);
        DecodedLayer layer = DecodedLayer.json(in, token.build());
        return claims.isPresent() ? layer : layer.partial("the claims are not JSON");
    }

    private static String[] parts(DecodeInput in) {
        return new String(in.bytes(), in.offset(), in.length(), StandardCharsets.ISO_8859_1).strip().split("\\.", -1);
    }

    private static Optional<JsonObject> header(String[] parts) {
        return parts.length == 3 || parts.length == 5 ? object(parts[0]) : Optional.empty();
    }

    private static Optional<JsonObject> object(String part) {
        Optional<JsonValue> value = Letters.base64(part).flatMap(octets -> JsonLook.document(new String(octets, StandardCharsets.UTF_8)));
        return value.isPresent() && value.get() instanceof JsonObject object ? Optional.of(object) : Optional.empty();
    }

    private static JsonObject times(JsonObject claims) {
        JsonObject.Builder times = JsonObject.builder();
        for (String name : TIMES) {
            if (claims.get(name).isPresent() && claims.get(name).get() instanceof JsonNumber number) {
                instant(number).ifPresent(instant -> times.put(name, new JsonString(instant.toString())));
            }
        }
        return times.build();
    }

    /** Seconds, perhaps with a fraction. */
    private static Optional<Instant> instant(JsonNumber number) {
        OptionalLong whole = number.exactLong();
        double seconds = number.asDouble();
        try {
            return Optional.of(whole.isPresent() ? Instant.ofEpochSecond(whole.getAsLong()) : Instant.ofEpochMilli(Math.round(seconds * 1000)));
        } catch (DateTimeException beyondAllTimes) {
            return Optional.empty();
        }
    }
}
