package proxymcp.exchange;

import java.util.List;

/**
 * The end of an exchange.
 *
 * @param outcome complete or incomplete, never in flight
 * @param timings phases
 * @param rules rules that touched it, in the order they did
 * @param notes what a reader should know, one sentence each
 * @param sent what went out where a rule changed it
 */
public record ExchangeEnd(Outcome outcome, Timings timings, List<RuleMatch> rules, List<String> notes, SentMessages sent) {
    /** The end of an exchange whose messages no rule changed. */
    public ExchangeEnd(Outcome outcome, Timings timings, List<RuleMatch> rules, List<String> notes) {
        this(outcome, timings, rules, notes, SentMessages.NONE);
    }
}
