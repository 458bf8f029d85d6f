package proxymcp.template;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Reads a template from JSON, which anybody may have written: what would have no effect is refused. */
final class TemplateRead {
    private static final int STEPS_MAX = 20_000;
    private static final String HINT = "the README describes the format of templates";

    private final JsonObject json;

    private interface Reader<T> {
        T read(Place place) throws TemplateException;
    }

    TemplateRead(JsonObject json) {
        this.json = json;
    }

    FlowTemplate template() throws TemplateException {
        Place root = new Place(json, "");
        long version = root.number("version");
        if (version > FlowTemplate.VERSION) {
            throw new TemplateException("bad_template", "version: expected at most " + FlowTemplate.VERSION + ", got " + version,
                    "a newer proxy-mcp wrote it");
        }
        String id = root.text("id");
        if (!FlowTemplate.isId(id)) {
            throw bad("id", "at most " + FlowTemplate.ID_CHARS_MAX + " lower-case letters, digits, '-' and '_'");
        }
        root.only("version", "id", "name", "sessionId", "createdAt", "steps", "inputs", "edges", "loops", "unexplained", "warnings");
        List<TemplateStep> steps = root.all("steps", TemplateRead::step);
        if (steps.isEmpty() || steps.size() > STEPS_MAX) {
            throw bad("steps", "1.." + STEPS_MAX + " steps");
        }
        Set<Long> seqs = new HashSet<>();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).seq() > 0 && !seqs.add(steps.get(i).seq())) {
                throw bad("steps[" + i + "].seq", "another one than that of a step before it, or 0");
            }
        }
        return new FlowTemplate(id, root.text("name"), root.text("sessionId"), root.number("createdAt"), steps, root.all("inputs", TemplateRead::input),
                root.all("edges", TemplateRead::edge), root.all("loops", TemplateRead::loop), root.all("unexplained", TemplateRead::unexplained),
                root.texts("warnings"));
    }

    private static TemplateException bad(String where, String expected) {
        return new TemplateException("bad_template", where + ": expected " + expected, HINT);
    }

    private static String checked(String where, String template) throws TemplateException {
        Optional<String> complaint = TemplateTokens.complaint(template);
        if (complaint.isPresent()) {
            throw new TemplateException("bad_template", where + ": " + complaint.get(), HINT);
        }
        return template;
    }

    /** An object and where it stands. */
    private record Place(JsonObject object, String path) {
        String at(String name) {
            return path.isEmpty() ? name : path + "." + name;
        }

        /** Refuses members of other names. */
        void only(String... names) throws TemplateException {
            for (JsonObject.Member member : object.members()) {
                if (!List.of(names).contains(member.name())) {
                    String shown = member.name().length() <= 60 ? member.name() : member.name().substring(0, 60) + "…";
                    throw new TemplateException("bad_template", at(shown) + ": there is no such member" + RunnableFlow.nearest(List.of(names), member.name()), HINT);
                }
            }
        }

        String text(String name) throws TemplateException {
            return object.string(name).orElseThrow(() -> bad(at(name), "a string"));
        }

        long number(String name) throws TemplateException {
            if (object.get(name).orElse(JsonBoolean.FALSE) instanceof JsonNumber number && number.exactLong().isPresent()) {
                return number.exactLong().getAsLong();
            }
            throw bad(at(name), "an integer");
        }

        /** A member that need not be there. */
        Optional<String> optional(String name) throws TemplateException {
            return object.has(name) ? Optional.of(text(name)) : Optional.empty();
        }

        boolean flag(String name, boolean usual) throws TemplateException {
            JsonValue value = object.get(name).orElse(usual ? JsonBoolean.TRUE : JsonBoolean.FALSE);
            if (!(value instanceof JsonBoolean)) {
                throw bad(at(name), "true or false");
            }
            return value.equals(JsonBoolean.TRUE);
        }

        /** A text with placeholders. */
        String template(String name) throws TemplateException {
            return checked(at(name), text(name));
        }

        int smallNumber(String name) throws TemplateException {
            long number = number(name);
            if (number < 0 || number > Integer.MAX_VALUE) {
                throw bad(at(name), "an integer in 0.." + Integer.MAX_VALUE);
            }
            return (int) number;
        }

        double score(String name) {
            return object.get(name).orElse(JsonBoolean.FALSE) instanceof JsonNumber number ? number.asDouble() : 0;
        }

        Place object(String name) throws TemplateException {
            return new Place(object.object(name).orElseThrow(() -> bad(at(name), "an object")), at(name));
        }

        JsonArray array(String name) throws TemplateException {
            if (!object.has(name)) {
                return JsonArray.EMPTY;
            }
            return object.array(name).orElseThrow(() -> bad(at(name), "an array"));
        }

        List<String> texts(String name) throws TemplateException {
            List<String> texts = new ArrayList<>();
            for (JsonValue value : array(name)) {
                if (!(value instanceof JsonString string)) {
                    throw bad(at(name), "an array of strings");
                }
                texts.add(string.value());
            }
            return texts;
        }

        <T> List<T> all(String name, Reader<T> reader) throws TemplateException {
            List<T> all = new ArrayList<>();
            for (JsonValue value : array(name)) {
                String where = at(name) + "[" + all.size() + "]";
                if (!(value instanceof JsonObject element)) {
                    throw bad(where, "an object");
                }
                all.add(reader.read(new Place(element, where)));
            }
            return all;
        }

        List<Coding> codings(String name) throws TemplateException {
            List<Coding> codings = new ArrayList<>();
            for (String word : texts(name)) {
                codings.add(Coding.of(word).orElseThrow(() -> bad(at(name), "of " + Coding.words())));
            }
            return codings;
        }
    }

    private static TemplateStep step(Place place) throws TemplateException {
        place.only("id", "seq", "method", "urlTemplate", "headers", "body", "bodyBase64", "bodyBlocks", "bodyRecorded", "dependsOn", "placeholders", "extracts", "asserts", "loop");
        List<TemplateStep.Header> headers = new ArrayList<>();
        for (JsonValue value : place.array("headers")) {
            if (!(value instanceof JsonArray pair) || pair.size() != 2 || !(pair.values().get(0) instanceof JsonString name)
                    || !(pair.values().get(1) instanceof JsonString text)) {
                throw bad(place.at("headers"), "pairs of strings");
            }
            headers.add(new TemplateStep.Header(name.value(), checked(place.at("headers") + "[" + headers.size() + "]", text.value())));
        }
        if (place.number("seq") < 0) {
            throw bad(place.at("seq"), "the number of an exchange, or 0 for none");
        }
        return new TemplateStep(place.text("id"), place.number("seq"), place.text("method"), place.template("urlTemplate"), headers, body(place),
                place.texts("dependsOn"), place.all("placeholders", TemplateRead::placeholder), place.all("extracts", TemplateRead::extract),
                place.all("asserts", TemplateRead::assertion), place.optional("loop"));
    }

    private static TemplateBody body(Place place) throws TemplateException {
        List<String> given = new ArrayList<>();
        for (String name : List.of("body", "bodyBase64", "bodyBlocks", "bodyRecorded")) {
            if (place.object().has(name)) {
                given.add(name);
            }
        }
        if (given.size() > 1) {
            throw bad(place.at(given.get(1)), "one body, got " + String.join(" and ", given));
        }
        return switch (given.isEmpty() ? "" : given.get(0)) {
            case "body" -> new TemplateBody.Text(place.template("body"));
            case "bodyBase64" -> new TemplateBody.Octets(base64(place, "bodyBase64"));
            case "bodyBlocks" -> new TemplateBody.Mixed(place.all("bodyBlocks", TemplateRead::block));
            case "bodyRecorded" -> new TemplateBody.Recorded(place.number("bodyRecorded"));
            default -> new TemplateBody.None();
        };
    }

    private static String base64(Place place, String name) throws TemplateException {
        String text = place.text(name);
        try {
            Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw bad(place.at(name), "Base64");
        }
        return text;
    }

    private static TemplateBody.Block block(Place place) throws TemplateException {
        if (place.object().has("text")) {
            place.only("text");
            return new TemplateBody.Block(TemplateBody.Block.Kind.TEXT, place.template("text"));
        }
        place.only(place.object().has("base64") ? "base64" : "octetsOf");
        return place.object().has("base64") ? new TemplateBody.Block(TemplateBody.Block.Kind.OCTETS, base64(place, "base64"))
                : new TemplateBody.Block(TemplateBody.Block.Kind.VALUE, place.text("octetsOf"));
    }

    private static Placeholder placeholder(Place place) throws TemplateException {
        place.only("location", "name", "codings", "sample", "derived");
        Optional<DerivedValue> derived = place.object().has("derived") ? Optional.of(derived(place.object("derived"))) : Optional.empty();
        return new Placeholder(place.text("location"), place.text("name"), place.codings("codings"), place.text("sample"), derived);
    }

    private static DerivedValue derived(Place place) throws TemplateException {
        place.only(switch (place.text("kind")) {
            case "timestamp" -> new String[] {"kind", "format"};
            case "nonce" -> new String[] {"kind", "alphabet", "chars"};
            case "counter" -> new String[] {"kind", "start", "increment"};
            case "hash" -> new String[] {"kind", "algorithm", "encoding", "separator", "parts"};
            case "hmac" -> new String[] {"kind", "algorithm", "encoding", "key", "separator", "parts"};
            case "pkce" -> new String[] {"kind", "verifier"};
            case "composed" -> new String[] {"kind", "template", "codings"};
            default -> new String[] {"kind"};
        });
        return switch (place.text("kind")) {
            case "timestamp" -> new DerivedValue.Timestamp(place.text("format"));
            case "uuid" -> new DerivedValue.Uuid();
            case "nonce" -> new DerivedValue.Nonce(place.text("alphabet"), place.smallNumber("chars"));
            case "counter" -> new DerivedValue.Counter(place.number("start"), place.number("increment"));
            case "hash" -> new DerivedValue.Hash(place.text("algorithm"), place.text("encoding"), place.text("separator"),
                    place.all("parts", TemplateRead::part));
            case "hmac" -> new DerivedValue.Hmac(place.text("algorithm"), place.text("encoding"), part(place.object("key")), place.text("separator"),
                    place.all("parts", TemplateRead::part));
            case "pkce" -> new DerivedValue.Pkce(place.text("verifier"));
            case "composed" -> new DerivedValue.Composed(place.template("template"), place.codings("codings"));
            default -> throw bad(place.at("kind"), "timestamp, uuid, nonce, counter, hash, hmac, pkce or composed");
        };
    }

    private static RecipePart part(Place place) throws TemplateException {
        RecipePart.Kind kind = RecipePart.Kind.of(place.text("kind")).orElseThrow(() -> bad(place.at("kind"), "a kind of part"));
        place.only("kind", "argument");
        return new RecipePart(kind, place.optional("argument").orElse(""));
    }

    private static Extract extract(Place place) throws TemplateException {
        place.only("as", "select", "required");
        String select = place.text("select");
        try {
            Selector.parse(select);
        } catch (IllegalArgumentException refused) {
            // The message says what was expected.
            throw new TemplateException("bad_template", place.at("select") + ": " + refused.getMessage(), HINT);
        }
        return new Extract(place.text("as"), select, place.flag("required", true));
    }

    private static Assert assertion(Place place) throws TemplateException {
        place.only("kind", "status", "name", "path");
        return switch (place.text("kind")) {
            case "status" -> new Assert.Status(place.smallNumber("status"));
            case "header" -> new Assert.HasHeader(place.text("name"));
            case "json" -> new Assert.HasJson(place.text("path"));
            default -> throw bad(place.at("kind"), "status, header or json");
        };
    }

    private static TemplateInput input(Place place) throws TemplateException {
        place.only("name", "schema", "default", "usedIn");
        Place schema = place.object("schema");
        schema.only("type", "format");
        return new TemplateInput(place.text("name"), schema.text("type"), schema.optional("format").orElse(""), place.text("default"),
                place.texts("usedIn"));
    }

    private static Edge edge(Place place) throws TemplateException {
        return new Edge(place.text("from"), place.text("to"), place.text("sample"), place.text("location"), place.text("selector"),
                place.texts("transform"), place.score("score"), place.all("alternatives", other -> new Edge.Alternative(other.number("seq"),
                other.text("selector"), other.score("score"))));
    }

    private static Loop loop(Place place) throws TemplateException {
        Loop.Kind kind = switch (place.text("kind")) {
            case "counter" -> Loop.Kind.COUNTER;
            case "cursor" -> Loop.Kind.CURSOR;
            default -> throw bad(place.at("kind"), "counter or cursor");
        };
        place.only("id", "step", "kind", "variable", "start", "increment", "recordedTimes", "timesMax", "until");
        if (place.smallNumber("timesMax") < 1) {
            throw bad(place.at("timesMax"), "1 or more");
        }
        return new Loop(place.text("id"), place.text("step"), kind, place.text("variable"), place.number("start"), place.number("increment"),
                place.smallNumber("recordedTimes"), place.smallNumber("timesMax"), place.optional("until"));
    }

    private static Unexplained unexplained(Place place) throws TemplateException {
        return new Unexplained(place.text("step"), place.text("location"), place.text("sample"), place.text("guess"));
    }
}
