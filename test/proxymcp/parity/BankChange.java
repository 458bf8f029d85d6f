package proxymcp.parity;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.parity.BankApp.Field;
import proxymcp.parity.BankApp.Form;
import proxymcp.parity.BankApp.Kind;
import proxymcp.parity.BankApp.Kindred;
import proxymcp.parity.BankApp.Said;

/**
 * What may become of an answer of the bank.
 *
 * @param name for the list of what was missed
 * @param expected what may be said of it
 * @param change what it does
 */
record BankChange(String name, Set<Verdict> expected, UnaryOperator<Said> change) {
    /** Who uses the answer fails. */
    private static final Set<Verdict> BROKEN = EnumSet.of(Verdict.BREAKING, Verdict.BLOCKED);
    /** It is noticed. */
    private static final Set<Verdict> NOTICED = EnumSet.of(Verdict.DRIFTED, Verdict.BREAKING, Verdict.BLOCKED);
    private static final Set<Verdict> UNSURE = EnumSet.of(Verdict.UNKNOWN, Verdict.BREAKING, Verdict.BLOCKED);
    /** It means the same, or something that a live server may say tomorrow. */
    private static final Set<Verdict> HARMLESS = EnumSet.of(Verdict.IDENTICAL, Verdict.EQUIVALENT, Verdict.DRIFTED);
    private static final Set<Verdict> SAME = EnumSet.of(Verdict.IDENTICAL, Verdict.EQUIVALENT);

    private static final String LOGIN = "<!DOCTYPE html><html><head><title>Bank - Log in</title></head><body><h1>Please log in</h1>"
            + "<form method=\"POST\" action=\"/login\"><label>User <input name=\"username\" type=\"text\"></label><label>Password <input type=\"password\" name=\"pw\"></label>"
            + "<button type=\"submit\">Log in</button></form></body></html>";
    private static final String CAPTCHA = "<html><head><title>Are you human?</title><script src=\"https://www.google.com/recaptcha/api.js\" async></script></head><body>"
            + "<div class=\"g-recaptcha\" data-sitekey=\"6LcX\"></div><p>Please complete the security check to access the site.</p></body></html>";
    private static final String CHALLENGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies to continue</noscript>"
            + "<script>window._cf_chl_opt={cvId:'3'};</script><script src=\"/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1\"></script></body></html>";
    private static final String DENIED = "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to access this server.<P>"
            + "Reference&#32;#18&#46;2d351ab8&#46;1557333295</BODY></HTML>";
    private static final String SHELL = "<!doctype html><html><head><title>Bank</title></head><body><div id=\"root\"></div><script src=\"/static/js/main.js\"></script></body></html>";

    /** Whether it has to be noticed. */
    boolean isHarm() {
        return !expected.contains(Verdict.EQUIVALENT);
    }

    /** All that has to be noticed at an endpoint. */
    static List<BankChange> harms(Kindred endpoint) {
        List<BankChange> all = new ArrayList<>();
        anywhere(all);
        if (endpoint.form() != Form.NONE) {
            all.add(new BankChange("cut off", UNSURE, said -> new Said(200, said.mediaType(), said.body().substring(0, said.body().length() / 2), false, true)));
            all.add(new BankChange("no body", BROKEN, said -> said.as(200, said.mediaType(), "")));
            all.add(new BankChange("login page with 200", BROKEN, said -> said.as(200, "text/html", LOGIN)));
            all.add(new BankChange("captcha with 200", BROKEN, said -> said.as(200, "text/html; charset=utf-8", CAPTCHA)));
            all.add(new BankChange("challenge with 200", BROKEN, said -> said.as(200, "text/html; charset=UTF-8", CHALLENGE)));
            all.add(new BankChange("access denied with 200", BROKEN, said -> said.as(200, "text/html", DENIED)));
            all.add(new BankChange("empty shell", BROKEN, said -> said.as(200, "text/html", SHELL)));
        }
        switch (endpoint.form()) {
            case JSON -> json(endpoint, all);
            case XML -> {
                all.add(text("element renamed", BROKEN, "zip>", "postcode>"));
                all.add(text("element removed", BROKEN, "    <zip>[0-9]+</zip>\n", ""));
                all.add(text("list emptied", BROKEN, "(?s)<branch .*</branch>\n", ""));
                all.add(text("number as words", NOTICED, "<zip>[0-9]+<", "<zip>unknown<"));
                all.add(text("attribute removed", BROKEN, " id=\"[0-9]+\"", ""));
            }
            case HTML -> {
                all.add(text("article gone", BROKEN, "(?s)<article>.*</article>", ""));
                all.add(text("error in place of the article", NOTICED, "(?s)<article>.*</article>", "<p class=\"error\">Something went wrong. Please try again later.</p>"));
                all.add(text("paragraphs without text", NOTICED, "<p>[^<]*</p>", "<p></p>"));
            }
            case CSV -> {
                all.add(text("column removed", NOTICED, "(?m)^([^;]*);([^;]*);([^;]*);([^;]*)$", "$1;$2;$3"));
                all.add(text("header alone", NOTICED, "(?s)\n.*", "\n"));
                all.add(new BankChange("error in JSON", BROKEN, said -> said.as(200, "application/json", "{\"error\":\"statement not available\"}")));
            }
            case NONE -> all.add(new BankChange("a body where there was none", NOTICED, said -> said.as(200, "application/json", "{\"error\":\"no such session\"}")));
        }
        return all;
    }

    private static void anywhere(List<BankChange> all) {
        all.add(new BankChange("500", BROKEN, said -> said.as(500, "text/plain", "internal error")));
        all.add(new BankChange("403", BROKEN, said -> said.as(403, "text/html", DENIED)));
        all.add(new BankChange("401 in JSON", BROKEN, said -> said.as(401, "application/json", "{\"error\":\"unauthorized\"}")));
        all.add(new BankChange("404 in JSON", BROKEN, said -> said.as(404, "application/json", "{\"message\":\"Not Found\"}")));
        all.add(new BankChange("302 to the login", BROKEN, said -> said.as(302, "text/html", "<a href=\"/login\">Found</a>")));
        all.add(new BankChange("503 with a challenge", BROKEN, said -> said.as(503, "text/html", CHALLENGE)));
    }

    private static void json(Kindred endpoint, List<BankChange> all) {
        all.add(new BankChange("error in place", BROKEN, said -> said.with("{\"error\":{\"code\":\"TEMPORARILY_UNAVAILABLE\",\"message\":\"try later\"}}")));
        all.add(new BankChange("errors[] in place", BROKEN, said -> said.with("{\"errors\":[{\"message\":\"Not authorised\",\"path\":[\"portfolio\"]}],\"data\":null}")));
        all.add(new BankChange("success false", BROKEN, said -> said.with("{\"success\":false,\"message\":\"Session expired\"}")));
        all.add(new BankChange("code not 0", BROKEN, said -> said.with("{\"code\":40301,\"msg\":\"denied\",\"data\":null}")));
        all.add(new BankChange("{}", BROKEN, said -> said.with("{}")));
        all.add(new BankChange("[]", BROKEN, said -> said.with("[]")));
        all.add(new BankChange("null", BROKEN, said -> said.with("null")));
        all.add(new BankChange("no JSON any more", BROKEN, said -> said.with("<br><b>Warning</b>: Undefined variable in /srv/app.php on line 3")));
        for (Field field : endpoint.fields()) {
            String at = " " + field.path();
            if (!field.path().startsWith("*") || field.path().contains(".")) {
                all.add(edit("removed" + at, BROKEN, field, value -> Optional.empty()));
                all.add(new BankChange("renamed" + at, BROKEN, said -> said.with(renamed(said.body(), field.path()))));
            }
            all.add(edit("nulled" + at, BROKEN, field, value -> Optional.of(JsonNull.NULL)));
            all.add(edit("retyped" + at, BROKEN, field, value -> Optional.of(retyped(value))));
            switch (field.kind()) {
                case NUMBER -> all.add(edit("locale" + at, BROKEN, field, value -> Optional.of(new JsonString("1.234,50"))));
                case WORD -> all.add(edit("new word" + at, NOTICED, field, value -> Optional.of(new JsonString("other"))));
                case TEXT -> all.add(edit("emptied" + at, NOTICED, field, value -> Optional.of(new JsonString(""))));
                case DATE -> all.add(edit("format" + at, NOTICED, field, value -> Optional.of(new JsonString("28/02/2027"))));
                case OBJECT -> all.add(edit("hollow" + at, BROKEN, field, value -> Optional.of(JsonObject.EMPTY)));
                case LIST -> {
                    all.add(edit("empty" + at, BROKEN, field, value -> Optional.of(JsonArray.EMPTY)));
                    if (!field.path().equals("cards")) { // Some have one card alone.
                        all.add(edit("one left" + at, NOTICED, field, value -> Optional.of(new JsonArray(((JsonArray) value).values().subList(0, 1)))));
                    }
                }
                case FLAG -> { }
            }
        }
    }

    /** All that must not be taken for broken at an endpoint. */
    static List<BankChange> harmless(Kindred endpoint) {
        List<BankChange> all = new ArrayList<>();
        all.add(new BankChange("as it was", SAME, said -> said));
        if (endpoint.form() == Form.NONE) {
            return all;
        }
        all.add(new BankChange("gzip", SAME, said -> new Said(said.status(), said.mediaType(), said.body(), true, false)));
        all.add(new BankChange("charset", SAME, said -> new Said(said.status(), said.mediaType().replaceAll(";.*", "") + "; charset=UTF-8", said.body(), false, false)));
        switch (endpoint.form()) {
            case JSON -> {
                all.add(new BankChange("other order of keys", SAME, said -> said.with(Json.text(reordered(parsed(said.body()), new Random(said.body().length()))))));
                all.add(new BankChange("white space", SAME, said -> said.with(said.body().replace("{", "{\n  ").replace("}", "\n}").replaceAll(",\"", ",\n  \""))));
                all.add(new BankChange("numbers with more zeros", SAME, said -> said.with(said.body().replaceAll("(?<=:)(-?[0-9]+\\.[0-9]+)(?=[,}])", "$10"))));
                all.add(new BankChange("escapes", SAME, said -> said.with(escaped(said.body()))));
                all.add(new BankChange("a field more", HARMLESS, said -> said.with(said.body().replaceFirst("\\{", "{\"apiVersion\":\"2.1\","))));
                all.add(new BankChange("without the phone", SAME, said -> said.with(said.body().replaceFirst(",\"phone\":\"[^\"]*\"", ""))));
                if (endpoint.name().equals("transactions")) {
                    all.add(new BankChange("the window moved", HARMLESS, said -> said.with(moved(said.body()))));
                    all.add(new BankChange("other order of rows", HARMLESS, said -> said.with(turned(said.body()))));
                }
            }
            case XML -> all.add(text("white space", SAME, "\n *", ""));
            case HTML -> {
                all.add(text("white space", SAME, ">\n", ">\n\n  "));
                all.add(text("a comment", SAME, "<main>", "<!-- rendered -->\n<main>"));
                all.add(text("an advertisement", HARMLESS, "</article>", "</article><aside>Savings at 3 percent</aside>"));
            }
            case CSV -> all.add(text("CRLF", HARMLESS, "\n", "\r\n"));
            case NONE -> { }
        }
        return all;
    }

    private static BankChange text(String name, Set<Verdict> expected, String regex, String replacement) {
        return new BankChange(name, expected, said -> said.with(said.body().replaceAll(regex, replacement)));
    }

    private interface Edit {
        Optional<JsonValue> of(JsonValue value);
    }

    private static BankChange edit(String name, Set<Verdict> expected, Field field, Edit edit) {
        return new BankChange(name, expected, said -> said.with(Json.text(edited(parsed(said.body()), List.of(field.path().split("\\.")), edit).orElseThrow())));
    }

    static JsonValue parsed(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException e) {
            throw new AssertionError("the corpus' own JSON: " + text, e);
        }
    }

    private static Optional<JsonValue> edited(JsonValue value, List<String> path, Edit edit) {
        if (path.isEmpty()) {
            return edit.of(value);
        }
        List<String> rest = path.subList(1, path.size());
        if (path.get(0).equals("*")) {
            List<JsonValue> items = new ArrayList<>();
            for (JsonValue item : (JsonArray) value) {
                edited(item, rest, edit).ifPresent(items::add);
            }
            return Optional.of(new JsonArray(items));
        }
        JsonObject.Builder members = JsonObject.builder();
        for (JsonObject.Member member : ((JsonObject) value).members()) {
            Optional<JsonValue> made = member.name().equals(path.get(0)) ? edited(member.value(), rest, edit) : Optional.of(member.value());
            made.ifPresent(kept -> members.put(member.name(), kept));
        }
        return Optional.of(members.build());
    }

    private static String renamed(String body, String path) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        return body.replace("\"" + name + "\":", "\"" + name + "Value\":");
    }

    private static JsonValue retyped(JsonValue value) {
        return switch (value) {
            case JsonString string -> JsonArray.of(string);
            case JsonNumber number -> new JsonString(Json.text(number));
            case JsonBoolean flag -> new JsonString(Json.text(flag));
            case JsonArray array -> JsonObject.builder().put("items", array).build();
            case JsonObject object -> JsonArray.of(object);
            case JsonNull none -> JsonNumber.of(0);
        };
    }

    private static JsonValue reordered(JsonValue value, Random random) {
        return switch (value) {
            case JsonObject object -> {
                List<JsonObject.Member> members = new ArrayList<>();
                for (JsonObject.Member member : object.members()) {
                    members.add(random.nextInt(members.size() + 1), new JsonObject.Member(member.name(), reordered(member.value(), random)));
                }
                yield new JsonObject(members);
            }
            case JsonArray array -> {
                List<JsonValue> items = new ArrayList<>();
                array.forEach(item -> items.add(reordered(item, random)));
                yield new JsonArray(items);
            }
            case JsonString string -> string;
            case JsonNumber number -> number;
            case JsonBoolean flag -> flag;
            case JsonNull none -> none;
        };
    }

    private static String escaped(String body) {
        StringBuilder escaped = new StringBuilder();
        for (char c : body.toCharArray()) {
            escaped.append(c > 0x7e ? String.format("\\u%04x", (int) c) : c == '/' ? "\\/" : String.valueOf(c));
        }
        return escaped.toString();
    }

    /** Two rows went at the end, two came at the beginning. */
    private static String moved(String body) {
        List<JsonValue> rows = rows(body);
        List<JsonValue> moved = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            JsonValue row = i < 2 ? parsed(Json.text(rows.get(i)).replace("\"id\":\"t", "\"id\":\"t9")) : rows.get(i - 2);
            moved.add(row);
        }
        return Json.text(edited(parsed(body), List.of("data"), any -> Optional.of(new JsonArray(moved))).orElseThrow());
    }

    private static String turned(String body) {
        return Json.text(edited(parsed(body), List.of("data"), any -> Optional.of(new JsonArray(rows(body).reversed()))).orElseThrow());
    }

    private static List<JsonValue> rows(String body) {
        return ((JsonObject) parsed(body)).array("data").orElseThrow().values();
    }
}
