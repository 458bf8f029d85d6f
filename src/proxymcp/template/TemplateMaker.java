package proxymcp.template;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import proxymcp.decode.Decoders;
import proxymcp.diff.Endpoint;
import proxymcp.diff.EndpointLearner;
import proxymcp.diff.Endpoints;
import proxymcp.diff.Partners;
import proxymcp.diff.RequestShape;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanException;
import proxymcp.replay.PlanItem;
import proxymcp.replay.Planner;
import proxymcp.replay.Selection;
import proxymcp.replay.SendSettings;
import proxymcp.store.IndexEntry;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;
import proxymcp.store.WorkWatch;

/**
 * Makes templates. The same exchanges always give the same template, but for when it was made. Any thread may call; it is CPU-bound work that reads
 * mapped files.
 */
public final class TemplateMaker {
    /** Exchanges that are looked at, at most. */
    public static final int EXCHANGES_MAX = 20_000;
    private static final int ID_BYTES = 6;

    private final Decoders decoders;
    private final Clock clock;

    /** @param clock says when a template was made */
    public TemplateMaker(Decoders decoders, Clock clock) {
        this.decoders = decoders;
        this.clock = clock;
    }

    /**
     * Makes a template; nothing is written.
     *
     * @param watch told how far it got
     * @throws java.util.concurrent.CancellationException if nobody waits for it any more
     * @throws TemplateException if there are too many exchanges, none at all, or the goal is not among them
     * @throws PlanException if an exchange that is named does not exist
     * @throws IOException if the session cannot be read
     */
    public FlowTemplate make(Session session, TemplateRequest request, WorkWatch watch) throws IOException, TemplateException, PlanException {
        if (request.goalSeq().isPresent() && request.selection() instanceof Selection.Seqs(List<Long> chosen) && !chosen.contains(request.goalSeq().getAsLong())) {
            throw new TemplateException("bad_argument", "goal_seq: expected one of seqs, got " + request.goalSeq().getAsLong(),
                    "what leads to it is looked for among the exchanges chosen");
        }
        Plan plan = new Planner(session, SendSettings.DEFAULT).plan(request.selection(), List.of());
        List<Long> seqs = seqs(plan, request);
        List<Long> others = new ArrayList<>();
        List<RequestShape> shapes = shapes(session, seqs);
        if (request.other().isPresent()) {
            others = all(request.other().get());
            shapes.addAll(shapes(request.other().get(), others));
        }
        Endpoints endpoints = EndpointLearner.learn(shapes);
        Optional<Partners> partners = request.other().map(other -> new Partners());
        FlowReader flow = new FlowReader(decoders, partners);
        flow.read(session, seqs, endpoints, watch);
        if (flow.exchanges().isEmpty()) {
            throw nothing(session);
        }
        OptionalInt goal = goal(flow, request);
        FlowSearch search = new FlowSearch(session, flow);
        search.run(goal, request.includeStatic());
        List<String> warnings = new ArrayList<>(plan.notes());
        if (goal.isPresent() && plan.items().stream().noneMatch(item -> item.seq() == request.goalSeq().getAsLong())) {
            warnings.add("goal_seq " + request.goalSeq().getAsLong() + " is not among the exchanges chosen; what leads to it is looked for among those");
        }
        warnings.addAll(flow.warnings());
        Optional<SecondCapture> second = Optional.empty();
        if (request.other().isPresent()) {
            second = Optional.of(second(request.other().get(), others, flow, partners.orElseThrow(), endpoints, watch));
            search.confirm(second.get(), goal, request.includeStatic());
            int missing = search.steps().size() - second.get().partners(search.steps());
            if (missing > 0) {
                warnings.add(missing + " of " + search.steps().size() + " steps have no counterpart in session " + request.other().get().manifest().id());
            }
        }
        if (search.steps().isEmpty()) {
            throw nothing(session);
        }
        TemplateDraft draft = new TemplateDraft(session, flow, search, second, warnings);
        return draft.template(id(session, request, seqs), name(flow, search, request), clock.millis());
    }

    private static TemplateException nothing(Session session) {
        return new TemplateException("nothing_selected", "no exchange of session " + session.manifest().id() + " that can be a step is selected",
                "images, scripts and style sheets need include_static; proxy_query_session shows what there is");
    }

    private static List<Long> seqs(Plan plan, TemplateRequest request) throws TemplateException {
        Set<Long> seqs = new TreeSet<>();
        for (PlanItem item : plan.items()) {
            seqs.add(item.seq());
        }
        request.goalSeq().ifPresent(seqs::add);
        if (seqs.size() > EXCHANGES_MAX) {
            throw new TemplateException("too_many_exchanges", "more than " + EXCHANGES_MAX + " exchanges are selected", "narrow them by seq_ranges or filters");
        }
        return new ArrayList<>(seqs);
    }

    private static List<Long> all(Session session) throws IOException {
        List<Long> seqs = new ArrayList<>();
        session.forEach(SessionQuery.ALL, entry -> {
            seqs.add(entry.seq());
            return seqs.size() < EXCHANGES_MAX;
        });
        seqs.sort(null);
        return seqs;
    }

    private static List<RequestShape> shapes(Session session, List<Long> seqs) throws IOException {
        List<RequestShape> shapes = new ArrayList<>();
        for (long seq : seqs) {
            Optional<IndexEntry> entry = session.find(seq);
            entry.ifPresent(found -> shapes.add(FlowReader.shape(found)));
        }
        return shapes;
    }

    private static OptionalInt goal(FlowReader flow, TemplateRequest request) throws TemplateException {
        if (request.goalSeq().isEmpty()) {
            return OptionalInt.empty();
        }
        for (FlowExchange exchange : flow.exchanges()) {
            if (exchange.seq() == request.goalSeq().getAsLong()) {
                return OptionalInt.of(exchange.index());
            }
        }
        throw new TemplateException("unknown_exchange", "goal_seq: there is no exchange " + request.goalSeq().getAsLong() + " that can be a step",
                "proxy_query_session finds them");
    }

    private SecondCapture second(Session other, List<Long> seqs, FlowReader flow, Partners partners, Endpoints endpoints, WorkWatch watch) throws IOException {
        Partners there = new Partners();
        FlowReader read = new FlowReader(decoders, Optional.of(there));
        read.read(other, seqs, endpoints, watch);
        FlowSearch search = new FlowSearch(other, read);
        search.run(OptionalInt.empty(), true);
        return new SecondCapture(flow.exchanges(), read.exchanges(), partners.in(there), search.found());
    }

    private static String id(Session session, TemplateRequest request, List<Long> seqs) {
        byte[] digest = Recipes.digest("SHA-256", session.manifest().id() + " " + seqs + " " + request.goalSeq() + " " + request.includeStatic() + " "
                + request.other().map(other -> other.manifest().id().text()).orElse("") + " " + request.name().orElse(""));
        return "t" + HexFormat.of().formatHex(digest, 0, ID_BYTES);
    }

    private static String name(FlowReader flow, FlowSearch search, TemplateRequest request) {
        Endpoint last = flow.exchanges().get(search.steps().last()).endpoint();
        return request.name().orElse(request.goalSeq().isPresent() ? last.toString() : "flow at " + last.host());
    }
}
