package proxymcp.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.Schema;

/** What a run changes of the recorded requests: first their cookies, then its overrides, one after the other. Immutable, for many threads. */
public final class RequestChanges {
    /** What one override may hold, for the arguments of a tool. */
    public static final Schema OVERRIDE = RequestOverride.SCHEMA;

    /** Overrides that one run may have. */
    public static final int OVERRIDES_MAX = 200;

    /** No changes. */
    public static final RequestChanges NONE = new RequestChanges(JsonArray.EMPTY, List.of());

    private final JsonArray json;
    private final List<RequestOverride> overrides;

    private RequestChanges(JsonArray json, List<RequestOverride> overrides) {
        this.json = json;
        this.overrides = List.copyOf(overrides);
    }

    /**
     * Reads overrides.
     *
     * @throws BadArgument naming the first that is none, such as {@code overrides[2].set_json}
     */
    public static RequestChanges parse(List<JsonObject> overrides) throws BadArgument {
        if (overrides.size() > OVERRIDES_MAX) {
            throw new BadArgument("overrides", "expected at most " + OVERRIDES_MAX + ", got " + overrides.size());
        }
        List<RequestOverride> parsed = new ArrayList<>();
        for (int i = 0; i < overrides.size(); i++) {
            parsed.add(RequestOverride.parse("overrides[" + i + "]", overrides.get(i)));
        }
        return new RequestChanges(new JsonArray(List.copyOf(overrides)), parsed);
    }

    /** The overrides as they were given: what {@link #parse} reads. */
    public JsonArray json() {
        return json;
    }

    /**
     * Refuses placeholders that nothing is known for.
     *
     * @param captures the names that the plan captures
     * @throws PlanException naming the override, the first of them and what is known
     */
    public void check(Values values, Set<String> captures) throws PlanException {
        for (int i = 0; i < overrides.size(); i++) {
            for (ValueText text : overrides.get(i).texts()) {
                for (ValueText.Part.Placeholder placeholder : text.placeholders()) {
                    Optional<String> complaint = values.complaint(placeholder, captures);
                    if (complaint.isPresent()) {
                        throw new PlanException("overrides[" + i + "]: " + complaint.get());
                    }
                }
            }
        }
    }

    /**
     * Changes one request.
     *
     * @param found takes each literal that is somewhere in the request
     * @throws ChangeException if an override cannot be made: the request must not be sent then
     */
    Changed apply(OutgoingRequest request, PlanItem item, Values.OfItem values, RunCookies cookies, Consumer<RequestOverride.Literal> found)
            throws ChangeException {
        RequestEdit edit = new RequestEdit(request, values, found);
        edit.cookies(cookies);
        for (RequestOverride override : overrides) {
            if (override.match().fits(item)) {
                edit.apply(override);
            }
        }
        return new Changed(edit.result(), edit.changes());
    }

    /** A sentence for each override that changes no request of a plan. */
    List<String> unmet(Plan plan) {
        List<String> unmet = new ArrayList<>();
        for (int i = 0; i < overrides.size(); i++) {
            if (!plan.isMet(overrides.get(i).match()::fits)) {
                unmet.add("overrides[" + i + "].match: fits no request of the plan");
            }
        }
        return unmet;
    }

    /** A sentence for each literal that is in none of the requests that its override changed. */
    List<String> unfound(Set<RequestOverride.Literal> found) {
        List<String> unfound = new ArrayList<>();
        for (int i = 0; i < overrides.size(); i++) {
            List<RequestOverride.Literal> literals = overrides.get(i).literals();
            for (int j = 0; j < literals.size(); j++) {
                RequestOverride.Literal literal = literals.get(j);
                if (!found.contains(literal)) {
                    unfound.add("overrides[" + i + "].replace[" + j + "]: " + ShortValue.of(literal.match()) + " was found in no request");
                }
            }
        }
        return unfound;
    }

    /** For each override the captured names that it uses, and which requests it changes. */
    List<Uses> uses() {
        List<Uses> uses = new ArrayList<>();
        for (RequestOverride override : overrides) {
            Set<String> names = new TreeSet<>();
            for (ValueText text : override.texts()) {
                for (ValueText.Part.Placeholder placeholder : text.placeholders()) {
                    if (Values.isFree(placeholder.name())) {
                        names.add(placeholder.name());
                    }
                }
            }
            uses.add(new Uses(override.match(), names));
        }
        return uses;
    }

    /** The captured names that the requests of one override need. */
    record Uses(RequestOverride.Match match, Set<String> names) {}
}
