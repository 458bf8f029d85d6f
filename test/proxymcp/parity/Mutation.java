package proxymcp.parity;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import proxymcp.diff.WrittenExchange;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** What may happen to an answer, and what it means. */
enum Mutation {
    FIELD_REMOVED(Means.BREAKING), FIELD_RENAMED(Means.BREAKING), TYPE_CHANGED(Means.BREAKING), NULLED(Means.BREAKING), ARRAY_TRUNCATED(Means.DRIFT),
    EMPTY_LIST(Means.BREAKING), ERROR_IN_200(Means.BREAKING), LOGIN_PAGE(Means.BREAKING), CAPTCHA(Means.BREAKING), LOCALE(Means.DRIFT),
    PAGINATION_SHIFT(Means.DRIFT), RE_ENCODED(Means.NOTHING), REORDERED_KEYS(Means.NOTHING), NUMBER_FORMAT(Means.NOTHING), UNCHANGED(Means.NOTHING);

    /** What a mutation means to who uses the answer. */
    enum Means {
        /** It cannot be used. */
        BREAKING,
        /** It says something else. */
        DRIFT,
        /** It says the same. */
        NOTHING
    }

    final Means means;

    Mutation(Means means) {
        this.means = means;
    }

    /** Whether it can happen to a page: what its markup does not show is not there to be changed. */
    boolean fits(LiveApp.Reply reply) {
        boolean list = reply.body().has("items") || reply.body().has("lines");
        return switch (this) {
            case LOGIN_PAGE, CAPTCHA, UNCHANGED -> true;
            case ARRAY_TRUNCATED, EMPTY_LIST -> list;
            case PAGINATION_SHIFT -> reply.body().has("items");
            case RE_ENCODED, LOCALE -> true;
            case FIELD_REMOVED, FIELD_RENAMED, TYPE_CHANGED, NULLED, ERROR_IN_200, REORDERED_KEYS, NUMBER_FORMAT -> !reply.isPage();
        };
    }

    /** The exchange after it has happened. */
    WrittenExchange apply(LiveApp app, LiveApp.Reply reply, Random random) throws IOException {
        return switch (this) {
            case FIELD_REMOVED -> app.written(reply, change(reply.body(), random, this));
            case FIELD_RENAMED, TYPE_CHANGED, NULLED -> app.written(reply, change(reply.body(), random, this));
            case ARRAY_TRUNCATED -> app.written(reply, arrays(reply.body(), items -> items.subList(0, Math.max(1, items.size() / 2))));
            case EMPTY_LIST -> app.written(reply, arrays(reply.body(), items -> List.of()));
            case PAGINATION_SHIFT -> app.written(reply, arrays(reply.body(), items -> shifted(app, items, 1 + random.nextInt(2))));
            case ERROR_IN_200 -> app.answered(reply, "application/json", utf8(List.of("{\"error\":{\"code\":\"E17\",\"message\":\"backend timed out\"}}",
                    "{\"success\":false,\"message\":\"could not load\"}", "{\"errors\":[{\"message\":\"Internal\"}],\"data\":null}", "{\"code\":5001,\"msg\":\"failed\"}",
                    "{\"status\":\"error\",\"reason\":\"unavailable\"}").get(random.nextInt(5))));
            case LOGIN_PAGE -> app.answered(reply, "text/html", utf8(List.of("<html><head><title>Sign in</title></head><body><form action=/session method=post>"
                    + "<input name=user><input name=pass type=password><button>Go</button></form></body></html>",
                    "<!doctype html><title>Anmelden</title><body><h2>Willkommen</h2><form><input type='password' name='p'></form>").get(random.nextInt(2))));
            case CAPTCHA -> app.answered(reply, "text/html", utf8(List.of("<html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>",
                    "<html><body><h1>One more step</h1><div class=\"g-recaptcha\" data-sitekey=k></div></body></html>",
                    "<html><head><script src=\"https://geo.captcha-delivery.com/captcha.js\"></script></head><body>Please wait</body></html>").get(random.nextInt(3))));
            case RE_ENCODED -> encoded(app, reply, random);
            case REORDERED_KEYS -> app.written(reply, deep(reply.body(), random, this));
            case NUMBER_FORMAT -> app.written(reply, deep(reply.body(), random, this));
            case LOCALE -> app.written(reply, deep(reply.body(), random, this));
            case UNCHANGED -> app.written(reply);
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** New elements at the begin push as many off the end. */
    private static List<JsonValue> shifted(LiveApp app, List<JsonValue> items, int by) {
        List<JsonValue> shifted = new ArrayList<>();
        for (int i = 0; i < by; i++) {
            shifted.add(app.newProduct(i));
        }
        shifted.addAll(items.subList(0, items.size() - by));
        return shifted;
    }

    private static WrittenExchange encoded(LiveApp app, LiveApp.Reply reply, Random random) throws IOException {
        if (reply.isPage() || random.nextInt(3) == 0) {
            WrittenExchange plain = app.request(reply).responseHeader("Content-Encoding", "gzip");
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
                gzip.write(reply.isPage() ? utf8(app.page(reply.body())) : Json.bytes(reply.body()));
            }
            return plain.answer(200, reply.isPage() ? "text/html; charset=utf-8" : "application/json", packed.toByteArray());
        }
        String text = Json.text(reply.body());
        if (random.nextBoolean()) {
            return app.answered(reply, "application/json; charset=iso-8859-1", text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return app.answered(reply, "application/json;charset=UTF-8", utf8(text.replace("\u00e9", "\\u00e9").replace(",\"", " ,\n  \"")));
    }

    /** One of the members that are always there is changed: of a list in all elements, now and then in one. */
    private static JsonValue change(JsonObject body, Random random, Mutation how) {
        String array = body.has("items") ? "items" : "lines";
        if (body.array(array).isEmpty() || random.nextInt(3) == 0) {
            JsonObject inner = body.object("data").orElse(body);
            JsonObject changed = changed(inner, pick(inner, random, how), how);
            return inner == body ? changed : map(body, (name, value) -> name.equals("data") ? changed : value);
        }
        List<JsonValue> items = body.array(array).get().values();
        String field = pick((JsonObject) items.get(0), random, how);
        return map(body, (name, value) -> !name.equals(array) ? value
                : new JsonArray(items.stream().map(item -> (JsonValue) changed((JsonObject) item, field, how)).toList()));
    }

    private static String pick(JsonObject object, Random random, Mutation how) {
        List<String> names = new ArrayList<>();
        for (JsonObject.Member member : object.members()) {
            boolean always = !member.name().equals("discount") && !(member.name().equals("note") && how != FIELD_REMOVED && how != FIELD_RENAMED);
            if (always) {
                names.add(member.name());
            }
        }
        return names.get(random.nextInt(names.size()));
    }

    private static JsonObject changed(JsonObject object, String field, Mutation how) {
        List<JsonObject.Member> members = new ArrayList<>();
        for (JsonObject.Member member : object.members()) {
            if (!member.name().equals(field)) {
                members.add(member);
            } else if (how == FIELD_RENAMED) {
                members.add(new JsonObject.Member(field + "V2", member.value()));
            } else if (how == NULLED) {
                members.add(new JsonObject.Member(field, JsonNull.NULL));
            } else if (how == TYPE_CHANGED) {
                members.add(new JsonObject.Member(field, member.value() instanceof JsonString ? JsonObject.builder().put("value", member.value()).build()
                        : new JsonString(Json.text(member.value()))));
            }
        }
        return new JsonObject(members);
    }

    private static JsonValue arrays(JsonObject body, UnaryOperator<List<JsonValue>> change) {
        return map(body, (name, value) -> name.equals("items") || name.equals("lines") ? new JsonArray(change.apply(((JsonArray) value).values())) : value);
    }

    private interface Change {
        JsonValue of(String name, JsonValue value);
    }

    private static JsonObject map(JsonObject object, Change change) {
        List<JsonObject.Member> members = new ArrayList<>();
        for (JsonObject.Member member : object.members()) {
            members.add(new JsonObject.Member(member.name(), change.of(member.name(), member.value())));
        }
        return new JsonObject(members);
    }

    private static JsonValue deep(JsonValue value, Random random, Mutation how) {
        return switch (value) {
            case JsonObject object -> {
                List<JsonObject.Member> members = new ArrayList<>();
                for (JsonObject.Member member : object.members()) {
                    members.add(new JsonObject.Member(member.name(), deep(member.value(), random, how)));
                }
                if (how == REORDERED_KEYS) {
                    Collections.shuffle(members, random);
                }
                yield new JsonObject(members);
            }
            case JsonArray array -> new JsonArray(array.values().stream().map(item -> deep(item, random, how)).toList());
            case JsonNumber number when how == NUMBER_FORMAT -> new JsonNumber(number.text().contains(".") ? number.text() + "0" : number.text() + ".0");
            case JsonString text when how == LOCALE -> new JsonString(localized(text.value()));
            default -> value;
        };
    }

    /** {@code $1,234.50} as {@code $1.234,50}, dates with the day first. */
    private static String localized(String text) {
        if (text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
            return text.substring(8) + "." + text.substring(5, 7) + "." + text.substring(0, 4);
        }
        return text.matches("[$]?[0-9,]+[.][0-9]{2}( EUR)?") ? text.replace(',', ';').replace('.', ',').replace(';', '.') : text;
    }
}
