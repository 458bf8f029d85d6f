package proxymcp.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Reads a template from JSON, which anybody may have written. Members that are unknown are passed over. */
final class TemplateRead {
    private static final int STEPS_MAX = 20_000;

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
        List<TemplateStep> steps = root.all("steps", TemplateRead::step);
        if (steps.size() > STEPS_MAX) {
            throw bad("steps", "at most " + STEPS_MAX);
        }
        return new FlowTemplate(id, root.text("name"), root.text("sessionId"), root.number("createdAt"), steps, root.all("inputs", TemplateRead::input),
                root.all("edges", TemplateRead::edge), root.all("loops", TemplateRead::loop), root.all("unexplained", TemplateRead::unexplained),
                root.texts("warnings"));
    }

    private static TemplateException bad(String where, String expected) {
        return new TemplateException("bad_template", where + ": expected " + expected, "the README describes the format of templates");
    }

    /** An object and where it stands. */
    private record Place(JsonObject object, String path) {
        String at(String name) {
            return path.isEmpty() ? name : path + "." + name;
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
                codings.add(Coding.of(word).orElseThrow(() -> bad(at(name), "url, form, json, html, base64, base64url, lower or upper")));
            }
            return codings;
        }
    }

    private static TemplateStep step(Place place) throws TemplateException {
        List<TemplateStep.Header> headers = new ArrayList<>();
        for (JsonValue value : place.array("headers")) {
            if (!(value instanceof JsonArray pair) || pair.size() != 2 || !(pair.values().get(0) instanceof JsonString name)
                    || !(pair.values().get(1) instanceof JsonString text)) {
                throw bad(place.at("headers"), "pairs of strings");
            }
            headers.add(new TemplateStep.Header(name.value(), text.value()));
        }
        return new TemplateStep(place.text("id"), place.number("seq"), place.text("method"), place.text("urlTemplate"), headers, body(place),
                place.texts("dependsOn"), place.all("placeholders", TemplateRead::placeholder), place.all("extracts", TemplateRead::extract),
                place.all("asserts", TemplateRead::assertion), place.object().string("loop"));
    }

    private static TemplateBody body(Place place) throws TemplateException {
        if (place.object().has("body")) {
            return new TemplateBody.Text(place.text("body"));
        }
        if (place.object().has("bodyBase64")) {
            return new TemplateBody.Octets(place.text("bodyBase64"));
        }
        if (place.object().has("bodyBlocks")) {
            return new TemplateBody.Mixed(place.all("bodyBlocks", TemplateRead::block));
        }
        return place.object().has("bodyRecorded") ? new TemplateBody.Recorded(place.number("bodyRecorded")) : new TemplateBody.None();
    }

    private static TemplateBody.Block block(Place place) throws TemplateException {
        if (place.object().has("text")) {
            return new TemplateBody.Block(TemplateBody.Block.Kind.TEXT, place.text("text"));
        }
        return place.object().has("base64") ? new TemplateBody.Block(TemplateBody.Block.Kind.OCTETS, place.text("base64"))
                : new TemplateBody.Block(TemplateBody.Block.Kind.VALUE, place.text("octetsOf"));
    }

    private static Placeholder placeholder(Place place) throws TemplateException {
        Optional<DerivedValue> derived = place.object().has("derived") ? Optional.of(derived(place.object("derived"))) : Optional.empty();
        return new Placeholder(place.text("location"), place.text("name"), place.codings("codings"), place.text("sample"), derived);
    }

    private static DerivedValue derived(Place place) throws TemplateException {
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
            case "composed" -> new DerivedValue.Composed(place.text("template"), place.codings("codings"));
            default -> throw bad(place.at("kind"), "timestamp, uuid, nonce, counter, hash, hmac, pkce or composed");
        };
    }

    private static RecipePart part(Place place) throws TemplateException {
        RecipePart.Kind kind = RecipePart.Kind.of(place.text("kind")).orElseThrow(() -> bad(place.at("kind"), "a kind of part"));
        return new RecipePart(kind, place.object().string("argument").orElse(""));
    }

    private static Extract extract(Place place) throws TemplateException {
        String select = place.text("select");
        try {
            Selector.parse(select);
        } catch (IllegalArgumentException refused) {
            throw bad(place.at("select"), refused.getMessage());
        }
        return new Extract(place.text("as"), select, place.object().get("required").orElse(JsonBoolean.TRUE).equals(JsonBoolean.TRUE));
    }

    private static Assert assertion(Place place) throws TemplateException {
        return switch (place.text("kind")) {
            case "status" -> new Assert.Status(place.smallNumber("status"));
            case "header" -> new Assert.HasHeader(place.text("name"));
            case "json" -> new Assert.HasJson(place.text("path"));
            default -> throw bad(place.at("kind"), "status, header or json");
        };
    }

    private static TemplateInput input(Place place) throws TemplateException {
        Place schema = place.object("schema");
        return new TemplateInput(place.text("name"), schema.text("type"), schema.object().string("format").orElse(""), place.text("default"),
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
        return new Loop(place.text("id"), place.text("step"), kind, place.text("variable"), place.number("start"), place.number("increment"),
                place.smallNumber("recordedTimes"), place.smallNumber("timesMax"), place.object().string("until"));
    }

    private static Unexplained unexplained(Place place) throws TemplateException {
        return new Unexplained(place.text("step"), place.text("location"), place.text("sample"), place.text("guess"));
    }
}
