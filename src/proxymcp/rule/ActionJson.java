package proxymcp.rule;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** What rules do, as JSON: the member {@code handler}. */
final class ActionJson {
    /** Characters of a body within a rule, and octets of one given as Base64; more is for a file. */
    static final int BODY_MAX = 256 << 10;

    private static final List<String> TYPES = List.of("passthrough", "mock", "forward", "drop");
    private static final List<String> BODIES = List.of("body", "bodyBase64", "bodyFile");
    private static final List<String> KNOWN = List.of("type", "status", "body", "bodyBase64", "bodyFile", "headers", "forwardTo", "dropMode",
            "transformRequest", "transformResponse", "delayMs", "delay", "throttleBytesPerSecond", "abortAfterBytes");
    private static final List<String> TRANSFORMS = List.of("transformRequest", "transformResponse");

    private ActionJson() {}

    static RuleAction parse(JsonObject object) throws RuleException {
        Members members = new Members("handler", object, KNOWN);
        String type = members.choice("type", TYPES).orElseThrow(() -> Members.bad("handler.type", "required: passthrough, mock, forward or drop"));
        for (JsonObject.Member member : object.members()) {
            if (!takes(type, member.name())) {
                throw Members.bad(members.pathOf(member.name()), "not taken by a handler of type " + type + ", but by "
                        + String.join(" and ", takers(member.name())));
            }
        }
        return switch (type) {
            case "passthrough" -> new RuleAction.Pass(TransformsJson.parse(members), PaceJson.parse(members));
            case "mock" -> mock(members);
            case "forward" -> new RuleAction.Forward(base(members), TransformsJson.parse(members), PaceJson.parse(members));
            default -> new RuleAction.Drop(members.choice("dropMode", List.of("close", "reset")).orElse("close").equals("reset")
                    ? RuleAction.Drop.Mode.RESET : RuleAction.Drop.Mode.CLOSE, PaceJson.parse(members));
        };
    }

    private static boolean takes(String type, String member) {
        return switch (member) {
            case "type", "delayMs", "delay" -> true;
            case "throttleBytesPerSecond", "abortAfterBytes" -> !type.equals("drop");
            case "forwardTo" -> type.equals("forward");
            case "dropMode" -> type.equals("drop");
            default -> TRANSFORMS.contains(member) ? type.equals("passthrough") || type.equals("forward") : type.equals("mock");
        };
    }

    private static List<String> takers(String member) {
        List<String> takers = new ArrayList<>();
        for (String type : TYPES) {
            if (takes(type, member)) {
                takers.add(type);
            }
        }
        return takers;
    }

    private static RuleAction mock(Members members) throws RuleException {
        int status = (int) members.whole("status", 200, 599).orElse(200);
        List<String> given = new ArrayList<>();
        for (String name : BODIES) {
            if (members.has(name)) {
                given.add(name);
            }
        }
        if (given.size() > 1) {
            throw Members.bad(members.pathOf(given.get(1)), "expected one body, got " + String.join(" and ", given));
        }
        Optional<JsonValue> headers = members.value("headers");
        List<Fields.Line> lines = headers.isPresent() ? RuleParts.lines("handler.headers", headers.get()) : List.of();
        for (Fields.Line line : lines) {
            RuleParts.requireSettable("handler.headers", line.name());
        }
        MockBody body = body(members);
        boolean bodiless = status == 204 || status == 205 || status == 304;
        if (bodiless && !isEmpty(body)) {
            throw Members.bad(members.pathOf(given.get(0)), "a response with status " + status + " has no body; leave it out or give another status");
        }
        return new RuleAction.Mock(status, Fields.of(lines), body, PaceJson.parse(members));
    }

    private static boolean isEmpty(MockBody body) {
        return switch (body) {
            case MockBody.Text text -> text.text().isEmpty();
            case MockBody.Octets octets -> octets.octets().length == 0;
            case MockBody.Contents contents -> false;
        };
    }

    private static MockBody body(Members members) throws RuleException {
        Optional<String> base64 = members.text("bodyBase64", 0, BODY_MAX / 3 * 4 + 4);
        Optional<String> file = members.text("bodyFile", 1, 4_096);
        if (base64.isPresent()) {
            try {
                return new MockBody.Octets(Base64.getDecoder().decode(base64.get()));
            } catch (IllegalArgumentException refused) {
                throw Members.bad(members.pathOf("bodyBase64"), "expected Base64: " + refused.getMessage());
            }
        }
        if (file.isPresent()) {
            try {
                Path path = Path.of(file.get());
                if (path.isAbsolute()) {
                    return new MockBody.Contents(path);
                }
            } catch (InvalidPathException notAPath) {
                // Said below.
            }
            throw Members.unexpected(members.pathOf("bodyFile"), "the absolute path of a file", new JsonString(file.get()));
        }
        return new MockBody.Text(members.text("body", 0, BODY_MAX).orElse(""));
    }

    private static URI base(Members members) throws RuleException {
        String text = members.text("forwardTo", 1, 4_096)
                .orElseThrow(() -> Members.bad("handler.forwardTo", "required for a handler of type forward, such as http://127.0.0.1:8080"));
        try {
            URI base = new URI(text);
            ForwardBase.check(base);
            return base;
        } catch (URISyntaxException | IllegalArgumentException refused) {
            throw Members.unexpected("handler.forwardTo", "an http or https URL such as http://127.0.0.1:8080, without user, query and fragment",
                    new JsonString(text));
        }
    }

    static JsonObject json(RuleAction action) {
        JsonObject.Builder object = JsonObject.builder();
        switch (action) {
            case RuleAction.Pass pass -> TransformsJson.put(object.put("type", "passthrough"), pass.transforms());
            case RuleAction.Mock mock -> {
                object.put("type", "mock").put("status", mock.status());
                switch (mock.body()) {
                    case MockBody.Text text -> object.put("body", text.text());
                    case MockBody.Octets octets -> object.put("bodyBase64", Base64.getEncoder().encodeToString(octets.octets()));
                    case MockBody.Contents contents -> object.put("bodyFile", contents.file().toString());
                }
                if (!mock.fields().isEmpty()) {
                    object.put("headers", RuleParts.json(mock.fields().lines()));
                }
            }
            case RuleAction.Forward forward ->
                    TransformsJson.put(object.put("type", "forward").put("forwardTo", forward.base().toString()), forward.transforms());
            case RuleAction.Drop drop -> object.put("type", "drop").put("dropMode", drop.mode().name().toLowerCase(Locale.ROOT));
        }
        PaceJson.put(object, action.pace());
        return object.build();
    }

    static String type(RuleAction action) {
        return switch (action) {
            case RuleAction.Pass pass -> "passthrough";
            case RuleAction.Mock mock -> "mock";
            case RuleAction.Forward forward -> "forward";
            case RuleAction.Drop drop -> "drop";
        };
    }
}
