package proxymcp.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Check;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.Property;
import proxymcp.json.Schema;
import proxymcp.text.TimeLimit;

/** Which values of responses later requests use, by name. Immutable. */
public final class Captures {
    /** What one capture may hold, for the arguments of a tool. */
    public static final Schema CAPTURE = Schema.of(
            Property.integer("from_seq", "From the answer to this request", 1, Long.MAX_VALUE),
            Property.text("from_url_contains", "Or from answers to URLs with this in them; the newest counts", 1, 4096),
            Property.text("select", "json:PATH, header:NAME, cookie:NAME or regex:EXPRESSION (first group, or all)", 1, 4096).required(),
            Property.text("as", "Name: later requests write {name}", 1, 100).required(),
            Property.flag("required", "Whether what needs it is skipped without it").defaultTo(true));

    /** Captures that one run may have. */
    public static final int CAPTURES_MAX = 100;

    /** No captures. */
    public static final Captures NONE = new Captures(JsonArray.EMPTY, List.of());

    private final JsonArray json;
    private final List<Capture> captures;

    /** One value: from which responses, where in them, and its name. One of the first two is given. */
    record Capture(OptionalLong fromSeq, Optional<String> fromUrlContains, CaptureSource source, String name, boolean required) {
        boolean isFrom(PlanItem item) {
            return fromSeq.isPresent() ? fromSeq.getAsLong() == item.seq() : item.originalUrl().contains(fromUrlContains.orElseThrow());
        }

        /** Whether the other one takes the same value of the same answers, or another one: the later one would win in silence. */
        boolean isLike(Capture other) {
            return name.equals(other.name) && fromSeq.equals(other.fromSeq) && fromUrlContains.equals(other.fromUrlContains);
        }

        /** Where it comes from, in words. */
        String from() {
            return fromSeq.isPresent() ? "the answer to seq " + fromSeq.getAsLong()
                    : "answers to URLs with " + Check.quoted(new JsonString(fromUrlContains.orElseThrow())) + " in them";
        }
    }

    private Captures(JsonArray json, List<Capture> captures) {
        this.json = json;
        this.captures = List.copyOf(captures);
    }

    /**
     * Reads captures.
     *
     * @throws BadArgument naming the first that is none, such as {@code captures[1].select}
     */
    public static Captures parse(List<JsonObject> captures) throws BadArgument {
        if (captures.size() > CAPTURES_MAX) {
            throw new BadArgument("captures", "expected at most " + CAPTURES_MAX + ", got " + captures.size());
        }
        List<Capture> parsed = new ArrayList<>();
        for (int i = 0; i < captures.size(); i++) {
            Capture capture = parse("captures[" + i + "]", captures.get(i));
            if (parsed.stream().anyMatch(capture::isLike)) {
                throw new BadArgument("captures[" + i + "].as", "expected another name or another source, as " + Check.quoted(new JsonString(capture.name()))
                        + " is captured from " + capture.from() + " already");
            }
            parsed.add(capture);
        }
        return new Captures(new JsonArray(List.copyOf(captures)), parsed);
    }

    private static Capture parse(String name, JsonObject object) throws BadArgument {
        Args args;
        try {
            args = CAPTURE.check(object);
        } catch (BadArgument refused) {
            throw new BadArgument(name, refused.getMessage());
        }
        OptionalLong seq = args.optLong("from_seq");
        Optional<String> url = args.optString("from_url_contains");
        if (seq.isPresent() == url.isPresent()) {
            throw new BadArgument(name, "expected either from_seq or from_url_contains");
        }
        String as = args.string("as");
        if (!Values.isFree(as)) {
            throw new BadArgument(name + ".as", "expected a name of letters, digits, '_', '-' and '.' that is none of the built-in ones, got "
                    + Check.quoted(new JsonString(as)));
        }
        try {
            return new Capture(seq, url, CaptureSource.parse(args.string("select")), as, args.flag("required"));
        } catch (IllegalArgumentException refused) {
            throw new BadArgument(name + ".select", refused.getMessage() + ", got " + Check.quoted(new JsonString(args.string("select"))));
        }
    }

    /** The captures as they were given: what {@link #parse} reads. */
    public JsonArray json() {
        return json;
    }

    /** A sentence for each capture that no request of a plan is the source of. */
    List<String> unmet(Plan plan) {
        List<String> unmet = new ArrayList<>();
        for (int i = 0; i < captures.size(); i++) {
            if (!plan.isMet(captures.get(i)::isFrom)) {
                unmet.add("captures[" + i + "]: nothing is captured from " + captures.get(i).from() + ", as the plan has no such request");
            }
        }
        return unmet;
    }

    /** The names that are captured. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        captures.forEach(capture -> names.add(capture.name()));
        return names;
    }

    /**
     * Checks that every request of a plan uses only what is captured before it, and begins to follow a run of the plan.
     *
     * @param items the plan, by index
     * @param values takes what is captured
     * @param limit for one expression on one response
     * @throws PlanException naming the override, the placeholder and the request that nothing is captured for in time
     */
    RunCaptures begin(List<PlanItem> items, RequestChanges changes, Values values, TimeLimit limit) throws PlanException {
        changes.check(values, names());
        List<List<PlanItem>> sources = new ArrayList<>();
        for (Capture capture : captures) {
            List<PlanItem> own = new ArrayList<>();
            for (PlanItem item : items) {
                if (capture.isFrom(item)) {
                    own.add(item);
                }
            }
            sources.add(own);
        }
        List<RequestChanges.Uses> uses = changes.uses();
        for (int i = 0; i < uses.size(); i++) {
            if (!uses.get(i).names().isEmpty()) {
                for (PlanItem item : items) {
                    check("overrides[" + i + "]", uses.get(i), item, sources);
                }
            }
        }
        return new RunCaptures(captures, sources, items.size(), uses, values, limit);
    }

    /** The same for requests whose plan was checked elsewhere: none waits for another one. */
    RunCaptures apart(RequestChanges changes, Values values, TimeLimit limit) throws PlanException {
        changes.check(values, names());
        List<List<PlanItem>> sources = new ArrayList<>();
        captures.forEach(capture -> sources.add(List.of()));
        return new RunCaptures(captures, sources, 0, changes.uses(), values, limit);
    }

    private void check(String override, RequestChanges.Uses uses, PlanItem item, List<List<PlanItem>> sources) throws PlanException {
        if (item.skipped().isPresent() || !uses.match().fits(item)) {
            return;
        }
        for (String name : uses.names()) {
            Optional<String> complaint = complaint(name, item, sources);
            if (complaint.isPresent()) {
                throw new PlanException(override + ": the request with seq " + item.seq() + " uses {" + name + "}, " + complaint.get());
            }
        }
    }

    /** Why the value is not there when the item is sent; empty if one of its sources comes before. */
    private Optional<String> complaint(String name, PlanItem item, List<List<PlanItem>> sources) {
        Optional<String> complaint = Optional.empty();
        for (int i = 0; i < captures.size(); i++) {
            Capture capture = captures.get(i);
            if (capture.name().equals(name)) {
                Optional<PlanItem> first = sources.get(i).stream().filter(source -> source.skipped().isEmpty()).findFirst();
                if (first.isPresent() && first.get().index() < item.index()) {
                    return Optional.empty();
                }
                String from = "which is captured from " + capture.from() + ": ";
                if (sources.get(i).isEmpty()) {
                    complaint = Optional.of(from + "no such request is in the plan");
                } else if (first.isEmpty()) {
                    complaint = Optional.of(from + "the plan skips that request");
                } else if (first.get().index() == item.index()) {
                    complaint = Optional.of(from + "that is this request itself; limit the override with match");
                } else {
                    complaint = Optional.of(from + "the plan sends that later (item " + first.get().index() + ", seq " + first.get().seq() + ")");
                }
            }
        }
        return complaint;
    }
}
