package proxymcp.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Another recording of the same flow: tells which values of requests change, and whether they come from the same answers there. Requests are held against
 * those that a comparison of both sessions pairs them with. Immutable.
 */
final class SecondCapture {
    private static final Pattern NUMBER = Pattern.compile("\\[\\d+]");
    private static final double AGREED = 0.1;
    private static final double DISPUTED = 0.7;
    private static final double SCORE_MIN = 0.5;

    private final List<FlowExchange> exchanges;
    /** Of each exchange the one there. */
    private final Map<Integer, FlowExchange> partners = new HashMap<>();
    private final Map<Integer, Map<String, String>> values = new HashMap<>();
    private final Map<Integer, List<Found>> found;
    private final List<FlowExchange> others;
    private final Map<Long, Integer> places = new HashMap<>();
    private final Map<Long, Integer> otherPlaces = new HashMap<>();

    /**
     * Another recording.
     *
     * @param first the exchanges of the first one
     * @param second those of the other one
     * @param seqs the seq there by the seq here
     * @param found what answers explain there, by the exchange that sends it
     */
    SecondCapture(List<FlowExchange> first, List<FlowExchange> second, Map<Long, Long> seqs, Map<Integer, List<Found>> found) {
        this.exchanges = List.copyOf(first);
        this.found = Map.copyOf(found);
        this.others = List.copyOf(second);
        first.forEach(exchange -> places.put(exchange.seq(), exchange.index()));
        second.forEach(exchange -> otherPlaces.put(exchange.seq(), exchange.index()));
        for (FlowExchange exchange : first) {
            Integer place = otherPlaces.get(seqs.getOrDefault(exchange.seq(), -1L));
            if (place != null) {
                FlowExchange partner = second.get(place);
                partners.put(exchange.index(), partner);
                Map<String, String> sent = new HashMap<>();
                partner.uses().forEach(use -> sent.put(use.location(), use.value()));
                values.put(exchange.index(), sent);
            }
        }
    }

    /** Whether the value of a field is another one there; empty if there is no such request or field. */
    Optional<Boolean> changes(int step, Use use) {
        return Optional.ofNullable(values.getOrDefault(step, Map.of()).get(use.location())).map(value -> !value.equals(use.value()));
    }

    /** How many of these exchanges are there. */
    int partners(Iterable<Integer> steps) {
        int count = 0;
        for (int step : steps) {
            count += partners.containsKey(step) ? 1 : 0;
        }
        return count;
    }

    /**
     * The edges of a request as both recordings have them: an edge that is there too is surer, and so is another answer that both name; one whose field is
     * there, but comes from elsewhere or from nowhere, is less sure. A weak value that is the same in both is a constant.
     */
    List<Found> confirmed(int step, List<Found> edges) {
        List<Found> kept = new ArrayList<>();
        for (Found edge : edges) {
            Found judged = judged(step, edge);
            boolean constant = changes(step, edge.use()).equals(Optional.of(false)) && !edge.cookie() && Strength.of(edge.value()) < Strength.STRONG;
            if (!constant && judged.score() >= SCORE_MIN) {
                kept.add(judged);
            }
        }
        return kept;
    }

    private Found judged(int step, Found edge) {
        if (changes(step, edge.use()).isEmpty()) {
            return edge; // The other recording says nothing of it.
        }
        if (isThere(edge, edge.from().step(), edge.from().selector())) {
            return edge.scored(Math.min(1, edge.score() + AGREED));
        }
        for (Edge.Alternative other : edge.alternatives()) {
            FlowExchange from = exchanges.get(places.get(other.seq()));
            if (!edge.cookie() && from.isBefore(exchanges.get(step)) && !other.selector().startsWith(StreamValues.SOCKET)
                    && isBest(edge, from.index(), other.selector())) {
                return edge.takenFrom(from, exchanges.get(edge.from().step()), other).scored(Math.min(1, other.score() + AGREED));
            }
        }
        return edge.scored(edge.score() * DISPUTED);
    }

    private List<Found> there(Found edge) {
        List<Found> same = new ArrayList<>();
        for (Found other : found.getOrDefault(partners.get(edge.to()).index(), List.of())) {
            if (other.use().location().equals(edge.use().location())) {
                same.add(other);
            }
        }
        return same;
    }

    /** Whether the value is at the same place of the same answer there, be it one of several. */
    private boolean isThere(Found edge, int from, String selector) {
        for (Found other : there(edge)) {
            boolean same = isSame(from, selector, other.from().step(), other.from().selector());
            for (Edge.Alternative alternative : other.alternatives()) {
                same |= isSame(from, selector, otherPlaces.get(alternative.seq()), alternative.selector());
            }
            if (same) {
                return true;
            }
        }
        return false;
    }

    private boolean isBest(Found edge, int from, String selector) {
        for (Found other : there(edge)) {
            if (isSame(from, selector, other.from().step(), other.from().selector())) {
                return true;
            }
        }
        return false;
    }

    /** The same answer, or one of the same endpoint: of pages that all hold a value either recording may have asked for another one last. */
    private boolean isSame(int from, String selector, int other, String otherSelector) {
        boolean paired = partners.containsKey(from) && partners.get(from).index() == other;
        return plain(selector).equals(plain(otherSelector)) && (paired || exchanges.get(from).endpoint().equals(others.get(other).endpoint()));
    }

    /** Of a list another element may have been chosen. */
    private static String plain(String selector) {
        return NUMBER.matcher(selector).replaceAll("[]");
    }
}
