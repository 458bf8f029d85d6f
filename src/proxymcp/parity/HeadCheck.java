package proxymcp.parity;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import proxymcp.diff.Leaf;
import proxymcp.diff.Location;
import proxymcp.diff.MadeUpWords;
import proxymcp.diff.Part;

/** Judges how an answer came: status, media type, protocol version and the fields of the head that tell something. */
final class HeadCheck {
    /** Fields whose value says what the answer is for; dates, caches and servers do not. */
    private static final Set<String> TELLING = Set.of("location", "www-authenticate", "content-language", "content-disposition", "grpc-status", "allow",
            "access-control-allow-origin", "content-range", "accept-ranges", "link");
    private static final List<Set<String>> SAME_TYPES = List.of(Set.of("application/json", "text/json", "text/x-json"),
            Set.of("application/javascript", "text/javascript", "application/x-javascript", "text/ecmascript"), Set.of("application/xml", "text/xml"));
    private static final int NOT_MODIFIED = 304;

    private final Answer baseline;
    private final Answer other;
    private final Optional<LearnedSchema> schema;
    private final Weights weights;
    private final Findings findings;

    HeadCheck(Answer baseline, Answer other, Optional<LearnedSchema> schema, Weights weights, Findings findings) {
        this.baseline = baseline;
        this.other = other;
        this.schema = schema;
        this.weights = weights;
        this.findings = findings;
    }

    void check() {
        status();
        mediaType();
        protocol();
        if (baseline.statusClass() == other.statusClass()) {
            fields();
        }
    }

    private void status() {
        if (baseline.status() == other.status()) {
            return;
        }
        boolean notModified = isCached(baseline.status(), other.status()) || isCached(other.status(), baseline.status());
        boolean sameClass = baseline.statusClass() == other.statusClass();
        Severity severity = notModified ? Severity.LOW : !sameClass ? Severity.CRITICAL : baseline.statusClass() == 3 ? Severity.LOW : Severity.MEDIUM;
        findings.add(Findings.at(Part.STATUS, ""), DriftKind.STATUS_CHANGED, Integer.toString(baseline.status()), Integer.toString(other.status()), severity);
    }

    private static boolean isCached(int status, int full) {
        return status == NOT_MODIFIED && full == 200;
    }

    private void mediaType() {
        String before = baseline.mediaType();
        String now = other.mediaType();
        boolean bodies = !(baseline.content() instanceof Answer.Content.None) && !(other.content() instanceof Answer.Content.None);
        if (before.equals(now) || !bodies || baseline.statusClass() != other.statusClass() || isSame(before, now)) {
            return;
        }
        boolean alike = baseline.content().getClass() == other.content().getClass();
        findings.add(Findings.at(Part.HEADER, "content-type"), DriftKind.MEDIA_TYPE_CHANGED, Shown.text(before), now.isEmpty() ? "absent" : Shown.text(now),
                alike ? Severity.LOW : Severity.HIGH);
    }

    private static boolean isSame(String before, String now) {
        for (Set<String> types : SAME_TYPES) {
            if (types.contains(before) && types.contains(now)) {
                return true;
            }
        }
        return false;
    }

    private void protocol() {
        Map<Location, String> before = values(baseline, Part.VERSION);
        values(other, Part.VERSION).forEach((location, version) -> {
            String known = before.getOrDefault(location, version);
            if (!known.equals(version)) {
                findings.add(location, DriftKind.PROTOCOL_CHANGED, Shown.text(known), Shown.text(version), Severity.LOW);
            }
        });
    }

    private void fields() {
        Map<Location, String> before = values(baseline, Part.HEADER);
        Map<Location, String> now = values(other, Part.HEADER);
        Set<Location> all = new TreeSet<>(Comparator.comparing(Location::toString));
        all.addAll(before.keySet());
        all.addAll(now.keySet());
        for (Location location : all) {
            boolean key = weights.isKey(findings.endpoint(), location);
            if (key || TELLING.contains(location.name())) {
                field(location, Optional.ofNullable(before.get(location)), Optional.ofNullable(now.get(location)), key);
            }
        }
        cookies();
    }

    private void field(Location location, Optional<String> before, Optional<String> now, boolean key) {
        boolean cameAlways = before.isPresent() && schema.map(known -> known.isAlways("header." + location.name())).orElse(true);
        boolean isNew = before.isEmpty() && !schema.map(known -> known.isEver("header." + location.name())).orElse(false);
        if (before.isPresent() && now.isPresent()) {
            String one = before.get().toLowerCase(Locale.ROOT);
            String two = now.get().toLowerCase(Locale.ROOT);
            if (!one.equals(two) && !MadeUpWords.differAlone(one, two)) {
                boolean failed = location.name().equals("grpc-status") && one.equals("0");
                findings.add(location, DriftKind.HEADER_CHANGED, Shown.text(before.get()), Shown.text(now.get()), failed ? Severity.CRITICAL : Severity.MEDIUM);
            }
        } else if (cameAlways && now.isEmpty()) {
            findings.add(location, DriftKind.HEADER_CHANGED, Shown.text(before.orElse("")), "absent", key ? Severity.HIGH : Severity.MEDIUM);
        } else if (isNew && now.isPresent()) {
            findings.add(location, DriftKind.HEADER_CHANGED, "absent", Shown.text(now.get()), Severity.LOW);
        }
    }

    /** A cookie that is always set, and now is not: their order and values do not matter. */
    private void cookies() {
        Map<Location, String> now = values(other, Part.COOKIE);
        for (Location location : values(baseline, Part.COOKIE).keySet()) {
            boolean value = location.name().indexOf(';') < 0;
            if (value && !now.containsKey(location) && schema.map(known -> known.isAlways("cookie." + location.name())).orElse(true)) {
                boolean key = weights.isKey(findings.endpoint(), location);
                findings.add(location, DriftKind.HEADER_CHANGED, "set", "not set", key ? Severity.HIGH : Severity.MEDIUM);
            }
        }
    }

    private static Map<Location, String> values(Answer answer, Part part) {
        Map<Location, String> values = new TreeMap<>(Comparator.comparing(Location::toString));
        for (Leaf leaf : answer.head()) {
            if (leaf.location().part() == part) {
                values.merge(leaf.location(), leaf.value(), (first, second) -> first + ", " + second);
            }
        }
        return values;
    }
}
