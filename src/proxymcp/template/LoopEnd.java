package proxymcp.template;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** How the answers to pages that are counted tell which is the last: a field that says so, how many there are, or a list that is empty. */
final class LoopEnd {
    /** How the end of a loop begins that is a count: of pages, or of items where the counter rises by the size of a page. */
    static final String COUNT = "count:";
    private static final int DEPTH_MAX = 4;
    private static final int MEMBERS_MAX = 200;
    private static final Set<String> MORE = Set.of("hasmore", "more", "hasnext", "hasnextpage", "hasmorepages", "morepages", "moreavailable", "ismore");
    private static final Set<String> NEXT = Set.of("next", "nextpage", "nexturl", "nextpageurl", "nextlink", "nextpagetoken", "nextcursor", "nextoffset");
    private static final Set<String> PAGES = Set.of("totalpages", "pagecount", "pages", "numpages", "lastpage", "pagestotal", "pagetotal", "numberofpages", "maxpage");
    private static final Set<String> ITEMS = Set.of("total", "totalcount", "totalitems", "totalresults", "totalhits", "totalelements", "totalrows", "itemcount");

    private final LoopFinder.Repeated loop;
    /** The answers, in order; some of many. */
    private final List<JsonValue> pages;

    LoopEnd(LoopFinder.Repeated loop, List<JsonValue> pages) {
        this.loop = loop;
        this.pages = pages;
    }

    /**
     * Where the end of a loop is told.
     *
     * @param guess whether the last page that was recorded said nothing of it: a run asks for one page more
     */
    record Told(String until, boolean guess) {}

    /** What tells it; empty if nothing does. */
    Optional<Told> find() {
        if (pages.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> said = path(pages.get(0), "$", 0, false).or(() -> path(pages.get(0), "$", 0, true).map(path -> COUNT + path));
        if (said.isPresent()) {
            return said.map(until -> new Told(until, false));
        }
        return list(pages.get(0), "$").map(path -> new Told("json:" + path + "[0]", list(pages.get(pages.size() - 1), "$").equals(Optional.of(path))));
    }

    /** The first field whose name and values tell it. */
    private Optional<String> path(JsonValue value, String path, int depth, boolean counts) {
        if (!(value instanceof JsonObject object) || depth > DEPTH_MAX || object.members().size() > MEMBERS_MAX) {
            return Optional.empty();
        }
        for (JsonObject.Member member : object.members()) {
            String below = path + "." + member.name();
            if (isPlain(member.name()) && (counts ? isCount(member, below) : goesOn(member, below))) {
                return Optional.of("json:" + below);
            }
        }
        for (JsonObject.Member member : object.members()) {
            Optional<String> found = isPlain(member.name()) ? path(member.value(), path + "." + member.name(), depth + 1, counts) : Optional.empty();
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static String word(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** Whether all pages but the last say that there are more. */
    private boolean goesOn(JsonObject.Member member, String path) {
        boolean flag = MORE.contains(word(member.name())) && member.value() instanceof JsonBoolean;
        if (!flag && !(NEXT.contains(word(member.name())) && !(member.value() instanceof JsonArray) && !(member.value() instanceof JsonObject))) {
            return false;
        }
        for (int i = 0; i < pages.size() - 1; i++) {
            String said = at(pages.get(i), path).flatMap(Selector::shown).orElse("");
            if (said.isEmpty() || said.equals("false")) {
                return false;
            }
        }
        return true;
    }

    private boolean isCount(JsonObject.Member member, String path) {
        String word = word(member.name());
        boolean named = loop.increment() == 1 ? PAGES.contains(word) : ITEMS.contains(word);
        if (!named || !(member.value() instanceof JsonNumber)) {
            return false;
        }
        for (int i = 0; i < pages.size() - 1; i++) {
            String said = at(pages.get(i), path).flatMap(Selector::shown).orElse("");
            if (isLast(said, loop.start() + loop.increment() * i, loop.start(), loop.increment())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a counter has come to its end.
     *
     * @param total what the answer says
     * @param counter of the page that was asked for
     */
    static boolean isLast(String total, long counter, long start, long increment) {
        if (total.isEmpty() || total.length() > 15 || !total.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return true;
        }
        return counter + increment - first(start, increment) >= Long.parseLong(total);
    }

    /** The counter of the first page that there is, which need not be the one that was asked for first. */
    static long first(long start, long increment) {
        return increment == 1 ? Math.min(start, 1) : increment == 0 ? 0 : start % increment;
    }

    private static Optional<JsonValue> at(JsonValue root, String path) {
        JsonValue value = root;
        for (String name : path.substring(2).split("\\.")) {
            value = value instanceof JsonObject object ? object.get(name).orElse(JsonNull.NULL) : JsonNull.NULL;
        }
        return value instanceof JsonNull ? Optional.empty() : Optional.of(value);
    }

    private static boolean isPlain(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z');
    }

    /** Where the first list of a page is. */
    private static Optional<String> list(JsonValue value, String path) {
        if (value instanceof JsonArray array && array.size() > 0) {
            return Optional.of(path);
        }
        if (value instanceof JsonObject object && path.length() < 100) {
            for (JsonObject.Member member : object.members()) {
                Optional<String> found = isPlain(member.name()) ? list(member.value(), path + "." + member.name()) : Optional.empty();
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }
}
