package proxymcp.proxy;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Destination;
import proxymcp.http.RequestHead;
import proxymcp.rule.Edited;
import proxymcp.rule.RequestView;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleBook;
import proxymcp.rule.RuleSet;

/**
 * Which rule one exchange follows.
 *
 * @param rule the rule
 * @param rules the set it is from; it gives the time limits too
 * @param nth how many exchanges followed the rule, this one included
 */
record RuleChoice(Rule rule, RuleSet rules, long nth) {
    /**
     * Decides; may read the request body for it. The set is taken once, so that an exchange follows exactly one.
     *
     * @param notes takes what a reader of the exchange should know
     * @return empty if no rule takes the request
     */
    static Optional<RuleChoice> of(ProxyServices services, ReceivedRequest request, Destination destination, List<String> notes)
            throws IOException {
        RuleBook book = services.rules();
        RuleSet rules = book.current();
        if (rules.isIdle()) {
            return Optional.empty();
        }
        RequestView headOnly = view(request.head(), destination);
        RuleSet.Decision decision = needsBody(services.ruleThreads(), rules, request, headOnly)
                ? withBody(services.ruleThreads(), rules, request, headOnly, notes) : withoutBody(services.ruleThreads(), rules, headOnly);
        notes.addAll(decision.notes());
        decision.timedOut().forEach(book::timedOut);
        return decision.rule().map(rule -> new RuleChoice(rule, rules, book.hit(rule)));
    }

    private static boolean needsBody(RuleThreads threads, RuleSet rules, ReceivedRequest request, RequestView headOnly) throws IOException {
        if (request.body().isEmpty() || !rules.looksAtBodies()) {
            return false;
        }
        return threads.run(() -> rules.needsBodyAtOnce(headOnly), () -> rules.needsBody(headOnly));
    }

    private static RuleSet.Decision withBody(RuleThreads threads, RuleSet rules, ReceivedRequest request, RequestView headOnly,
            List<String> notes) throws IOException {
        if (!request.hold(RequestView.BODY_BYTES_MAX)) {
            notes.add("the request body is longer than " + RequestView.BODY_BYTES_MAX + " octets; rules looked at its beginning");
        }
        return threads.run(() -> rules.decideAtOnce(headOnly.withBody(request.held())), () -> rules.decide(headOnly.withBody(request.held())));
    }

    /** Ordinary rules are decided on in no time, whatever those threads are busy with; one more try is for a thread that was held up. */
    private static RuleSet.Decision withoutBody(RuleThreads threads, RuleSet rules, RequestView headOnly) throws IOException {
        Optional<RuleSet.Decision> decided = rules.decideAtOnce(headOnly);
        return decided.isPresent() ? decided.get() : threads.run(() -> rules.decideAtOnce(headOnly), () -> rules.decide(headOnly));
    }

    private static RequestView view(RequestHead head, Destination destination) {
        return RequestView.of(head.method(), destination.endpoint().url(destination.target()), destination.endpoint().host(), destination.target(),
                head.fields());
    }

    /**
     * What came of one of the rule's edits; notes and counts what went wrong with it.
     *
     * @param notes takes what a reader of the exchange should know
     */
    <T> T take(Edited<T> edited, ProxyServices services, List<String> notes) {
        edited.note().ifPresent(note -> notes.add(named() + ": " + note));
        if (edited.timedOut()) {
            services.rules().timedOut(rule);
        }
        return edited.value();
    }

    /** The rule by name, for sentences. */
    String named() {
        return "rule " + rule.id();
    }
}
