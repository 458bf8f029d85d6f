package proxymcp.selftest;

import java.util.List;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Comparing runs, and running one again. */
final class FlowSteps {
    private static final String PLANTED = "request.header.x-client-version";
    private static final String OLD_VERSION = "6";

    private FlowSteps() {}

    static List<Plan> plans() {
        return List.of(
                new Plan("failing_run", "Is a second run recorded, of a client that the origin refuses?", List.of("capture"), FlowSteps::failingRun),
                new Plan("diff", "Why does the second run fail?", List.of("failing_run"), FlowSteps::diff),
                new Plan("template", "Which values of the login flow come from which answers?", List.of("capture"), FlowSteps::template),
                new Plan("replay", "Does the flow run again, on an origin started anew that gives other tokens?", List.of("template"), FlowSteps::replay),
                new Plan("parity", "Do the answers of that replay mean what the recorded ones meant?", List.of("replay"), FlowSteps::parity));
    }

    private static String failingRun(Bench bench) throws Exception {
        Facts started = bench.call("proxy_session_start", JsonObject.builder().put("session_name", "a run that fails")
                .put("capture_profile", "full").build());
        bench.failing = started.text("$.session.id");
        boolean planted = bench.fault() != Fault.NOTHING_PLANTED;
        List<Integer> statuses = bench.customer().visit(planted ? OLD_VERSION : ShopOrigin.VERSION).statuses();
        bench.awaitEnds(bench.failing);
        Facts stopped = bench.call("proxy_session_stop", JsonObject.EMPTY);
        stopped.require(stopped.number("$.session.exchangeCount") == 3, "3 exchanges");
        return "session " + bench.failing + ": login, items and orders were answered " + statuses;
    }

    private static String diff(Bench bench) throws Exception {
        Facts diff = bench.call("proxy_diff_sessions", JsonObject.builder().put("session_id", bench.good).put("other_session_id", bench.failing)
                .put("url_contains", "/api/").build());
        for (JsonValue value : diff.list("$.topChangedFields")) {
            Facts field = new Facts("a field", (JsonObject) value);
            if (field.text("$.location").equals(PLANTED)) {
                diff.require(diff.holds("$.firstDivergence", "/api/orders"), "that the runs part at /api/orders");
                return "they part at /api/orders: " + PLANTED + " was " + ShopOrigin.VERSION + " and is " + OLD_VERSION + ", and the answer is 426";
            }
        }
        throw new NotProved("proxy_diff_sessions does not name " + PLANTED + ": " + Json.text(diff.list("$.topChangedFields")));
    }

    private static String template(Bench bench) throws Exception {
        Facts template = bench.call("proxy_generate_flow_template", JsonObject.builder().put("session_id", bench.good).put("url_contains", "/api/")
                .put("name", "orders of a customer").build());
        bench.template = template.text("$.templateId");
        int edges = template.list("$.edges").size();
        template.require(template.isTrue("$.verified") && template.list("$.steps").size() == 3 && edges == 2 && template.list("$.unexplained").size() == 0,
                "3 steps and 2 edges that give the recorded requests again");
        return "3 steps; " + edges + " values come from answers (login to items, items to orders), " + template.list("$.inputs").size()
                + " are inputs, none is unexplained";
    }

    private static String replay(Bench bench) throws Exception {
        String shop = bench.startShop().url();
        Facts run = bench.call("proxy_replay_session", JsonObject.builder().put("session_id", bench.good).put("template", bench.template)
                .put("target_base_url", shop).put("mode", "execute").put("allow_unsafe", true).build());
        run.require(run.text("$.state").equals("done") && run.number("$.successCount") == 3 && run.number("$.errorCount") == 0
                && run.number("$.skippedCount") == 0, "a run of 3 successes");
        bench.replay = run.text("$.replayId");
        int served = bench.shop().ordersServed();
        if (served != 1) {
            throw new NotProved("the origin showed orders " + served + " times, not once");
        }
        return bench.replay + " on " + shop + ": 3 of 3 succeeded, and the origin took each of its own tokens";
    }

    private static String parity(Bench bench) throws Exception {
        String tool = "proxy_replay_verify";
        if (!bench.has(tool)) {
            throw new NotTried("this server has no " + tool);
        }
        Facts verified = bench.call(tool, JsonObject.builder().put("replay_id", bench.replay).build());
        verified.require(verified.text("$.verdict").equals("pass") && verified.number("$.compared") == 3, "the verdict pass over 3 answers");
        return "verdict pass over " + verified.number("$.compared") + " answers";
    }
}
