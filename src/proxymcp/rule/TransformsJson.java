package proxymcp.rule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import proxymcp.http.Fields;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.text.Regex;

/**
 * Transforms as JSON. {@code updateHeaders} is done before {@code addHeaders}; edits in another order are written as {@code headerEdits}, an array
 * of {@code ["set", name, value]}, {@code ["add", name, value]} and {@code ["remove", name]}.
 */
final class TransformsJson {
    private static final int TEXT_CHARS_MAX = 65_536;
    private static final List<String> HEADERS = List.of("updateHeaders", "addHeaders", "headerEdits");
    private static final List<String> REQUEST =
            List.of("updateHeaders", "addHeaders", "replaceMethod", "replaceUrl", "matchReplaceBody", "regexReplaceBody", "headerEdits");
    private static final List<String> RESPONSE =
            List.of("updateHeaders", "addHeaders", "replaceStatus", "matchReplaceBody", "regexReplaceBody", "headerEdits");

    private TransformsJson() {}

    static Transforms parse(Members handler) throws RuleException {
        Optional<JsonObject> request = handler.object("transformRequest");
        Optional<JsonObject> response = handler.object("transformResponse");
        return new Transforms(request.isPresent() ? request(new Members(handler.pathOf("transformRequest"), request.get(), REQUEST)) : RequestEdits.NONE,
                response.isPresent() ? response(new Members(handler.pathOf("transformResponse"), response.get(), RESPONSE)) : ResponseEdits.NONE);
    }

    static void put(JsonObject.Builder handler, Transforms transforms) {
        RequestEdits request = transforms.request();
        if (!request.isNone()) {
            JsonObject.Builder object = JsonObject.builder();
            put(object, request.headers());
            object.putIf("replaceMethod", request.method());
            request.url().ifPresent(edit -> object.put("replaceUrl",
                    JsonObject.builder().put("match", edit.match().source()).put("replace", edit.replacement()).build()));
            put(object, request.body());
            handler.put("transformRequest", object.build());
        }
        ResponseEdits response = transforms.response();
        if (!response.isNone()) {
            JsonObject.Builder object = JsonObject.builder();
            put(object, response.headers());
            response.status().ifPresent(status -> object.put("replaceStatus", status));
            put(object, response.body());
            handler.put("transformResponse", object.build());
        }
    }

    private static RequestEdits request(Members members) throws RuleException {
        Optional<String> method = members.text("replaceMethod", 1, TEXT_CHARS_MAX);
        if (method.isPresent() && RuleParts.method(members.pathOf("replaceMethod"), method.get()).equals("CONNECT")) {
            throw members.bad("replaceMethod", "a method other than CONNECT, which opens a tunnel", "\"CONNECT\"");
        }
        return new RequestEdits(headers(members), method, url(members), body(members));
    }

    private static ResponseEdits response(Members members) throws RuleException {
        OptionalLong status = members.whole("replaceStatus", 200, 599);
        return new ResponseEdits(headers(members), status.isPresent() ? OptionalInt.of((int) status.getAsLong()) : OptionalInt.empty(), body(members));
    }

    private static Optional<UrlEdit> url(Members members) throws RuleException {
        Optional<JsonObject> object = members.object("replaceUrl");
        if (object.isEmpty()) {
            return Optional.empty();
        }
        Members edit = new Members(members.pathOf("replaceUrl"), object.get(), List.of("match", "replace"));
        Regex match = RuleParts.regex(edit.pathOf("match"), edit.required("match", TEXT_CHARS_MAX));
        String replacement = edit.required("replace", TEXT_CHARS_MAX);
        return Optional.of(RuleParts.replacing(edit.pathOf("replace"), () -> new UrlEdit(match, replacement)));
    }

    private static BodyEdits body(Members members) throws RuleException {
        List<BodyEdits.Literal> literals = new ArrayList<>();
        for (List<String> pair : pairs(members, "matchReplaceBody", "[text, replacement]")) {
            literals.add(new BodyEdits.Literal(pair.get(0), pair.get(1)));
        }
        List<BodyEdits.Expression> expressions = new ArrayList<>();
        for (List<String> pair : pairs(members, "regexReplaceBody", "[regex, replacement]")) {
            String path = members.pathOf("regexReplaceBody") + "[" + expressions.size() + "]";
            Regex match = RuleParts.regex(path + "[0]", pair.get(0));
            expressions.add(RuleParts.replacing(path + "[1]", () -> new BodyEdits.Expression(match, pair.get(1))));
        }
        return new BodyEdits(literals, expressions);
    }

    private static List<List<String>> pairs(Members members, String name, String form) throws RuleException {
        Optional<JsonValue> value = members.value(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (!(value.get() instanceof JsonArray array)) {
            throw Members.unexpected(members.pathOf(name), "an array of " + form, value.get());
        }
        RuleParts.requireFew(members.pathOf(name), array.size());
        List<List<String>> pairs = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            String path = members.pathOf(name) + "[" + i + "]";
            List<JsonValue> pair = RuleParts.pair(path, array.values().get(i), form);
            pairs.add(List.of(Members.text(path + "[0]", pair.get(0), 1, TEXT_CHARS_MAX), Members.text(path + "[1]", pair.get(1), 0, TEXT_CHARS_MAX)));
        }
        return pairs;
    }

    private static HeadEdits headers(Members members) throws RuleException {
        List<HeadEdits.Edit> edits = new ArrayList<>();
        Optional<JsonObject> updates = members.object("updateHeaders");
        if (updates.isPresent()) {
            edits.addAll(RuleParts.updates(members.pathOf("updateHeaders"), updates.get()));
        }
        Optional<JsonValue> added = members.value("addHeaders");
        if (added.isPresent()) {
            for (Fields.Line line : RuleParts.lines(members.pathOf("addHeaders"), added.get())) {
                RuleParts.requireSettable(members.pathOf("addHeaders"), line.name());
                edits.add(new HeadEdits.Edit.Add(line.name(), line.value()));
            }
        }
        if (members.has("headerEdits")) {
            if (updates.isPresent() || added.isPresent()) {
                throw Members.bad(members.pathOf("headerEdits"), "expected either it or updateHeaders and addHeaders");
            }
            return ordered(members);
        }
        return new HeadEdits(edits);
    }

    private static HeadEdits ordered(Members members) throws RuleException {
        String path = members.pathOf("headerEdits");
        String form = "an array of [\"set\", name, value], [\"add\", name, value] and [\"remove\", name]";
        if (!(members.value("headerEdits").orElseThrow() instanceof JsonArray array)) {
            throw Members.unexpected(path, form, members.value("headerEdits").orElseThrow());
        }
        RuleParts.requireFew(path, array.size());
        List<HeadEdits.Edit> edits = new ArrayList<>();
        for (JsonValue value : array) {
            List<JsonValue> edit = value instanceof JsonArray parts ? parts.values() : List.of();
            String verb = edit.isEmpty() ? "" : Members.text(path, edit.get(0), 0, 10);
            if (verb.equals("remove") ? edit.size() != 2 : edit.size() != 3 || !verb.equals("set") && !verb.equals("add")) {
                throw Members.unexpected(path, form, value);
            }
            String name = Members.text(path, edit.get(1), 1, TEXT_CHARS_MAX);
            Fields.Line line = RuleParts.settable(path, name, verb.equals("remove") ? new JsonString("") : edit.get(2));
            edits.add(switch (verb) {
                case "set" -> new HeadEdits.Edit.Set(line.name(), line.value());
                case "add" -> new HeadEdits.Edit.Add(line.name(), line.value());
                default -> new HeadEdits.Edit.Remove(line.name());
            });
        }
        return new HeadEdits(edits);
    }

    private static void put(JsonObject.Builder object, BodyEdits body) {
        List<JsonValue> literals = new ArrayList<>();
        for (BodyEdits.Literal literal : body.literals()) {
            literals.add(JsonArray.ofStrings(List.of(literal.match(), literal.replacement())));
        }
        List<JsonValue> expressions = new ArrayList<>();
        for (BodyEdits.Expression expression : body.expressions()) {
            expressions.add(JsonArray.ofStrings(List.of(expression.match().source(), expression.replacement())));
        }
        if (!literals.isEmpty()) {
            object.put("matchReplaceBody", literals);
        }
        if (!expressions.isEmpty()) {
            object.put("regexReplaceBody", expressions);
        }
    }

    private static void put(JsonObject.Builder object, HeadEdits headers) {
        JsonObject.Builder updates = JsonObject.builder();
        List<Fields.Line> added = new ArrayList<>();
        List<JsonValue> inOrder = new ArrayList<>();
        Set<String> updated = new HashSet<>();
        boolean plain = true;
        for (HeadEdits.Edit edit : headers.edits()) {
            switch (edit) {
                case HeadEdits.Edit.Set set -> {
                    updates.put(set.name(), set.value());
                    inOrder.add(JsonArray.ofStrings(List.of("set", set.name(), set.value())));
                }
                case HeadEdits.Edit.Remove remove -> {
                    updates.put(remove.name(), JsonNull.NULL);
                    inOrder.add(JsonArray.ofStrings(List.of("remove", remove.name())));
                }
                case HeadEdits.Edit.Add add -> {
                    added.add(new Fields.Line(add.name(), add.value()));
                    inOrder.add(JsonArray.ofStrings(List.of("add", add.name(), add.value())));
                }
            }
            plain &= edit instanceof HeadEdits.Edit.Add || added.isEmpty() && updated.add(edit.name().toLowerCase(Locale.ROOT));
        }
        if (!plain) {
            object.put(HEADERS.get(2), inOrder);
            return;
        }
        if (!updated.isEmpty()) {
            object.put(HEADERS.get(0), updates.build());
        }
        if (!added.isEmpty()) {
            object.put(HEADERS.get(1), RuleParts.json(added));
        }
    }
}
