package proxymcp.rule;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Destination;
import proxymcp.http.RequestHead;

/**
 * Decides which rule a request follows. Any thread may call.
 *
 * @param book the rules; the set that is current when a request is decided on holds for it to its end
 * @param threads where expressions are evaluated
 */
public record RuleEngine(RuleBook book, RuleThreads threads) {
    /**
     * Decides; may read the request's body for that.
     *
     * @param head as the client sent it
     * @param counted whether the request counts for the rule; one that is only shown does not
     * @param notes takes what a reader of the exchange should know
     * @return empty if no rule takes the request
     */
    public Optional<RuleChoice> choose(RequestHead head, Destination destination, RequestOctets body, boolean counted, List<String> notes)
            throws IOException {
        RuleSet rules = book.current();
        Optional<Rule> rule = rules.isIdle() ? Optional.empty() : decide(rules, head, destination, body, notes);
        return rule.isPresent() ? Optional.of(new RuleChoice(rule.get(), rules, counted ? book.hit(rule.get()) : 0, this)) : Optional.empty();
    }

    private Optional<Rule> decide(RuleSet rules, RequestHead head, Destination destination, RequestOctets body, List<String> notes)
            throws IOException {
        RequestView headOnly = RequestView.of(head.method(), destination.endpoint().url(destination.target()), destination.endpoint().host(),
                destination.target(), head.fields());
        RuleSet.Decision decision = needsBody(rules, body, headOnly) ? withBody(rules, body, headOnly, notes) : withoutBody(rules, headOnly);
        notes.addAll(decision.notes());
        decision.timedOut().forEach(book::timedOut);
        return decision.rule();
    }

    private boolean needsBody(RuleSet rules, RequestOctets body, RequestView headOnly) throws IOException {
        if (!body.isPresent() || !rules.looksAtBodies()) {
            return false;
        }
        return threads.run(() -> rules.needsBodyAtOnce(headOnly), () -> rules.needsBody(headOnly));
    }

    private RuleSet.Decision withBody(RuleSet rules, RequestOctets body, RequestView headOnly, List<String> notes) throws IOException {
        if (!body.hold(RequestView.BODY_BYTES_MAX)) {
            notes.add("the request body is longer than " + RequestView.BODY_BYTES_MAX + " octets; rules looked at its beginning");
        }
        return threads.run(() -> rules.decideAtOnce(headOnly.withBody(body.held())), () -> rules.decide(headOnly.withBody(body.held())));
    }

    /** Ordinary rules are decided on in no time, whatever those threads are busy with; one more try is for a thread that was held up. */
    private RuleSet.Decision withoutBody(RuleSet rules, RequestView headOnly) throws IOException {
        Optional<RuleSet.Decision> decided = rules.decideAtOnce(headOnly);
        return decided.isPresent() ? decided.get() : threads.run(() -> rules.decideAtOnce(headOnly), () -> rules.decide(headOnly));
    }
}
