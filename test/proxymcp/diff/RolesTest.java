package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** What fields are taken for, and when their differences are noise: from values that a test says both sessions had. */
final class RolesTest {
    private static final int PAIRS = 8;
    private static final IntFunction<String> NOTHING = i -> "";

    private final Random random = new Random(3);

    private static Location location(String text) {
        return Location.parse(text).orElseThrow(() -> new AssertionError("no location: " + text));
    }

    private static FieldStats stats(Location location, IntFunction<String> values, Optional<Provenance.Origin> origin) {
        FieldStats stats = new FieldStats();
        for (int i = 0; values != NOTHING && i < PAIRS; i++) {
            String value = values.apply(i);
            stats.add(i + 1, new Leaf(location, "", ValueType.STRING, value), ValueHash.of(value));
            origin.ifPresent(stats::cameFrom);
        }
        return stats;
    }

    private static FieldFacts facts(String text, ChangeKind kind, IntFunction<String> a, IntFunction<String> b) {
        Location location = location(text);
        return new FieldFacts(location, kind, stats(location, a, Optional.empty()), stats(location, b, Optional.empty()), PAIRS, PAIRS, PAIRS, PAIRS, 0, false, false, true, false);
    }

    private static Role role(String text, IntFunction<String> values) {
        return Roles.of(facts(text, ChangeKind.CHANGED, values, values)).role();
    }

    private static Volatility volatility(FieldFacts facts) {
        return Volatility.of(facts, Roles.of(facts).role());
    }

    private static boolean noise(String text, IntFunction<String> a, IntFunction<String> b) {
        return volatility(facts(text, ChangeKind.CHANGED, a, b)).score() >= Volatility.NOISE;
    }

    private String hex(int octets) {
        byte[] bytes = new byte[octets];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void namesTellRoles() {
        assertEquals(Role.CSRF, role("request.header.x-csrf-token", i -> "abc"));
        assertEquals(Role.CSRF, role("request.form.authenticity_token", i -> "abc"));
        assertEquals(Role.CSRF, role("request.cookie.XSRF-TOKEN", i -> "abc"));
        assertEquals(Role.SIGNATURE, role("request.query.X-Amz-Signature", i -> hex(32)));
        assertEquals(Role.SIGNATURE, role("request.header.x-hmac", i -> "abc"));
        assertEquals(Role.TRACE, role("request.header.traceparent", i -> "00-" + hex(16) + "-" + hex(8) + "-01"));
        assertEquals(Role.TRACE, role("response.header.x-request-id", i -> hex(8)));
        assertEquals(Role.SESSION, role("request.cookie.PHPSESSID", i -> "abc"));
        assertEquals(Role.SESSION, role("request.json.$.sessionId", i -> "abc"));
        assertEquals(Role.TOKEN, role("request.header.authorization", i -> "Basic abc"));
        assertEquals(Role.TOKEN, role("response.json.$.data.accessToken", i -> "abc"));
        assertEquals(Role.NONCE, role("request.json.$.nonce", i -> "abc"));
        assertEquals(Role.PAGINATION, role("request.query.page", Integer::toString));
        assertEquals(Role.PAGINATION, role("request.query.nextCursor", i -> "x" + i));
        assertEquals(Role.TIMESTAMP, role("request.jwt.authorization.exp", i -> Long.toString(1_760_000_000L + i)));
        assertEquals(Role.TIMESTAMP, role("response.header.date", i -> "Tue, 07 Oct 2025 08:00:0" + i + " GMT"));
        assertEquals(Role.CONTENT, role("response.json.$.design", i -> "round"), "no sign in it");
        assertEquals(Role.CONTENT, role("request.query.passage", i -> "word"), "no page in it");
    }

    @Test
    void behaviourTellsRoles() {
        assertEquals(Role.SIGNATURE, role("request.header.x-check", i -> hex(32)), "as long as SHA-256, another each time");
        assertEquals(Role.NONCE, role("request.header.x-check", i -> hex(12)), "no digest's length");
        assertEquals(Role.NONCE, role("request.query.q", i -> new UUID(random.nextLong(), random.nextLong()).toString()));
        assertEquals(Role.COUNTER, role("request.query.n", i -> Integer.toString(40 + i)));
        assertEquals(Role.TIMESTAMP, role("request.query.t", i -> Long.toString(1_760_000_000_000L + i)));
        FieldFacts alone = facts("request.header.x-check", ChangeKind.CHANGED, i -> hex(32), i -> hex(32));
        FieldFacts same = new FieldFacts(alone.location(), alone.kind(), alone.a(), alone.b(), PAIRS, PAIRS, PAIRS, PAIRS, 0, false, false, false, false);
        assertEquals(Role.NONCE, Roles.of(same).role(), "it changes though nothing else of the request does");
    }

    @Test
    void valuesOfEarlierResponsesAreTokens() {
        Location location = location("request.header.x-thing");
        Provenance.Origin origin = new Provenance.Origin(3, location("response.json.$.ticket"));
        String value = hex(20);
        FieldStats a = stats(location, i -> value, Optional.of(origin));
        String stale = hex(20);
        FieldStats b = stats(location, i -> stale, Optional.empty());
        FieldFacts facts = new FieldFacts(location, ChangeKind.CHANGED, a, b, PAIRS, PAIRS, PAIRS, PAIRS, 0, false, false, true, false);
        assertEquals(new RoleGuess(Role.TOKEN, "its value, sent back from response.json.$.ticket of A 3"), Roles.of(facts));
        assertFalse(volatility(facts).score() >= Volatility.NOISE, "in B it comes from nowhere");
        FieldStats alsoB = stats(location, i -> stale, Optional.of(origin));
        assertTrue(volatility(new FieldFacts(location, ChangeKind.CHANGED, a, alsoB, PAIRS, PAIRS, PAIRS, PAIRS, 0, false, false, true, false)).score() >= Volatility.NOISE);
    }

    @Test
    void whatIsMadeAnewIsNoise() {
        assertTrue(noise("request.query.t", i -> Long.toString(1_760_000_000_000L + i), i -> Long.toString(1_760_500_000_000L + i)));
        assertTrue(noise("response.json.$.id", i -> new UUID(1, i).toString(), i -> new UUID(2, i).toString()));
        assertTrue(noise("response.json.$.order_id", i -> Integer.toString(100 + i), i -> Integer.toString(300 + i)));
        assertTrue(noise("response.header.content-length", i -> Integer.toString(100 + i * 7 % 5), i -> Integer.toString(90 + i)));
        assertTrue(noise("request.cookie.sid", i -> "q83vEjRWeJCrze8SNFZ4kA", i -> "zZ7vEjRWeJ1rze8SNFZ4Qx"));
        assertTrue(noise("response.json.$.word", i -> "ab" + (char) ('a' + i) + "defgh", i -> "zy" + (char) ('a' + i) + "xwvut"), "always eight letters, another each time");
    }

    @Test
    void whatSaysSomethingIsNoNoise() {
        assertFalse(noise("response.json.$.state", i -> "paid", i -> "open"));
        assertFalse(noise("response.json.$.price", i -> i + ".50", i -> i + ".75"));
        assertFalse(noise("response.status", i -> "200", i -> "403"));
        assertFalse(noise("request.header.user-agent", i -> "Mozilla/5.0", i -> "curl/8.0"));
        assertFalse(noise("request.header.x-token", i -> hex(16), i -> "undefined"), "another format");
        String stale = hex(32);
        assertFalse(noise("request.header.x-signature", i -> hex(32), i -> stale), "it stays in B");
        assertFalse(noise("request.tls.ja4", i -> "t13d1516h2_8daaf6152771_02713d6af862", i -> "t13d1715h2_5b57614c22b0_3d5424432f57"));
        assertFalse(volatility(facts("request.header.date", ChangeKind.REMOVED, i -> "Tue, 07 Oct 2025 08:00:00 GMT", NOTHING)).score() >= Volatility.NOISE);
    }

    @Test
    void namesThatAreMadeUpAreNoise() {
        assertTrue(volatility(facts("response.json.$.byId.0f8fad5bd9cb469fa16570867728950e", ChangeKind.REMOVED, i -> "x", NOTHING)).score() >= Volatility.NOISE);
        assertFalse(volatility(facts("response.json.$.byId.name", ChangeKind.REMOVED, i -> "x", NOTHING)).score() >= Volatility.NOISE);
    }

    @Test
    void textsThatDifferInMadeUpWordsSayTheSame() {
        assertTrue(MadeUpWords.differAlone("<script nonce=\"q83vEjRWeJCrze8SNFZ4kA\">go()</script>", "<script nonce=\"zZ7vEjRWeJ1rze8SNFZ4Qx\">go()</script>"));
        assertTrue(MadeUpWords.differAlone("made 2026-01-31T23:59:59Z for you", "made 2026-02-01T00:00:07Z for you"));
        assertTrue(MadeUpWords.differAlone("/a?t=1760000000&u=b", "/a?t=1760000099&u=b"));
        assertFalse(MadeUpWords.differAlone("a b c", "a b c"), "nothing differs");
        assertFalse(MadeUpWords.differAlone("in stock: 4, 3f2a9c01aa", "in stock: 5, 4e2a9c01bb"));
        assertFalse(MadeUpWords.differAlone("token 3f2a9c01aa", "token undefined"));
        assertFalse(MadeUpWords.differAlone("3f2a9c01aa", "3f2a9c01aa more"));
        assertFalse(MadeUpWords.differAlone("", "x"));
    }

    @Test
    void changesInFewPairsAreToldEvenOfIds() {
        FieldFacts often = facts("response.json.$.hash", ChangeKind.CHANGED, i -> hex(16), i -> hex(16));
        FieldFacts once = new FieldFacts(often.location(), often.kind(), often.a(), often.b(), PAIRS, PAIRS, 1, PAIRS, 0, false, false, true, false);
        assertTrue(volatility(often).score() >= Volatility.NOISE);
        assertFalse(volatility(once).score() >= Volatility.NOISE, "it is the same in all other pairs");
    }

    @Test
    void baselinesDecide() {
        Volatility content = new Volatility(0.1, "");
        assertTrue(content.amongBaselines(true, false).score() >= Volatility.NOISE);
        assertFalse(new Volatility(0.9, "hex").amongBaselines(false, true).score() >= Volatility.NOISE);
        assertEquals(content, content.amongBaselines(false, true));
    }

    @Test
    void memoryOfAFieldIsBounded() {
        Location location = location("response.json.$.id");
        FieldStats stats = new FieldStats();
        for (int i = 0; i < 10_000; i++) {
            stats.add(i, new Leaf(location, "", ValueType.STRING, "v" + i), ValueHash.of("v" + i));
        }
        assertEquals(1.0, stats.changeRate());
        assertEquals(10_000, stats.exchanges());
        FieldStats few = new FieldStats();
        for (int i = 0; i < 10_000; i++) {
            few.add(i, new Leaf(location, "", ValueType.STRING, "v" + i % 3), ValueHash.of("v" + i % 3));
        }
        assertEquals(2.0 / 9_999, few.changeRate(), 1e-9);
        assertEquals(0.3334, few.dominance(), 1e-9);
    }

    @Test
    void provenanceFindsTellingValuesOfResponsesAlone() {
        Provenance provenance = new Provenance();
        String token = "q83vEjRWeJCrze8SNFZ4kA";
        provenance.add(1, new Leaf(location("request.header.x-a"), "", ValueType.STRING, token), ValueHash.of(token));
        assertTrue(provenance.find(token, ValueHash.of(token)).isEmpty(), "a request told it, no response");
        provenance.add(2, new Leaf(location("response.json.$.state"), "", ValueType.STRING, "available"), ValueHash.of("available"));
        assertTrue(provenance.find("available", ValueHash.of("available")).isEmpty(), "a word");
        provenance.add(3, new Leaf(location("response.json.$.token"), "", ValueType.STRING, token), ValueHash.of(token));
        provenance.add(4, new Leaf(location("response.json.$.later"), "", ValueType.STRING, token), ValueHash.of(token));
        Provenance.Origin first = new Provenance.Origin(3, location("response.json.$.token"));
        assertEquals(Optional.of(first), provenance.find(token, ValueHash.of(token)));
        String credentials = "Bearer " + token;
        assertEquals(Optional.of(first), provenance.find(credentials, ValueHash.of(credentials)));
        String page = "<input type=hidden name=csrf value=\"Zz7vEjRWeJ1rze8SNFZ4Qx\">";
        provenance.add(5, new Leaf(location("response.body"), "line 1", ValueType.STRING, page), ValueHash.of(page));
        assertEquals(5, provenance.find("Zz7vEjRWeJ1rze8SNFZ4Qx", ValueHash.of("Zz7vEjRWeJ1rze8SNFZ4Qx")).orElseThrow().seq());
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            String value = hex(16);
            provenance.add(i + 10, new Leaf(location("response.json.$.id"), "", ValueType.STRING, value), ValueHash.of(value));
            provenance.find(value, ValueHash.of(value)).ifPresent(origin -> seen.add((int) origin.seq()));
        }
        assertEquals(5_000, seen.size());
        assertEquals(5_009, seen.get(4_999));
    }
}
