package proxymcp.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.diff.ExchangeFields;
import proxymcp.diff.Leaf;
import proxymcp.diff.Part;
import proxymcp.diff.Side;

/**
 * Which answers gave which validators, {@code ETag} and {@code Last-Modified}: requests are conditional by them (RFC 9110 section 13). They may be as short
 * as {@code "3"}, so that they count by their field and their URL alone. Not for several threads.
 */
final class ValidatorTrail {
    private static final int PER_VALUE_MAX = 1_000;
    private static final Set<String> REVALIDATIONS = Set.of("if-none-match", "if-modified-since");
    private static final Set<String> DEMANDS = Set.of("if-match", "if-unmodified-since", "if-range");

    private record Given(int step, String url, String field) {}

    private final Map<String, List<Given>> byValue = new HashMap<>();

    /** Whether a field asks only for what the client does not know yet: a request without it has the same effect. */
    static boolean isRevalidation(String name) {
        return REVALIDATIONS.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Whether a field makes a request conditional by a validator. */
    static boolean isCondition(String name) {
        return isRevalidation(name) || DEMANDS.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Takes what an answer gives; steps come in order. */
    void add(FlowExchange exchange, ExchangeFields fields) {
        for (Leaf leaf : fields.flat()) {
            String name = leaf.at();
            if (leaf.location().side() == Side.RESPONSE && leaf.location().part() == Part.HEADER && (name.equals("etag") || name.equals("last-modified"))) {
                List<Given> all = byValue.computeIfAbsent(leaf.value(), added -> new ArrayList<>(1));
                if (all.size() == PER_VALUE_MAX) {
                    all.remove(0);
                }
                all.add(new Given(exchange.index(), withoutQuery(exchange.url()), name));
            }
        }
    }

    /** Where a validator that a request sends is from: of its own URL the nearest answer, or else the nearest one that had a value nobody comes upon. */
    Optional<Found> of(FlowExchange exchange, Use use, List<FlowExchange> exchanges) {
        Optional<Found> found = Optional.empty();
        String url = withoutQuery(exchange.url());
        for (Given given : byValue.getOrDefault(use.value(), List.of())) {
            FlowExchange from = exchanges.get(given.step());
            boolean own = given.url().equals(url);
            boolean better = own || Strength.of(use.value()) >= Strength.STRONG && found.map(known -> known.score() < 0.9).orElse(true);
            if (from.isBefore(exchange) && better) {
                ValueIndex.Produced place = new ValueIndex.Produced(given.step(), from.endMillis(), "header:" + given.field(), given.field(), "");
                found = Optional.of(new Found(exchange.index(), use, use.value(), use.value(), place, List.of(), false, false, own ? 0.95 : 0.8, List.of()));
            }
        }
        return found;
    }

    private static String withoutQuery(String url) {
        int end = url.indexOf('?');
        return end < 0 ? url : url.substring(0, end);
    }
}
