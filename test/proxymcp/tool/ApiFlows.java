package proxymcp.tool;

import static proxymcp.tool.FlowApp.between;
import static proxymcp.tool.FlowApp.challenge;
import static proxymcp.tool.FlowApp.coded;
import static proxymcp.tool.FlowApp.hmac;
import static proxymcp.tool.FlowApp.member;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Flows of interfaces that programs call. */
final class ApiFlows {
    private ApiFlows() {}

    static List<Flow> all() {
        return List.of(
                new Flow("oauth pkce", List.of("localhost", "127.0.0.1"), OAuth::new, ApiFlows::oauth, Map.of("user", "dagmar"), "me is carol", "me is dagmar"),
                new Flow("jwt refresh", List.of("127.0.0.1"), urls -> new Jwt(), ApiFlows::jwt, Map.of("email", "egon@example.net"), "3 for dora@example.org",
                        "3 for egon@example.net"),
                new Flow("cursor", List.of("127.0.0.1"), urls -> new Pages(), ApiFlows::cursor, Map.of(), "bought", "bought"),
                new Flow("hmac query", List.of("127.0.0.1"), urls -> new Signed(), ApiFlows::signed, Map.of("name", "robot eight"), "3 for robot seven", "3 for robot eight"),
                new Flow("graphql", List.of("127.0.0.1"), urls -> new GraphQl(), ApiFlows::graphQl, Map.of("text", "other \"words\""), "erin: thanks a lot",
                        "erin: other \\\"words\\\""),
                new Flow("ticket", List.of("127.0.0.1"), urls -> new Ticket(), ApiFlows::ticket, Map.of(), "joined", "joined"));
    }

    /** The client makes state and verifier; the code comes in a redirect; the token is for the other server. */
    private static final class OAuth extends FlowApp {
        private final List<String> urls;
        private final String login = token(20);
        private final String code = token(30);
        private final String access = token(48);
        /** Of all starts: a state and a challenge are good once. */
        private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();
        private String state = "";
        private String challenge = "";
        private String user = "";

        OAuth(List<String> urls) {
            this.urls = urls;
        }

        @Override
        Reply answer(Call call) {
            if (call.is("GET /authorize") && call.query("code_challenge_method").equals("S256") && SEEN.add(call.query("state"))
                    && SEEN.add(call.query("code_challenge"))) {
                state = call.query("state");
                challenge = call.query("code_challenge");
                return Reply.redirect(urls.get(1) + "/login?challenge=" + login);
            }
            if (call.path().equals("/login") && call.query("challenge").equals(login)) {
                user = call.form("user");
                return call.method().equals("GET") ? Reply.html("<form><input name=\"user\"></form>")
                        : Reply.redirect(urls.get(0) + "/cb?code=" + code + "&state=" + state);
            }
            if (call.is("GET /cb") && call.query("code").equals(code) && call.query("state").equals(state)) {
                return Reply.html("<p>one moment</p>");
            }
            if (call.is("POST /token") && call.form("code").equals(code) && challenge(call.form("code_verifier")).equals(challenge)
                    && call.form("redirect_uri").equals(urls.get(0) + "/cb")) {
                return Reply.json("{\"access_token\":\"" + access + "\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
            }
            if (call.is("GET /me") && call.field("Authorization").equals("Bearer " + access)) {
                finished.add("me is " + user);
                return Reply.json("{\"name\":\"" + user + "\",\"code\":\"" + code + "\"}");
            }
            return refuse(call, "oauth");
        }
    }

    private static String made(int chars) {
        StringBuilder text = new StringBuilder();
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < chars; i++) {
            text.append("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".charAt(random.nextInt(62)));
        }
        return text.toString();
    }

    private static void oauth(FlowClient client, List<String> urls) throws Exception {
        String idp = urls.get(1);
        String state = made(24);
        String verifier = made(64);
        String redirect = coded(urls.get(0) + "/cb");
        FlowClient.Answer authorize = client.get(idp + "/authorize?response_type=code&client_id=web-app-01&redirect_uri=" + redirect + "&state=" + state
                + "&code_challenge=" + challenge(verifier) + "&code_challenge_method=S256");
        FlowClient.Answer form = client.get(authorize.location());
        FlowClient.Answer post = client.form(authorize.location(), "user=carol&password=s3cret-word");
        FlowClient.Answer back = client.get(post.location());
        FlowClient.Answer token = client.form(idp + "/token", "grant_type=authorization_code&client_id=web-app-01&code=" + between(post.location(), "code=", "&")
                + "&redirect_uri=" + redirect + "&code_verifier=" + verifier);
        FlowClient.Answer me = client.get(urls.get(0) + "/me", "Authorization: Bearer " + member(token.body(), "access_token"));
        client.edge(authorize, form, "request.query.challenge");
        client.edge(authorize, post, "request.query.challenge");
        client.edge(post, back, "request.query.code");
        client.edge(post, token, "request.form.code");
        client.edge(token, me, "request.header.authorization");
    }

    /** A token is good for two requests, then 401, and a new one is got with another token, which is then void. */
    private static final class Jwt extends FlowApp {
        private final String key = token(32);
        private String access = "";
        private String refresh = "";
        private String mail = "";
        private int uses;
        private int renewals;

        @Override
        Reply answer(Call call) {
            if (call.is("POST /auth/login") && !member(call.body(), "password").isEmpty()) {
                mail = member(call.body(), "email");
                return tokens();
            }
            if (call.is("POST /auth/refresh")) {
                renewals++;
                return member(call.body(), "refresh_token").equals(refresh) ? tokens() : refuse(call, "refresh");
            }
            if (!call.field("Authorization").equals("Bearer " + access)) {
                return refuse(call, "token");
            }
            if (++uses > 2) {
                return new Reply(401, "application/json", "{\"error\":\"expired\",\"token\":\"" + access + "\"}", List.of());
            }
            if (renewals == 1) {
                finished.add("3 for " + mail);
            }
            return Reply.json("{\"items\":[1,2,3],\"page\":1,\"lang\":\"en\"}");
        }

        private Reply tokens() {
            Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
            String signed = encoder.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8)) + "."
                    + encoder.encodeToString(("{\"sub\":\"" + mail + "\",\"jti\":\"" + hex(6) + "\",\"n\":1}").getBytes(StandardCharsets.UTF_8));
            access = signed + "." + encoder.encodeToString(hmac(key, signed));
            refresh = token(44);
            uses = 0;
            return Reply.json("{\"access_token\":\"" + access + "\",\"refresh_token\":\"" + refresh + "\",\"expires_in\":1}");
        }
    }

    private static void jwt(FlowClient client, List<String> urls) throws Exception {
        String url = urls.get(0);
        FlowClient.Answer login = client.json(url + "/auth/login", "{\"email\":\"dora@example.org\",\"password\":\"pa55-Word\",\"device\":1}");
        for (String target : List.of("/v1/profile", "/v1/data?kind=open", "/v1/history")) {
            client.edge(login, client.get(url + target, "Authorization: Bearer " + member(login.body(), "access_token")), "request.header.authorization");
        }
        FlowClient.Answer renewed = client.json(url + "/auth/refresh", "{\"refresh_token\":\"" + member(login.body(), "refresh_token") + "\",\"device\":1}");
        FlowClient.Answer last = client.get(url + "/v1/history", "Authorization: Bearer " + member(renewed.body(), "access_token"));
        client.edge(login, renewed, "request.json.$.refresh_token");
        client.edge(renewed, last, "request.header.authorization");
    }

    /** Pages that lead to each other, another number of them each time; twice-escaped; then an item of one of them. */
    private static final class Pages extends FlowApp {
        private static int starts;
        private final List<String> cursors = new ArrayList<>();
        private final Set<String> items = new HashSet<>();
        private int next;

        Pages() {
            int pages = starts++ % 2 == 0 ? 4 : 6;
            for (int i = 1; i < pages; i++) {
                cursors.add(base64(15));
            }
        }

        @Override
        Reply answer(Call call) {
            if (call.is("GET /v2/items") && call.query("limit").equals("20")) {
                String cursor = URLDecoder.decode(call.query("cursor"), StandardCharsets.UTF_8);
                if (!cursor.equals(next == 0 ? "" : cursors.get(next - 1))) {
                    return refuse(call, "cursor");
                }
                String item = "prod-" + number(100_000, 999_999);
                items.add(item);
                String following = next == cursors.size() ? "null" : "\"" + cursors.get(next++) + "\"";
                return Reply.json("{\"items\":[{\"id\":\"" + item + "\",\"kind\":\"book\"},{\"id\":\"prod-" + number(100_000, 999_999)
                        + "\",\"kind\":\"book\"}],\"next_cursor\":" + following + "}");
            }
            String wanted = call.method().equals("GET") ? call.path().replace("/v2/items/", "") : member(call.body(), "item_id");
            if (!items.contains(wanted)) {
                return refuse(call, "item");
            }
            if (call.is("POST /v2/cart") && next == cursors.size() && member(call.body(), "quantity").equals("20")) {
                finished.add("bought");
                return new Reply(201, "application/json", "{\"id\":\"" + wanted + "\"}", List.of());
            }
            return call.method().equals("GET") ? Reply.json("{\"id\":\"" + wanted + "\",\"kind\":\"book\",\"lang\":\"en\"}") : refuse(call, "cart");
        }
    }

    private static void cursor(FlowClient client, List<String> urls) throws Exception {
        String url = urls.get(0) + "/v2/";
        FlowClient.Answer before = client.get(url + "items?limit=20");
        FlowClient.Answer third = before;
        for (int page = 2; !before.body().contains("\"next_cursor\":null"); page++) {
            FlowClient.Answer answer = client.get(url + "items?limit=20&cursor=" + coded(coded(member(before.body(), "next_cursor"))));
            client.edge(before, answer, "request.query.cursor");
            third = page == 3 ? answer : third;
            before = answer;
        }
        String item = member(third.body(), "id");
        FlowClient.Answer detail = client.get(url + "items/" + item);
        FlowClient.Answer buy = client.json(url + "cart", "{\"item_id\":\"" + item + "\",\"quantity\":20}");
        client.edge(third, detail, "request.path.3");
        client.edge(third, buy, "request.json.$.item_id");
    }

    /** Each request is signed with a secret that an answer gave, and no time before the newest is taken. */
    private static final class Signed extends FlowApp {
        private final String key = token(20);
        private final String secret = token(40);
        /** Of all starts: times that came before are refused. */
        private static final AtomicLong NEWEST = new AtomicLong();
        private int prices;
        private String name = "";

        @Override
        Reply answer(Call call) {
            if (call.is("POST /keys")) {
                name = member(call.body(), "name");
                return new Reply(201, "application/json", "{\"api_key\":\"" + key + "\",\"api_secret\":\"" + secret + "\",\"weight\":1200}", List.of());
            }
            String target = call.target();
            int cut = target.indexOf("&signature=");
            String signed = cut < 0 ? "" : call.method() + "\n" + call.path() + "\n" + target.substring(target.indexOf('?') + 1, cut);
            long time = Long.parseLong("0" + call.query("timestamp"));
            boolean now = Math.abs(time - System.currentTimeMillis()) < 60_000 && NEWEST.getAndAccumulate(time, Math::max) <= time;
            if (!now || !call.query("apikey").equals(key) || !call.query("signature").equals(HexFormat.of().formatHex(hmac(secret, signed)))) {
                return refuse(call, "signature");
            }
            if (++prices == 3) {
                finished.add("3 for " + name);
            }
            return Reply.json("{\"symbol\":\"BTCUSD\",\"price\":\"64123.5\",\"open\":true}");
        }
    }

    private static void signed(FlowClient client, List<String> urls) throws Exception {
        FlowClient.Answer keys = client.json(urls.get(0) + "/keys", "{\"plan\":\"basic\",\"name\":\"robot seven\"}");
        for (String symbol : List.of("BTCUSD", "ETHUSD", "XRPUSD")) {
            String query = "apikey=" + member(keys.body(), "api_key") + "&symbol=" + symbol + "&timestamp=" + System.currentTimeMillis();
            String signature = HexFormat.of().formatHex(hmac(member(keys.body(), "api_secret"), "GET\n/v3/price\n" + query));
            FlowClient.Answer price = client.get(urls.get(0) + "/v3/price?" + query + "&signature=" + signature);
            client.edge(keys, price, "request.query.apikey");
            client.edge(keys, price, "request.query.signature");
        }
    }

    /** One path for all; ids of nodes; short words everywhere. */
    private static final class GraphQl extends FlowApp {
        private final String token = token(36);
        private final String repository = "R_" + token(18);
        private final String issue = Integer.toString(number(10_000, 99_999));
        private String user = "";

        @Override
        Reply answer(Call call) {
            String operation = member(call.body(), "operationName");
            if (operation.equals("Login")) {
                user = member(call.body(), "u");
                return Reply.json("{\"data\":{\"login\":{\"token\":\"" + token + "\",\"ok\":true}}}");
            }
            if (!call.field("Authorization").equals("token " + token)) {
                return refuse(call, "token");
            }
            if (operation.equals("Repos")) {
                return Reply.json("{\"data\":{\"viewer\":{\"name\":\"erin\",\"repos\":[{\"id\":\"" + repository + "\",\"name\":\"main\"}]}}}");
            }
            if (operation.equals("Issues") && member(call.body(), "id").equals(repository)) {
                return Reply.json("{\"data\":{\"node\":{\"id\":\"" + repository + "\",\"issues\":[{\"number\":" + issue + ",\"title\":\"first one\"}]}}}");
            }
            if (operation.equals("Comment") && member(call.body(), "repositoryId").equals(repository) && member(call.body(), "number").equals(issue)) {
                finished.add(user + ": " + between(call.body(), "\"text\":\"", "\"}"));
                return Reply.json("{\"data\":{\"comment\":{\"ok\":true}}}");
            }
            return refuse(call, "variables");
        }
    }

    private static FlowClient.Answer query(FlowClient client, String url, String operation, String query, String variables, String... fields) throws Exception {
        return client.json(url + "/graphql", "{\"operationName\":\"" + operation + "\",\"query\":\"" + query + "\",\"variables\":" + variables + "}", fields);
    }

    private static void graphQl(FlowClient client, List<String> urls) throws Exception {
        String url = urls.get(0);
        FlowClient.Answer login = query(client, url, "Login", "mutation Login($u:String!){login(user:$u){token}}", "{\"u\":\"erin\"}");
        String field = "Authorization: token " + member(login.body(), "token");
        FlowClient.Answer list = query(client, url, "Repos", "query Repos{viewer{repos{id name}}}", "{\"lang\":\"en\",\"first\":10}", field);
        String repository = member(list.body(), "id");
        FlowClient.Answer issues = query(client, url, "Issues", "query Issues($id:ID!){node(id:$id){issues{number}}}",
                "{\"id\":\"" + repository + "\",\"first\":10}", field);
        FlowClient.Answer comment = query(client, url, "Comment", "mutation Comment($r:ID!,$number:Int!){comment(r:$r){ok}}",
                "{\"repositoryId\":\"" + repository + "\",\"number\":" + member(issues.body(), "number") + ",\"text\":\"thanks a lot\"}", field);
        client.edge(login, list, "request.header.authorization");
        client.edge(login, issues, "request.header.authorization");
        client.edge(login, comment, "request.header.authorization");
        client.edge(list, issues, "request.json.$.variables.id");
        client.edge(list, comment, "request.json.$.variables.repositoryId");
        client.edge(issues, comment, "request.json.$.variables.number");
    }

    /** A page's script holds a key; with it a ticket is bought that opens a WebSocket once; events name a channel. */
    private static final class Ticket extends FlowApp {
        private final String key = hex(16);
        private final String ticket = uuid();
        private final String channel = "ch_" + token(14);
        private boolean opened;

        @Override
        Reply answer(Call call) {
            if (call.is("GET /live")) {
                return Reply.html("<script>window.CONFIG = {\"apiKey\":\"" + key + "\", \"lang\":\"en\", \"debug\":true};</script>");
            }
            if (call.is("GET /ws") && call.query("ticket").equals(ticket.toUpperCase(Locale.ROOT)) && !opened) {
                opened = true;
                return Reply.upgrade();
            }
            if (!call.field("X-Api-Key").equals(key)) {
                return refuse(call, "key");
            }
            if (call.is("POST /ws/ticket")) {
                return Reply.json("{\"ticket\":\"" + ticket + "\",\"ttl\":30}");
            }
            if (call.is("GET /events")) {
                return new Reply(200, "text/event-stream", "event: hello\ndata: {\"channel\":\"" + channel + "\",\"lang\":\"en\"}\n\nevent: tick\ndata: {\"n\":1}\n\n", List.of());
            }
            if (call.is("POST /channels/" + channel + "/join") && opened) {
                finished.add("joined");
                return Reply.json("{\"channel\":\"" + channel + "\",\"ticket\":\"" + ticket + "\"}");
            }
            return refuse(call, "unknown");
        }
    }

    private static void ticket(FlowClient client, List<String> urls) throws Exception {
        String url = urls.get(0);
        FlowClient.Answer page = client.get(url + "/live");
        String field = "X-Api-Key: " + member(page.body(), "apiKey");
        FlowClient.Answer buy = client.json(url + "/ws/ticket", "{\"scope\":\"live\"}", field);
        FlowClient.Answer events = client.get(url + "/events", field);
        FlowClient.Answer open = client.webSocket(url + "/ws?ticket=" + member(buy.body(), "ticket").toUpperCase(Locale.ROOT) + "&lang=en");
        FlowClient.Answer join = client.json(url + "/channels/" + member(events.body(), "channel") + "/join", "{\"lang\":\"en\"}", field);
        client.edge(page, buy, "request.header.x-api-key");
        client.edge(page, events, "request.header.x-api-key");
        client.edge(page, join, "request.header.x-api-key");
        client.edge(buy, open, "request.query.ticket");
        client.edge(events, join, "request.path.2");
    }
}
