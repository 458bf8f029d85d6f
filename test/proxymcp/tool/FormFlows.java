package proxymcp.tool;

import static proxymcp.tool.FlowApp.between;
import static proxymcp.tool.FlowApp.coded;
import static proxymcp.tool.FlowApp.member;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Flows of pages and forms. */
final class FormFlows {
    private FormFlows() {}

    static List<Flow> all() {
        return List.of(
                new Flow("csrf form", List.of("127.0.0.1"), urls -> new Csrf(), FormFlows::csrf, Map.of("username", "bea+o'hara", "password", "& new = word"),
                        "paid 1 by alice77", "paid 1 by bea+o'hara"),
                new Flow("cookie session", List.of("127.0.0.1"), urls -> new Rotating(), FormFlows::rotating, Map.of("user", "karl@example.net"),
                        "4 by bob@example.org", "4 by karl@example.net"),
                new Flow("view state", List.of("127.0.0.1"), urls -> new ViewState(), FormFlows::viewState, Map.of(), "btnSearch gridNext btnExport",
                        "btnSearch gridNext btnExport"),
                new Flow("sso", List.of("localhost", "127.0.0.1", "localhost"), Sso::new, FormFlows::sso, Map.of("j_user", "gerda"), "files of frank", "files of gerda"));
    }

    /** A login, then a payment: hidden field, meta tag, cookie that the login sets anew, number in a link. */
    private static final class Csrf extends FlowApp {
        private final String first = token(32);
        private final String second = token(32);
        private final String csrf = base64(24);
        private final String next = token(40);
        private final String order = Integer.toString(number(100_000, 999_999));
        private String user = "";

        @Override
        Reply answer(Call call) {
            if (call.is("GET /login")) {
                return Reply.html("<html lang=\"en\"><form action=\"/login\"><input type=\"hidden\" name=\"csrf_token\" value=\"" + csrf.replace("+", "&#43;")
                        + "\"><input name=\"username\"><input name=\"remember\" value=\"true\"></form></html>").and("Set-Cookie: sid=" + first + "; Path=/; HttpOnly");
            }
            if (call.is("GET /app.css")) {
                return new Reply(200, "text/css", "body{color:#123456}", List.of());
            }
            if (call.is("POST /login")) {
                user = call.form("username");
                return !call.cookie("sid").equals(first) || !call.form("csrf_token").equals(csrf) || call.form("password").isEmpty() || !call.form("remember").equals("true")
                        ? refuse(call, "login") : Reply.redirect("/account").and("Set-Cookie: sid=" + second + "; Path=/; HttpOnly");
            }
            if (!call.cookie("sid").equals(second)) {
                return refuse(call, "cookie");
            }
            if (call.is("GET /account")) {
                return Reply.html("<html><head><meta name=\"csrf-token\" content=\"" + next + "\"></head><body>alice77 <a href=\"/orders/" + order + "\">order</a></body></html>");
            }
            if (call.is("GET /orders/" + order)) {
                return Reply.json("{\"id\":" + order + ",\"lang\":\"en\",\"open\":true,\"count\":1,\"csrf\":\"" + csrf + "\"}");
            }
            if (call.is("POST /orders/" + order + "/pay") && call.field("X-CSRF-Token").equals(next)) {
                finished.add("paid " + member(call.body(), "amount") + " by " + user);
                return Reply.json("{\"ok\":true}");
            }
            return refuse(call, "unknown");
        }
    }

    private static void csrf(FlowClient client, List<String> urls) throws Exception {
        String url = urls.get(0);
        FlowClient.Answer page = client.get(url + "/login?lang=en");
        client.get(url + "/app.css");
        String csrf = between(page.body(), "value=\"", "\"").replace("&#43;", "+");
        FlowClient.Answer login = client.form(url + "/login", "username=alice77&password=Tr0ub4dor&remember=true&lang=en&csrf_token=" + coded(csrf));
        FlowClient.Answer account = client.get(url + login.location());
        String order = between(account.body(), "/orders/", "\"");
        FlowClient.Answer detail = client.get(url + "/orders/" + order);
        FlowClient.Answer pay = client.json(url + "/orders/" + order + "/pay", "{\"amount\":1,\"open\":true}",
                "X-CSRF-Token: " + between(account.body(), "content=\"", "\""));
        client.edge(page, login, "request.cookie.sid");
        client.edge(page, login, "request.form.csrf_token");
        client.edge(login, account, "request.cookie.sid");
        client.edge(login, detail, "request.cookie.sid");
        client.edge(login, pay, "request.cookie.sid");
        client.edge(account, detail, "request.path.2");
        client.edge(account, pay, "request.path.2");
        client.edge(account, pay, "request.header.x-csrf-token");
    }

    /** Each answer sets the session's cookie anew; another cookie goes back in a field, too, where it is not escaped. */
    private static final class Rotating extends FlowApp {
        private final String xsrf = base64(18);
        private String session = "";
        private String user = "";
        private int done;

        @Override
        Reply answer(Call call) {
            if (call.is("POST /api/session")) {
                user = member(call.body(), "user");
            } else if (!call.cookie("session").equals(session) || !call.cookie("XSRF-TOKEN").equals(coded(xsrf)) || !call.field("X-XSRF-TOKEN").equals(xsrf)) {
                return refuse(call, "cookies");
            }
            session = token(26);
            Reply reply = Reply.json("{\"status\":\"active\",\"mail\":\"" + user + "\",\"page\":" + done + ",\"lang\":\"en\"}").and("Set-Cookie: session=" + session + "; Path=/");
            if (++done == 5) {
                finished.add("4 by " + user);
            }
            return done == 1 ? reply.and("Set-Cookie: XSRF-TOKEN=" + coded(xsrf) + "; Path=/") : reply;
        }
    }

    private static void rotating(FlowClient client, List<String> urls) throws Exception {
        String url = urls.get(0) + "/api/";
        FlowClient.Answer first = client.json(url + "session", "{\"user\":\"bob@example.org\",\"password\":\"hunter2!\",\"lang\":\"en\"}");
        String xsrf = "";
        for (String field : first.fields()) {
            xsrf = field.startsWith("Set-Cookie: XSRF") ? URLDecoder.decode(between(field, "TOKEN=", ";"), StandardCharsets.UTF_8) : xsrf;
        }
        FlowClient.Answer before = first;
        for (String target : List.of("items", "recent?page=1", "basket", "orders")) {
            String field = "X-XSRF-TOKEN: " + xsrf;
            FlowClient.Answer answer = target.equals("orders") ? client.json(url + target, "{\"count\":1}", field) : client.get(url + target, field);
            client.edge(before, answer, "request.cookie.session");
            client.edge(first, answer, "request.cookie.XSRF-TOKEN");
            client.edge(first, answer, "request.header.x-xsrf-token");
            before = answer;
        }
    }

    /** Hidden state that each page gives anew and each request sends back. */
    private static final class ViewState extends FlowApp {
        private final String session = token(24);
        private String state = base64(90);
        private String validation = base64(48);
        private String events = "";

        @Override
        Reply answer(Call call) {
            if (call.is("GET /Report.aspx")) {
                return page().and("Set-Cookie: ASP.NET_SessionId=" + session + "; path=/; HttpOnly");
            }
            if (!call.cookie("ASP.NET_SessionId").equals(session) || !call.form("__VIEWSTATE").equals(state) || !call.form("__EVENTVALIDATION").equals(validation)) {
                return refuse(call, "state");
            }
            events += (events.isEmpty() ? "" : " ") + call.form("__EVENTTARGET");
            state = base64(90);
            validation = base64(48);
            if (events.endsWith("btnExport")) {
                finished.add(events);
            }
            return page();
        }

        private Reply page() {
            return Reply.html("<html><form method=\"post\" action=\"./Report.aspx\">\r\n<input type=\"hidden\" name=\"__VIEWSTATE\" id=\"__VIEWSTATE\" value=\"" + state
                    + "\" />\r\n<input type=\"hidden\" name=\"__EVENTVALIDATION\" id=\"__EVENTVALIDATION\" value=\"" + validation
                    + "\" />\r\n<select name=\"year\"><option value=\"2024\">2024</option></select></form></html>");
        }
    }

    private static void viewState(FlowClient client, List<String> urls) throws Exception {
        FlowClient.Answer first = client.get(urls.get(0) + "/Report.aspx");
        FlowClient.Answer before = first;
        for (String event : List.of("btnSearch", "gridNext", "btnExport")) {
            FlowClient.Answer answer = client.form(urls.get(0) + "/Report.aspx", "__EVENTTARGET=" + event + "&__VIEWSTATE="
                    + coded(between(before.body(), "id=\"__VIEWSTATE\" value=\"", "\"")) + "&__EVENTVALIDATION="
                    + coded(between(before.body(), "id=\"__EVENTVALIDATION\" value=\"", "\"")) + "&year=2024&lang=en");
            client.edge(first, answer, "request.cookie.ASP.NET_SessionId");
            client.edge(before, answer, "request.form.__VIEWSTATE");
            client.edge(before, answer, "request.form.__EVENTVALIDATION");
            before = answer;
        }
    }

    /** Three servers pass tokens to each other in redirects and in a form that a script sends. */
    private static final class Sso extends FlowApp {
        private final List<String> urls;
        private final String request = base64(60);
        private final String relay = hex(12);
        private final String idp = token(30);
        private final String assertion = base64(180);
        private final String portal = token(30);
        private String user = "";

        Sso(List<String> urls) {
            this.urls = urls;
        }

        @Override
        Reply answer(Call call) {
            if (call.is("GET /private") && call.cookie("portal").isEmpty()) {
                return Reply.redirect(urls.get(1) + "/sso?SAMLRequest=" + coded(request) + "&RelayState=" + relay);
            }
            if (call.is("GET /sso") && call.query("SAMLRequest").equals(request) && call.query("RelayState").equals(relay)) {
                return Reply.html("<form><input name=\"j_user\"></form>").and("Set-Cookie: idp=" + idp + "; Path=/");
            }
            if (call.is("POST /sso/login") && call.cookie("idp").equals(idp)) {
                user = call.form("j_user");
                return Reply.html("<form method=\"post\" action=\"" + urls.get(0) + "/acs\"><input type=\"hidden\" name=\"SAMLResponse\" value=\"" + assertion
                        + "\"/><input type=\"hidden\" name=\"RelayState\" value=\"" + relay + "\"/></form>");
            }
            if (call.is("POST /acs") && call.form("SAMLResponse").equals(assertion) && call.form("RelayState").equals(relay)) {
                return Reply.redirect("/private").and("Set-Cookie: portal=" + portal + "; Path=/");
            }
            if (!call.cookie("portal").equals(portal)) {
                return refuse(call, "portal");
            }
            if (call.is("GET /list")) {
                finished.add("files of " + user);
                return Reply.json("[]");
            }
            return call.is("GET /private") ? Reply.html("<p>hello " + user + "</p>") : refuse(call, "unknown");
        }
    }

    private static void sso(FlowClient client, List<String> urls) throws Exception {
        FlowClient.Answer start = client.get(urls.get(0) + "/private");
        FlowClient.Answer sso = client.get(start.location());
        FlowClient.Answer login = client.form(urls.get(1) + "/sso/login", "j_user=frank&j_password=open-Sesame1");
        FlowClient.Answer acs = client.form(urls.get(0) + "/acs", "SAMLResponse=" + coded(between(login.body(), "SAMLResponse\" value=\"", "\""))
                + "&RelayState=" + between(login.body(), "RelayState\" value=\"", "\""));
        FlowClient.Answer page = client.get(urls.get(0) + acs.location());
        FlowClient.Answer files = client.get(urls.get(2) + "/list");
        client.edge(start, sso, "request.query.SAMLRequest");
        client.edge(start, sso, "request.query.RelayState");
        client.edge(sso, login, "request.cookie.idp");
        client.edge(login, acs, "request.form.SAMLResponse");
        client.edge(login, acs, "request.form.RelayState");
        client.edge(acs, page, "request.cookie.portal");
        client.edge(acs, files, "request.cookie.portal");
    }
}
