package proxymcp.diff;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A visit to seven sites of different styles: GraphQL with mutations, forms with CSRF tokens and cookies, signed queries, a partner's API with
 * nonces, JSON:API with opaque cursors, dashboards that poll, downloads with beacons. What the sites hold is the same in each visit; tokens,
 * times, identifiers, caches, measured values, how often is polled and how the sites interleave differ. A planted visit has changes besides,
 * which {@link OtherSitesTest} lists.
 */
final class OtherSites {
    /** An exchange: what it is (equal in all visits), and which kind of request it belongs to. */
    record Step(String key, String kind, WrittenExchange exchange) {}

    static final String RETRIED = "503 before ";
    private static final Set<String> NOT_IN_PLANTED = Set.of("news.article: article 5", "news.article: article 17", "partner.quote: quote 4",
            "store.list: list 6", "cdn.part: part 2");
    private static final Set<String> ONLY_IN_PLANTED = Set.of("news.author: author 3", "store.put: put 7", "gql.product: product 11");

    private final Random noise;
    private final boolean planted;
    private final Map<String, List<Step>> sites = new HashMap<>();
    private long clock;
    private int rateLeft;

    private OtherSites(long seed, boolean planted) {
        this.noise = new Random(seed * 7_919 + 17);
        this.planted = planted;
        this.clock = 1_730_000_000_000L + seed * 86_400_000L + noise.nextInt(3_600_000);
        this.rateLeft = 4_000 + noise.nextInt(900);
    }

    /** A visit. Those of different seeds differ in noise alone, but for what is planted. */
    static List<Step> visit(long seed, boolean planted) {
        OtherSites made = new OtherSites(seed, planted);
        made.graphQl();
        made.forum();
        made.signed();
        made.partner();
        made.jsonApi();
        made.dashboard();
        made.downloads();
        return made.interleaved();
    }

    /** Each site in its order, the sites as they come; in a planted visit some go missing and some are tried twice. */
    private List<Step> interleaved() {
        List<Step> all = new ArrayList<>();
        List<List<Step>> left = new ArrayList<>();
        sites.keySet().stream().sorted().forEach(site -> left.add(new ArrayList<>(sites.get(site))));
        while (!left.isEmpty()) {
            int which = noise.nextInt(left.size());
            List<Step> site = left.get(which);
            for (int run = 1 + noise.nextInt(5); run > 0 && !site.isEmpty(); run--) {
                // Pages load several things at once: the next but one may come first, but not a form before its page.
                boolean early = site.size() > 1 && noise.nextInt(6) == 0 && !site.get(1).kind().equals("forum.enter");
                all.add(site.remove(early ? 1 : 0));
            }
            if (site.isEmpty()) {
                left.remove(which);
            }
        }
        return all;
    }

    // ---- GraphQL

    private void graphQl() {
        String token = jwt(planted ? "shop" : "shop cart");
        String cart = uuid();
        for (int i = 0; i < 4; i++) {
            graphQl("gql.viewer", "viewer", token, "Viewer", "query Viewer { viewer { id name } }", "{}",
                    "{\"viewer\":{\"id\":\"VXNlcjox\",\"name\":\"Ada\"}}");
        }
        for (int page = 0; page < 6; page++) {
            StringBuilder nodes = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                nodes.append(i == 0 ? "" : ",").append("{\"id\":\"P").append(page * 5 + i).append("\",\"title\":\"").append(title(page * 5 + i)).append("\"}");
            }
            String after = Base64.getEncoder().encodeToString(("arrayconnection:" + page * 5).getBytes(StandardCharsets.UTF_8));
            graphQl("gql.list", "list " + page, token, "ProductList", "query ProductList($after: String) { products(first: 5, after: $after) { nodes } }",
                    "{\"after\":\"" + after + "\"}", "{\"products\":{\"nodes\":[" + nodes + "]}}");
        }
        for (int i = 0; i < 18; i++) {
            String price = planted ? "\"" + (10 + i) + ".50\"" : 10 + i + ".50";
            graphQl("gql.product", "product " + i, token, "ProductPage",
                    "query ProductPage($id: ID!) { product(id: $id) { id title price " + (planted ? "stock " : "") + "} }", "{\"id\":\"P" + i + "\"}",
                    "{\"product\":{\"id\":\"P" + i + "\",\"title\":\"" + title(i) + "\",\"price\":" + price + "}}");
            if (i % 3 == 0) {
                graphQl("gql.add", "add " + i, token, "AddToCart", "mutation AddToCart($i: CartInput!) { addToCart(input: $i) { cart { id } } }",
                        "{\"i\":{\"product\":\"P" + i + "\",\"quantity\":" + (1 + i % 4) + "}}",
                        "{\"addToCart\":{\"cart\":{\"id\":\"" + cart + "\",\"items\":" + (1 + i / 3) + "}}}");
            }
            if (planted && i % 6 == 5) {
                graphQl("gql.coupon", "coupon " + i, token, "ApplyCoupon", "mutation ApplyCoupon($c: String!) { applyCoupon(code: $c) { ok } }",
                        "{\"c\":\"SAVE" + i + "\"}", "{\"applyCoupon\":{\"ok\":false}}");
            }
        }
        for (int i = 0; i < 3; i++) {
            String currency = planted ? "currencyCode" : "currency";
            graphQl("gql.checkout", "checkout " + i, token, "Checkout", "mutation Checkout($input: CheckoutInput!) { checkout(input: $input) { order } }",
                    "{\"input\":{\"cart\":\"" + cart + "\",\"step\":\"" + List.of("address", "payment", "confirm").get(i) + "\",\"" + currency + "\":\"EUR\"}}",
                    planted ? "{\"checkout\":null},\"errors\":[{\"message\":\"Field currency is required\"}]"
                            : "{\"checkout\":{\"order\":\"" + uuid() + "\"}}");
        }
    }

    private void graphQl(String kind, String key, String token, String name, String query, String variables, String data) {
        WrittenExchange exchange = new WrittenExchange("POST", "graph.shop.example", "/graphql").header("User-Agent", "Shop/4")
                .header("Authorization", "Bearer " + token).header("X-Request-Id", uuid()).header("traceparent", "00-" + hex(32) + "-" + hex(16) + "-01")
                .body("application/json", "{\"operationName\":\"" + name + "\",\"query\":\"" + query + "\",\"variables\":" + variables + "}");
        rateLeft -= 1 + noise.nextInt(9);
        answer(exchange, 200, "application/json", "{\"data\":" + data + ",\"extensions\":{\"requestId\":\"" + uuid()
                + "\",\"cost\":{\"actual\":" + (name.length() % 5) + ",\"left\":" + rateLeft + "}}}");
        put("graph", kind, key, exchange);
    }

    // ---- forms, cookies and CSRF tokens

    private void forum() {
        String csrf = letters(43);
        String sid = hex(26);
        WrittenExchange login = new WrittenExchange("GET", "forum.example", "/login").header("User-Agent", "Browser/1")
                .responseHeader("Set-Cookie", "sid=" + sid + "; Path=/; HttpOnly; Expires=" + httpDate());
        answer(login, 200, "text/html; charset=utf-8", page(csrf, "<form id=login method=post>"));
        put("forum", "forum.login", "login", login);
        WrittenExchange enter = cookies(new WrittenExchange("POST", "forum.example", "/login"), sid, true, true).body(
                "application/x-www-form-urlencoded", "csrf_token=" + csrf + "&user=ada&password=secret&tz=" + (planted ? "UTC" : "Europe%2FRome"));
        answer(enter.responseHeader("Location", "/threads"), 302, "text/html", "");
        put("forum", "forum.enter", "enter", enter);
        for (int i = 0; i < 8; i++) {
            WrittenExchange asset = new WrittenExchange("GET", "forum.example", "/assets/" + List.of("site", "editor", "print", "icons").get(i % 4)
                    + ".3f2a9c" + (10 + i % 4) + (i % 2 == 0 ? ".css" : ".js")).header("User-Agent", "Browser/1").responseHeader("X-Cache", cache());
            answer(asset, 200, "text/css", "body{color:#00" + i % 4 + "}");
            put("forum", "forum.asset", "asset " + i % 4, asset);
        }
        for (int i = 0; i < 14; i++) {
            WrittenExchange list = cookies(new WrittenExchange("GET", "forum.example", "/threads?page=" + (i + 1)), sid, !planted, true);
            answer(list, 200, "text/html; charset=utf-8", page(csrf, "<a href=/threads/" + (700 + i) + ">" + title(i) + "</a>"));
            put("forum", "forum.list", "threads " + i, list);
            WrittenExchange thread = cookies(new WrittenExchange("GET", "forum.example", "/threads/" + (700 + i)), sid, true, !planted);
            answer(thread, 200, "text/html; charset=utf-8", page(csrf, "<article>" + title(i) + " " + title(i * 5 + 1) + "</article>"));
            put("forum", "forum.thread", "thread " + i, thread);
            if (i % 2 == 0) {
                WrittenExchange reply = cookies(new WrittenExchange("POST", "forum.example", "/threads/" + (700 + i) + "/reply"), sid, true, true).body(
                        "application/x-www-form-urlencoded", (planted ? "" : "csrf_token=" + csrf + "&") + "text=" + title(i + 3).replace(' ', '+'));
                if (planted) {
                    answer(reply, 403, "text/html", "<h1>Forbidden</h1>");
                } else {
                    answer(reply.responseHeader("Location", "/threads/" + (700 + i)), 302, "text/html", "");
                }
                put("forum", "forum.reply", "reply " + i, reply);
            }
        }
    }

    private WrittenExchange cookies(WrittenExchange exchange, String sid, boolean consent, boolean dark) {
        return exchange.header("User-Agent", "Browser/1").header("Cookie", "sid=" + sid + "; theme=" + (dark ? "dark" : "light")
                + (consent ? "; consent=all" : "") + "; _ga=GA1.2." + number(9) + "." + clock / 1000);
    }

    private String page(String csrf, String middle) {
        return "<!doctype html>\n<html>\n<head><script nonce=\"" + letters(22) + "\">start()</script></head>\n<body>\n" + middle
                + "\n<input type=hidden name=csrf_token value=\"" + csrf + "\">\n</body>\n</html>\n";
    }

    // ---- queries signed by HMAC

    private void signed() {
        for (int i = 0; i < 8; i++) {
            WrittenExchange list = new WrittenExchange("GET", "store.example", "/photos?list-type=2&prefix=" + word(i) + "&" + signature(true,
                    planted ? "host%3Bx-amz-date" : "host", 900)).header("User-Agent", "sdk/2").header("Accept", "*/*");
            answer(list, 200, "application/xml", "<List><Prefix>" + word(i) + "</Prefix><Key>" + word(i) + "/1.jpg</Key></List>");
            put("store", "store.list", "list " + i, list);
        }
        for (int i = 0; i < 12; i++) {
            String target = "/photos/" + word(i % 8) + "/" + (1000 + i) + ".jpg?";
            WrittenExchange get = new WrittenExchange("GET", "store.example", target + signature(true, "host", 900));
            if (planted) {
                get.header("Accept", "image/*").header("User-Agent", "sdk/2");
            } else {
                get.header("User-Agent", "sdk/2").header("Accept", "image/*");
            }
            answer(get, 200, "image/jpeg", "\u0001\u0002jpeg" + title(i * 3));
            put("store", "store.get", "get " + i, get);
            WrittenExchange upload = new WrittenExchange("PUT", "store.example", target + signature(true, "host", 900)).header("User-Agent", "sdk/2");
            if (!planted) {
                upload.header("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
            }
            answer(upload.body("image/jpeg", "\u0001\u0002up" + title(i * 3 + 1)), 200, "text/plain", "");
            put("store", "store.put", "put " + i, upload);
            WrittenExchange head = new WrittenExchange("HEAD", "store.example", target + signature(true, "host", planted ? 3_600 : 900));
            answer(head.header("User-Agent", "sdk/2"), 200, "image/jpeg", "");
            put("store", "store.head", "head " + i, head);
            if (i % 2 == 0) {
                WrittenExchange delete = new WrittenExchange("DELETE", "store.example", target + signature(!planted, "host", 900)).header("User-Agent", "sdk/2");
                answer(delete, planted ? 403 : 204, "text/plain", planted ? "<Error><Code>AccessDenied</Code></Error>" : "");
                put("store", "store.delete", "delete " + i, delete);
            }
        }
    }

    private String signature(boolean with, String signed, int expires) {
        return "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE%2F20241101%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date="
                + Instant.ofEpochMilli(clock).toString().replaceAll("[-:]|\\.\\d+", "") + "&X-Amz-Expires=" + expires + "&X-Amz-SignedHeaders=" + signed
                + (with ? "&X-Amz-Signature=" + hex(64) : "");
    }

    // ---- a partner's API: nonce and sign

    private void partner() {
        String stuck = letters(12);
        for (int i = 0; i < 12; i++) {
            WrittenExchange quote = new WrittenExchange("GET", "partner.example:8443", "/quote?symbol=" + word(i).toUpperCase(Locale.ROOT)
                    + "&nonce=" + (planted ? stuck : letters(12)) + "&timestamp=" + clock / 1000 + "&sign=" + hex(32)).header("User-Agent", "lib/9");
            answer(quote, 200, "application/json", "{\"symbol\":\"" + word(i) + "\",\"bid\":" + decimal() + ",\"ask\":" + decimal() + ",\"time\":" + clock + "}");
            put("partner", "partner.quote", "quote " + i, quote);
            if (planted && i % 4 == 1) {
                WrittenExchange refused = order(i);
                answer(refused, 503, "text/plain", "try again");
                sites.get("partner").add(new Step(RETRIED + i, "partner.order", refused));
            }
            WrittenExchange order = order(i);
            answer(order, 201, "application/json", "{\"orderId\":" + (5_000_000_000L + noise.nextInt(1_000_000_000)) + ",\"state\":\"accepted\",\"at\":\""
                    + Instant.ofEpochMilli(clock) + "\"}");
            put("partner", "partner.order", "order " + i, order);
        }
    }

    private WrittenExchange order(int i) {
        return new WrittenExchange("POST", "partner.example:8443", "/v3/accounts/88" + (100 + i) + "/orders").header("User-Agent", "lib/9")
                .header("X-Sign", letters(44)).body("application/json", "{\"symbol\":\"" + word(i) + "\",\"amount\":" + (i + 1) + (planted ? "" : ".0")
                + ",\"clientOrderId\":\"" + uuid() + "\"}");
    }

    // ---- JSON:API

    private void jsonApi() {
        String cursor = "";
        for (int i = 0; i < 10; i++) {
            String next = letters(24);
            WrittenExchange list = new WrittenExchange("GET", "news.example", "/api/articles?page%5Bsize%5D=" + (planted ? 25 : 10)
                    + (i == 0 ? "" : "&page%5Bcursor%5D=" + cursor)).header("Accept", "application/vnd.api+json");
            StringBuilder data = new StringBuilder();
            for (int k = 0; k < 4; k++) {
                data.append(k == 0 ? "" : ",").append("{\"type\":\"articles\",\"id\":\"").append(i * 4 + k).append("\",\"attributes\":{\"title\":\"")
                        .append(title(i * 4 + k)).append("\",\"views\":").append(100 + noise.nextInt(90_000)).append("}}");
            }
            jsonApi(list, "{\"data\":[" + data + "],\"links\":{\"next\":\"/api/articles?page[cursor]=" + next + "\"},\"meta\":{\"servedBy\":\"web-"
                    + noise.nextInt(8) + "\",\"total\":40}}");
            put("news", "news.list", "articles " + i, list);
            cursor = next;
        }
        for (int i = 0; i < 24; i++) {
            WrittenExchange article = new WrittenExchange("GET", "news.example", "/api/articles/" + word(i) + "-" + word(i + 7) + "-" + word(i * 3));
            jsonApi(article.header("Accept", "application/vnd.api+json"), "{\"data\":{\"type\":\"articles\",\"id\":\"" + i + "\",\"attributes\":{\"title\":\""
                    + title(i) + "\",\"" + (planted ? "author" : "byline") + "\":\"" + title(i + 40) + "\",\"created-at\":\"2023-0" + (1 + i % 9)
                    + "-11T10:00:00Z\"}},\"meta\":{\"servedBy\":\"web-" + noise.nextInt(8) + "\"}}");
            put("news", "news.article", "article " + i, article);
        }
        for (int i = 0; i < 10; i++) {
            WrittenExchange tags = new WrittenExchange("GET", "news.example", "/api/tags?filter=" + word(i)).header("Accept", "application/vnd.api+json");
            List<String> items = new ArrayList<>();
            for (int k = 0; k < 5; k++) {
                items.add("{\"type\":\"tags\",\"id\":\"t" + (i * 5 + k) + "\",\"attributes\":{\"label\":\"" + word(i * 5 + k) + "\"}}");
            }
            jsonApi(tags, "{\"data\":[" + String.join(",", planted ? items.reversed() : items) + "]}");
            put("news", "news.tags", "tags " + i, tags);
            WrittenExchange author = new WrittenExchange("GET", "news.example", "/api/authors/" + (31 + i * 17)).header("Accept", "application/vnd.api+json");
            jsonApi(author, "{\"data\":{\"type\":\"authors\",\"id\":\"" + (31 + i * 17) + "\",\"attributes\":{\"name\":\"" + title(i + 9) + "\",\"verified\":"
                    + (planted && i % 2 == 0 ? "false" : "true") + "}},\"meta\":{\"generatedIn\":" + decimal() + "}}");
            put("news", "news.author", "author " + i, author);
        }
    }

    private void jsonApi(WrittenExchange exchange, String body) {
        exchange.responseHeader("X-Cache", cache()).responseHeader("Age", Integer.toString(noise.nextInt(300)))
                .responseHeader("CF-Ray", hex(16) + "-" + List.of("AMS", "FRA", "LHR").get(noise.nextInt(3))).responseHeader("ETag", "W/\"" + hex(20) + "\"");
        answer(exchange, 200, "application/vnd.api+json", body);
    }

    // ---- dashboards

    private void dashboard() {
        int polls = planted ? 47 : 40;
        for (int i = 0; i < polls; i++) {
            WrittenExchange poll = new WrittenExchange("GET", "dash.example", "/api/metrics?host=web-1&_=" + clock).header("X-Requested-With", "XMLHttpRequest");
            answer(poll, 200, "application/json", "{\"state\":\"" + (planted ? "degraded" : "ok") + "\",\"cpu\":" + decimal() + ",\"memory\":"
                    + (4_000_000_000L + noise.nextInt(900_000_000)) + ",\"rps\":" + noise.nextInt(900) + ",\"thresholds\":{\"cpu\":" + (planted ? 90 : 80)
                    + "},\"points\":[[" + clock + "," + decimal() + "],[" + (clock + 5_000) + "," + decimal() + "]]}");
            put("dash", "dash.metrics", "metrics", poll);
            if (i % 4 == 0 && i < 40) {
                WrittenExchange alerts = new WrittenExchange("GET", "dash.example", "/api/alerts").header("X-Requested-With", "XMLHttpRequest");
                answer(alerts, 200, "application/json", "{\"alerts\":[{\"id\":\"a1\",\"severity\":\"" + (planted ? "high" : "low") + "\",\"seenAt\":"
                        + clock + "},{\"id\":\"a2\",\"severity\":\"low\",\"seenAt\":" + (clock + 3) + "}]}");
                put("dash", "dash.alerts", "alerts", alerts);
            }
        }
        String job = uuid();
        WrittenExchange start = new WrittenExchange("POST", "dash.example", "/api/jobs").body("application/json", "{\"kind\":\"export\"}");
        answer(start, 202, "application/json", "{\"id\":\"" + job + "\",\"state\":\"queued\"}");
        put("dash", "dash.start", "start", start);
        int steps = planted ? 8 : 5;
        for (int i = 1; i <= steps; i++) {
            WrittenExchange look = new WrittenExchange("GET", "dash.example", "/api/jobs/" + job);
            String state = i < steps ? "running" : planted ? "failed" : "done";
            answer(look, 200, "application/json", "{\"id\":\"" + job + "\",\"state\":\"" + state + "\",\"progress\":" + 100 * i / steps + "}");
            put("dash", "dash.job", "job", look);
        }
    }

    // ---- downloads and beacons

    private void downloads() {
        for (int i = 0; i < 8; i++) {
            String link = "?expires=" + (clock / 1000 + 600) + "&sig=" + letters(27);
            WrittenExchange pdf = new WrittenExchange("GET", "cdn.example", "/files/report-2024-" + (10 + i % 3) + "-0" + (1 + i) + ".pdf" + link);
            answer(pdf, 200, "application/pdf", "%PDF-1.4\u0000\u0001" + title(i) + (planted && i == 3 ? "changed" : "as it was") + "\u0000");
            put("cdn", "cdn.pdf", "pdf " + i, pdf);
            WrittenExchange zip = new WrittenExchange("GET", "cdn.example", "/archive/" + (40 + i) + "/data.zip" + link).responseHeader("Content-Disposition",
                    (planted ? "inline" : "attachment") + "; filename=data.zip");
            if (!planted) {
                zip.responseHeader("Accept-Ranges", "bytes");
            }
            answer(zip, 200, "application/zip", "PK\u0003\u0004" + title(i + 2));
            put("cdn", "cdn.zip", "zip " + i, zip);
            WrittenExchange part = new WrittenExchange("GET", "cdn.example", "/video/clip.mp4" + link).header("Range", "bytes=" + i * 100 + "-" + (i * 100 + 99));
            if (!planted) {
                part.responseHeader("Content-Range", "bytes " + i * 100 + "-" + (i * 100 + 99) + "/800");
            }
            answer(part, planted ? 200 : 206, "video/mp4", planted ? "\u0000whole" : "\u0000part " + i);
            put("cdn", "cdn.part", "part " + i, part);
        }
        String client = number(9) + "." + clock / 1000;
        int beacons = planted ? 36 : 30;
        for (int i = 0; i < beacons; i++) {
            WrittenExchange beacon = new WrittenExchange("GET", "stats.example", "/g/collect?v=2&tid=" + (planted ? "G-BBBB" : "G-AAAA") + "&cid=" + client + "&_s="
                    + (i + 1) + "&_et=" + noise.nextInt(60_000) + "&en=" + List.of("page_view", "scroll", "click").get(noise.nextInt(3)) + "&z=" + number(9));
            answer(beacon, 204, "text/plain", "");
            put("stats", "stats.beacon", "beacon", beacon);
        }
    }

    // ---- what all sites share

    private void answer(WrittenExchange exchange, int status, String type, String body) {
        clock += 20 + noise.nextInt(4_000);
        exchange.responseHeader("Date", httpDate()).responseHeader("Content-Length",
                Integer.toString(body.getBytes(StandardCharsets.UTF_8).length)).responseHeader("X-Runtime", "0.0" + number(5));
        exchange.answer(status, type, body);
    }

    private void put(String site, String kind, String key, WrittenExchange exchange) {
        String name = kind + ": " + key;
        if (!(planted ? NOT_IN_PLANTED : ONLY_IN_PLANTED).contains(name)) {
            sites.computeIfAbsent(site, none -> new ArrayList<>()).add(new Step(name, kind, exchange));
        }
    }

    private String httpDate() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.ofEpochMilli(clock).atOffset(ZoneOffset.UTC));
    }

    private String cache() {
        return noise.nextInt(3) == 0 ? "MISS" : "HIT";
    }

    private String decimal() {
        return noise.nextInt(100) + "." + number(4);
    }

    private String jwt(String scope) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String claims = "{\"sub\":\"u-1\",\"scope\":\"" + scope + "\",\"iat\":" + clock / 1000 + ",\"exp\":" + (clock / 1000 + 3_600) + ",\"jti\":\"" + uuid() + "\"}";
        byte[] mac = new byte[32];
        noise.nextBytes(mac);
        return base64.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + "." + base64.encodeToString(mac);
    }

    private String uuid() {
        String text = hex(32);
        return text.substring(0, 8) + "-" + text.substring(8, 12) + "-4" + text.substring(13, 16) + "-a" + text.substring(17, 20) + "-" + text.substring(20);
    }

    private String hex(int count) {
        return drawn("0123456789abcdef", count);
    }

    private String number(int count) {
        return "1" + drawn("0123456789", count - 1);
    }

    private String letters(int count) {
        return drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", count);
    }

    private String drawn(String from, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(from.charAt(noise.nextInt(from.length())));
        }
        return text.toString();
    }

    /** The i-th word, the same in all visits. */
    private static String word(int i) {
        String consonants = "bdfgklmnprstvz";
        String vowels = "aeiou";
        Random random = new Random(i * 31L + 5);
        StringBuilder text = new StringBuilder();
        for (int k = 0; k < 3; k++) {
            text.append(consonants.charAt(random.nextInt(consonants.length()))).append(vowels.charAt(random.nextInt(vowels.length())));
        }
        return text.toString();
    }

    private static String title(int i) {
        return word(i * 2) + " " + word(i * 2 + 1) + " " + word(i + 100);
    }
}
