package proxymcp.template;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import proxymcp.decode.PercentCoding;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonPath;

/** Makes the digests of a request that has all but them. */
final class Digests {
    private static final Set<String> HASHES = Set.of("MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512");
    private static final Set<String> MACS = Set.of("HmacMD5", "HmacSHA1", "HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512");

    /** Gives names their values. */
    interface Values {
        String of(String name) throws UnfilledException;
    }

    private final RequestText request;
    private final Values values;

    /** @param values of names */
    Digests(RequestText request, Values values) {
        this.request = request;
        this.values = values;
    }

    static boolean isHash(String algorithm) {
        return HASHES.contains(algorithm);
    }

    static boolean isMac(String algorithm) {
        return MACS.contains(algorithm);
    }

    String hash(DerivedValue.Hash hash) throws UnfilledException {
        return encoded(Recipes.digest(hash.algorithm(), joined(hash.parts(), hash.separator())), hash.encoding());
    }

    String hmac(DerivedValue.Hmac hmac) throws UnfilledException {
        byte[] key = part(hmac.key()).getBytes(StandardCharsets.UTF_8);
        if (key.length == 0) {
            throw new UnfilledException("the key of a signature is empty");
        }
        try {
            Mac mac = Mac.getInstance(hmac.algorithm());
            mac.init(new SecretKeySpec(key, hmac.algorithm()));
            return encoded(mac.doFinal(joined(hmac.parts(), hmac.separator()).getBytes(StandardCharsets.UTF_8)), hmac.encoding());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + hmac.algorithm(), e);
        }
    }

    private String joined(List<RecipePart> parts, String separator) throws UnfilledException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            text.append(i == 0 ? "" : separator).append(part(parts.get(i)));
        }
        return text.toString();
    }

    private String part(RecipePart part) throws UnfilledException {
        Optional<String> own = part.argument().isEmpty() ? Optional.empty() : Optional.of(part.argument());
        String body = request.textual() ? request.bodyText() : "";
        return switch (part.kind()) {
            case METHOD -> request.method();
            case HOST -> request.host();
            case PATH -> request.path();
            case TARGET -> {
                String query = RequestText.without(request.query(), own, false);
                yield request.path() + (query.isEmpty() ? "" : "?" + query);
            }
            case QUERY -> RequestText.without(request.query(), own, false);
            case SORTED_QUERY -> RequestText.without(request.query(), own, true);
            case SORTED_PAIRS -> RequestText.joined(request.query(), own);
            case FORM -> RequestText.without(body, own, false);
            case SORTED_FORM -> RequestText.without(body, own, true);
            case BODY -> body;
            case BODY_HASH -> HexFormat.of().formatHex(Recipes.digest(part.argument(), body));
            case FIELD -> field(part.argument(), body);
            case VALUE -> values.of(part.argument());
            case LITERAL -> part.argument();
        };
    }

    /** A field of the request, decoded, by its location; nothing if it is not there. */
    private String field(String location, String body) {
        int dot = location.indexOf('.', location.indexOf('.') + 1);
        String part = dot < 0 ? "" : location.substring(0, dot);
        String name = location.substring(dot + 1);
        return switch (part) {
            case "request.header" -> request.head().first(name).orElse("");
            case "request.query" -> pair(request.query(), name);
            case "request.form" -> pair(body, name);
            case "request.cookie" -> cookie(request.head(), name);
            case "request.json" -> json(body, name);
            default -> "";
        };
    }

    private static String pair(String pairs, String name) {
        for (String pair : pairs.split("&")) {
            int equals = pair.indexOf('=');
            if (equals >= 0 && PercentCoding.text(pair.substring(0, equals), true).equals(name)) {
                return PercentCoding.text(pair.substring(equals + 1), true);
            }
        }
        return "";
    }

    private static String cookie(Fields head, String name) {
        for (String line : head.all("Cookie")) {
            for (String pair : line.split(";")) {
                int equals = pair.indexOf('=');
                if (equals >= 0 && pair.substring(0, equals).strip().equals(name)) {
                    return pair.substring(equals + 1).strip();
                }
            }
        }
        return "";
    }

    private static String json(String body, String path) {
        try {
            return JsonPath.parse(path).first(Json.parse(body)).flatMap(Selector::shown).orElse("");
        } catch (JsonException | IllegalArgumentException e) {
            return "";
        }
    }

    private static String encoded(byte[] digest, String encoding) {
        return switch (encoding) {
            case "hex" -> HexFormat.of().formatHex(digest);
            case "HEX" -> HexFormat.of().withUpperCase().formatHex(digest);
            case "base64" -> Base64.getEncoder().encodeToString(digest);
            default -> Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        };
    }
}
