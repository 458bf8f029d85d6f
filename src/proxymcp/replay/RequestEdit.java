package proxymcp.replay;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import proxymcp.codec.Charsets;
import proxymcp.codec.EditableText;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.json.Check;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.rule.HeadEdits;

/** One request while overrides change it. What none of them names keeps its octets. Not for several threads. */
final class RequestEdit {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String CONTENT_LENGTH = "Content-Length";
    /** Fields that {@code replace} does not look into: they tell where the request goes and where it ends. */
    private static final Set<String> LEFT_ALONE = Set.of("host", "content-length", "transfer-encoding");

    private final OutgoingRequest request;
    private final Values.OfItem values;
    private final Consumer<RequestOverride.Literal> found;
    private final ChangedBody body;
    private final List<String> changes = new ArrayList<>();
    private String method;
    private String target;
    private Fields fields;

    /** @param found takes each literal that is somewhere in the request */
    RequestEdit(OutgoingRequest request, Values.OfItem values, Consumer<RequestOverride.Literal> found) {
        this.found = found;
        this.request = request;
        this.values = values;
        this.body = new ChangedBody(request.head().fields(), request.body());
        this.method = request.head().method();
        this.target = request.head().target();
        this.fields = request.head().fields();
    }

    /** What was changed so far, a sentence each. */
    List<String> changes() {
        return changes;
    }

    void cookies(RunCookies cookies) {
        Fields sent = cookies.sent(request.endpoint(), target, fields);
        if (sent != fields) {
            changes.add("request.header.Cookie: " + switch (cookies.mode()) {
                case RECORDED -> "as recorded";
                case JAR -> "cookies of this run";
                case NONE -> "removed";
            });
            fields = sent;
        }
    }

    /** @throws ChangeException if something cannot be changed as it says */
    void apply(RequestOverride override) throws ChangeException {
        override.method().filter(other -> !other.equals(method)).ifPresent(other -> {
            changes.add("request.method: " + other + " instead of " + method);
            method = other;
        });
        query(override);
        headers(override);
        for (Map.Entry<String, ValueText> cookie : override.cookies().entrySet()) {
            cookie(cookie.getKey(), cookie.getValue().with(values));
        }
        if (override.body().isPresent()) {
            body(override.body().get());
        }
        if (!override.form().isEmpty()) {
            requireBody("request.form");
            form(override.form());
        }
        if (!override.json().isEmpty()) {
            requireBody("request.json");
            for (RequestOverride.JsonSetting setting : override.json()) {
                json(setting);
            }
        }
        for (RequestOverride.Literal literal : override.literals()) {
            replace(literal);
        }
    }

    /** @throws ChangeException if the changed request is none, or its body cannot be coded */
    OutgoingRequest result() throws ChangeException {
        ReplayBody sent = body.coded(fields);
        if (sent != request.body() && sent instanceof ReplayBody.Held held && !fields.contains("Transfer-Encoding")) {
            fields = new HeadLength(held.octets().length).in(fields);
        }
        RequestHead head = request.head();
        boolean same = method.equals(head.method()) && target.equals(head.target()) && fields == head.fields();
        try {
            return same && sent == request.body() ? request : new OutgoingRequest(request.endpoint(),
                    new RequestHead(method, target, head.version(), fields, head.notes(), same ? head.raw() : new byte[0]), sent, request.trailers());
        } catch (IllegalArgumentException e) {
            throw new ChangeException("request.target: " + e.getMessage());
        }
    }

    private void requireBody(String place) throws ChangeException {
        if (!body.isPresent()) {
            throw new ChangeException(place + ": nothing can be set, the request has no body; limit the override with match");
        }
    }

    private void query(RequestOverride override) throws ChangeException {
        if (override.query().isEmpty() && override.removedQuery().isEmpty()) {
            return;
        }
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        if (!path.startsWith("/")) {
            throw new ChangeException("request.query: the target " + Check.quoted(new JsonString(target)) + " has no query");
        }
        PairText pairs = PairText.ofQuery(question < 0 ? "" : target.substring(question + 1));
        boolean changed = false;
        for (String name : override.removedQuery()) {
            if (pairs.remove(name)) {
                changes.add("request.query." + name + ": removed");
                changed = true;
            }
        }
        for (Map.Entry<String, ValueText> parameter : override.query().entrySet()) {
            String value = parameter.getValue().with(values);
            set(pairs, "request.query." + parameter.getKey(), parameter.getKey(), value);
            changed = true;
        }
        if (changed) {
            target = pairs.isEmpty() ? path : path + "?" + pairs;
        }
    }

    private void set(PairText pairs, String place, String name, String value) throws ChangeException {
        try {
            pairs.set(name, value);
            changes.add(place + ": set to " + ShortValue.of(value));
        } catch (CharacterCodingException e) {
            throw new ChangeException(place + ": the charset lacks characters of the value");
        }
    }

    private void headers(RequestOverride override) throws ChangeException {
        for (String name : override.removedHeaders()) {
            if (fields.contains(name)) {
                fields = fields.without(name);
                changes.add("request.header." + name + ": removed");
            }
        }
        for (Map.Entry<String, ValueText> header : override.headers().entrySet()) {
            String value = header.getValue().with(values);
            try {
                fields = new HeadEdits(List.of(new HeadEdits.Edit.Set(header.getKey(), value))).apply(fields);
            } catch (IllegalArgumentException e) {
                throw new ChangeException("request.header." + header.getKey() + ": " + e.getMessage());
            }
            changes.add("request.header." + header.getKey() + ": set to " + ShortValue.of(value));
        }
    }

    private void cookie(String name, String value) throws ChangeException {
        if (value.indexOf(';') >= 0) {
            throw new ChangeException("request.cookie." + name + ": the value holds a semicolon");
        }
        try {
            fields = new CookieLines(fields).set(name, value).fields();
        } catch (IllegalArgumentException e) {
            throw new ChangeException("request.cookie." + name + ": " + e.getMessage());
        }
        changes.add("request.cookie." + name + ": set to " + ShortValue.of(value));
    }

    private String contentType() {
        return fields.first("Content-Type").orElse("");
    }

    private void body(RequestOverride.NewBody given) throws ChangeException {
        byte[] octets = switch (given) {
            case RequestOverride.NewBody.OfOctets exact -> exact.octets();
            case RequestOverride.NewBody.OfText text -> {
                try {
                    yield EditableText.encode(text.text().with(values), Charsets.ofParameter(contentType()).orElse(StandardCharsets.UTF_8));
                } catch (CharacterCodingException e) {
                    throw new ChangeException("request.body: the charset of the request lacks characters of the text");
                }
            }
        };
        body.set(octets);
        changes.add("request.body: " + octets.length + " octets of other content");
    }

    private void form(Map<String, ValueText> set) throws ChangeException {
        String type = Charsets.mediaType(contentType());
        Optional<String> boundary = type.equals("multipart/form-data") ? MultipartForm.boundary(contentType()) : Optional.empty();
        if (!type.equals(FORM) && boundary.isEmpty()) {
            throw new ChangeException("request.form: the body is no form, its type is " + Check.quoted(new JsonString(type)));
        }
        String text = new String(body.content(), StandardCharsets.ISO_8859_1);
        PairText pairs = PairText.ofForm(text, Charsets.ofParameter(contentType()).orElse(StandardCharsets.UTF_8));
        MultipartForm parts = new MultipartForm(text, boundary.orElse(""));
        for (Map.Entry<String, ValueText> field : set.entrySet()) {
            String value = field.getValue().with(values);
            if (boundary.isPresent()) {
                parts.set(field.getKey(), value);
                changes.add("request.form." + field.getKey() + ": set to " + ShortValue.of(value));
            } else {
                set(pairs, "request.form." + field.getKey(), field.getKey(), value);
            }
        }
        body.set((boundary.isPresent() ? parts.toString() : pairs.toString()).getBytes(StandardCharsets.ISO_8859_1));
    }

    private void json(RequestOverride.JsonSetting setting) throws ChangeException {
        String place = "request.json." + setting.path();
        try {
            EditableText text = EditableText.of(body.content(), contentType());
            if (text.ofOctets()) {
                throw new ChangeException(place + ": the body is no JSON, but binary");
            }
            Optional<JsonValue> before = setting.path().first(Json.parse(text.text()));
            JsonValue value = filled(setting.value(), before);
            body.set(text.octets(setting.path().setIn(text.text(), value)));
            changes.add(place + ": set to " + (value instanceof JsonString string ? ShortValue.of(string.value()) : ShortValue.of(value.toString())));
        } catch (JsonException | CharacterCodingException e) {
            throw new ChangeException(place + ": the body is no JSON" + (e instanceof JsonException ? ": " + e.getMessage() : " in its charset"));
        } catch (IllegalArgumentException e) {
            throw new ChangeException(place + ": " + e.getMessage());
        }
    }

    /** A value with all placeholders filled in. One that is a placeholder alone becomes a number where a number stood. */
    private JsonValue filled(JsonValue template, Optional<JsonValue> before) {
        if (template instanceof JsonString string) {
            ValueText text = ValueText.parse(string.value());
            String value = text.with(values);
            return text.isOnePlaceholder() && before.isPresent() && before.get() instanceof JsonNumber && isNumber(value)
                    ? new JsonNumber(value) : new JsonString(value);
        }
        if (template instanceof JsonArray array) {
            List<JsonValue> items = new ArrayList<>();
            array.forEach(item -> items.add(filled(item, Optional.empty())));
            return new JsonArray(items);
        }
        if (template instanceof JsonObject object) {
            JsonObject.Builder members = JsonObject.builder();
            object.members().forEach(member -> members.put(member.name(), filled(member.value(), Optional.empty())));
            return members.build();
        }
        return template;
    }

    private static boolean isNumber(String text) {
        try {
            return new JsonNumber(text).text().equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void replace(RequestOverride.Literal literal) throws ChangeException {
        String with = literal.replacement().with(values);
        List<String> places = new ArrayList<>();
        Literals.Replaced inTarget = Literals.in(target, coded(literal.match(), with, StandardCharsets.UTF_8, "%20", true));
        if (inTarget.places() > 0) {
            target = inTarget.text();
            places.add("url");
        }
        replaceInFields(literal.match(), with, places);
        if (body.isPresent()) {
            replaceInBody(literal.match(), with, places);
        }
        if (!places.isEmpty()) {
            found.accept(literal);
            changes.add("request: " + ShortValue.of(literal.match()) + " replaced by " + ShortValue.of(with) + " in " + String.join(", ", places));
        }
    }

    private void replaceInFields(String match, String with, List<String> places) throws ChangeException {
        Fields.Builder builder = new Fields.Builder();
        boolean changed = false;
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            Literals.Replaced replaced = LEFT_ALONE.contains(name.toLowerCase(Locale.ROOT)) ? new Literals.Replaced("", 0)
                    : Literals.in(fields.value(i), List.of(new Literals.Pair(match, with)));
            if (replaced.places() == 0) {
                builder.addLine(fields, i);
                continue;
            }
            try {
                builder.add(name, replaced.text());
            } catch (IllegalArgumentException e) {
                throw new ChangeException("request.header." + name + ": " + e.getMessage());
            }
            places.add("header." + name);
            changed = true;
        }
        fields = changed ? builder.build() : fields;
    }

    private void replaceInBody(String match, String with, List<String> places) throws ChangeException {
        boolean form = Charsets.mediaType(contentType()).equals(FORM);
        try {
            EditableText text = EditableText.of(body.content(), contentType());
            if (!form && !text.ofOctets() && JsonLiterals.isJson(text.text())) {
                Literals.Replaced replaced = JsonLiterals.in(text.text(), new Literals.Pair(match, with), !text.charset().newEncoder().canEncode(with));
                if (replaced.places() > 0) {
                    body.set(text.octets(replaced.text()));
                    places.add("body");
                }
                return;
            }
            List<Literals.Pair> pairs = form ? coded(match, with, text.charset(), "+", false) : List.of(new Literals.Pair(match, with));
            List<Literals.Pair> inText = new ArrayList<>();
            for (Literals.Pair pair : pairs) {
                inText.add(new Literals.Pair(text.inText(pair.find()), pair.with()));
            }
            if (Literals.in(text.text(), inText).places() > 0) {
                List<Literals.Pair> both = new ArrayList<>();
                for (Literals.Pair pair : pairs) {
                    both.add(new Literals.Pair(text.inText(pair.find()), text.inText(pair.with())));
                }
                body.set(text.octets(Literals.in(text.text(), both).text()));
                places.add("body");
            }
        } catch (CharacterCodingException e) {
            // The charset lacks characters of what is looked for, which is then not there; or of what would stand in its place.
            if (isIn(body.content(), match)) {
                throw new ChangeException("request.body: the charset of the body lacks characters of the replacement");
            }
        }
    }

    private boolean isIn(byte[] content, String match) {
        Charset charset = Charsets.choose(contentType(), content);
        return new String(content, charset).contains(match);
    }

    /** A literal as it stands and as it is coded in queries and forms. */
    private static List<Literals.Pair> coded(String match, String with, Charset charset, String space, boolean inTarget) throws ChangeException {
        try {
            Literals.Pair plain = new Literals.Pair(match, inTarget ? safe(with) : with);
            String coded = PairText.encoded(match, charset, space);
            return coded.equals(match) ? List.of(plain) : List.of(plain, new Literals.Pair(coded, PairText.encoded(with, charset, space)));
        } catch (CharacterCodingException e) {
            throw new ChangeException("request: the charset lacks characters of " + ShortValue.of(match) + " or of what replaces it");
        }
    }

    /** What may stand in a target stands for itself. */
    private static String safe(String text) throws CharacterCodingException {
        StringBuilder safe = new StringBuilder();
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            boolean fits = c > ' ' && c < 0x7f && c != '#';
            safe.append(fits ? String.valueOf((char) c) : PairText.encoded(Character.toString(c), StandardCharsets.UTF_8, "%20"));
        }
        return safe.toString();
    }

    /** Content-Length with a body's true length: in its place where there was one, else at the end. */
    private record HeadLength(int bytes) {
        Fields in(Fields fields) {
            String length = Integer.toString(bytes);
            if (fields.all(CONTENT_LENGTH).equals(List.of(length))) {
                return fields;
            }
            Fields.Builder builder = new Fields.Builder();
            boolean placed = false;
            for (int i = 0; i < fields.size(); i++) {
                if (!fields.isNamed(i, CONTENT_LENGTH)) {
                    builder.addLine(fields, i);
                } else if (!placed) {
                    builder.add(fields.name(i), length);
                    placed = true;
                }
            }
            return placed ? builder.build() : builder.add(CONTENT_LENGTH, length).build();
        }
    }
}
