package proxymcp.tool;

import java.io.IOException;
import java.util.Optional;
import proxymcp.replay.Answer;
import proxymcp.replay.Changed;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.PlanItem;
import proxymcp.replay.RuledPreview;
import proxymcp.replay.PlannedChanges;
import proxymcp.replay.Skip;
import proxymcp.rule.RuleEngine;

/** Changes of a run that is not sent: nothing waits for answers, as none come. */
final class PreviewedChanges implements ItemChanges {
    private final PlannedChanges changes;
    private final Optional<RuleEngine> rules;

    /** @param rules what requests follow besides; empty for none */
    PreviewedChanges(PlannedChanges changes, Optional<RuleEngine> rules) {
        this.changes = changes;
        this.rules = rules;
    }

    @Override
    public Outcome change(PlanItem item, OutgoingRequest request) {
        return switch (changes.preview(item, request)) {
            case Outcome.Skipped skipped -> skipped;
            case Outcome.Ready(Changed changed) -> rules.isPresent() ? ruled(rules.get(), changed) : new Outcome.Ready(changed);
        };
    }

    private static Outcome ruled(RuleEngine engine, Changed changed) {
        try {
            return new Outcome.Ready(RuledPreview.of(engine, changed));
        } catch (IOException e) {
            return new Outcome.Skipped(new Skip(Skip.Reason.DAMAGED, "its body cannot be read: " + e.getMessage()));
        }
    }

    @Override
    public void answered(PlanItem item, OutgoingRequest sent, Answer answer) {
        throw new IllegalStateException("nothing is sent");
    }

    @Override
    public Next redirected(PlanItem item, OutgoingRequest sent, Answer answer, int hop) {
        return new Next.Nothing();
    }
}
