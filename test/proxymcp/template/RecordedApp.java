package proxymcp.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import proxymcp.diff.WrittenExchange;

/** A recording that a test makes, and what it knows of it: which value of which request comes from which answer. Another seed makes other values. */
final class RecordedApp {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final String host;
    private final Random random;
    private final List<WrittenExchange> exchanges = new ArrayList<>();
    private final Set<String> truth = new LinkedHashSet<>();

    RecordedApp(String host, long seed) {
        this.host = host;
        this.random = new Random(seed);
    }

    /** A request to the app's own host, as a browser sends it. */
    WrittenExchange request(String method, String target) {
        return request(method, host, target);
    }

    WrittenExchange request(String method, String other, String target) {
        return new WrittenExchange(method, other, target).header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)").header("Accept-Language", "en")
                .header("Referer", "https://" + host + "/start?from=" + target.hashCode());
    }

    /** Adds an exchange; returns its seq. */
    int add(WrittenExchange exchange) {
        exchanges.add(exchange);
        return exchanges.size();
    }

    /** Notes that the request {@code to} sends at {@code location} what the answer to {@code from} held. */
    void edge(int from, int to, String location) {
        truth.add(from + " " + to + " " + location);
    }

    List<WrittenExchange> exchanges() {
        return exchanges;
    }

    Set<String> truth() {
        return truth;
    }

    String token(int chars) {
        StringBuilder token = new StringBuilder();
        for (int i = 0; i < chars; i++) {
            token.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return token.toString();
    }

    String hex(int bytes) {
        byte[] octets = new byte[bytes];
        random.nextBytes(octets);
        return HexFormat.of().formatHex(octets);
    }

    /** Base64 with signs that URLs and forms have to escape. */
    String base64(int bytes) {
        byte[] octets = new byte[bytes];
        random.nextBytes(octets);
        octets[0] = (byte) 0xFB;
        octets[1] = (byte) 0xEF;
        octets[2] = (byte) 0xFF;
        return Base64.getEncoder().encodeToString(octets);
    }

    String uuid() {
        return new UUID(random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x4000L, random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L).toString();
    }

    int number(int from, int to) {
        return from + random.nextInt(to - from);
    }

    String jwt(String subject, int number) {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String claims = "{\"sub\":\"" + subject + "\",\"jti\":\"" + hex(6) + "\",\"n\":" + number + "}";
        return encoder.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + "." + token(43);
    }
}
