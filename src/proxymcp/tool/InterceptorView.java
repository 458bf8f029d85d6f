package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import proxymcp.chrome.ActiveTarget;
import proxymcp.chrome.InterceptorStatus;
import proxymcp.chrome.OutputRing;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;

/** Browsers and processes as results show them. */
final class InterceptorView {
    private static final int OUTPUT_BYTES_LEAST = 16;

    private InterceptorView() {}

    /** Ways to capture with a page of what is captured, counted over all of them. */
    record Page(List<JsonObject> interceptors, int offset, int showing, int total) {
        /** The members that tell what the page holds. */
        JsonObject members() {
            JsonObject.Builder members = JsonObject.builder().put("totalActive", total).put("complete", offset + showing >= total);
            if (offset + showing < total) {
                members.put("nextOffset", offset + showing);
            }
            return members.build();
        }
    }

    /** As many targets from {@code offset} on as fit {@code charsMax}. */
    static Page page(List<InterceptorStatus> all, int offset, int charsMax) {
        ListBudget budget = new ListBudget(charsMax);
        List<JsonObject> interceptors = new ArrayList<>();
        int total = 0;
        for (InterceptorStatus status : all) {
            int before = budget.size();
            for (ActiveTarget target : status.targets()) {
                if (total >= offset) {
                    budget.add(target(target));
                }
                total++;
            }
            interceptors.add(metadata(status, budget.items().values().subList(before, budget.size())));
        }
        return new Page(interceptors, offset, budget.size(), total);
    }

    private static JsonObject metadata(InterceptorStatus status, List<JsonValue> targets) {
        return JsonObject.builder().put("id", status.id()).put("name", status.name()).put("description", status.description())
                .put("isActivable", status.isActivable()).put("activeTargets", targets).build();
    }

    /** All of them, for a resource. */
    static JsonArray all(List<InterceptorStatus> all) {
        List<JsonValue> interceptors = new ArrayList<>();
        for (InterceptorStatus status : all) {
            List<JsonValue> targets = new ArrayList<>();
            status.targets().forEach(target -> targets.add(target(target)));
            interceptors.add(metadata(status, targets));
        }
        return new JsonArray(interceptors);
    }

    /** One browser, process or port. */
    static JsonObject target(ActiveTarget target) {
        return JsonObject.builder().put("id", target.targetId()).put("description", target.description())
                .put("activatedAt", target.activatedAtMillis()).put("details", target.details()).build();
    }

    /** What was printed from {@code cursor} on, as much as fits {@code charsMax} when it is JSON. */
    static JsonObject output(OutputRing ring, long cursor, int charsMax) {
        int bytes = Math.max(OUTPUT_BYTES_LEAST, charsMax);
        JsonObject shown = slice(ring.read(cursor, bytes));
        while (Json.text(shown).length() > charsMax && bytes > OUTPUT_BYTES_LEAST) {
            bytes = Math.max(OUTPUT_BYTES_LEAST, bytes / 2); // Control characters take six.
            shown = slice(ring.read(cursor, bytes));
        }
        return shown;
    }

    private static JsonObject slice(OutputRing.Slice slice) {
        return JsonObject.builder().put("text", slice.text()).put("nextCursor", slice.nextCursor()).put("lostBytes", slice.lostBytes())
                .put("ended", slice.ended()).build();
    }
}
