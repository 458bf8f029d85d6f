package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.store.Session;

/** Digests in requests, made here by the JDK, and the recipes that are found for them. */
@Timeout(60)
final class RecipesTest {
    private static final String SECRET = "pZ4mW8sKq1Vx6Tn3Yb7R";
    private static final String NONCE = "7f3a91c2";
    private static final RecipePart METHOD = new RecipePart(RecipePart.Kind.METHOD, "");
    private static final RecipePart PATH = new RecipePart(RecipePart.Kind.PATH, "");
    private static final RecipePart BODY = new RecipePart(RecipePart.Kind.BODY, "");
    private static final RecipePart TIME = new RecipePart(RecipePart.Kind.FIELD, "request.header.x-once");
    private static final RecipePart KEY = new RecipePart(RecipePart.Kind.VALUE, "secret");

    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private static byte[] hash(String algorithm, String text) throws Exception {
        return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hmac(String algorithm, String key, String text) throws Exception {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), algorithm));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    private static WrittenExchange secret() {
        return new WrittenExchange("GET", "a.example", "/key").answer(200, "application/json", "{\"secret\":\"" + SECRET + "\"}");
    }

    private static WrittenExchange order(String signature) {
        return new WrittenExchange("POST", "a.example", "/order").header("X-Once", NONCE).header("X-Signature", signature)
                .body("application/json", "{\"n\":1}").answer(200, "application/json", "{}");
    }

    private Optional<DerivedValue> derived(WrittenExchange... exchanges) throws Exception {
        try (Session session = sessions.write(List.of(exchanges))) {
            List<TemplateStep> steps = RecordedSessions.make(session).steps();
            for (Placeholder place : steps.get(steps.size() - 1).placeholders()) {
                if (place.location().endsWith("sig") || place.location().endsWith("signature") || place.location().endsWith("authorization")) {
                    return place.derived();
                }
            }
        }
        return Optional.empty();
    }

    @Test void plainDigestsOfEachAlgorithm() throws Exception {
        for (String algorithm : List.of("MD5", "SHA-1", "SHA-256", "SHA-512")) {
            assertEquals(Optional.of(new DerivedValue.Hash(algorithm, "hex", ":", List.of(METHOD, PATH, TIME))),
                    derived(order(hex(hash(algorithm, "POST:/order:" + NONCE)))), algorithm);
        }
    }

    @Test void keyedDigestsOfEachAlgorithm() throws Exception {
        for (String algorithm : List.of("HmacMD5", "HmacSHA1", "HmacSHA256", "HmacSHA512")) {
            assertEquals(Optional.of(new DerivedValue.Hmac(algorithm, "hex", KEY, "", List.of(METHOD, PATH, BODY))),
                    derived(secret(), order(hex(hmac(algorithm, SECRET, "POST/order{\"n\":1}")))), algorithm);
        }
    }

    @Test void eachEncoding() throws Exception {
        byte[] digest = hmac("HmacSHA256", SECRET, "{\"n\":1}");
        Map<String, String> encodings = Map.of("hex", hex(digest), "HEX", hex(digest).toUpperCase(Locale.ROOT), "base64", Base64.getEncoder().encodeToString(digest),
                "base64url", Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
        for (Map.Entry<String, String> encoding : encodings.entrySet()) {
            assertEquals(Optional.of(new DerivedValue.Hmac("HmacSHA256", encoding.getKey(), KEY, "", List.of(BODY))),
                    derived(secret(), order(encoding.getValue())), encoding.getKey());
        }
    }

    @Test void eachSeparator() throws Exception {
        for (String separator : List.of("", "\n", "&", ":")) {
            assertEquals(Optional.of(new DerivedValue.Hmac("HmacSHA256", "hex", KEY, separator, List.of(METHOD, PATH))),
                    derived(secret(), order(hex(hmac("HmacSHA256", SECRET, "POST" + separator + "/order")))), separator);
        }
    }

    @Test void partsOutOfTheirUsualOrderAndASecretAmongThem() throws Exception {
        assertEquals(Optional.of(new DerivedValue.Hash("MD5", "hex", "", List.of(KEY, PATH, METHOD))),
                derived(secret(), order(hex(hash("MD5", SECRET + "/orderPOST")))));
    }

    @Test void aSignatureBehindItsScheme() throws Exception {
        WrittenExchange signed = new WrittenExchange("GET", "a.example", "/order?a=1").header("Authorization", "HMAC-SHA256 Signature="
                + hex(hmac("HmacSHA256", SECRET, "GET\n/order?a=1"))).answer(200, "application/json", "{}");
        try (Session session = sessions.write(List.of(secret(), signed))) {
            TemplateStep step = RecordedSessions.make(session).steps().get(1);
            assertTrue(step.headers().contains(new TemplateStep.Header("Authorization", "HMAC-SHA256 Signature={authorization}")), step.headers()::toString);
            assertEquals(Optional.of(new DerivedValue.Hmac("HmacSHA256", "hex", KEY, "\n", List.of(METHOD, new RecipePart(RecipePart.Kind.TARGET, "")))),
                    step.placeholders().get(0).derived());
        }
    }

    @Test void formsAndQueriesWithoutTheSignatureItself() throws Exception {
        String form = "b=two&a=one&sig=" + hex(hmac("HmacSHA1", SECRET, "a=one&b=two"));
        assertEquals(Optional.of(new DerivedValue.Hmac("HmacSHA1", "hex", KEY, "", List.of(new RecipePart(RecipePart.Kind.SORTED_FORM, "sig")))),
                derived(secret(), new WrittenExchange("POST", "a.example", "/f").body("application/x-www-form-urlencoded", form).answer(200, "application/json", "{}")));
        assertEquals(Optional.of(new DerivedValue.Hash("MD5", "hex", "", List.of(new RecipePart(RecipePart.Kind.SORTED_PAIRS, "sig"), KEY))),
                derived(secret(), new WrittenExchange("GET", "a.example", "/f?b=two&a=one&sig=" + hex(hash("MD5", "aonebtwo" + SECRET)))
                        .answer(200, "application/json", "{}")));
    }

    /** The second request is told by the recipe of the first, though the secret is a newer one. */
    @Test void aRecipeHoldsForLaterSecrets() throws Exception {
        String newer = "N3w" + SECRET;
        WrittenExchange again = new WrittenExchange("GET", "a.example", "/key").answer(200, "application/json", "{\"secret\":\"" + newer + "\"}");
        assertEquals(Optional.of(new DerivedValue.Hmac("HmacSHA256", "hex", new RecipePart(RecipePart.Kind.VALUE, "secret_2"), "\n", List.of(METHOD, PATH))),
                derived(secret(), order(hex(hmac("HmacSHA256", SECRET, "POST\n/order"))), again, order(hex(hmac("HmacSHA256", newer, "POST\n/order")))));
    }

    @Test void whatNothingReproducesIsUnexplained() throws Exception {
        try (Session session = sessions.write(List.of(secret(), order(hex(hash("SHA-256", "of something that nobody sent")))))) {
            List<Unexplained> unexplained = RecordedSessions.make(session).unexplained();
            assertEquals(List.of("request.header.x-once", "request.header.x-signature"), unexplained.stream().map(Unexplained::location).toList());
            assertEquals("a digest or signature of parts or with a key that are not known", unexplained.get(1).guess());
        }
    }

    @Test void whatIsNoDigestByItsLengthIsNone() {
        assertEquals(List.of(false, true, false, false, true, false), List.of(Recipes.mayBeDigest("0123456789abcdef"), Recipes.mayBeDigest("0123456789abcdef".repeat(2)),
                Recipes.mayBeDigest("0123456789abcdef".repeat(2) + "0"), Recipes.mayBeDigest("0123456789abcdeg".repeat(2)),
                Recipes.mayBeDigest("z".repeat(43)), Recipes.mayBeDigest("z".repeat(44))));
        assertEquals(false, Recipes.mayBeDigest("\uFF11".repeat(32)), "digits of another alphabet");
    }

    private static List<Recipes.PartValue> fields(String... values) {
        List<Recipes.PartValue> parts = new ArrayList<>();
        for (String value : values) {
            parts.add(new Recipes.PartValue(new RecipePart(RecipePart.Kind.FIELD, "request.query.f" + parts.size()), value));
        }
        return parts;
    }

    @Test void aKnownRecipeIsTriedWithTheValuesOfAnotherRequest() throws Exception {
        List<Recipes.PartValue> first = fields("one", "two", "three");
        List<Recipes.PartValue> second = fields("four", "five", "six");
        List<Recipes.PartValue> keys = fields("a key", "another key");
        Recipes.Recipe plain = new Recipes.Recipe("MD5", "hex", Optional.empty(), ":", List.of(first.get(2), first.get(0)));
        assertEquals(Optional.of(new Recipes.Recipe("MD5", "hex", Optional.empty(), ":", List.of(second.get(2), second.get(0)))),
                new Recipes().again(hex(hash("MD5", "six:four")), plain, second, keys));
        Recipes.Recipe keyed = new Recipes.Recipe("HmacMD5", "hex", Optional.of(keys.get(0)), "&", List.of(first.get(1)));
        assertEquals(Optional.of(new Recipes.Recipe("HmacMD5", "hex", Optional.of(keys.get(1)), "&", List.of(second.get(1)))),
                new Recipes().again(hex(hmac("HmacMD5", "another key", "five")), keyed, second, keys));
        assertEquals(Optional.empty(), new Recipes().again(hex(hash("MD5", "six")), plain, second, keys), "another digest");
        assertEquals(Optional.empty(), new Recipes().again(hex(hash("MD5", "four")), plain, second.subList(0, 1), keys), "a part is not there");
        assertEquals(Optional.empty(), new Recipes().again("no digest", plain, second, keys));
    }

    @Test void fivePartsInTheirOrder() throws Exception {
        List<Recipes.PartValue> parts = fields("one", "two", "three", "four", "five", "six", "seven");
        assertEquals(Optional.of(new Recipes.Recipe("HmacMD5", "hex", Optional.of(parts.get(6)), ":",
                List.of(parts.get(0), parts.get(1), parts.get(3), parts.get(4), parts.get(5)))),
                new Recipes().find(hex(hmac("HmacMD5", "seven", "one:two:four:five:six")), parts, List.of(parts.get(6)), true));
    }

    @Test void anEmptyPartHasItsSeparator() throws Exception {
        List<Recipes.PartValue> parts = fields("", "two");
        assertEquals(Optional.of(new Recipes.Recipe("MD5", "hex", Optional.empty(), ":", parts)), new Recipes().find(hex(hash("MD5", ":two")), parts, List.of(), true));
    }

    @Test void aDigestThatIsNotFoundTakesNoTriesFromTheNext() throws Exception {
        List<Recipes.PartValue> parts = fields("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten");
        Recipes recipes = new Recipes();
        for (int i = 0; i < 3; i++) {
            assertEquals(Optional.empty(), recipes.find(hex(hash("MD5", "none of these")), parts, parts, false));
        }
        assertEquals(Optional.of(List.of(parts.get(9))), recipes.find(hex(hash("MD5", "ten")), parts, parts, false).map(Recipes.Recipe::parts));
    }

    /** A hundred parts and a hundred keys are not tried in all orders: it ends though nothing fits. */
    @Test void triesAreBounded() throws Exception {
        List<Recipes.PartValue> parts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            parts.add(new Recipes.PartValue(new RecipePart(RecipePart.Kind.FIELD, "request.query.f" + i), "value " + i));
        }
        assertEquals(Optional.empty(), new Recipes().find(hex(hash("MD5", "none of these")), parts, parts, true));
    }
}
