package proxymcp.parity;

import java.util.ArrayList;
import java.util.List;
import proxymcp.diff.Endpoint;
import proxymcp.diff.IgnorePatterns;
import proxymcp.diff.Location;
import proxymcp.diff.Part;
import proxymcp.diff.Side;

/** The drifts of one pair while they are found. What the caller ignores is left out. */
final class Findings {
    /** More than anyone reads of one pair. */
    private static final int FINDINGS_MAX = 500;

    private final Endpoint endpoint;
    private final IgnorePatterns ignored;
    private final List<Finding> list = new ArrayList<>();

    Findings(Endpoint endpoint, IgnorePatterns ignored) {
        this.endpoint = endpoint;
        this.ignored = ignored;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** A field of the response. */
    static Location at(Part part, String name) {
        return new Location(Side.RESPONSE, part, name);
    }

    /** Adds a drift, unless it means nothing, is ignored, or there are too many. */
    void add(Location location, DriftKind kind, String expected, String actual, Severity severity) {
        if (severity != Severity.NONE && list.size() < FINDINGS_MAX && !ignored.matches(endpoint, location, location.name())) {
            list.add(new Finding(location, Shown.location(location), kind, expected, actual, severity));
        }
    }

    /** Adds a rule that does not hold: what is ignored is what the rule does not name. */
    void broken(ParityRule rule, String expected, String actual) {
        if (list.size() < FINDINGS_MAX) {
            Location location = at(Part.JSON, rule.path().toString());
            list.add(new Finding(location, "rules[" + rule.number() + "] " + rule.check().word() + " " + Shown.location(location), DriftKind.RULE_BROKEN, expected, actual, rule.severity()));
        }
    }

    List<Finding> list() {
        return list;
    }

    /** Whether the same field drifted in its shape. */
    boolean hasShape(Location location) {
        for (Finding finding : list) {
            if (finding.kind().question() == Question.SHAPE && finding.location().equals(location)) {
                return true;
            }
        }
        return false;
    }
}
