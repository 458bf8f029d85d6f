package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.diff.DiffRequest;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;
import proxymcp.mcp.UriTemplate;
import proxymcp.mcp.WorkPool;
import proxymcp.store.SessionException;
import proxymcp.store.SessionId;

/** Comparisons of two sessions as resources. */
final class DiffResources {
    private static final String A = "session_id";
    private static final String B = "other_id";
    private static final int CHARS_MAX = 24_000;
    private static final int FIELDS_MAX = 30;
    private static final int VALUES_MAX = 100;

    private final SessionControl sessions;
    private final WorkPool pool;
    private final SessionDiffTool tool;

    DiffResources(SessionControl sessions, WorkPool pool, SessionDiffTool tool) {
        this.sessions = sessions;
        this.pool = pool;
        this.tool = tool;
    }

    ResourceTemplate template() {
        return new ResourceTemplate(new UriTemplate("proxy://sessions/{" + A + "}/diff/{" + B + "}"), "proxy_session_diff", "Session diff",
                "Summary of proxy_diff_sessions", Optional.of("application/json"), new Diffs());
    }

    private final class Diffs implements ResourceTemplate.Family {
        @Override
        public Optional<ResourceContents> read(Map<String, String> variables, CallContext context) throws Exception {
            Optional<SessionId> a = SessionId.parse(variables.get(A));
            Optional<SessionId> b = SessionId.parse(variables.get(B));
            if (a.isEmpty() || b.isEmpty()) {
                return Optional.empty();
            }
            DiffView.Page page = new DiffView.Page(DiffView.Level.SUMMARY, Optional.empty(), FIELDS_MAX, 0, CHARS_MAX);
            try {
                return Optional.of(ResourceContents.json(new DiffView(a.get(), b.get(), pool.run(context,
                        () -> tool.compare(a.get(), b.get(), List.of(), DiffRequest.ALL, new CallWatch(context, "exchanges"))), page).json()));
            } catch (SessionException unknown) {
                if (unknown.code().equals("unknown_session")) {
                    return Optional.empty();
                }
                throw unknown;
            }
        }

        @Override
        public List<String> complete(String variable, String typed, Map<String, String> chosen) throws IOException {
            List<SessionId> ids = sessions.catalog().ids();
            List<String> newest = new ArrayList<>();
            for (int i = ids.size() - 1; i >= 0 && newest.size() < VALUES_MAX; i--) {
                String id = ids.get(i).text();
                if (id.startsWith(typed) && !chosen.containsValue(id)) {
                    newest.add(id);
                }
            }
            return newest;
        }
    }
}
