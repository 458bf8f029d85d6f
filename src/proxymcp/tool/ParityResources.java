package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;
import proxymcp.mcp.UriTemplate;
import proxymcp.mcp.WorkPool;
import proxymcp.parity.ParityFiles;
import proxymcp.replay.ReplayId;
import proxymcp.replay.ReplayRuns;
import proxymcp.replay.RunException;

/** The last verdict on each run that was verified, as a resource. */
final class ParityResources {
    private static final String VARIABLE = "replay_id";
    private static final int CHARS_MAX = 24_000;
    private static final int LISTED_MAX = 20;

    private final ReplayRuns runs;
    private final ParityFiles files;
    private final WorkPool pool;

    ParityResources(ReplayControl replays, WorkPool pool) {
        this.runs = replays.runs();
        this.files = new ParityFiles(runs.root());
        this.pool = pool;
    }

    ResourceTemplate template() {
        return new ResourceTemplate(new UriTemplate("proxy://replay/{" + VARIABLE + "}/parity"), "proxy_replay_parity", "Replay parity",
                "The last report of proxy_replay_verify on a run", Optional.of("application/json"), new Reports());
    }

    private final class Reports implements ResourceTemplate.Family {
        @Override
        public Optional<ResourceContents> read(Map<String, String> variables, CallContext context) throws Exception {
            Optional<ReplayId> id = ReplayId.parse(variables.get(VARIABLE));
            if (id.isEmpty()) {
                return Optional.empty();
            }
            try {
                Optional<JsonObject> report = pool.run(context, () -> files.find(id.get()).map(kept -> Shortened.within(kept, CHARS_MAX)));
                return report.map(ResourceContents::json);
            } catch (RunException unknown) {
                return Optional.empty();
            }
        }

        @Override
        public List<ResourceTemplate.Member> list() throws IOException {
            List<ResourceTemplate.Member> members = new ArrayList<>();
            for (String id : verified("")) {
                members.add(new ResourceTemplate.Member(Map.of(VARIABLE, id), "Replay parity of " + id));
            }
            return members;
        }

        @Override
        public List<String> complete(String variable, String typed, Map<String, String> chosen) throws IOException {
            return verified(typed);
        }
    }

    /** The newest runs that have a report. */
    private List<String> verified(String prefix) throws IOException {
        List<String> verified = new ArrayList<>();
        for (ReplayId id : runs.ids()) {
            if (verified.size() < LISTED_MAX && id.text().startsWith(prefix) && files.isKept(id)) {
                verified.add(id.text());
            }
        }
        return verified;
    }
}
