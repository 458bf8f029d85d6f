package proxymcp.parity;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.decode.JsonPath;
import proxymcp.diff.Endpoint;
import proxymcp.diff.Location;
import proxymcp.diff.Part;
import proxymcp.diff.Side;
import proxymcp.store.Session;
import proxymcp.template.Extract;
import proxymcp.template.FlowTemplate;
import proxymcp.template.TemplateStep;
import proxymcp.template.Templates;

/** Fields that matter most: those that the caller names, and those that a template of the baseline takes from answers. */
final class Weights {
    private static final int SUBTREE_MAX = 300;
    private static final int TEMPLATES_MAX = 50;

    private final KeyFields keys;
    private final Map<Endpoint, Set<String>> extracted = new HashMap<>();

    Weights(KeyFields keys) {
        this.keys = keys;
    }

    /** Which endpoint an exchange of the baseline is of. */
    interface EndpointOf {
        Optional<Endpoint> of(long seq);
    }

    /** Takes what the templates that are kept with the baseline extract. */
    void addTemplates(Session baseline, EndpointOf endpoints) throws IOException {
        int templates = 0;
        for (FlowTemplate template : new Templates(baseline).list()) {
            if (++templates > TEMPLATES_MAX) {
                return;
            }
            for (TemplateStep step : template.steps()) {
                for (Extract extract : step.extracts()) {
                    endpoints.of(step.seq()).ifPresent(endpoint -> add(endpoint, extract.select()));
                }
            }
        }
    }

    /** What stands before the first bar of a selector says where in the answer it looks. */
    private void add(Endpoint endpoint, String selector) {
        int bar = selector.indexOf(" | ");
        String source = bar < 0 ? selector : selector.substring(0, bar);
        int colon = source.indexOf(':');
        String argument = source.substring(colon + 1);
        String location = switch (colon < 0 ? "" : source.substring(0, colon)) {
            case "json" -> location(Part.JSON, argument.replaceAll("\\[-?[0-9]+]", "[*]"));
            case "header" -> location(Part.HEADER, argument.toLowerCase(Locale.ROOT));
            case "cookie" -> location(Part.COOKIE, argument);
            case "html" -> location(Part.BODY, argument.replaceAll("@.*", ""));
            default -> "";
        };
        if (!location.isEmpty()) {
            extracted.computeIfAbsent(endpoint, added -> new HashSet<>()).add(location);
        }
    }

    private static String location(Part part, String name) {
        return new Location(Side.RESPONSE, part, name).toString();
    }

    /** Whether the caller names a field: then no other value of it is taken for noise. */
    boolean isNamed(Endpoint endpoint, Location location) {
        return keys.has(endpoint, location);
    }

    /** Whether a field matters most. */
    boolean isKey(Endpoint endpoint, Location location) {
        return keys.has(endpoint, location) || extracted.getOrDefault(endpoint, Set.of()).contains(location.toString());
    }

    /** Whether a field or one below it does. */
    boolean isKey(Endpoint endpoint, Location location, ShapeNode below) {
        return isKey(endpoint, location, below, new int[] {SUBTREE_MAX});
    }

    private boolean isKey(Endpoint endpoint, Location location, ShapeNode below, int[] left) {
        if (isKey(endpoint, location)) {
            return true;
        }
        for (Map.Entry<String, ShapeNode> member : below.members().entrySet()) {
            Location inside = new Location(location.side(), location.part(), JsonPath.member(location.name(), member.getKey()));
            if (left[0]-- > 0 && isKey(endpoint, inside, member.getValue(), left)) {
                return true;
            }
        }
        return below.items().isPresent() && left[0]-- > 0
                && isKey(endpoint, new Location(location.side(), location.part(), location.name() + "[*]"), below.items().get(), left);
    }
}
