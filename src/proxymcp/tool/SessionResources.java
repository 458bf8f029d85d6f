package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Resource;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;
import proxymcp.mcp.UriTemplate;
import proxymcp.mcp.WorkPool;
import proxymcp.store.Manifest;
import proxymcp.store.Session;
import proxymcp.store.SessionException;
import proxymcp.store.SessionId;

/** Sessions as resources: all of them, and of each a summary, a timeline, findings and its streams. */
final class SessionResources {
    private static final Optional<String> JSON = Optional.of("application/json");
    private static final String VARIABLE = "session_id";
    private static final int CHARS_MAX = 200_000;
    /** Sessions that resources/list names; every other one can be read too. */
    private static final int LISTED_MAX = 20;
    private static final int VALUES_MAX = 100;

    private final SessionControl sessions;
    private final WorkPool pool;
    private final SessionView view;

    SessionResources(SessionControl sessions, WorkPool pool) {
        this.sessions = sessions;
        this.pool = pool;
        this.view = new SessionView(sessions);
    }

    Resource resource() {
        return new Resource("proxy://sessions", "proxy_sessions", "Sessions", "The session that records, and all that are kept, newest first",
                JSON, this::all);
    }

    List<ResourceTemplate> templates() {
        return List.of(
                template("summary", "Session summary", "Counts, percentiles of duration, bytes, error classes, damage", SessionSummary::of),
                template("timeline", "Session timeline", "Exchanges and errors over time", SessionTimeline::of),
                template("findings", "Session findings", "Failing endpoints, slow exchanges, error rates of hosts, broken streams, damage", SessionFindings::of),
                template("ws", "Session streams", "WebSockets, event streams and the like, newest first, with their channels", SessionStreams::list),
                template("templates", "Session templates", "Flow templates made of the session, newest first",
                        (session, view, context) -> TemplateResources.list(session)));
    }

    private ResourceTemplate template(String part, String title, String description, Report report) {
        return new ResourceTemplate(new UriTemplate("proxy://sessions/{" + VARIABLE + "}/" + part), "proxy_session_" + part, title, description,
                JSON, new Family(title, report));
    }

    /** What is made of a session. */
    private interface Report {
        JsonObject of(Session session, SessionView view, CallContext context) throws IOException;
    }

    private ResourceContents all(CallContext context) throws IOException {
        List<Manifest> manifests = sessions.catalog().list();
        ListBudget page = new ListBudget(CHARS_MAX);
        for (int i = 0; i < manifests.size() && !page.isFull(); i++) {
            page.add(view.listed(manifests.get(i)));
        }
        return ResourceContents.json(JsonObject.builder().put("runtime", view.runtime()).put("count", manifests.size())
                .put("complete", page.size() == manifests.size()).put("sessions", page.items()).build());
    }

    private final class Family implements ResourceTemplate.Family {
        private final String title;
        private final Report report;

        Family(String title, Report report) {
            this.title = title;
            this.report = report;
        }

        @Override
        public Optional<ResourceContents> read(Map<String, String> variables, CallContext context) throws Exception {
            Optional<SessionId> id = SessionId.parse(variables.get(VARIABLE));
            if (id.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(ResourceContents.json(pool.run(context,
                        () -> sessions.catalog().read(id.get(), session -> report.of(session, view, context)))));
            } catch (SessionException unknown) {
                if (unknown.code().equals("unknown_session")) {
                    return Optional.empty();
                }
                throw unknown;
            }
        }

        @Override
        public List<ResourceTemplate.Member> list() throws IOException {
            List<ResourceTemplate.Member> members = new ArrayList<>();
            for (String id : newest("", LISTED_MAX)) {
                members.add(new ResourceTemplate.Member(Map.of(VARIABLE, id), title + " of " + id));
            }
            return members;
        }

        @Override
        public List<String> complete(String variable, String typed, Map<String, String> chosen) throws IOException {
            return newest(typed, VALUES_MAX);
        }
    }

    private List<String> newest(String prefix, int max) throws IOException {
        List<SessionId> ids = sessions.catalog().ids();
        List<String> newest = new ArrayList<>();
        for (int i = ids.size() - 1; i >= 0 && newest.size() < max; i--) {
            if (ids.get(i).text().startsWith(prefix)) {
                newest.add(ids.get(i).text());
            }
        }
        return newest;
    }
}
