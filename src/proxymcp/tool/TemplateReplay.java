package proxymcp.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanException;
import proxymcp.replay.SendSettings;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionException;
import proxymcp.store.SessionId;
import proxymcp.template.FlowPlan;
import proxymcp.template.FlowTemplate;
import proxymcp.template.RunnableFlow;
import proxymcp.template.TemplateException;
import proxymcp.template.TemplateJson;
import proxymcp.template.Templates;

/** Runs of templates: where the template of a call comes from, and how it is kept with its run. Any thread may call. */
final class TemplateReplay {
    private static final String TEMPLATE = "template";

    private final SessionCatalog catalog;

    TemplateReplay(SessionCatalog catalog) {
        this.catalog = catalog;
    }

    /** Reads the template that a call names: of a session, or a file, whose session need not be there. Empty if it names none. */
    Optional<FlowTemplate> read(ReplayArgs args, ReplayArgs.Files files) throws Exception {
        Optional<String> given = args.args().optString("session_id");
        try {
            if (args.args().given("template_file")) {
                Path file = files.find("template_file", args.args().string("template_file"));
                FlowTemplate template = Templates.read(file);
                return Optional.of(given.isPresent() ? in(SessionControl.id("session_id", given.get()).text(), template) : template);
            }
            if (args.args().given(TEMPLATE)) {
                SessionId session = SessionControl.id("session_id", given.orElseThrow(() -> new BadArgument("session_id", "expected it beside template")));
                return Optional.of(catalog.read(session, opened -> new Templates(opened).read(args.args().string(TEMPLATE))));
            }
            return Optional.empty();
        } catch (TemplateException refused) {
            throw failure(refused);
        }
    }

    private static FlowTemplate in(String sessionId, FlowTemplate template) {
        return new FlowTemplate(template.id(), template.name(), sessionId, template.createdAtMillis(), template.steps(), template.inputs(), template.edges(),
                template.loops(), template.unexplained(), template.warnings());
    }

    static ToolFailure failure(TemplateException refused) {
        return new ToolFailure(refused.code(), refused.getMessage(), refused.hint());
    }

    /** The plan of a template. */
    Plan plan(FlowTemplate template, ReplayArgs args, SendSettings settings) throws Exception {
        try {
            RunnableFlow flow = RunnableFlow.of(template, args.args().stringMap("inputs"));
            Optional<SessionId> session = session(template.sessionId());
            return session.isEmpty() ? FlowPlan.of(flow, Optional.empty(), settings)
                    : catalog.read(session.get(), opened -> FlowPlan.of(flow, Optional.<Session>of(opened), settings));
        } catch (TemplateException refused) {
            throw failure(refused);
        }
    }

    /** A session that is there. */
    Optional<SessionId> session(String id) throws IOException {
        Optional<SessionId> named = SessionId.parse(id);
        if (named.isEmpty()) {
            return named;
        }
        try {
            catalog.open(named.get());
            return named;
        } catch (SessionException gone) {
            return Optional.empty();
        }
    }

    /** A template as a run keeps it: it goes on with the one that it began with. */
    static void keep(JsonObject.Builder kept, Optional<FlowTemplate> template) {
        template.ifPresent(known -> kept.put(TEMPLATE, TemplateJson.write(known)));
    }

    /** The flow of a run that was begun with a template; empty for others. */
    static Optional<RunnableFlow> flow(JsonObject kept, ReplayArgs args) throws PlanException {
        Optional<JsonObject> json = kept.object(TEMPLATE);
        if (json.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(RunnableFlow.of(TemplateJson.read(json.get()), args.args().stringMap("inputs")));
        } catch (TemplateException refused) {
            throw new PlanException(refused.getMessage());
        }
    }
}
