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
    private final Noise noise;
    private final Weights weights;
    private final Findings findings;

    HeadCheck(Answer baseline, Answer other, Optional<LearnedSchema> schema, Noise noise, Weights weights, Findings findings) {
        this.baseline = baseline;
        this.other = other;
        this.schema = schema;
        this.noise = noise;
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
        // Clients choose by it how they read a body, whatever is in it.
        Severity severity = !alike ? Severity.HIGH : before.isEmpty() || family(before).equals(family(now)) ? Severity.LOW : Severity.MEDIUM;
        findings.add(Findings.at(Part.HEADER, "content-type"), DriftKind.MEDIA_TYPE_CHANGED, before.isEmpty() ? "absent" : Shown.text(before),
                now.isEmpty() ? "absent" : Shown.text(now), severity);
    }

    /** What is read in the same way: JSON, XML, pages, pictures. */
    private static String family(String type) {
        int slash = type.indexOf('/');
        return type.contains("html") ? "html" : type.endsWith("json") ? "json" : type.endsWith("xml") ? "xml"
                : type.startsWith("image/") || type.startsWith("audio/") || type.startsWith("video/") || type.contains("font") ? type.substring(0, slash) : type;
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
            Severity severity = changed(location.name(), before.get(), now.get());
            if (severity != Severity.NONE && !noise.memory().isRestless(findings.endpoint(), location)) {
                findings.add(location, DriftKind.HEADER_CHANGED, Shown.text(before.get()), Shown.text(now.get()), severity);
            }
        } else if (cameAlways && now.isEmpty()) {
            findings.add(location, DriftKind.HEADER_CHANGED, Shown.text(before.orElse("")), "absent", key ? Severity.HIGH : Severity.MEDIUM);
        } else if (isNew && now.isPresent()) {
            findings.add(location, DriftKind.HEADER_CHANGED, "absent", Shown.text(now.get()), Severity.LOW);
        }
    }

    private Severity changed(String name, String before, String now) {
        String host = findings.endpoint().host();
        String one = before.toLowerCase(Locale.ROOT);
        String two = now.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "location" -> Targets.isSame(host, before, now) ? Severity.NONE : Severity.MEDIUM;
            case "link" -> Targets.areSameLinks(host, before, now) ? Severity.NONE : Severity.MEDIUM;
            case "content-disposition" -> Targets.fileNames(before, now);
            case "grpc-status" -> one.equals(two) ? Severity.NONE : one.equals("0") ? Severity.CRITICAL : Severity.MEDIUM;
            default -> one.equals(two) || MadeUpWords.differAlone(one, two) ? Severity.NONE : Severity.MEDIUM;
        };
    }

    /** A cookie that is always set, and now is not, or is taken away, or is open to more: their order and values do not matter. */
    private void cookies() {
        Map<String, SetCookie> before = SetCookie.all(baseline);
        Map<String, SetCookie> now = SetCookie.all(other);
        before.forEach((name, cookie) -> {
            Location location = Findings.at(Part.COOKIE, name);
            boolean key = weights.isKey(findings.endpoint(), location);
            SetCookie same = now.get(name);
            if (same == null) {
                boolean always = schema.map(known -> known.isAlways("cookie." + name)).orElse(true);
                if (always && !isRenamed(name, before, now)) {
                    findings.add(location, DriftKind.HEADER_CHANGED, "set", "not set", key ? Severity.HIGH : Severity.MEDIUM);
                }
            } else if (cookie.isGone(baseline) != same.isGone(other)) {
                boolean gone = same.isGone(other);
                findings.add(location, DriftKind.HEADER_CHANGED, gone ? "set" : "deleted", gone ? "deleted" : "set",
                        key ? Severity.HIGH : gone ? Severity.MEDIUM : Severity.LOW);
            } else {
                attributes(name, cookie, same);
            }
        });
    }

    /** Whether one came that has the same name but for a part that was made up. */
    private static boolean isRenamed(String name, Map<String, SetCookie> before, Map<String, SetCookie> now) {
        for (String other : now.keySet()) {
            if (!before.containsKey(other) && MadeUpWords.differAlone(name.replace('_', '/'), other.replace('_', '/'))) {
                return true;
            }
        }
        return false;
    }

    private void attributes(String name, SetCookie before, SetCookie now) {
        for (String guard : List.of("httponly", "secure")) {
            if (before.attributes().containsKey(guard) && !now.attributes().containsKey(guard)) {
                findings.add(Findings.at(Part.COOKIE, name + ";" + guard), DriftKind.HEADER_CHANGED, "set", "absent", Severity.MEDIUM);
            }
        }
        for (String scope : List.of("samesite", "path", "domain")) {
            String one = before.attributes().getOrDefault(scope, "absent");
            String two = now.attributes().getOrDefault(scope, "absent");
            if (!one.equalsIgnoreCase(two) && !MadeUpWords.differAlone(one, two)) {
                findings.add(Findings.at(Part.COOKIE, name + ";" + scope), DriftKind.HEADER_CHANGED, Shown.text(one), Shown.text(two), Severity.LOW);
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
