package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;
import proxymcp.mcp.UriTemplate;
import proxymcp.mcp.WorkPool;
import proxymcp.store.Session;
import proxymcp.store.SessionException;
import proxymcp.store.SessionId;
import proxymcp.template.FlowTemplate;
import proxymcp.template.TemplateException;
import proxymcp.template.TemplateInput;
import proxymcp.template.TemplateJson;
import proxymcp.template.Templates;

/** Flow templates as resources: those of a session, and each as it is kept. */
final class TemplateResources {
    private static final String SESSION = "session_id";
    private static final String TEMPLATE = "template_id";
    private static final int LIST_CHARS_MAX = 200_000;
    /** A template is shown as it can be run; one of thousands of steps is for {@code output_file}. */
    private static final int CHARS_MAX = 2_000_000;
    private static final int VALUES_MAX = 100;
    private static final int NAME_CHARS = 200;
    private static final int INPUTS_MAX = 50;

    private final SessionControl sessions;
    private final WorkPool pool;

    TemplateResources(SessionControl sessions, WorkPool pool) {
        this.sessions = sessions;
        this.pool = pool;
    }

    ResourceTemplate template() {
        return new ResourceTemplate(new UriTemplate("proxy://sessions/{" + SESSION + "}/templates/{" + TEMPLATE + "}"), "proxy_session_template",
                "Flow template", "A template, as proxy_replay_session runs it", Optional.of("application/json"), new Kept());
    }

    /** The templates of a session, the newest first. */
    static JsonObject list(Session session) throws IOException {
        List<FlowTemplate> all = new Templates(session).list();
        ListBudget page = new ListBudget(LIST_CHARS_MAX);
        for (int i = 0; i < all.size() && page.add(row(all.get(i))); i++) { }
        return JsonObject.builder().put("sessionId", session.manifest().id().text()).put("count", all.size()).put("complete", page.size() == all.size())
                .put("templates", page.items()).build();
    }

    private static JsonObject row(FlowTemplate template) {
        List<String> inputs = new ArrayList<>();
        for (TemplateInput input : template.inputs().subList(0, Math.min(INPUTS_MAX, template.inputs().size()))) {
            inputs.add(input.name());
        }
        return JsonObject.builder().put("templateId", template.id()).put("name", Shortened.text(template.name(), NAME_CHARS))
                .put("createdAt", template.createdAtMillis()).put("stepCount", template.steps().size()).put("inputCount", template.inputs().size())
                .putStrings("inputs", inputs).put("edgeCount", template.edges().size()).put("loopCount", template.loops().size())
                .put("unexplainedCount", template.unexplained().size()).put("warningCount", template.warnings().size()).build();
    }

    private final class Kept implements ResourceTemplate.Family {
        @Override
        public Optional<ResourceContents> read(Map<String, String> variables, CallContext context) throws Exception {
            Optional<SessionId> id = SessionId.parse(variables.get(SESSION));
            if (id.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(ResourceContents.json(pool.run(context, () -> sessions.catalog().read(id.get(),
                        session -> Shortened.within(TemplateJson.write(new Templates(session).read(variables.get(TEMPLATE))), CHARS_MAX)))));
            } catch (TemplateException unknown) {
                return Optional.empty();
            } catch (SessionException unknown) {
                if (unknown.code().equals("unknown_session")) {
                    return Optional.empty();
                }
                throw unknown;
            }
        }

        @Override
        public List<String> complete(String variable, String typed, Map<String, String> chosen) throws IOException {
            List<String> values = new ArrayList<>();
            List<SessionId> ids = sessions.catalog().ids();
            if (variable.equals(SESSION)) {
                for (int i = ids.size() - 1; i >= 0; i--) {
                    offer(ids.get(i).text(), typed, values);
                }
                return values;
            }
            Optional<SessionId> session = SessionId.parse(chosen.getOrDefault(SESSION, ""));
            if (session.isPresent() && ids.contains(session.get())) {
                templates(session.get()).forEach(template -> offer(template.id(), typed, values));
            }
            return values;
        }
    }

    private List<FlowTemplate> templates(SessionId id) throws IOException {
        try {
            return sessions.catalog().read(id, session -> new Templates(session).list());
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            return List.of(); // Somebody deleted the session: nothing to choose.
        }
    }

    private static void offer(String value, String typed, List<String> values) {
        if (value.startsWith(typed) && values.size() < VALUES_MAX) {
            values.add(value);
        }
    }
}
