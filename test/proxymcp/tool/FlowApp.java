package proxymcp.tool;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A little application whose tokens, ids and cookies are new at every start. It takes nothing but what it gave out itself, at the right time, and keeps
 * what it refused and what was finished.
 */
abstract class FlowApp {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /** A request as it came. */
    record Call(String method, String target, List<String> fields, String body) {
        String path() {
            int question = target.indexOf('?');
            return question < 0 ? target : target.substring(0, question);
        }

        /** Decoded once. */
        String query(String name) {
            int question = target.indexOf('?');
            return pairs(question < 0 ? "" : target.substring(question + 1)).getOrDefault(name, "");
        }

        String form(String name) {
            return pairs(body).getOrDefault(name, "");
        }

        String field(String name) {
            for (String field : fields) {
                if (field.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                    return field.substring(name.length() + 1).strip();
                }
            }
            return "";
        }

        String cookie(String name) {
            for (String pair : field("Cookie").split("; ")) {
                if (pair.startsWith(name + "=")) {
                    return pair.substring(name.length() + 1);
                }
            }
            return "";
        }

        boolean is(String wanted) {
            return (method + " " + path()).equals(wanted);
        }

        static Map<String, String> pairs(String text) {
            Map<String, String> pairs = new LinkedHashMap<>();
            for (String pair : text.split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    pairs.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
                }
            }
            return pairs;
        }
    }

    /** What is answered. */
    record Reply(int status, String type, String body, List<String> fields) {
        static Reply json(String body) {
            return new Reply(200, "application/json", body, List.of());
        }

        static Reply html(String body) {
            return new Reply(200, "text/html; charset=utf-8", body, List.of());
        }

        static Reply redirect(String location) {
            return new Reply(302, "text/html", "", List.of("Location: " + location));
        }

        static Reply upgrade() {
            return new Reply(101, "", "", List.of());
        }

        Reply and(String field) {
            List<String> more = new ArrayList<>(fields);
            more.add(field);
            return new Reply(status, type, body, more);
        }
    }

    /** Why requests were refused. */
    final List<String> refused = Collections.synchronizedList(new ArrayList<>());
    /** What was done in the end, and by whom. */
    final List<String> finished = Collections.synchronizedList(new ArrayList<>());
    private final SecureRandom random = new SecureRandom();

    abstract Reply answer(Call call);

    Reply refuse(Call call, String why) {
        refused.add(call.method() + " " + call.target() + ": " + why);
        return new Reply(403, "application/json", "{\"error\":\"refused\"}", List.of());
    }

    String token(int chars) {
        StringBuilder token = new StringBuilder();
        for (int i = 0; i < chars; i++) {
            token.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return token.toString();
    }

    String hex(int bytes) {
        return HexFormat.of().formatHex(octets(bytes));
    }

    private byte[] octets(int bytes) {
        byte[] octets = new byte[bytes];
        random.nextBytes(octets);
        return octets;
    }

    /** Base64 with signs that URLs and forms have to escape. */
    String base64(int bytes) {
        byte[] octets = octets(bytes);
        octets[0] = (byte) 0xFB;
        octets[1] = (byte) 0xEF;
        octets[2] = (byte) 0xFF;
        return Base64.getEncoder().encodeToString(octets);
    }

    String uuid() {
        return UUID.randomUUID().toString();
    }

    int number(int from, int to) {
        return from + random.nextInt(to - from);
    }

    static String coded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    static byte[] hmac(String key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(MessageDigest.getInstance("SHA-256")
                    .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The text of a member of a flat JSON object, between quotes or up to the next sign. */
    static String member(String json, String name) {
        int at = json.indexOf("\"" + name + "\":");
        if (at < 0) {
            return "";
        }
        int from = at + name.length() + 3;
        boolean quoted = json.charAt(from) == '"';
        int end = quoted ? json.indexOf('"', from + 1) : from;
        while (!quoted && ",}]".indexOf(json.charAt(end)) < 0) {
            end++;
        }
        return json.substring(quoted ? from + 1 : from, end);
    }

    /** What stands between two texts. */
    static String between(String text, String before, String after) {
        int from = text.indexOf(before);
        if (from < 0) {
            throw new AssertionError("no " + before + " in " + text);
        }
        return text.substring(from + before.length(), text.indexOf(after, from + before.length()));
    }
}
