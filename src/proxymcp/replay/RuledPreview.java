package proxymcp.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleEngine;

/** What rules would make of a request, for a plan that is only shown. */
public final class RuledPreview {
    private RuledPreview() {}

    /**
     * The request as it would go out; not counted for its rule.
     *
     * @return with a sentence for the rule among the changes
     * @throws IOException if its recorded body cannot be read
     */
    public static Changed of(RuleEngine rules, Changed request) throws IOException {
        List<String> changes = new ArrayList<>(request.changes());
        Optional<RuledHop> ruled = RuledHop.of(rules, request.request(), false, changes);
        if (ruled.isEmpty()) {
            return new Changed(request.request(), changes);
        }
        RuledHop rule = ruled.get();
        return switch (rule.action()) {
            case RuleAction.Mock mock -> shown(request.request(), changes, rule, "answers it with " + mock.status() + ", nothing is sent");
            case RuleAction.Drop drop -> shown(request.request(), changes, rule, "drops it, nothing is sent");
            case RuleAction.Forward forward -> shown(rule.outgoing(), changes, rule, "sends it to " + rule.outgoing().endpoint().url(""));
            case RuleAction.Pass pass -> shown(rule.outgoing(), changes, rule, rule.isChanged() ? "changes it" : "takes it");
        };
    }

    private static Changed shown(OutgoingRequest out, List<String> changes, RuledHop rule, String what) {
        changes.add(rule.named() + " " + what);
        return new Changed(out, changes);
    }
}
