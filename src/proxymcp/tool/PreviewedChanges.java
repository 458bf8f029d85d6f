package proxymcp.tool;

import proxymcp.replay.Answer;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.PlanItem;
import proxymcp.replay.RunChanges;

/** Changes of a run that is not sent: nothing waits for answers, as none come. */
final class PreviewedChanges implements ItemChanges {
    private final RunChanges changes;

    PreviewedChanges(RunChanges changes) {
        this.changes = changes;
    }

    @Override
    public Outcome change(PlanItem item, OutgoingRequest request) {
        return changes.preview(item, request);
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
