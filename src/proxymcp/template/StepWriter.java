package proxymcp.template;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.decode.PercentCoding;
import proxymcp.diff.Part;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonPath;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Writes a recorded request with placeholders where its values are filled in. For one request. */
final class StepWriter {
    private static final int BODY_CHARS_MAX = 1 << 20;
    private static final int OCTETS_MAX = 64 << 10;
    private static final int PLACES_MAX = 20;
    private static final int MIXED_BYTES_MAX = 512 << 10;
    private static final Set<String> FRAMING = Set.of("host", "content-length", "transfer-encoding", "connection", "proxy-connection", "keep-alive", "te",
            "trailer", "expect", "content-encoding", "sec-websocket-key");

    private final RequestText request;
    private final TemplateText text = new TemplateText();
    private final Map<String, List<Slot>> byLocation = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private final Set<String> warned = new HashSet<>();
    private final Map<String, String> files = new LinkedHashMap<>();
    /** Marks of numbers: their quotes go when the body needs no parsing any more. */
    private final List<String> numbers = new ArrayList<>();

    StepWriter(RequestText request, List<Use> uses, List<Slot> slots, Names names) {
        this.request = request;
        Map<String, List<Slot>> inside = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        Set<String> twice = new HashSet<>();
        for (Use use : uses) {
            if (use.part() == Part.JSON && !seen.add(use.location())) {
                twice.add(use.location()); // Two members of a name: no path tells which is meant.
            }
        }
        for (Slot slot : slots) {
            if (twice.contains(slot.use().location())) {
                unfilled(slot.use().location());
                continue;
            }
            String place = slot.use().holder().isEmpty() ? slot.use().location() : slot.use().holder();
            (slot.use().holder().isEmpty() ? byLocation : inside).computeIfAbsent(place, added -> new ArrayList<>()).add(slot);
        }
        inside.forEach((holder, parts) -> {
            for (Use use : uses) {
                if (use.location().equals(holder) && !byLocation.containsKey(holder)) {
                    composed(use, parts, names).ifPresentOrElse(slot -> byLocation.put(holder, List.of(slot)), () -> unfilled(holder));
                    return;
                }
            }
        });
    }

    /** Whether a field line is part of a template: not if it frames the message. */
    static boolean isKept(String name) {
        return !FRAMING.contains(name.toLowerCase(Locale.ROOT)) && !name.startsWith(":");
    }

    private void unfilled(String location) {
        warned.add(location);
        warnings.add(location + ": the value inside of it is known, but cannot be put there; it is sent as recorded");
    }

    /** A value that holds others: its text with them filled in, coded as it was. */
    private Optional<Slot> composed(Use use, List<Slot> parts, Names names) {
        if (parts.get(0).use().part() == Part.JWT) {
            return Optional.empty(); // It is signed.
        }
        String value = use.value();
        String held = use.part() == Part.HEADER && value.indexOf(' ') > 0 ? value.substring(value.lastIndexOf(' ') + 1) : value;
        boolean plain = held.startsWith("{") || held.startsWith("[");
        Optional<String> decoded = plain ? Optional.of(held) : Selector.base64(held);
        List<Coding> codings = plain ? List.of() : decoded.isPresent() && Coding.BASE64.apply(decoded.get()).equals(held) ? List.of(Coding.BASE64)
                : List.of(Coding.BASE64URL);
        if (decoded.isEmpty() || !Coding.applyAll(codings, decoded.get()).equals(held)) {
            return Optional.empty();
        }
        TemplateText inner = new TemplateText();
        boolean json = decoded.get().startsWith("{") || decoded.get().startsWith("[");
        String marked = decoded.get();
        for (Slot part : parts) {
            Optional<String> filled = inner.filled(marked, "", part, json ? List.of(Coding.JSON) : List.of());
            if (filled.isEmpty()) {
                return Optional.empty();
            }
            marked = filled.get();
        }
        DerivedValue.Composed derived = new DerivedValue.Composed(inner.written(marked), codings);
        for (Placeholder placeholder : inner.placeholders()) {
            text.placeholders().add(placeholder);
        }
        return Optional.of(new Slot(use, held, names.of("composed " + use.location() + " " + value, use.key()), List.of(), held, Optional.of(derived)));
    }

    String url() {
        StringBuilder url = new StringBuilder(request.scheme()).append("://").append(request.host());
        String[] segments = request.path().split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            String location = Use.location(Part.PATH, Integer.toString(i));
            url.append(i == 0 ? "" : "/").append(i == 0 ? segments[0] : fill(segments[i], PercentCoding.text(segments[i], false), location, List.of(Coding.URL)));
        }
        if (request.target().indexOf('?') >= 0) {
            url.append('?').append(pairs(request.query(), Part.QUERY, Coding.URL));
        }
        return text.written(url.toString());
    }

    private String fill(String raw, String plain, String location, List<Coding> own) {
        String filled = raw;
        for (Slot slot : byLocation.getOrDefault(location, List.of())) {
            Optional<String> next = text.filled(filled, plain, slot, own);
            if (next.isEmpty()) {
                unfilled(location);
            }
            filled = next.orElse(filled);
        }
        return filled;
    }

    private String pairs(String raw, Part part, Coding coding) {
        Map<String, Integer> counts = new HashMap<>();
        List<String> filled = new ArrayList<>();
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                filled.add(pair);
                continue;
            }
            String name = PercentCoding.text(pair.substring(0, equals), true);
            int count = counts.merge(name, 1, Integer::sum);
            String value = pair.substring(equals + 1);
            filled.add(pair.substring(0, equals + 1) + fill(value, PercentCoding.text(value, true), Use.location(part, count == 1 ? name : name + "#" + count),
                    List.of(coding)));
        }
        return String.join("&", filled);
    }

    List<TemplateStep.Header> headers() {
        List<TemplateStep.Header> headers = new ArrayList<>();
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < request.head().size(); i++) {
            String name = request.head().name(i);
            String lower = name.toLowerCase(Locale.ROOT);
            String value = request.head().value(i);
            if (!isKept(name) || ValidatorTrail.isRevalidation(name) && !value.equals("*") && !byLocation.containsKey(Use.location(Part.HEADER, lower))) {
                continue; // What the client knew before the recording, a run does not know.
            }
            if (lower.equals("cookie")) {
                headers.add(new TemplateStep.Header(name, text.written(cookies(value, counts))));
            } else {
                int count = counts.merge(lower, 1, Integer::sum);
                headers.add(new TemplateStep.Header(name, text.written(fill(value, value, Use.location(Part.HEADER, count == 1 ? lower : lower + "#" + count),
                        List.of()))));
            }
        }
        return headers;
    }

    private String cookies(String line, Map<String, Integer> counts) {
        List<String> filled = new ArrayList<>();
        for (String pair : line.split(";", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? "" : pair.substring(0, equals).strip();
            String value = equals < 0 ? pair : pair.substring(equals + 1).strip();
            int count = counts.merge("cookie " + name, 1, Integer::sum);
            String place = Use.location(Part.COOKIE, count == 1 ? name : name + "#" + count);
            int from = value.isEmpty() ? pair.length() : pair.indexOf(value, equals + 1);
            // Blanks around a cookie stay as they were sent.
            filled.add(equals < 0 ? pair : pair.substring(0, from) + fill(value, value, place, List.of()) + pair.substring(from + value.length()));
        }
        return String.join(";", filled);
    }

    TemplateBody body() {
        TemplateBody body = written();
        Set<String> filled = new HashSet<>(warned);
        text.placeholders().forEach(place -> filled.add(place.location()));
        for (String location : byLocation.keySet()) {
            if (!filled.contains(location)) {
                unfilled(location);
            }
        }
        return body;
    }

    private TemplateBody written() {
        if (request.body().length == 0) {
            return request.whole() ? new TemplateBody.None() : new TemplateBody.Recorded(0);
        }
        List<MultipartRanges.Range> parts = request.isMultipart() && request.body().length <= MIXED_BYTES_MAX ? MultipartRanges.of(request.contentType(), request.body())
                : List.of();
        if (!parts.isEmpty()) {
            return multipart(parts);
        }
        String plain = request.textual() ? request.bodyText() : "";
        if (!request.textual() || plain.length() > BODY_CHARS_MAX || !TemplateText.canMark(plain)) {
            return request.body().length <= OCTETS_MAX ? new TemplateBody.Octets(Base64.getEncoder().encodeToString(request.body()))
                    : new TemplateBody.Recorded(request.body().length);
        }
        if (request.isForm()) {
            return new TemplateBody.Text(text.written(pairs(plain, Part.FORM, Coding.FORM)));
        }
        String filled = plain;
        for (Map.Entry<String, List<Slot>> entry : byLocation.entrySet()) {
            for (Slot slot : entry.getValue()) {
                if (slot.use().part() == Part.JSON) {
                    filled = json(filled, slot);
                } else if (slot.use().part() == Part.BODY) {
                    Optional<String> next = everywhere(filled, slot);
                    filled = next.orElse(filled);
                }
            }
        }
        for (String number : numbers) {
            filled = filled.replace("\"" + number + "\"", number);
        }
        return new TemplateBody.Text(text.written(filled));
    }

    /** A value of a text stands wherever the text has it. */
    private Optional<String> everywhere(String raw, Slot slot) {
        Optional<String> filled = Optional.empty();
        boolean markup = raw.stripLeading().startsWith("<");
        for (int i = 0; i < PLACES_MAX; i++) {
            Optional<String> next = text.filled(filled.orElse(raw), "", slot, markup ? List.of(Coding.HTML) : List.of());
            if (next.isEmpty()) {
                return filled;
            }
            filled = next;
        }
        return filled;
    }

    /** What of an upload is text is filled; a file is the Base64 of an input. */
    private TemplateBody multipart(List<MultipartRanges.Range> parts) {
        List<TemplateBody.Block> blocks = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int at = 0;
        for (MultipartRanges.Range part : parts) {
            between(at, part.from(), text, blocks);
            String location = Use.location(Part.MULTIPART, part.at());
            Optional<String> plain = text(part.from(), part.to());
            List<Slot> slots = byLocation.getOrDefault(location, List.of());
            if (plain.isPresent()) {
                text.append(this.text.written(fill(plain.get(), plain.get(), location, List.of())));
            } else if (!slots.isEmpty() && slots.get(0).text().equals(slots.get(0).use().value())) {
                flush(text, blocks);
                Slot slot = slots.get(0);
                String base64 = Base64.getEncoder().encodeToString(Arrays.copyOfRange(request.body(), part.from(), part.to()));
                this.text.mark(new Slot(slot.use(), base64, slot.name(), List.of(), base64, slot.derived()), List.of());
                files.put(slot.name(), base64);
                blocks.add(new TemplateBody.Block(TemplateBody.Block.Kind.VALUE, slot.name()));
            } else {
                between(part.from(), part.to(), text, blocks);
            }
            at = part.to();
        }
        between(at, request.body().length, text, blocks);
        flush(text, blocks);
        return blocks.size() == 1 && blocks.get(0).kind() == TemplateBody.Block.Kind.TEXT ? new TemplateBody.Text(blocks.get(0).content())
                : new TemplateBody.Mixed(blocks);
    }

    /** What is sent as it was recorded. */
    private void between(int from, int to, StringBuilder text, List<TemplateBody.Block> blocks) {
        Optional<String> plain = text(from, to);
        if (plain.isPresent()) {
            text.append(this.text.written(plain.get()));
        } else {
            flush(text, blocks);
            blocks.add(new TemplateBody.Block(TemplateBody.Block.Kind.OCTETS, Base64.getEncoder().encodeToString(Arrays.copyOfRange(request.body(), from, to))));
        }
    }

    private static void flush(StringBuilder text, List<TemplateBody.Block> blocks) {
        if (!text.isEmpty()) {
            blocks.add(new TemplateBody.Block(TemplateBody.Block.Kind.TEXT, text.toString()));
            text.setLength(0);
        }
    }

    /** Octets of the body as text that can be filled; empty if they are none. */
    private Optional<String> text(int from, int to) {
        try {
            String plain = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(request.body(), from, to - from)).toString();
            return plain.indexOf('\0') < 0 && TemplateText.canMark(plain) ? Optional.of(plain) : Optional.empty();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** Files that are sent, in Base64, by the names of their values. */
    Map<String, String> files() {
        return files;
    }

    private String json(String body, Slot slot) {
        try {
            JsonPath path = JsonPath.parse(slot.use().at());
            JsonValue old = path.first(Json.parse(body)).orElseThrow(() -> new IllegalArgumentException("nothing is there"));
            if (old instanceof JsonNumber) {
                String mark = text.mark(slot, List.of());
                numbers.add(mark);
                return path.setIn(body, new JsonString(mark));
            }
            String value = old instanceof JsonString string ? string.value() : "";
            Optional<String> filled = text.filled(value, slot.use().value(), slot, List.of(Coding.JSON));
            if (filled.isPresent()) {
                return path.setIn(body, new JsonString(filled.get()));
            }
        } catch (JsonException | IllegalArgumentException e) {
            unfilled(slot.use().location());
            return body; // A place that a path cannot name, such as one of two members of a name.
        }
        unfilled(slot.use().location());
        return body;
    }

    List<Placeholder> placeholders() {
        return text.placeholders();
    }

    List<String> warnings() {
        return warnings;
    }
}
