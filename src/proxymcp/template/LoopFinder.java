package proxymcp.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.diff.Endpoint;
import proxymcp.diff.Part;

/** Finds requests that are the same but for a number that rises evenly, or for a value of the answer before. */
final class LoopFinder {
    private static final Set<String> PAGE_WORDS = Set.of("cursor", "after", "before", "next", "page", "offset", "continu", "marker", "since", "start", "skip",
            "from");

    /**
     * A loop.
     *
     * @param members indexes of the exchanges that one step stands for; the first is the step
     * @param before index of the exchange that asks for the first page of a cursor; empty for a counter
     * @param use what changes, in the step
     * @param cursor where the next value is from, for the step
     */
    record Repeated(List<Integer> members, Optional<Integer> before, Use use, Optional<Found> cursor, long start, long increment) {}

    private final Map<Integer, List<Found>> explained;

    LoopFinder(Map<Integer, List<Found>> explained) {
        this.explained = explained;
    }

    /** The loops among exchanges that are in order. */
    List<Repeated> find(List<FlowExchange> steps) {
        Map<Endpoint, List<FlowExchange>> groups = new LinkedHashMap<>();
        steps.forEach(step -> groups.computeIfAbsent(step.endpoint(), added -> new ArrayList<>()).add(step));
        List<Repeated> loops = new ArrayList<>();
        for (List<FlowExchange> group : groups.values()) {
            int at = 0;
            while (at + 1 < group.size()) {
                int end = cursorEnd(group, at);
                if (end > at) {
                    loops.add(cursor(group, at, end));
                } else {
                    end = counterEnd(group, at);
                    if (end > at) {
                        loops.add(counter(group, at, end));
                    }
                }
                at = Math.max(at + 1, end + 1);
            }
        }
        return loops;
    }

    /** Index of the last request that goes on from the one before it by a value of its answer; {@code from} if none does. */
    private int cursorEnd(List<FlowExchange> group, int from) {
        int at = from;
        while (at + 1 < group.size() && cursorOf(group.get(at), group.get(at + 1)).isPresent()) {
            at++;
        }
        return at;
    }

    private Optional<Found> cursorOf(FlowExchange before, FlowExchange next) {
        Optional<Found> cursor = Optional.empty();
        if (before.status() != next.status()) {
            return cursor;
        }
        for (Found found : explained.getOrDefault(next.index(), List.of())) {
            if (found.from().step() == before.index() && !found.cookie() && !found.live() && isPageWord(found.use())) {
                cursor = Optional.of(found);
            }
        }
        if (cursor.isEmpty()) {
            return cursor;
        }
        for (String location : changes(before, next)) {
            if (!location.equals(cursor.get().use().location())) {
                return Optional.empty();
            }
        }
        return cursor;
    }

    private static boolean isPageWord(Use use) {
        String key = use.key().toLowerCase(Locale.ROOT);
        for (String word : PAGE_WORDS) {
            if (key.contains(word) && !key.contains("csrf") && !key.contains("refresh")) {
                return true;
            }
        }
        return false;
    }

    /** Where two requests differ in more than what is made for each or comes from an answer. */
    private List<String> changes(FlowExchange before, FlowExchange next) {
        Map<String, String> old = new HashMap<>();
        before.uses().forEach(use -> old.put(use.location(), use.value()));
        List<String> changes = new ArrayList<>();
        for (Use use : next.uses()) {
            String value = old.remove(use.location());
            boolean same = use.value().equals(value);
            boolean madeUp = value != null && (Strength.of(use.value()) >= Strength.STRONG || use.key().toLowerCase(Locale.ROOT).matches("ts|t|_|time.*|x-time.*"))
                    && !isPageWord(use);
            if (!same && !madeUp && use.part() != Part.COOKIE && use.part() != Part.LAYER) {
                changes.add(use.location());
            }
        }
        old.keySet().removeIf(location -> location.startsWith("request.cookie.") || location.startsWith("request.layer."));
        changes.addAll(old.keySet());
        return changes;
    }

    private Repeated cursor(List<FlowExchange> group, int from, int end) {
        List<Integer> members = new ArrayList<>();
        for (int i = from + 1; i <= end; i++) {
            members.add(group.get(i).index());
        }
        Found cursor = cursorOf(group.get(from), group.get(from + 1)).orElseThrow();
        return new Repeated(members, Optional.of(group.get(from).index()), cursor.use(), Optional.of(cursor), 0, 0);
    }

    private int counterEnd(List<FlowExchange> group, int from) {
        Optional<Use> counter = counterOf(group.get(from), group.get(from + 1));
        if (counter.isEmpty()) {
            return from;
        }
        long increment = number(group.get(from + 1), counter.get()) - number(group.get(from), counter.get());
        int at = from + 1;
        while (increment > 0 && at + 1 < group.size() && counterOf(group.get(at), group.get(at + 1)).map(Use::location).equals(counter.map(Use::location))
                && number(group.get(at + 1), counter.get()) - number(group.get(at), counter.get()) == increment) {
            at++;
        }
        return increment > 0 ? at : from;
    }

    private Optional<Use> counterOf(FlowExchange before, FlowExchange next) {
        List<String> changes = changes(before, next);
        if (changes.size() != 1 || before.status() != next.status()) {
            return Optional.empty();
        }
        for (Use use : next.uses()) {
            boolean place = use.part() == Part.QUERY || use.part() == Part.JSON || use.part() == Part.FORM;
            if (use.location().equals(changes.get(0)) && place && isPageWord(use) && isNumber(use.value())) {
                return number(before, use) >= 0 ? Optional.of(use) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static boolean isNumber(String value) {
        return !value.isEmpty() && value.length() <= 9 && value.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long number(FlowExchange exchange, Use like) {
        for (Use use : exchange.uses()) {
            if (use.location().equals(like.location())) {
                return isNumber(use.value()) ? Long.parseLong(use.value()) : -1;
            }
        }
        return -1;
    }

    private static Repeated counter(List<FlowExchange> group, int from, int end) {
        List<Integer> members = new ArrayList<>();
        for (int i = from; i <= end; i++) {
            members.add(group.get(i).index());
        }
        List<Use> first = group.get(from).uses();
        List<Use> second = group.get(from + 1).uses();
        Use counter = first.get(0);
        for (Use use : first) {
            for (Use other : second) {
                if (use.location().equals(other.location()) && isNumber(use.value()) && isPageWord(use) && !use.value().equals(other.value())) {
                    counter = use;
                }
            }
        }
        long start = number(group.get(from), counter);
        return new Repeated(members, Optional.empty(), counter, Optional.empty(), start, number(group.get(from + 1), counter) - start);
    }
}
