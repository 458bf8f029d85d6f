package proxymcp.template;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.ExchangeScan;
import proxymcp.store.Session;

/**
 * Finds the exchanges that are steps, and what their values are explained by. Begins with all exchanges, or with the goal, and follows each value to
 * the answer that it comes from. Not for several threads.
 */
final class FlowSearch {
    private final Session session;
    private final List<FlowExchange> exchanges;
    private final EdgeFinder finder;
    private final Signatures signatures;
    private final Map<Integer, List<Found>> found = new HashMap<>();
    private final Map<Integer, List<Signatures.Signed>> signed = new HashMap<>();
    private final TreeSet<Integer> steps = new TreeSet<>();
    private final Set<String> challenges = new HashSet<>();

    FlowSearch(Session session, FlowReader flow) {
        this.session = session;
        this.exchanges = flow.exchanges();
        this.finder = new EdgeFinder(exchanges, flow.index(), flow.cookies(), flow.validators());
        this.signatures = new Signatures(exchanges, flow.index());
        for (FlowExchange exchange : exchanges) {
            for (Use use : exchange.uses()) {
                if (use.value().length() >= 43 && use.value().length() <= 128 && challenges.size() < 50_000) {
                    challenges.add(Recipes.challenge(use.value()));
                }
            }
        }
    }

    /**
     * Searches.
     *
     * @param goal index of the exchange that all leads to
     * @param includeStatic whether images, scripts and style sheets are steps though nothing comes from them
     */
    void run(OptionalInt goal, boolean includeStatic) throws IOException {
        Deque<Integer> open = begin(goal, includeStatic);
        try (ExchangeScan scan = session.exchanges()) {
            while (!open.isEmpty()) {
                int step = open.poll();
                if (!steps.add(step)) {
                    continue;
                }
                List<Found> own = finder.of(exchanges.get(step));
                found.put(step, own);
                own.forEach(edge -> open.add(edge.from().step()));
                for (Signatures.Signed digest : sign(exchanges.get(step), own, scan)) {
                    signed.computeIfAbsent(step, added -> new ArrayList<>()).add(digest);
                    digest.secrets().forEach(edge -> open.add(edge.from().step()));
                }
            }
        }
    }

    private Deque<Integer> begin(OptionalInt goal, boolean includeStatic) {
        Deque<Integer> open = new ArrayDeque<>();
        for (FlowExchange exchange : exchanges) {
            if (goal.isEmpty() ? includeStatic || !exchange.fixed() : exchange.index() == goal.getAsInt()) {
                open.add(exchange.index());
            }
        }
        return open;
    }

    /** Keeps the edges that another recording confirms, and the steps that are still needed. */
    void confirm(SecondCapture second, OptionalInt goal, boolean includeStatic) {
        found.replaceAll(second::confirmed);
        Deque<Integer> open = begin(goal, includeStatic);
        steps.clear();
        while (!open.isEmpty()) {
            int step = open.poll();
            if (steps.add(step)) {
                found.get(step).forEach(edge -> open.add(edge.from().step()));
                signed(step).forEach(digest -> digest.secrets().forEach(edge -> open.add(edge.from().step())));
            }
        }
    }

    private List<Signatures.Signed> sign(FlowExchange exchange, List<Found> own, ExchangeScan scan) throws IOException {
        Set<String> explained = new HashSet<>();
        own.forEach(edge -> explained.add(edge.use().location()));
        List<Signatures.Signed> all = new ArrayList<>();
        Optional<RequestText> request = Optional.empty();
        for (Use use : exchange.uses()) {
            Optional<String> digest = explained.contains(use.location()) || challenges.contains(use.value()) ? Optional.empty() : Signatures.digestIn(use);
            if (digest.isPresent()) {
                request = request.isPresent() ? request : text(exchange, scan);
                request.flatMap(text -> signatures.find(exchange, use, digest.get(), text)).ifPresent(all::add);
            }
        }
        return all;
    }

    private static Optional<RequestText> text(FlowExchange exchange, ExchangeScan scan) throws IOException {
        try {
            return scan.exchange(exchange.seq()).map(RequestText::of);
        } catch (CorruptSegmentException e) {
            return Optional.empty(); // It was read before; what has become of it since is for proxy_session_verify_integrity.
        }
    }

    /** Indexes of the exchanges that are steps. */
    TreeSet<Integer> steps() {
        return steps;
    }

    /** What answers explain, by the exchange that sends it. */
    Map<Integer, List<Found>> found() {
        return found;
    }

    /** Digests that were reproduced, by the exchange that sends them. */
    List<Signatures.Signed> signed(int step) {
        return signed.getOrDefault(step, List.of());
    }

    /** All edges: from, to and location as {@code seq seq location}; for tests and counts. */
    List<String> edges() {
        List<String> edges = new ArrayList<>();
        for (int step : steps) {
            List<Found> all = new ArrayList<>(found.get(step));
            signed(step).forEach(digest -> all.addAll(digest.secrets()));
            for (Found edge : all) {
                edges.add(exchanges.get(edge.from().step()).seq() + " " + exchanges.get(step).seq() + " " + edge.use().location());
            }
        }
        return edges;
    }
}
