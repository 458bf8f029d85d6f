package proxymcp.template;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import proxymcp.json.JsonPath;
import proxymcp.json.NearestName;

/**
 * A template that was checked, with the values that it is run with: every name has one source, steps depend on earlier ones alone, selectors and recipes
 * can be read. Anybody may have written the template. Immutable.
 */
public final class RunnableFlow {
    private static final int VERIFIER_CHARS = 64;
    private static final int DEPTH_MAX = 20;
    private static final int NONCE_CHARS_MAX = 4_096;
    /** Whatever a template says: a loop that its selector never ends has to end. */
    private static final int PAGES_MAX = 1_000;
    private static final Set<String> TIMES = Set.of("seconds", "millis", "micros", "iso", "http");
    private static final Set<String> ALPHABETS = Set.of("hex", "digits", "alphanumeric", "base64url");
    private static final Set<String> ENCODINGS = Set.of("hex", "HEX", "base64", "base64url");

    /** How a derived value is made, and the recorded one, whose form it takes. */
    record Definition(DerivedValue value, String sample) {}

    /** An extract that was parsed. */
    record Taken(String as, Selector selector, boolean required) {}

    /** A loop that was parsed. */
    record Pages(Loop loop, Optional<Selector> until, int most) {
        /** Whether an answer is that of the last page, by what was found of it and by the counter of the page. */
        boolean isLast(Optional<String> more, Optional<String> counter) {
            if (counted(loop) && counter.filter(text -> text.matches("-?[0-9]{1,15}")).isPresent()) {
                return LoopEnd.isLast(more.orElse(""), Long.parseLong(counter.get()), loop.start(), loop.increment());
            }
            return more.isEmpty() || more.get().isEmpty() || more.get().equals("[]") || more.get().equals("false");
        }
    }

    /**
     * A step that was parsed.
     *
     * @param names all that it uses, also within derived values
     * @param dependsOn indexes of steps
     */
    record Step(int index, TemplateStep step, List<TemplateTokens.Piece> url, List<List<TemplateTokens.Piece>> headers,
            List<TemplateTokens.Piece> body, Set<String> names, List<Integer> dependsOn, List<Taken> extracts, List<JsonPath> fields, Optional<Pages> pages) {
        /** Whether its answer has to be a WebSocket. */
        boolean isUpgrade() {
            return step.asserts().contains(new Assert.Status(101));
        }
    }

    private final FlowTemplate template;
    private final Map<String, String> inputs;
    private final Map<String, Definition> definitions = new HashMap<>();
    /** Of each extracted name the steps that take it. */
    private final Map<String, BitSet> producers = new HashMap<>();
    private final Map<String, Integer> indexes = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();
    /** Of each derived name the steps that use it: a counter goes on from one to the next. */
    private final Map<String, BitSet> users = new HashMap<>();

    private RunnableFlow(FlowTemplate template, Map<String, String> inputs) {
        this.template = template;
        this.inputs = Map.copyOf(inputs);
    }

    /**
     * Checks a template and the values of its inputs.
     *
     * @param given values by name; those that are missing are the recorded ones
     * @throws TemplateException {@code bad_input}, or {@code bad_template} if it cannot be run
     */
    public static RunnableFlow of(FlowTemplate template, Map<String, String> given) throws TemplateException {
        RunnableFlow flow = new RunnableFlow(template, new FlowInputs(template.inputs()).values(given));
        for (TemplateStep step : template.steps()) {
            if (flow.indexes.put(step.id(), flow.indexes.size()) != null) {
                throw bad("two steps have the id " + shown(step.id()));
            }
            flow.define(step);
        }
        flow.defineVerifiers();
        Map<String, Loop> loops = new HashMap<>();
        for (Loop loop : template.loops()) {
            boolean repeats = template.step(loop.step()).flatMap(TemplateStep::loop).equals(Optional.of(loop.id()));
            if (loops.put(loop.id(), loop) != null || !repeats) {
                throw bad("loop " + shown(loop.id()) + " is there twice, or its step " + shown(loop.step()) + " is not repeated by it");
            }
        }
        for (TemplateStep step : template.steps()) {
            flow.steps.add(flow.parsed(step, loops));
        }
        return flow;
    }

    static TemplateException bad(String sentence) {
        return new TemplateException("bad_template", sentence, "the README describes the format of templates");
    }

    /** A text of a template in a sentence. */
    static String shown(String text) {
        return "'" + (text.length() <= 60 ? text : text.substring(0, 60) + "…") + "'";
    }

    private void define(TemplateStep step) throws TemplateException {
        int index = indexes.size() - 1;
        for (Extract extract : step.extracts()) {
            producers.computeIfAbsent(extract.as(), added -> new BitSet()).set(index);
            requireFree(extract.as());
        }
        for (Placeholder placeholder : step.placeholders()) {
            if (placeholder.derived().isPresent()) {
                check(placeholder.derived().get());
                Definition known = definitions.putIfAbsent(placeholder.name(), new Definition(placeholder.derived().get(), placeholder.sample()));
                if (known != null && !known.value().equals(placeholder.derived().get())) {
                    throw bad("{" + placeholder.name() + "} is made in two ways");
                }
                requireFree(placeholder.name());
            }
        }
    }

    /** The step that sends a verifier need not be part of the flow. */
    private void defineVerifiers() {
        for (Definition definition : new ArrayList<>(definitions.values())) {
            if (definition.value() instanceof DerivedValue.Pkce pkce && !inputs.containsKey(pkce.verifier()) && !producers.containsKey(pkce.verifier())) {
                definitions.putIfAbsent(pkce.verifier(), new Definition(new DerivedValue.Nonce("base64url", VERIFIER_CHARS), ""));
            }
        }
    }

    private void requireFree(String name) throws TemplateException {
        int sources = (inputs.containsKey(name) ? 1 : 0) + (definitions.containsKey(name) ? 1 : 0) + (producers.containsKey(name) ? 1 : 0);
        if (sources > 1) {
            throw bad("{" + name + "} is more than one of an input, an extract and a value that is made");
        }
    }

    private static void check(DerivedValue value) throws TemplateException {
        boolean good = switch (value) {
            case DerivedValue.Timestamp time -> TIMES.contains(time.format());
            case DerivedValue.Uuid uuid -> true;
            case DerivedValue.Nonce nonce -> ALPHABETS.contains(nonce.alphabet()) && nonce.chars() > 0 && nonce.chars() <= NONCE_CHARS_MAX;
            case DerivedValue.Counter counter -> true;
            case DerivedValue.Hash hash -> ENCODINGS.contains(hash.encoding()) && Digests.isHash(hash.algorithm()) && areHashes(hash.parts());
            case DerivedValue.Hmac hmac -> ENCODINGS.contains(hmac.encoding()) && Digests.isMac(hmac.algorithm()) && areHashes(hmac.parts());
            case DerivedValue.Pkce pkce -> true;
            case DerivedValue.Composed composed -> true;
        };
        if (!good) {
            throw bad("a value cannot be made: " + TemplateJson.derived(value));
        }
    }

    private static boolean areHashes(List<RecipePart> parts) {
        for (RecipePart part : parts) {
            if (part.kind() == RecipePart.Kind.BODY_HASH && !Digests.isHash(part.argument())) {
                return false;
            }
        }
        return true;
    }

    private Step parsed(TemplateStep step, Map<String, Loop> loops) throws TemplateException {
        int index = steps.size();
        List<TemplateTokens.Piece> url = TemplateTokens.of(step.urlTemplate());
        List<List<TemplateTokens.Piece>> headers = new ArrayList<>();
        step.headers().forEach(header -> headers.add(TemplateTokens.of(header.value())));
        List<TemplateTokens.Piece> body = new ArrayList<>();
        for (TemplateBody.Block block : blocks(step.body())) {
            body.addAll(switch (block.kind()) {
                case TEXT -> TemplateTokens.of(block.content());
                case OCTETS -> List.<TemplateTokens.Piece>of();
                case VALUE -> List.of(new TemplateTokens.Piece(block.content(), List.of(), ""));
            });
        }
        Set<String> names = new LinkedHashSet<>();
        collect(url, names, step, new HashSet<>());
        for (List<TemplateTokens.Piece> header : headers) {
            collect(header, names, step, new HashSet<>());
        }
        collect(body, names, step, new HashSet<>());
        for (String name : names) {
            if (definitions.containsKey(name)) {
                users.computeIfAbsent(name, added -> new BitSet()).set(index);
            }
        }
        List<Integer> dependsOn = new ArrayList<>();
        for (String id : step.dependsOn()) {
            int other = indexes.getOrDefault(id, Integer.MAX_VALUE);
            if (other >= index) {
                throw bad("step " + step.id() + " depends on " + shown(id) + ", which is no earlier step");
            }
            dependsOn.add(other);
        }
        return new Step(index, step, url, headers, body, names, dependsOn, taken(step), fields(step), pages(step, names, loops));
    }

    private static List<TemplateBody.Block> blocks(TemplateBody body) {
        return switch (body) {
            case TemplateBody.None none -> List.of();
            case TemplateBody.Text text -> List.of(new TemplateBody.Block(TemplateBody.Block.Kind.TEXT, text.template()));
            case TemplateBody.Octets octets -> List.of();
            case TemplateBody.Mixed mixed -> mixed.blocks();
            case TemplateBody.Recorded recorded -> List.of();
        };
    }

    private void collect(List<TemplateTokens.Piece> pieces, Set<String> names, TemplateStep step, Set<String> around) throws TemplateException {
        for (TemplateTokens.Piece piece : pieces) {
            if (!piece.isLiteral()) {
                collect(piece.name(), names, step, around);
            }
        }
    }

    private void collect(String name, Set<String> names, TemplateStep step, Set<String> around) throws TemplateException {
        if (around.contains(name)) {
            throw bad("{" + name + "} is made of itself");
        }
        if (!names.add(name)) {
            return;
        }
        Definition definition = definitions.get(name);
        if (definition == null) {
            if (!inputs.containsKey(name) && !producers.containsKey(name)) {
                throw bad("step " + step.id() + " uses {" + name + "}, which is no input, no extract and nothing that is made; a brace is written {{");
            }
            return;
        }
        if (around.size() > DEPTH_MAX) {
            throw bad("{" + name + "} is too deep within other values");
        }
        Set<String> inside = new HashSet<>(around);
        inside.add(name);
        switch (definition.value()) {
            case DerivedValue.Timestamp time -> { }
            case DerivedValue.Uuid uuid -> { }
            case DerivedValue.Nonce nonce -> { }
            case DerivedValue.Counter counter -> { }
            case DerivedValue.Pkce pkce -> collect(pkce.verifier(), names, step, inside);
            case DerivedValue.Composed composed -> collect(TemplateTokens.of(composed.template()), names, step, inside);
            case DerivedValue.Hash hash -> collectParts(hash.parts(), names, step, inside);
            case DerivedValue.Hmac hmac -> {
                collectParts(List.of(hmac.key()), names, step, inside);
                collectParts(hmac.parts(), names, step, inside);
            }
        }
    }

    private void collectParts(List<RecipePart> parts, Set<String> names, TemplateStep step, Set<String> around) throws TemplateException {
        for (RecipePart part : parts) {
            if (part.kind() == RecipePart.Kind.VALUE) {
                collect(part.argument(), names, step, around);
            }
        }
    }

    private static List<Taken> taken(TemplateStep step) throws TemplateException {
        List<Taken> taken = new ArrayList<>();
        for (Extract extract : step.extracts()) {
            taken.add(new Taken(extract.as(), selector(step, extract.select()), extract.required()));
        }
        return taken;
    }

    private static Selector selector(TemplateStep step, String text) throws TemplateException {
        try {
            return Selector.parse(text);
        } catch (IllegalArgumentException e) {
            throw bad("step " + step.id() + ": no selector: " + shown(text) + ": " + e.getMessage());
        }
    }

    private static List<JsonPath> fields(TemplateStep step) throws TemplateException {
        List<JsonPath> fields = new ArrayList<>();
        for (Assert expected : step.asserts()) {
            if (expected instanceof Assert.HasJson json) {
                try {
                    fields.add(JsonPath.parse(json.path()));
                } catch (IllegalArgumentException e) {
                    throw bad("step " + step.id() + " asserts a value at " + shown(json.path()) + ", which is no path: " + e.getMessage());
                }
            }
        }
        return fields;
    }

    private Optional<Pages> pages(TemplateStep step, Set<String> names, Map<String, Loop> loops) throws TemplateException {
        if (step.loop().isEmpty()) {
            return Optional.empty();
        }
        Loop loop = loops.get(step.loop().get());
        if (loop == null || !loop.step().equals(step.id())) {
            throw bad("step " + step.id() + " is repeated by " + shown(step.loop().get()) + ", which is none of the template's loops, or another step's");
        }
        requireProgress(loop, names);
        Optional<Selector> until = loop.until().isPresent() ? Optional.of(selector(step, loop.until().get().substring(counted(loop) ? LoopEnd.COUNT.length() : 0)))
                : Optional.empty();
        int times = until.isPresent() ? loop.timesMax() : Math.min(loop.recordedTimes(), loop.timesMax());
        return Optional.of(new Pages(loop, until, Math.clamp(times, 1, PAGES_MAX)));
    }

    /** Pages have to differ: a loop whose variable stays as it is would send the same request again and again. */
    private void requireProgress(Loop loop, Set<String> names) throws TemplateException {
        Definition definition = definitions.get(loop.variable());
        String variable = "loop " + shown(loop.id()) + " goes on by {" + loop.variable() + "}, ";
        if (!names.contains(loop.variable())) {
            throw bad(variable + "which step " + loop.step() + " does not use");
        }
        switch (loop.kind()) {
            case COUNTER -> {
                if (definition == null || !(definition.value() instanceof DerivedValue.Counter counter)) {
                    throw bad(variable + "which is no counter");
                }
                if (loop.increment() == 0 || counter.start() != loop.start() || counter.increment() != loop.increment()) {
                    throw bad(variable + "from " + loop.start() + " by " + loop.increment() + ", which counts from " + counter.start() + " by " + counter.increment());
                }
            }
            case CURSOR -> {
                if (definition == null && !producers.containsKey(loop.variable())) {
                    throw bad(variable + "which no answer gives");
                }
            }
        }
    }

    /** Whether the last page is told by how many there are. */
    static boolean counted(Loop loop) {
        return loop.kind() == Loop.Kind.COUNTER && loop.until().filter(until -> until.startsWith(LoopEnd.COUNT)).isPresent();
    }

    /** The template. */
    public FlowTemplate template() {
        return template;
    }

    List<Step> steps() {
        return steps;
    }

    /** Values of the inputs by name. */
    Map<String, String> inputs() {
        return inputs;
    }

    Optional<Definition> definition(String name) {
        return Optional.ofNullable(definitions.get(name));
    }

    /** The steps that take a name from their answers. */
    BitSet producers(String name) {
        return producers.getOrDefault(name, new BitSet());
    }

    /** The steps that use a derived name. */
    BitSet users(String name) {
        return users.getOrDefault(name, new BitSet());
    }

    /** The recorded values of a step, by name: of extracts and inputs that is all that is known before something is sent. */
    static Map<String, String> samples(TemplateStep step) {
        Map<String, String> samples = new TreeMap<>();
        step.placeholders().forEach(placeholder -> samples.putIfAbsent(placeholder.name(), placeholder.sample()));
        return samples;
    }

    /** A name among these that looks like another; a half sentence, empty without one. */
    static String nearest(Iterable<String> known, String name) {
        List<String> names = new ArrayList<>();
        known.forEach(names::add);
        return NearestName.of(name, names).map(near -> "; did you mean '" + near + "'?").orElse("");
    }
}
