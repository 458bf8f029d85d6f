package proxymcp.template;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.replay.Changed;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.ItemSource;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanItem;
import proxymcp.replay.ReplayBody;
import proxymcp.replay.SendSettings;
import proxymcp.replay.Skip;
import proxymcp.store.Session;

/** The steps of a template as items of a run, each with what is known of its request before anything is sent. Any thread may call. */
public final class FlowPlan implements ItemSource {
    private final RunnableFlow flow;
    private final Optional<ItemSource> recorded;

    /** @param recorded has bodies that are too large for a template; empty if there is no session */
    public FlowPlan(RunnableFlow flow, Optional<ItemSource> recorded) {
        this.flow = flow;
        this.recorded = recorded;
    }

    /**
     * The plan: an item a step.
     *
     * @param session where the template was found; empty if it is gone
     * @throws TemplateException {@code bad_template} if a step goes to no http or https URL
     */
    public static Plan of(RunnableFlow flow, Optional<Session> session, SendSettings settings) throws IOException, TemplateException {
        List<PlanItem> items = new ArrayList<>();
        List<Optional<Integer>> roots = new ArrayList<>();
        for (RunnableFlow.Step step : flow.steps()) {
            String url = StepMaker.recordedUrl(step);
            Optional<Skip> skip = skip(step, url, settings);
            Optional<Integer> root = skip.isPresent() ? Optional.of(step.index()) : Optional.empty();
            for (int i = 0; i < step.dependsOn().size() && root.isEmpty(); i++) {
                int other = step.dependsOn().get(i);
                root = roots.get(other);
                skip = root.map(at -> behind(flow, other, at, items));
            }
            roots.add(root);
            UUID id = UUID.nameUUIDFromBytes((flow.template().sessionId() + " " + step.step().seq()).getBytes(StandardCharsets.UTF_8));
            long startedAt = flow.template().createdAtMillis();
            if (session.isPresent() && step.step().seq() > 0) {
                var entry = session.get().find(step.step().seq());
                id = entry.isPresent() ? entry.get().id() : id;
                startedAt = entry.isPresent() ? entry.get().startedAtMillis() : startedAt;
            }
            items.add(new PlanItem(step.index(), step.step().seq(), id, startedAt, step.step().method(), url, targetUrl(step, url, settings),
                    !(step.step().body() instanceof TemplateBody.None), skip));
        }
        return new Plan(flow.template().sessionId(), items, List.of());
    }

    private static String targetUrl(RunnableFlow.Step step, String url, SendSettings settings) throws TemplateException {
        try {
            StepMaker.Url parts = StepMaker.Url.of(url);
            return parts.endpoint(settings.target()).url(parts.target());
        } catch (UnfilledException | IllegalArgumentException e) {
            throw RunnableFlow.bad("step " + step.step().id() + ": " + e.getMessage());
        }
    }

    /** What needs a step that is not sent is not sent either. */
    private static Skip behind(RunnableFlow flow, int other, int root, List<PlanItem> items) {
        String why = root == other ? ", which is not sent: " : ", which is not sent as step " + flow.steps().get(root).step().id() + " is not: ";
        return new Skip(Skip.Reason.STEP_FAILED, "it depends on step " + flow.steps().get(other).step().id() + why
                + items.get(root).skipped().orElseThrow().sentence());
    }

    private static Optional<Skip> skip(RunnableFlow.Step step, String url, SendSettings settings) {
        return settings.safety().check(step.step().method(), url);
    }

    /** The request as it was recorded, as far as that is known: its URL, and a body that is read from the session. */
    @Override
    public ItemChanges.Outcome request(PlanItem item) {
        if (item.index() >= flow.steps().size()) {
            return new ItemChanges.Outcome.Skipped(new Skip(Skip.Reason.DAMAGED, "the template has no such step"));
        }
        RunnableFlow.Step step = flow.steps().get(item.index());
        if (step.step().body() instanceof TemplateBody.Recorded) {
            return recorded.isPresent() ? recorded.get().request(item) : new ItemChanges.Outcome.Skipped(new Skip(Skip.Reason.BODY_NOT_CAPTURED,
                    "its body is in session " + RunnableFlow.shown(flow.template().sessionId()) + ", which is not there"));
        }
        try {
            StepMaker.Url url = StepMaker.Url.of(item.originalUrl());
            return new ItemChanges.Outcome.Ready(new Changed(new OutgoingRequest(url.endpoint(), RequestHead.of(item.method(), url.target(), Fields.EMPTY),
                    new ReplayBody.None(), Fields.EMPTY), List.of()));
        } catch (UnfilledException | IllegalArgumentException e) {
            return new ItemChanges.Outcome.Skipped(new Skip(Skip.Reason.NOT_SENDABLE, e.getMessage()));
        }
    }
}
