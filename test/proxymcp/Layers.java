package proxymcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The levels of the code, and what breaks them: a package imports only packages below it, packages on one level do not
 * import each other, and a library is imported by the packages named here alone. A package that is not named belongs to
 * the one it lies in.
 */
final class Layers {
    /** One class uses another; full names. */
    record Use(String from, String to) { }

    private static final String ROOT = "proxymcp";

    /** Package, below {@code proxymcp}, to its level. The root package itself is wired together with cli. */
    private static final Map<String, Integer> LEVELS = Map.ofEntries(
            Map.entry("cli", 11),
            Map.entry("selftest", 10),
            Map.entry("tool", 9),
            Map.entry("parity", 8),
            Map.entry("template", 7),
            Map.entry("diff", 6), Map.entry("chrome", 6), Map.entry("replay.queue", 6),
            Map.entry("proxy", 5), Map.entry("har", 5), Map.entry("search", 5), Map.entry("replay", 5),
            Map.entry("replay.queue.resp", 5),
            Map.entry("mcp", 5),
            Map.entry("store", 4), Map.entry("upstream", 4), Map.entry("rpc", 4),
            Map.entry("rule", 3), Map.entry("tls", 3), Map.entry("decode", 3),
            Map.entry("exchange", 2),
            Map.entry("http", 1), Map.entry("json", 1), Map.entry("codec", 1), Map.entry("text", 1));

    /** Begin of a library's class names to the packages that may import it. */
    private static final Map<String, List<String>> LIBRARIES = Map.of(
            "org.bouncycastle.", List.of("tls"),
            "tools.jackson.", List.of("json"),
            "com.aayushatharva.", List.of("codec"),
            "org.msgpack.", List.of("codec", "store"),
            "com.sun.net.httpserver.", List.of("mcp"));

    private Layers() {
    }

    /** A sentence for each use that breaks a rule, in the order given, each once. */
    static List<String> violations(List<Use> uses) {
        List<String> violations = new ArrayList<>();
        for (Use use : uses) {
            violation(use).filter(sentence -> !violations.contains(sentence)).ifPresent(violations::add);
        }
        return violations;
    }

    private static Optional<String> violation(Use use) {
        Optional<String> from = unitOf(use.from());
        if (from.isEmpty()) {
            return Optional.of(use.from() + " is in a package without a level: give it one in Layers and the README");
        }
        return use.to().startsWith(ROOT + ".") ? ownViolation(use, from.get()) : libraryViolation(use, from.get());
    }

    private static Optional<String> ownViolation(Use use, String from) {
        Optional<String> to = unitOf(use.to());
        if (to.isEmpty()) {
            return Optional.of(use.from() + " uses " + use.to() + ", which is in a package without a level");
        }
        int fromLevel = LEVELS.get(from);
        int toLevel = LEVELS.get(to.get());
        if (from.equals(to.get()) || toLevel < fromLevel) {
            return Optional.empty();
        }
        return Optional.of(use.from() + " (" + from + ", level " + fromLevel + ") uses "
                + use.to() + " (" + to.get() + ", level " + toLevel + ")");
    }

    private static Optional<String> libraryViolation(Use use, String from) {
        if (use.to().startsWith("java.") || use.to().startsWith("javax.")) {
            return Optional.empty();
        }
        for (Map.Entry<String, List<String>> library : LIBRARIES.entrySet()) {
            if (use.to().startsWith(library.getKey())) {
                return library.getValue().contains(from) ? Optional.empty() : Optional.of(use.from() + " uses "
                        + use.to() + ", which is for " + String.join(" and ", library.getValue()) + " alone");
            }
        }
        return Optional.of(use.from() + " uses " + use.to() + ", which belongs to no library of this project");
    }

    /** The named package that a class of ours belongs to: its own or the nearest one around it. */
    private static Optional<String> unitOf(String className) {
        int end = className.lastIndexOf('.');
        if (end == ROOT.length()) {
            return Optional.of("cli");
        }
        String unit = className.substring(ROOT.length() + 1, end);
        while (!LEVELS.containsKey(unit)) {
            int dot = unit.lastIndexOf('.');
            if (dot < 0) {
                return Optional.empty();
            }
            unit = unit.substring(0, dot);
        }
        return Optional.of(unit);
    }
}
