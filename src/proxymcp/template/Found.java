package proxymcp.template;

import java.util.ArrayList;
import java.util.List;

/**
 * A value of a request that an earlier answer explains.
 *
 * @param to index of the exchange that sends it
 * @param use where it is sent
 * @param text what of it is explained: all of the value or a part
 * @param value the same before codings: as the answer holds it
 * @param from where it comes from
 * @param codings what leads from {@code value} to {@code text}
 * @param cookie whether it is a cookie that the answer set
 * @param live whether the answer went on when the value was sent: a run, which reads an answer to its end, does not get it in time
 * @param alternatives other places, the best first
 */
record Found(int to, Use use, String text, String value, ValueIndex.Produced from, List<Coding> codings, boolean cookie, boolean live,
        double score,        List<Edge.Alternative> alternatives) {
    Found {
        codings = List.copyOf(codings);
        alternatives = List.copyOf(alternatives);
    }

    /** The same with another score. */
    Found scored(double other) {
        return new Found(to, use, text, value, from, codings, cookie, live, Math.round(other * 1_000) / 1_000.0, alternatives);
    }

    /** The same value from one of its alternatives; where it was from becomes one. */
    Found takenFrom(FlowExchange exchange, FlowExchange before, Edge.Alternative chosen) {
        List<Edge.Alternative> others = new ArrayList<>(alternatives);
        others.set(others.indexOf(chosen), new Edge.Alternative(before.seq(), from.selector(), score));
        return new Found(to, use, text, value, new ValueIndex.Produced(exchange.index(), exchange.endMillis(), chosen.selector(), use.key(), ""), codings,
                cookie, false, chosen.score(), others);
    }

    boolean isWhole() {
        return text.equals(use.value());
    }
}
