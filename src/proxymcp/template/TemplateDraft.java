package proxymcp.template;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import proxymcp.diff.Part;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.store.ExchangeScan;
import proxymcp.store.Session;
import proxymcp.store.StoredExchange;
import proxymcp.text.GivenUpException;
import proxymcp.text.TimeLimit;

/** Puts a template together from what was found: names, placeholders, extracts, loops. For one template. */
final class TemplateDraft {
    private static final int NOT_MODIFIED = 304;
    private static final int OK = 200;
    private static final int KEY_FIELDS_MAX = 4;
    private static final int PAGES_MAX = 50;
    private static final int BODY_BYTES_MAX = 4 << 20;
    private static final long EXPRESSION_MILLIS = 500;

    private final Session session;
    private final FlowReader flow;
    private final FlowSearch search;
    private final List<String> warnings;
    private final Names names = new Names();
    private final Classifier classifier;
    private final TreeSet<Integer> kept = new TreeSet<>();
    private final Map<Integer, String> ids = new HashMap<>();
    private final Map<Integer, LoopFinder.Repeated> loops = new HashMap<>();
    private final Map<Integer, Integer> standsFor = new HashMap<>();
    private final Map<Integer, Map<String, Extract>> extracts = new HashMap<>();
    private final Map<String, String> samples = new HashMap<>();
    private final Map<Integer, List<Edge>> edges = new HashMap<>();
    private final Map<Integer, String> untils = new HashMap<>();
    private final Map<String, String> cookieScopes = new HashMap<>();
    /** Cookies, each for a host, of which all extracts were made. */
    private final Set<String> cookieNames = new HashSet<>();

    TemplateDraft(Session session, FlowReader flow, FlowSearch search, Optional<SecondCapture> second, List<String> warnings) {
        this.session = session;
        this.flow = flow;
        this.search = search;
        this.warnings = warnings;
        this.classifier = new Classifier(flow.exchanges(), flow.index(), names, second);
    }

    FlowTemplate template(String id, String name, long nowMillis) throws IOException {
        kept.addAll(search.steps());
        List<FlowExchange> all = new ArrayList<>();
        kept.forEach(step -> all.add(flow.exchanges().get(step)));
        for (LoopFinder.Repeated loop : new LoopFinder(search.found()).find(all)) {
            if (isTakenApart(loop)) {
                continue;
            }
            int step = loop.members().get(0);
            loops.put(step, loop);
            for (int member : loop.members().subList(1, loop.members().size())) {
                kept.remove(member);
                standsFor.put(member, step);
            }
        }
        for (int step : kept) {
            ids.put(step, "s" + (ids.size() + 1));
            flow.exchanges().get(step).uses().forEach(use -> classifier.learn(step, use));
        }
        for (int step : kept) {
            explain(step);
        }
        Map<Long, String> bySeq = new HashMap<>();
        kept.forEach(step -> bySeq.put(flow.exchanges().get(step).seq(), id(step)));
        List<TemplateStep> steps = new ArrayList<>();
        List<Edge> allEdges = new ArrayList<>();
        try (ExchangeScan scan = session.exchanges()) {
            for (int step : kept) {
                Optional<StoredExchange> stored = scan.exchange(flow.exchanges().get(step).seq());
                if (stored.isPresent()) {
                    steps.add(step(step, stored.get(), scan));
                    allEdges.addAll(edges.getOrDefault(step, List.of()));
                }
            }
        }
        for (String location : classifier.guessed()) {
            warnings.add(location + ": each request has another value there, which no answer holds; a run makes it up");
        }
        warnings.addAll(classifier.notes());
        List<Unexplained> unexplained = new ArrayList<>();
        for (Classifier.Open open : classifier.open()) {
            unexplained.add(new Unexplained(id(open.step()), open.use().location(), Classifier.sample(open.use().value()), open.guess()));
        }
        List<TemplateInput> inputs = filled(classifier.inputs(bySeq), steps, unexplained);
        return new FlowTemplate(id, name, session.manifest().id().text(), nowMillis, steps, inputs, allEdges, loops(), unexplained, warnings);
    }

    /** The inputs where they fill something: one that changes nothing would be taken and its recorded value sent. */
    private static List<TemplateInput> filled(List<TemplateInput> inputs, List<TemplateStep> steps, List<Unexplained> unexplained) {
        Set<String> places = new HashSet<>();
        steps.forEach(step -> step.placeholders().forEach(place -> places.add(step.id() + " " + place.location())));
        List<TemplateInput> kept = new ArrayList<>();
        for (TemplateInput input : inputs) {
            List<String> usedIn = new ArrayList<>();
            for (String place : input.usedIn()) {
                if (places.contains(place)) {
                    usedIn.add(place);
                } else {
                    int blank = place.indexOf(' ');
                    unexplained.add(new Unexplained(place.substring(0, blank), place.substring(blank + 1), Classifier.sample(input.defaultValue()),
                            "given by the user, in a place that cannot be filled"));
                }
            }
            if (!usedIn.isEmpty()) {
                kept.add(new TemplateInput(input.name(), input.type(), input.format(), input.defaultValue(), usedIn));
            }
        }
        return kept;
    }

    /** Whether something between the pages uses what an earlier one of them held: one step for all pages would have the last page's value, and come too early. */
    private boolean isTakenApart(LoopFinder.Repeated loop) {
        List<Integer> members = loop.members();
        for (int between : kept.subSet(members.get(0), members.get(members.size() - 1))) {
            for (Found found : search.found().getOrDefault(between, List.of())) {
                if (!members.contains(between) && members.contains(found.from().step())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What is used behind a loop is of its last page, whichever page it was of in the recording. */
    private void noteOtherPage(int step, Found found) {
        Integer loop = standsFor.getOrDefault(found.from().step(), loops.containsKey(found.from().step()) ? found.from().step() : null);
        if (loop != null && loop != step && !found.cookie()) {
            List<Integer> members = loops.get(loop).members();
            if (members.get(members.size() - 1) != found.from().step()) {
                warnings.add(id(step) + " " + found.use().location() + ": in the recording it was of page " + (members.indexOf(found.from().step()) + 1) + " of " + id(loop)
                        + ", a run takes it of the last page");
            }
        }
    }

    private String id(int step) {
        return ids.get(step);
    }

    /** The step whose answer a value is taken from: of a loop the one that stands for all. */
    private int source(int step) {
        return standsFor.getOrDefault(step, step);
    }

    private void explain(int step) {
        FlowExchange exchange = flow.exchanges().get(step);
        Set<String> explained = new HashSet<>();
        Optional<LoopFinder.Repeated> loop = Optional.ofNullable(loops.get(step));
        if (loop.isPresent() && loop.get().cursor().isEmpty()) {
            counter(step, loop.get());
            explained.add(loop.get().use().location());
        }
        for (Found found : search.found().getOrDefault(step, List.of())) {
            explained.add(found.use().location());
            explained.add(found.use().holder());
            if (found.live()) {
                live(step, found);
                continue;
            }
            noteOtherPage(step, found);
            boolean cursor = loop.flatMap(LoopFinder.Repeated::cursor).filter(found::equals).isPresent();
            String name = cursor ? cursorName(step, loop.orElseThrow(), found) : extract(found);
            classifier.slot(step, new Slot(found.use(), found.text(), name, found.codings(), found.value(), Optional.empty()));
            edge(step, found, List.of());
        }
        for (Signatures.Signed digest : search.signed(step)) {
            explained.add(digest.use().location());
            signature(step, digest);
        }
        Set<String> holders = new HashSet<>();
        for (Use use : exchange.uses()) {
            boolean inner = !use.holder().isEmpty() && use.part() == Part.LAYER;
            if (inner && !explained.contains(use.location()) && !isExplained(use.holder(), step)) {
                int before = classifier.slots(step).size();
                classifier.judge(step, use);
                if (classifier.slots(step).size() > before) {
                    holders.add(use.holder());
                }
            }
        }
        for (Use use : exchange.uses()) {
            if (use.holder().isEmpty() && !explained.contains(use.location()) && !holders.contains(use.location())) {
                classifier.judge(step, use);
            }
        }
    }

    /** What came while an answer went on is asked for: a run that waits for the end of the answer, or has no socket, cannot have it. */
    private void live(int step, Found found) {
        int from = source(found.from().step());
        String name = names.of("stream " + from + " " + found.value(), found.from().key().isEmpty() ? found.use().key() : found.from().key());
        if (classifier.given(step, found, name)) {
            warnings.add("input " + name + ": it came in " + found.from().selector() + " of " + id(from) + " while that was open, which a run cannot wait for");
        }
        edge(step, found, List.of());
    }

    private boolean isExplained(String location, int step) {
        for (Found found : search.found().getOrDefault(step, List.of())) {
            if (found.use().location().equals(location)) {
                return true;
            }
        }
        return false;
    }

    private void counter(int step, LoopFinder.Repeated loop) {
        for (Use use : flow.exchanges().get(step).uses()) {
            if (use.location().equals(loop.use().location())) {
                String name = names.of("loop " + step, use.key());
                classifier.slot(step, new Slot(use, use.value(), name, List.of(), use.value(),
                        Optional.of(new DerivedValue.Counter(loop.start(), loop.increment()))));
            }
        }
    }

    /** The value that leads from page to page has one name, whichever answer it is from. */
    private String cursorName(int step, LoopFinder.Repeated loop, Found found) {
        String name = names.of("loop " + step, found.use().key());
        take(source(found.from().step()), found, name, true);
        take(step, found, name, false);
        untils.put(step, found.from().selector());
        return name;
    }

    private String extract(Found found) {
        int from = source(found.from().step());
        if (!found.cookie()) {
            String name = names.of("extract " + from + " " + found.from().selector(), found.from().key());
            take(from, found, name, true);
            return name;
        }
        String host = CookieTrail.host(flow.exchanges().get(found.to()));
        String key = found.use().key();
        String scope = cookieScopes.computeIfAbsent(host + " " + key, added -> scope(key, host));
        String name = names.of("cookie " + key + " " + scope, "cookie_" + key);
        if (cookieNames.add(name + " " + host)) {
            for (CookieTrail.Setting setting : flow.cookies().of(key)) {
                if (setting.isFor(host) && kept.contains(setting.step())) {
                    take(setting.step(), found, name, false);
                }
            }
        }
        if (kept.contains(found.from().step())) {
            take(found.from().step(), found, name, true);
        }
        return name;
    }

    /** What tells a cookie from another one of its name: the domain, or host, of whoever set it first. */
    private String scope(String key, String host) {
        for (CookieTrail.Setting setting : flow.cookies().of(key)) {
            if (setting.isFor(host)) {
                return setting.domain().isEmpty() ? setting.host() : setting.domain();
            }
        }
        return "";
    }

    private void take(int from, Found found, String name, boolean required) {
        Extract known = extracts.computeIfAbsent(from, added -> new LinkedHashMap<>()).get(name);
        if (known == null || required && !known.required()) {
            extracts.get(from).put(name, new Extract(name, found.from().selector(), required));
        }
        if (from == found.from().step()) {
            samples.put(from + " " + name, found.value());
        }
    }

    private void edge(int step, Found found, List<String> more) {
        List<String> transform = new ArrayList<>();
        found.codings().forEach(coding -> transform.add(coding.word()));
        transform.addAll(more);
        edges.computeIfAbsent(step, added -> new ArrayList<>()).add(new Edge(id(source(found.from().step())), id(step), Classifier.sample(found.value()),
                found.use().location(), found.from().selector(), transform, found.score(), found.alternatives()));
    }

    private void signature(int step, Signatures.Signed digest) {
        Map<String, String> secretNames = new HashMap<>();
        for (Found secret : digest.secrets()) {
            secretNames.put(secret.value(), extract(secret));
            edge(step, secret, List.of(digest.recipe().key().isPresent() ? "hmac key" : "hash part"));
        }
        List<RecipePart> parts = new ArrayList<>();
        digest.recipe().parts().forEach(part -> parts.add(named(part.part(), secretNames)));
        Recipes.Recipe recipe = digest.recipe();
        DerivedValue derived = recipe.key().isEmpty() ? new DerivedValue.Hash(recipe.algorithm(), recipe.encoding(), recipe.separator(), parts)
                : new DerivedValue.Hmac(recipe.algorithm(), recipe.encoding(), named(recipe.key().get().part(), secretNames), recipe.separator(), parts);
        classifier.slot(step, new Slot(digest.use(), digest.text(), names.of("signature " + step + " " + digest.use().location(), digest.use().key()), List.of(),
                digest.text(), Optional.of(derived)));
    }

    private static RecipePart named(RecipePart part, Map<String, String> names) {
        return part.kind() == RecipePart.Kind.VALUE ? new RecipePart(RecipePart.Kind.VALUE, names.getOrDefault(part.argument(), part.argument())) : part;
    }

    private TemplateStep step(int step, StoredExchange stored, ExchangeScan scan) throws IOException {
        FlowExchange exchange = flow.exchanges().get(step);
        StepWriter writer = new StepWriter(RequestText.of(stored), exchange.uses(), classifier.slots(step), names);
        String url = writer.url();
        List<TemplateStep.Header> headers = writer.headers();
        TemplateBody body = writer.body();
        writer.files().forEach(classifier::file);
        writer.warnings().forEach(warning -> warnings.add(id(step) + " " + warning));
        if (exchange.status() == 304 && headers.stream().noneMatch(header -> ValidatorTrail.isRevalidation(header.name()))) {
            warnings.add(id(step) + " was answered 304 for what the client knew before the recording, which is left out: a run gets another answer");
        }
        Optional<ResponseParts> response = stored.exchange().response().map(head -> ResponseParts.of(stored.exchange().responseContentFields(), body(stored)));
        List<Extract> taken = new ArrayList<>();
        for (Extract extract : extracts.getOrDefault(step, Map.of()).values()) {
            taken.add(checked(step, extract, response));
        }
        TreeSet<Integer> sources = new TreeSet<>();
        for (Found found : search.found().getOrDefault(step, List.of())) {
            if (!found.live()) {
                sources.add(source(found.from().step()));
            }
        }
        search.signed(step).forEach(digest -> digest.secrets().forEach(secret -> sources.add(source(secret.from().step()))));
        List<String> dependsOn = new ArrayList<>();
        sources.forEach(source -> dependsOn.add(id(source)));
        dependsOn.remove(id(step));
        if (loops.containsKey(step) && loops.get(step).cursor().isEmpty()) {
            new LoopEnd(loops.get(step), pages(loops.get(step).members(), scan)).find().ifPresent(told -> {
                untils.put(step, told.until());
                if (told.guess()) {
                    warnings.add(id(step) + ": no answer says which page is the last; a run ends at an empty one, which it asks for behind the last");
                }
            });
        }
        return new TemplateStep(id(step), exchange.seq(), exchange.endpoint().method(), url, headers, body, dependsOn, writer.placeholders(), taken,
                asserts(exchange, response), loops.containsKey(step) ? Optional.of(loopId(step)) : Optional.empty());
    }

    /** The answers to pages as JSON, up to the first that is none, and some of many alone. */
    private List<JsonValue> pages(List<Integer> members, ExchangeScan scan) throws IOException {
        List<JsonValue> pages = new ArrayList<>();
        for (int member : members.subList(0, Math.min(PAGES_MAX, members.size()))) {
            Optional<StoredExchange> stored = scan.exchange(flow.exchanges().get(member).seq());
            Optional<JsonValue> page = stored.flatMap(there -> ResponseParts.of(there.exchange().responseContentFields(), body(there)).json());
            if (page.isEmpty()) {
                return pages;
            }
            pages.add(page.get());
        }
        return pages;
    }

    private static byte[] body(StoredExchange stored) {
        try (InputStream in = stored.responseBody().open()) {
            return in.readNBytes(BODY_BYTES_MAX);
        } catch (IOException e) {
            return new byte[0]; // What is damaged is named by proxy_session_verify_integrity.
        }
    }

    /** An extract that does not find in the recording what it was made for would stop every run. */
    private Extract checked(int step, Extract extract, Optional<ResponseParts> response) {
        Optional<String> expected = Optional.ofNullable(samples.get(step + " " + extract.as()));
        try {
            Optional<String> found = response.flatMap(there -> Selector.parse(extract.select()).find(there,
                    TimeLimit.ofMillis(EXPRESSION_MILLIS, 2 * EXPRESSION_MILLIS).begin()));
            if (expected.isEmpty() || found.equals(expected)) {
                return extract;
            }
        } catch (GivenUpException | IllegalArgumentException e) {
            warnings.add(id(step) + " " + extract.select() + ": " + e.getMessage());
        }
        warnings.add(id(step) + " " + extract.select() + " does not find the value of {" + extract.as() + "} in the recorded answer");
        return new Extract(extract.as(), extract.select(), false);
    }

    private static List<Assert> asserts(FlowExchange exchange, Optional<ResponseParts> response) {
        List<Assert> asserts = new ArrayList<>();
        if (exchange.status() > 0) {
            // Conditions on what a cache held are left out of steps, so that their answers have bodies.
            asserts.add(new Assert.Status(exchange.status() == NOT_MODIFIED ? OK : exchange.status()));
        }
        if (exchange.status() / 100 == 2 && response.flatMap(ResponseParts::json).orElse(JsonNull.NULL) instanceof JsonObject object) {
            for (JsonObject.Member member : object.members()) {
                boolean plain = !member.name().isEmpty() && member.name().chars().allMatch(c -> c == '_' || c < 128 && Character.isLetterOrDigit(c))
                        && !Character.isDigit(member.name().charAt(0));
                if (plain && !(member.value() instanceof JsonNull) && asserts.size() <= KEY_FIELDS_MAX) {
                    asserts.add(new Assert.HasJson("$." + member.name()));
                }
            }
        }
        return asserts;
    }

    private String loopId(int step) {
        return "l" + (new TreeSet<>(loops.keySet()).headSet(step).size() + 1);
    }

    private List<Loop> loops() {
        List<Loop> all = new ArrayList<>();
        for (int step : new TreeSet<>(loops.keySet())) {
            LoopFinder.Repeated loop = loops.get(step);
            all.add(new Loop(loopId(step), id(step), loop.cursor().isPresent() ? Loop.Kind.CURSOR : Loop.Kind.COUNTER,
                    names.of("loop " + step, loop.use().key()), loop.start(), loop.increment(), loop.members().size(), Loop.TIMES_MAX,
                    Optional.ofNullable(untils.get(step))));
        }
        return all;
    }
}
