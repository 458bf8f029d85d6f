package proxymcp.diff;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * Two sessions of the same shop with the same content, another time, other ids and tokens; in the second one changes are planted. Knows which
 * exchanges answer to each other and which fields differ, as it made them.
 */
final class PlantedSessions {
    /** What can be changed in the second session. */
    enum Change {
        RENAMED, ADDED, REMOVED, TYPE_CHANGED, REORDERED, TOKEN_MISSING, COOKIE_MISSING, HEADER_ORDER, STATUS, VALUE, REQUEST_VALUE, CLAIM,
        EXTRA_ENDPOINT, RETRIES, SHUFFLED, DROPPED, STALE_TOKEN
    }

    /**
     * A field that differs, as the report should name it.
     *
     * @param endpoint method and template
     * @param location its text
     * @param kind how it differs
     */
    record Planted(String endpoint, String location, ChangeKind kind) {}

    /**
     * An exchange of a session.
     *
     * @param key the same for those of both sessions that answer to each other
     */
    record Keyed(String key, WrittenExchange exchange) {}

    private static final String HOST = "api.shop.example";
    private static final String[] NAMES = {"Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Leslie", "Tony"};
    private static final String[] GOODS = {"lamp", "chair", "table", "kettle", "shelf", "carpet", "mirror", "clock", "vase", "basket"};
    private static final String[] TAGS = {"new", "sale", "wood", "steel", "glass", "green"};

    private final long seed;
    private final Set<Change> changes;
    private final Random content;
    private final Set<Planted> planted = new LinkedHashSet<>();

    PlantedSessions(long seed, Set<Change> changes) {
        this.seed = seed;
        this.changes = changes.isEmpty() ? EnumSet.noneOf(Change.class) : EnumSet.copyOf(changes);
        this.content = new Random(seed);
    }

    /** Some of the changes, by chance. */
    static PlantedSessions some(long seed) {
        Random random = new Random(seed * 31 + 7);
        EnumSet<Change> chosen = EnumSet.noneOf(Change.class);
        for (Change change : Change.values()) {
            if (random.nextInt(3) > 0) {
                chosen.add(change);
            }
        }
        return new PlantedSessions(seed, chosen);
    }

    Set<Change> changes() {
        return changes;
    }

    /** Fields that differ for a reason; known when {@link #b} was called. */
    Set<Planted> planted() {
        return planted;
    }

    /** The session that works; another number gives another run of it. */
    List<Keyed> a(int run) {
        content.setSeed(seed);
        return new Run(new Random(seed * 1_000 + run), 40 + run * 3L, EnumSet.noneOf(Change.class)).all();
    }

    /** The session with the changes. */
    List<Keyed> b() {
        content.setSeed(seed);
        List<Keyed> all = new Run(new Random(seed * 1_000 + 500), 55, changes).all();
        Random order = new Random(seed + 5);
        if (changes.contains(Change.DROPPED)) {
            for (int i = 0; i < 6; i++) {
                // The failed try would take the place of a request that was tried again.
                int chosen = 10 + order.nextInt(all.size() - 10);
                if (!all.get(chosen).key().startsWith("cart")) {
                    all.remove(chosen);
                }
            }
        }
        if (changes.contains(Change.SHUFFLED)) {
            for (int i = 8; i + 6 < all.size(); i += 12) {
                Collections.shuffle(all.subList(i, i + 6), order);
            }
        }
        return all;
    }

    /** One run through the shop. */
    private final class Run {
        private final Random noise;
        private final long day;
        private final Set<Change> made;
        private final List<Keyed> all = new ArrayList<>();
        private final String token;
        private final String sid;
        private final String csrf;
        /** A token of some other run. */
        private final String stored;
        private long millis;
        private long ids;

        Run(Random noise, long day, Set<Change> made) {
            this.noise = noise;
            this.day = day;
            this.made = made;
            this.token = jwt();
            this.sid = base64(24);
            this.csrf = base64(32);
            this.stored = base64(32);
            this.millis = 1_760_000_000_000L + day * 86_400_000L;
            this.ids = 70_000 + noise.nextInt(100_000);
        }

        List<Keyed> all() {
            page();
            login();
            for (int i = 0; i < 8; i++) {
                user(101 + i * 7);
            }
            for (int page = 1; page <= 10; page++) {
                list(page);
            }
            for (int i = 0; i < 25; i++) {
                product(1_000 + i * 13);
                if (i % 3 == 0) {
                    cart(i);
                }
                if (i % 5 == 0) {
                    order(i);
                }
                track(i);
                if (i % 4 == 0) {
                    profile(i);
                    graph(i);
                }
            }
            if (made.contains(Change.EXTRA_ENDPOINT)) {
                for (int i = 0; i < 3; i++) {
                    add("flags" + i, request("GET", "/v1/feature-flags").answer(200, "application/json", "{\"beta\":true}"));
                }
            }
            return all;
        }

        private boolean with(Change change, String endpoint, String location, ChangeKind kind) {
            if (made.contains(change)) {
                planted.add(new Planted(endpoint, location, kind));
                return true;
            }
            return false;
        }

        private void page() {
            add("page", new WrittenExchange("GET", HOST, "/shop").header("User-Agent", "shop/5.1").answer(200, "text/html; charset=utf-8",
                    "<html>\n<meta name=\"csrf\" content=\"" + base64(32) + "\">\n<script nonce=\"" + base64(16) + "\" src=\"/s.js?t=" + tick()
                            + "\"></script>\n<p>Welcome\n</html>\n"));
        }

        private void login() {
            add("login", new WrittenExchange("POST", HOST, "/v1/login").header("User-Agent", "shop/5.1")
                    .body("application/json", "{\"user\":\"ada\",\"nonce\":\"" + hex(8) + "\",\"ts\":" + tick() + "}")
                    .responseHeader("Set-Cookie", "sid=" + sid + "; Path=/; HttpOnly")
                    .answer(200, "application/json", "{\"token\":\"" + token + "\",\"csrf\":\"" + csrf + "\",\"expires_at\":" + (tick() / 1_000 + 3_600) + "}"));
        }

        private void user(int id) {
            String endpoint = "GET /v1/users/{id}";
            boolean gone = with(Change.REMOVED, endpoint, "request.query.fields", ChangeKind.REMOVED);
            boolean renamed = with(Change.RENAMED, endpoint, "response.json.$.display_name", ChangeKind.REMOVED);
            with(Change.RENAMED, endpoint, "response.json.$.displayName", ChangeKind.ADDED);
            boolean changed = with(Change.VALUE, endpoint, "response.json.$.plan", ChangeKind.CHANGED);
            Random of = new Random(id);
            add("user" + id, request("GET", "/v1/users/" + id + "?v=2" + (gone ? "" : "&fields=all") + "&_=" + tick())
                    .answer(200, "application/json", "{\"id\":" + id + ",\"" + (renamed ? "displayName" : "display_name") + "\":\"" + NAMES[of.nextInt(NAMES.length)]
                            + " " + id + "\",\"plan\":\"" + (changed ? "trial" : "free") + "\",\"last_seen\":\"" + iso() + "\",\"etag\":\"" + hex(8) + "\"}"));
        }

        private void list(int page) {
            boolean text = with(Change.TYPE_CHANGED, "GET /v1/products", "response.json.$.items[*].stock", ChangeKind.TYPE_CHANGED);
            StringBuilder items = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                int id = page * 100 + i;
                Random of = new Random(id);
                String stock = Integer.toString(of.nextInt(50));
                items.append(i == 0 ? "" : ",").append("{\"id\":").append(id).append(",\"name\":\"").append(GOODS[of.nextInt(GOODS.length)]).append(' ').append(id)
                        .append("\",\"price\":").append(of.nextInt(9_000) / 100.0).append(",\"stock\":").append(text ? '"' + stock + '"' : stock).append('}');
            }
            add("list" + page, request("GET", "/v1/products?page=" + page + "&limit=5")
                    .answer(200, "application/json", "{\"items\":[" + items + "],\"next\":" + (page + 1) + ",\"generated\":" + tick() + "}"));
        }

        private void product(int id) {
            String endpoint = "GET /v1/products/{id}";
            boolean more = with(Change.ADDED, endpoint, "response.json.$.currency", ChangeKind.ADDED);
            boolean turned = with(Change.REORDERED, endpoint, "response.json.$.tags", ChangeKind.REORDERED);
            boolean lone = with(Change.COOKIE_MISSING, endpoint, "request.cookie.prefs", ChangeKind.REMOVED);
            Random of = new Random(id);
            List<String> tags = new ArrayList<>(List.of(TAGS).subList(0, 3 + of.nextInt(3)));
            if (turned) {
                Collections.reverse(tags);
            }
            WrittenExchange exchange = base("GET", "/v1/products/" + id).header("Cookie", "sid=" + sid + (lone ? "" : "; prefs=grid"));
            add("product" + id, exchange.answer(200, "application/json", "{\"id\":" + id + ",\"name\":\"" + GOODS[of.nextInt(GOODS.length)] + " " + id + "\",\"price\":"
                    + of.nextInt(9_000) / 100.0 + ",\"tags\":[\"" + String.join("\",\"", tags) + "\"]" + (more ? ",\"currency\":\"EUR\"" : "")
                    + ",\"viewers\":{\"token\":\"" + base64(18) + "\",\"at\":\"" + iso() + "\"}}"));
        }

        private void cart(int number) {
            boolean refused = with(Change.STATUS, "POST /v1/cart/items", "response.status", ChangeKind.CHANGED);
            String body = "{\"productId\":" + (1_000 + number * 13) + ",\"quantity\":" + (1 + number % 4) + ",\"clientTs\":" + tick() + ",\"requestId\":\"" + uuid()
                    + "\"}";
            String answer = "{\"cart\":\"" + uuid() + "\",\"lines\":" + (1 + number) + ",\"updated\":\"" + iso() + "\"}";
            if (made.contains(Change.RETRIES) && number % 6 == 0) {
                add("cart" + number + "failed", request("POST", "/v1/cart/items").body("application/json", body)
                        .answer(503, "application/json", "{\"error\":\"try again\"}"));
            }
            add("cart" + number, request("POST", "/v1/cart/items").body("application/json", body).answer(refused ? 403 : 201, "application/json", answer));
        }

        private void order(int number) {
            add("order" + number, request("GET", "/v1/orders/" + uuid()).answer(200, "application/json", "{\"id\":" + (ids += 1 + noise.nextInt(5))
                    + ",\"created\":\"" + iso() + "\",\"lines\":[{\"sku\":\"" + GOODS[number % GOODS.length] + "-" + number + "\",\"count\":" + (1 + number % 3)
                    + "}],\"state\":\"paid\"}"));
        }

        private void track(int number) {
            boolean turned = with(Change.HEADER_ORDER, "POST /v1/track", "request.header_order", ChangeKind.REORDERED);
            boolean claim = with(Change.CLAIM, "POST /v1/track", "request.json.$.source", ChangeKind.CHANGED);
            WrittenExchange exchange = request("POST", "/v1/track").body("application/json", "{\"event\":\"view-" + number + "\",\"source\":\""
                    + (claim ? "bot" : "app") + "\",\"ts\":" + tick() / 1_000 + ",\"nonce\":\"" + base64(16) + "\"}");
            if (turned) {
                Collections.swap(exchange.requestFields(), 1, 2);
            }
            add("track" + number, exchange.answer(204, "text/plain", ""));
        }

        private void profile(int number) {
            boolean lone = with(Change.TOKEN_MISSING, "PUT /v1/profile", "request.header.x-csrf-token", ChangeKind.REMOVED);
            WrittenExchange exchange = request("PUT", "/v1/profile").body("application/x-www-form-urlencoded", "city=Town" + number + "&lang=en&ts=" + tick());
            add("profile" + number, (lone ? exchange : exchange.header("X-CSRF-Token", csrf)).answer(200, "application/json", "{\"saved\":true,\"version\":\""
                    + hex(16) + "\"}"));
        }

        private void graph(int number) {
            boolean other = with(Change.REQUEST_VALUE, "POST /graphql #Reviews", "request.header.accept-language", ChangeKind.CHANGED);
            boolean stale = with(Change.STALE_TOKEN, "POST /graphql #Reviews", "request.header.x-session-token", ChangeKind.CHANGED);
            add("graph" + number, request("POST", "/graphql").header("Accept-Language", other ? "de" : "en").header("X-Session-Token", stale ? stored : csrf)
                    .body("application/json", "{\"operationName\":\"Reviews\",\"query\":\"query Reviews($id: ID!) { reviews(id: $id) { stars } }\",\"variables\":{\"id\":\""
                            + number + "\"}}")
                    .answer(200, "application/json", "{\"data\":{\"reviews\":[{\"stars\":" + number % 5 + "}]},\"extensions\":{\"took\":" + noise.nextInt(90) + "}}"));
        }

        private void add(String key, WrittenExchange exchange) {
            exchange.responseHeader("Date", date()).responseHeader("X-Request-Id", uuid()).responseHeader("ETag", "\"" + hex(16) + "\"")
                    .responseHeader("Server-Timing", "app;dur=" + noise.nextInt(100)).responseHeader("X-RateLimit-Remaining", Integer.toString(noise.nextInt(900)));
            if (noise.nextBoolean()) {
                exchange.responseHeader("Age", Integer.toString(noise.nextInt(60)));
            }
            all.add(new Keyed(key, exchange));
        }

        private WrittenExchange base(String method, String target) {
            return new WrittenExchange(method, HOST, target).header("User-Agent", "shop/5.1").header("Accept", "*/*").header("Authorization", "Bearer " + token)
                    .header("X-Timestamp", Long.toString(tick())).header("X-Signature", hex(32)).header("traceparent", "00-" + hex(16) + "-" + hex(8) + "-01");
        }

        private WrittenExchange request(String method, String target) {
            return base(method, target).header("Cookie", "sid=" + sid + "; prefs=grid");
        }

        private long tick() {
            return millis += 30 + noise.nextInt(700);
        }

        private String iso() {
            return Instant.ofEpochMilli(tick()).toString();
        }

        private String date() {
            return DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT)
                    .format(Instant.ofEpochMilli(tick()).atZone(ZoneId.of("GMT")));
        }

        private String hex(int octets) {
            byte[] bytes = new byte[octets];
            noise.nextBytes(bytes);
            return HexFormat.of().formatHex(bytes);
        }

        private String base64(int octets) {
            byte[] bytes = new byte[octets];
            noise.nextBytes(bytes);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }

        private String uuid() {
            return new UUID(noise.nextLong() & ~0xF000L | 0x4000L, noise.nextLong() & ~(3L << 62) | 2L << 62).toString();
        }

        private String jwt() {
            long issued = 1_760_000_000L + day * 86_400L + noise.nextInt(1_000);
            return text("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + text("{\"sub\":\"ada\",\"scope\":\"shop\",\"iat\":" + issued + ",\"exp\":" + (issued + 3_600)
                    + ",\"jti\":\"" + hex(8) + "\"}") + "." + base64(32);
        }

        private static String text(String json) {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        }
    }
}
