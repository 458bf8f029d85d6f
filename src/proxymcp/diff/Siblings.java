package proxymcp.diff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which segments at one place are values of a parameter, though they look like names: many different ones lead to the same continuation. Words that
 * name a thing rather than one of many ({@code api}, {@code cart}) are held to more than words with digits or several parts.
 */
final class Siblings {
    /**
     * Values of one parameter.
     *
     * @param form what they become
     * @param members the forms that become it
     */
    record Group(String form, List<String> members) {}

    private static final int FEW = 5;
    private static final int MANY = 20;
    /** Both sessions, and a repeat now and then, show each value; fixed words are shown far more often. */
    private static final int VISITS_EACH_MAX = 3;
    /** They stand beside values without being any. */
    private static final Set<String> RESERVED = Set.of("me", "self", "current", "new", "search", "login", "logout", "edit", "list", "all", "count",
            "latest", "batch", "bulk", "export", "import", "stats", "status", "health", "index", "mine", "default", "suggest", "autocomplete", "recent",
            "popular", "trending", "featured", "create", "update", "delete", "query", "graphql", "api");
    /** What stands under these are the parts of an interface. */
    private static final Pattern INTERFACE = Pattern.compile("|api|apis|rest|rpc|ajax|internal|services|settings|docs|static|assets|[vV]\\d.*|\\d{1,2}");

    private final boolean listed;
    private final boolean underInterface;
    private final TreeMap<String, PathNode> candidates = new TreeMap<>();
    /** Continuation to the candidates that have it. */
    private final Map<String, Set<String>> byContinuation = new HashMap<>();

    private Siblings(PathNode place, String before) {
        this.underInterface = INTERFACE.matcher(before).matches();
        this.listed = !underInterface && before.endsWith("s");
        place.next().forEach((form, node) -> {
            if (!node.isFixed() && !SegmentForm.isParameter(form) && !RESERVED.contains(form) && !form.isEmpty()) {
                candidates.put(form, node);
            }
        });
        candidates.forEach((form, node) -> node.continuations().keySet().forEach(way ->
                byContinuation.computeIfAbsent(way + extension(form), key -> new TreeSet<>()).add(form)));
    }

    /**
     * The groups at a place.
     *
     * @param before the form that leads to it; empty for the root
     */
    static List<Group> groups(PathNode place, String before) {
        if (place.next().size() < FEW) {
            return List.of();
        }
        return new Siblings(place, before).groups();
    }

    private List<Group> groups() {
        Map<String, Set<String>> members = new TreeMap<>();
        for (Map.Entry<String, Set<String>> entry : byContinuation.entrySet()) {
            if (areValues(entry.getKey(), entry.getValue())) {
                for (String form : entry.getValue()) {
                    members.computeIfAbsent(extension(form), key -> new TreeSet<>()).add(form);
                }
            }
        }
        List<Group> groups = new ArrayList<>();
        members.forEach((extension, forms) -> {
            join(forms);
            groups.add(new Group(SegmentForm.SLUG + extension, List.copyOf(forms)));
        });
        return groups;
    }

    /** Adds those that go on in a way that one of the members goes on. */
    private void join(Set<String> members) {
        List<String> open = new ArrayList<>(members);
        while (!open.isEmpty()) {
            String form = open.remove(open.size() - 1);
            for (String way : candidates.get(form).continuations().keySet()) {
                Set<String> like = byContinuation.getOrDefault(way + extension(form), Set.of());
                if (!way.isEmpty() && !underInterface) {
                    for (String other : like) {
                        if (members.add(other)) {
                            open.add(other);
                        }
                    }
                }
            }
        }
    }

    /** Whether a word stands beside values without being one. */
    static boolean isReserved(String form) {
        return RESERVED.contains(form);
    }

    private boolean areValues(String continuation, Set<String> forms) {
        int plain = 0;
        long visits = 0;
        for (String form : forms) {
            PathNode node = candidates.get(form);
            String extension = extension(form);
            plain += SegmentForm.isPlainWord(form.substring(0, form.length() - extension.length())) ? 1 : 0;
            visits += node.continuations().getOrDefault(continuation.substring(0, continuation.length() - extension.length()), 0L);
        }
        int distinct = forms.size();
        // What goes on the same way behind each of them is visited as often as there is something behind it.
        boolean goesOn = continuation.startsWith("/") && !underInterface;
        boolean mostlyNew = goesOn || visits <= (long) distinct * VISITS_EACH_MAX;
        boolean named = plain * 2 > distinct;
        boolean files = !extension(forms.iterator().next()).isEmpty();
        if (!named) {
            return distinct > MANY || distinct >= FEW && mostlyNew;
        }
        if (listed && !files) {
            return distinct > MANY || distinct >= FEW && mostlyNew;
        }
        return distinct > MANY && !underInterface;
    }

    /** The extension of a file's name with its dot; empty where there is none. */
    static String extension(String form) {
        int dot = form.lastIndexOf('.');
        int length = form.length() - dot - 1;
        if (dot <= 0 || length < 1 || length > 5 || !Character.isLetter(form.charAt(dot + 1))) {
            return "";
        }
        for (int i = dot + 1; i < form.length(); i++) {
            if (!Character.isLetterOrDigit(form.charAt(i))) {
                return "";
            }
        }
        return form.substring(dot);
    }
}
