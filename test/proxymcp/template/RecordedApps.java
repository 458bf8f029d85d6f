package proxymcp.template;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import proxymcp.diff.WrittenExchange;

/** Ten little applications as somebody recorded them, each with what is treacherous about its kind. */
final class RecordedApps {
    private static final long STARTED_MILLIS = 1_760_000_000_000L + 86_400_000L;

    private RecordedApps() {}

    static Map<String, RecordedApp> all(long seed) throws GeneralSecurityException {
        Map<String, RecordedApp> all = new LinkedHashMap<>();
        all.put("csrf form", csrfForm(seed));
        all.put("cookie session", cookieSession(seed));
        all.put("oauth pkce", oauth(seed));
        all.put("jwt refresh", jwtRefresh(seed));
        all.put("cursor", cursor(seed));
        all.put("hmac query", hmac(seed));
        all.put("graphql", graphQl(seed));
        all.put("sso", sso(seed));
        all.put("view state", viewState(seed));
        all.put("ticket", ticket(seed));
        return all;
    }

    static String coded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** A token in a hidden field and in a meta tag; the name of the user comes back in every page; {@code en} and {@code true} are everywhere. */
    private static RecordedApp csrfForm(long seed) {
        RecordedApp app = new RecordedApp("shop.example", seed);
        String csrf = app.base64(24);
        String sid = app.token(32);
        String next = app.token(40);
        String order = Integer.toString(app.number(100_000, 999_999));
        int page = app.add(app.request("GET", "/login?lang=en").responseHeader("Set-Cookie", "sid=" + sid + "; Path=/; HttpOnly").answer(200, "text/html",
                "<html lang=\"en\"><form action=\"/login\"><input type=\"hidden\" name=\"csrf_token\" value=\"" + csrf.replace("+", "&#43;")
                        + "\"><input name=\"username\"><input name=\"remember\" value=\"true\"></form></html>"));
        app.add(app.request("GET", "/static/app.css").answer(200, "text/css", "body{color:#123456}"));
        int login = app.add(app.request("POST", "/login").header("Cookie", "sid=" + sid)
                .body("application/x-www-form-urlencoded", "username=alice77&password=Tr0ub4dor&remember=true&lang=en&csrf_token=" + coded(csrf))
                .answer(302, "text/html", "").responseHeader("Location", "/account"));
        int account = app.add(app.request("GET", "/account").header("Cookie", "sid=" + sid).answer(200, "text/html",
                "<html><head><meta name=\"csrf-token\" content=\"" + next + "\"></head><body>alice77 <a href=\"/orders/" + order + "\">order</a></body></html>"));
        int detail = app.add(app.request("GET", "/orders/" + order).header("Cookie", "sid=" + sid).answer(200, "application/json",
                "{\"id\":" + order + ",\"user\":\"alice77\",\"lang\":\"en\",\"open\":true,\"count\":1}"));
        int pay = app.add(app.request("POST", "/orders/" + order + "/pay").header("Cookie", "sid=" + sid).header("X-CSRF-Token", next)
                .body("application/json", "{\"user\":\"alice77\",\"amount\":1,\"open\":true}").answer(200, "application/json", "{\"ok\":true}"));
        app.edge(page, login, "request.cookie.sid");
        app.edge(page, login, "request.form.csrf_token");
        app.edge(page, account, "request.cookie.sid");
        app.edge(page, detail, "request.cookie.sid");
        app.edge(page, pay, "request.cookie.sid");
        app.edge(account, detail, "request.path.2");
        app.edge(account, pay, "request.path.2");
        app.edge(account, pay, "request.header.x-csrf-token");
        return app;
    }

    /** The session's cookie is set anew by each answer; another cookie is doubled in a field, escaped in one and not in the other. */
    private static RecordedApp cookieSession(long seed) {
        RecordedApp app = new RecordedApp("app.example", seed);
        String xsrf = app.base64(18);
        int[] seqs = new int[5];
        String session = app.token(26);
        for (int i = 0; i < 5; i++) {
            String before = session;
            session = app.token(26);
            var request = i == 0 ? app.request("POST", "/api/session").body("application/json", "{\"user\":\"bob@example.org\",\"password\":\"hunter2!\"}")
                    : app.request(i == 4 ? "POST" : "GET", "/api/items").header("Cookie", "theme=dark; session=" + before + "; XSRF-TOKEN=" + coded(xsrf))
                            .header("X-XSRF-TOKEN", xsrf);
            request.responseHeader("Set-Cookie", "session=" + session + "; Path=/");
            if (i == 0) {
                request.responseHeader("Set-Cookie", "XSRF-TOKEN=" + coded(xsrf) + "; Path=/");
            }
            seqs[i] = app.add(request.answer(200, "application/json", "{\"status\":\"active\",\"mail\":\"bob@example.org\",\"page\":" + (i + 1) + "}"));
            if (i > 0) {
                app.edge(seqs[i - 1], seqs[i], "request.cookie.session");
                app.edge(seqs[0], seqs[i], "request.cookie.XSRF-TOKEN");
                app.edge(seqs[0], seqs[i], "request.header.x-xsrf-token");
            }
        }
        return app;
    }

    /** The client makes state and verifier; the code comes in a redirect; the token is for another host. */
    private static RecordedApp oauth(long seed) throws GeneralSecurityException {
        RecordedApp app = new RecordedApp("client.example", seed);
        String state = app.token(24);
        String verifier = app.token(64);
        String challenge = Base64.getUrlEncoder().withoutPadding().encodeToString(MessageDigest.getInstance("SHA-256")
                .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        String login = app.token(20);
        String code = app.token(30);
        String token = app.token(48);
        String idp = "id.example";
        String redirect = coded("https://client.example/cb");
        int authorize = app.add(app.request("GET", idp, "/authorize?response_type=code&client_id=web-app-01&redirect_uri=" + redirect + "&state=" + state
                + "&code_challenge=" + challenge + "&code_challenge_method=S256").answer(302, "text/html", "")
                .responseHeader("Location", "https://id.example/login?challenge=" + login));
        int form = app.add(app.request("GET", idp, "/login?challenge=" + login).answer(200, "text/html", "<form><input name=\"user\"></form>"));
        int post = app.add(app.request("POST", idp, "/login?challenge=" + login).body("application/x-www-form-urlencoded", "user=carol&password=s3cret-word")
                .answer(302, "text/html", "").responseHeader("Location", "https://client.example/cb?code=" + code + "&state=" + state));
        app.add(app.request("GET", "/cb?code=" + code + "&state=" + state).answer(200, "text/html", "<p>one moment</p>"));
        int exchange = app.add(app.request("POST", idp, "/token").body("application/x-www-form-urlencoded", "grant_type=authorization_code&client_id=web-app-01&code="
                + code + "&redirect_uri=" + redirect + "&code_verifier=" + verifier)
                .answer(200, "application/json", "{\"access_token\":\"" + token + "\",\"token_type\":\"Bearer\",\"expires_in\":3600}"));
        int me = app.add(app.request("GET", "api.example", "/me").header("Authorization", "Bearer " + token).answer(200, "application/json", "{\"name\":\"carol\"}"));
        app.edge(authorize, form, "request.query.challenge");
        app.edge(authorize, post, "request.query.challenge");
        app.edge(post, post + 1, "request.query.code");
        app.edge(post, exchange, "request.form.code");
        app.edge(exchange, me, "request.header.authorization");
        return app;
    }

    /** Tokens are renewed twice; the same number is in tokens and answers; an answer holds a token before it is used, another one after. */
    private static RecordedApp jwtRefresh(long seed) {
        RecordedApp app = new RecordedApp("api.jwt.example", seed);
        String access = app.jwt("u-1", 1);
        String refresh = app.token(44);
        int source = app.add(app.request("POST", "/auth/login").body("application/json", "{\"email\":\"dora@example.org\",\"password\":\"pa55-Word\",\"device\":1}")
                .answer(200, "application/json", "{\"access_token\":\"" + access + "\",\"refresh_token\":\"" + refresh + "\",\"expires_in\":1}"));
        for (int round = 0; round < 2; round++) {
            int list = app.add(app.request("GET", "/v1/data?page=1").header("Authorization", "Bearer " + access)
                    .answer(200, "application/json", "{\"items\":[1,2,3],\"page\":1}"));
            app.edge(source, list, "request.header.authorization");
            int refused = app.add(app.request("GET", "/v1/data?page=2").header("Authorization", "Bearer " + access).answer(401, "application/json",
                    "{\"error\":\"expired\",\"token\":\"" + access + "\"}"));
            app.edge(source, refused, "request.header.authorization");
            access = app.jwt("u-1", round + 2);
            String next = app.token(44);
            int renewed = app.add(app.request("POST", "/auth/refresh").body("application/json", "{\"refresh_token\":\"" + refresh + "\",\"device\":1}")
                    .answer(200, "application/json", "{\"access_token\":\"" + access + "\",\"refresh_token\":\"" + next + "\",\"expires_in\":1}"));
            app.edge(source, renewed, "request.json.$.refresh_token");
            refresh = next;
            source = renewed;
        }
        int last = app.add(app.request("GET", "/v1/data?page=2").header("Authorization", "Bearer " + access).answer(200, "application/json", "{\"items\":[4]}"));
        app.edge(source, last, "request.header.authorization");
        return app;
    }

    /** Pages that lead to each other, twice-escaped, then an item of one of them. */
    private static RecordedApp cursor(long seed) {
        RecordedApp app = new RecordedApp("list.example", seed);
        String cursor = "";
        int before = 0;
        String item = "";
        int itemFrom = 0;
        for (int page = 0; page < 4; page++) {
            String target = "/v2/items?limit=20" + (page == 0 ? "" : "&cursor=" + coded(coded(cursor)));
            String next = app.base64(15);
            String own = "prod-" + app.number(100_000, 999_999);
            int seq = app.add(app.request("GET", target).answer(200, "application/json", "{\"items\":[{\"id\":\"" + own + "\",\"kind\":\"book\"},{\"id\":\"prod-"
                    + app.number(100_000, 999_999) + "\",\"kind\":\"book\"}],\"next_cursor\":" + (page == 3 ? "null" : "\"" + next + "\"") + "}"));
            if (page > 0) {
                app.edge(before, seq, "request.query.cursor");
            }
            if (page == 2) {
                item = own;
                itemFrom = seq;
            }
            before = seq;
            cursor = next;
        }
        int detail = app.add(app.request("GET", "/v2/items/" + item).answer(200, "application/json", "{\"id\":\"" + item + "\",\"kind\":\"book\"}"));
        int buy = app.add(app.request("POST", "/v2/cart").body("application/json", "{\"item_id\":\"" + item + "\",\"quantity\":20}")
                .answer(201, "application/json", "{\"id\":\"" + item + "\"}"));
        app.edge(itemFrom, detail, "request.path.3");
        app.edge(itemFrom, buy, "request.json.$.item_id");
        return app;
    }

    /** Each request is signed with a secret that an answer gave. */
    private static RecordedApp hmac(long seed) throws GeneralSecurityException {
        RecordedApp app = new RecordedApp("signed.example", seed);
        String key = app.token(20);
        String secret = app.token(40);
        int from = app.add(app.request("POST", "/keys").body("application/json", "{\"plan\":\"basic\",\"name\":\"robot seven\"}")
                .answer(201, "application/json", "{\"api_key\":\"" + key + "\",\"api_secret\":\"" + secret + "\",\"weight\":1200}"));
        for (int i = 0; i < 3; i++) {
            String time = Long.toString(STARTED_MILLIS + 40L * (i + 2));
            String query = "apikey=" + key + "&symbol=" + (i == 0 ? "BTCUSD" : "ETHUSD") + "&timestamp=" + time;
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            String signature = HexFormat.of().formatHex(mac.doFinal(("GET\n/v3/price\n" + query).getBytes(StandardCharsets.UTF_8)));
            int seq = app.add(app.request("GET", "/v3/price?" + query + "&signature=" + signature).answer(200, "application/json",
                    "{\"symbol\":\"BTCUSD\",\"price\":\"64123.5\",\"time\":" + time + "}"));
            app.edge(from, seq, "request.query.apikey");
            app.edge(from, seq, "request.query.signature");
        }
        return app;
    }

    /** One path for all; ids of nodes; short words everywhere. */
    private static RecordedApp graphQl(long seed) {
        RecordedApp app = new RecordedApp("graph.example", seed);
        String token = app.token(36);
        String repository = "R_" + app.token(18);
        int issue = app.number(10_000, 99_999);
        int login = app.add(graphQl(app, "Login", "mutation Login($u:String!){login(user:$u){token}}", "{\"u\":\"erin\"}")
                .answer(200, "application/json", "{\"data\":{\"login\":{\"token\":\"" + token + "\",\"ok\":true}}}"));
        int list = app.add(graphQl(app, "Repos", "query Repos{viewer{repos{id name}}}", "{\"lang\":\"en\",\"first\":10}").header("Authorization", "token " + token)
                .answer(200, "application/json", "{\"data\":{\"viewer\":{\"name\":\"erin\",\"repos\":[{\"id\":\"" + repository + "\",\"name\":\"main\"}]}}}"));
        int issues = app.add(graphQl(app, "Issues", "query Issues($id:ID!){node(id:$id){issues{number}}}", "{\"id\":\"" + repository + "\",\"first\":10}")
                .header("Authorization", "token " + token)
                .answer(200, "application/json", "{\"data\":{\"node\":{\"id\":\"" + repository + "\",\"issues\":[{\"number\":" + issue + ",\"title\":\"first one\"}]}}}"));
        int comment = app.add(graphQl(app, "Comment", "mutation Comment($r:ID!,$number:Int!){comment(r:$r){ok}}",
                "{\"repositoryId\":\"" + repository + "\",\"number\":" + issue + ",\"text\":\"thanks a lot\"}").header("Authorization", "token " + token)
                .answer(200, "application/json", "{\"data\":{\"comment\":{\"ok\":true,\"text\":\"thanks a lot\"}}}"));
        app.edge(login, list, "request.header.authorization");
        app.edge(login, issues, "request.header.authorization");
        app.edge(login, comment, "request.header.authorization");
        app.edge(list, issues, "request.json.$.variables.id");
        app.edge(list, comment, "request.json.$.variables.repositoryId");
        app.edge(issues, comment, "request.json.$.variables.number");
        return app;
    }

    private static WrittenExchange graphQl(RecordedApp app, String operation, String query, String variables) {
        return app.request("POST", "/graphql").body("application/json", "{\"operationName\":\"" + operation + "\",\"query\":\"" + query + "\",\"variables\":"
                + variables + "}");
    }

    /** Three hosts pass tokens to each other in redirects and in a form that a script sends. */
    private static RecordedApp sso(long seed) {
        RecordedApp app = new RecordedApp("portal.example", seed);
        String request = app.base64(60);
        String relay = app.hex(12);
        String idpSession = app.token(30);
        String assertion = app.base64(180);
        String portal = app.token(30);
        String idp = "login.idp.example";
        int start = app.add(app.request("GET", "/private").answer(302, "text/html", "").responseHeader("Location", "https://" + idp + "/sso?SAMLRequest="
                + coded(request) + "&RelayState=" + relay));
        int sso = app.add(app.request("GET", idp, "/sso?SAMLRequest=" + coded(request) + "&RelayState=" + relay)
                .responseHeader("Set-Cookie", "idp=" + idpSession + "; Path=/; Secure").answer(200, "text/html", "<form><input name=\"j_user\"></form>"));
        int login = app.add(app.request("POST", idp, "/sso/login").header("Cookie", "idp=" + idpSession)
                .body("application/x-www-form-urlencoded", "j_user=frank&j_password=open-Sesame1").answer(200, "text/html",
                        "<form method=\"post\" action=\"https://portal.example/acs\"><input type=\"hidden\" name=\"SAMLResponse\" value=\"" + assertion
                                + "\"/><input type=\"hidden\" name=\"RelayState\" value=\"" + relay + "\"/></form>"));
        int acs = app.add(app.request("POST", "/acs").body("application/x-www-form-urlencoded", "SAMLResponse=" + coded(assertion) + "&RelayState=" + relay)
                .responseHeader("Set-Cookie", "portal=" + portal + "; Domain=.portal.example; Path=/").answer(302, "text/html", "").responseHeader("Location", "/private"));
        int page = app.add(app.request("GET", "/private").header("Cookie", "portal=" + portal).answer(200, "text/html", "<p>hello frank</p>"));
        int files = app.add(app.request("GET", "files.portal.example", "/list").header("Cookie", "portal=" + portal).answer(200, "application/json", "[]"));
        app.edge(start, sso, "request.query.SAMLRequest");
        app.edge(start, sso, "request.query.RelayState");
        app.edge(sso, login, "request.cookie.idp");
        app.edge(login, acs, "request.form.SAMLResponse");
        app.edge(login, acs, "request.form.RelayState");
        app.edge(acs, page, "request.cookie.portal");
        app.edge(acs, files, "request.cookie.portal");
        return app;
    }

    /** Hidden state that each page gives anew and each request sends back. */
    private static RecordedApp viewState(long seed) {
        RecordedApp app = new RecordedApp("forms.example", seed);
        String session = app.token(24);
        String state = app.base64(90);
        String validation = app.base64(48);
        int before = app.add(app.request("GET", "/Report.aspx").responseHeader("Set-Cookie", "ASP.NET_SessionId=" + session + "; path=/; HttpOnly")
                .answer(200, "text/html; charset=utf-8", page(state, validation)));
        String[] events = {"btnSearch", "gridNext", "btnExport"};
        int first = before;
        for (String event : events) {
            String sent = "__EVENTTARGET=" + event + "&__VIEWSTATE=" + coded(state) + "&__EVENTVALIDATION=" + coded(validation) + "&year=2024&lang=en";
            state = app.base64(90);
            validation = app.base64(48);
            int seq = app.add(app.request("POST", "/Report.aspx").header("Cookie", "ASP.NET_SessionId=" + session)
                    .body("application/x-www-form-urlencoded", sent).answer(200, "text/html; charset=utf-8", page(state, validation)));
            app.edge(first, seq, "request.cookie.ASP.NET_SessionId");
            app.edge(before, seq, "request.form.__VIEWSTATE");
            app.edge(before, seq, "request.form.__EVENTVALIDATION");
            before = seq;
        }
        return app;
    }

    private static String page(String state, String validation) {
        return "<html><form method=\"post\" action=\"./Report.aspx\">\r\n<input type=\"hidden\" name=\"__VIEWSTATE\" id=\"__VIEWSTATE\" value=\"" + state
                + "\" />\r\n<input type=\"hidden\" name=\"__EVENTVALIDATION\" id=\"__EVENTVALIDATION\" value=\"" + validation
                + "\" />\r\n<select name=\"year\"><option value=\"2024\">2024</option></select></form></html>";
    }

    /** A page's script holds a key; with it a ticket is bought that a WebSocket is opened with; events name a channel. */
    private static RecordedApp ticket(long seed) {
        RecordedApp app = new RecordedApp("live.example", seed);
        String key = app.hex(16);
        String ticket = app.uuid();
        String channel = "ch_" + app.token(14);
        int page = app.add(app.request("GET", "/live").answer(200, "text/html", "<script>window.CONFIG = {\"apiKey\":\"" + key
                + "\", \"lang\":\"en\", \"debug\":true};</script>"));
        int buy = app.add(app.request("POST", "/ws/ticket").header("X-Api-Key", key).body("application/json", "{\"scope\":\"live\"}")
                .answer(200, "application/json", "{\"ticket\":\"" + ticket + "\",\"ttl\":30}"));
        int events = app.add(app.request("GET", "/events").header("X-Api-Key", key).answer(200, "text/event-stream", "event: hello\ndata: {\"channel\":\"" + channel
                + "\",\"lang\":\"en\"}\n\nevent: tick\ndata: {\"n\":1}\n\n"));
        int open = app.add(app.request("GET", "/ws?ticket=" + ticket.toUpperCase(Locale.ROOT) + "&lang=en").header("Connection", "Upgrade")
                .header("Upgrade", "websocket").header("Sec-WebSocket-Key", app.base64(16)).answer(200, "text/plain", ""));
        int join = app.add(app.request("POST", "/channels/" + channel + "/join").header("X-Api-Key", key).body("application/json", "{\"lang\":\"en\"}")
                .answer(200, "application/json", "{\"channel\":\"" + channel + "\"}"));
        app.edge(page, buy, "request.header.x-api-key");
        app.edge(page, events, "request.header.x-api-key");
        app.edge(page, join, "request.header.x-api-key");
        app.edge(buy, open, "request.query.ticket");
        app.edge(events, join, "request.path.2");
        return app;
    }
}
