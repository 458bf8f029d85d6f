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
import proxymcp.replay.ReplayId;
import proxymcp.replay.RunException;

/** Runs as resources: all of them, and each in numbers. */
final class ReplayResources {
    private static final Optional<String> JSON = Optional.of("application/json");
    private static final String VARIABLE = "replay_id";
    private static final int CHARS_MAX = 200_000;
    /** Each is read from its files. */
    private static final int LISTED_MAX = 20;

    private final ReplayControl control;
    private final WorkPool pool;

    ReplayResources(ReplayControl control, WorkPool pool) {
        this.control = control;
        this.pool = pool;
    }

    Resource resource() {
        return new Resource("proxy://replay", "proxy_replays", "Replays", "Runs that are kept, newest first", JSON, this::all);
    }

    ResourceTemplate template() {
        return new ResourceTemplate(new UriTemplate("proxy://replay/{" + VARIABLE + "}/summary"), "proxy_replay_summary", "Replay summary",
                "A run in numbers, and the first that failed", JSON, new Summaries());
    }

    private ResourceContents all(CallContext context) throws Exception {
        List<ReplayId> ids = control.runs().ids();
        ListBudget page = new ListBudget(CHARS_MAX);
        for (ReplayId id : ids.subList(0, Math.min(LISTED_MAX, ids.size()))) {
            JsonObject row = pool.run(context, () -> row(id));
            if (!page.add(row)) {
                break;
            }
        }
        return ResourceContents.json(JsonObject.builder().put("count", ids.size()).put("complete", page.size() == ids.size())
                .put("replays", page.items()).build());
    }

    private JsonObject row(ReplayId id) throws IOException {
        try {
            return ReplayView.report(control.runs().find(id).report());
        } catch (RunException damaged) {
            return JsonObject.builder().put("replayId", id.text()).put("state", "damaged").put("stateReason", damaged.getMessage()).build();
        }
    }

    private final class Summaries implements ResourceTemplate.Family {
        @Override
        public Optional<ResourceContents> read(Map<String, String> variables, CallContext context) throws Exception {
            Optional<ReplayId> id = ReplayId.parse(variables.get(VARIABLE));
            if (id.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(ResourceContents.json(pool.run(context, () -> ReplayTools.summary(control.runs().find(id.get())))));
            } catch (RunException unknown) {
                return Optional.empty();
            }
        }

        @Override
        public List<ResourceTemplate.Member> list() throws IOException {
            List<ResourceTemplate.Member> members = new ArrayList<>();
            for (String id : newest("")) {
                members.add(new ResourceTemplate.Member(Map.of(VARIABLE, id), "Replay summary of " + id));
            }
            return members;
        }

        @Override
        public List<String> complete(String variable, String typed, Map<String, String> chosen) throws IOException {
            return newest(typed);
        }
    }

    private List<String> newest(String prefix) throws IOException {
        List<String> newest = new ArrayList<>();
        for (ReplayId id : control.runs().ids()) {
            if (id.text().startsWith(prefix) && newest.size() < LISTED_MAX) {
                newest.add(id.text());
            }
        }
        return newest;
    }
}
