package proxymcp.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which steps give the cookie that a request sends. Where each request sent the newest of a name, one jar is all of them. Otherwise several clients took
 * turns, and a jar is the answers that replace each other: the request of each sent what one before it had set. Not for several threads.
 */
final class CookieJars {
    private static final int BEFORE_MAX = 4;

    /**
     * Steps whose answers give one cookie; the newest that gave it counts.
     *
     * @param id tells it from other jars
     * @param steps indexes, in order
     */
    record Jar(String id, List<Integer> steps) {}

    /** A jar, and what was set for it, by step. */
    private record Filled(Jar jar, List<CookieTrail.Setting> settings) {}

    private final List<FlowExchange> exchanges;
    private final CookieTrail cookies;
    private final SortedSet<Integer> kept;
    private final Map<Integer, Integer> standsFor;
    private final Map<Integer, List<Found>> found;
    /** By host and name of the cookie. */
    private final Map<String, List<Found>> sent = new HashMap<>();
    /** By name and steps, which may be thousands. */
    private final Map<String, String> ids = new HashMap<>();
    private final Map<String, Filled> whole = new HashMap<>();
    private final Map<String, Boolean> alwaysNewest = new HashMap<>();
    /** By host, name and the step that began the jar. */
    private final Map<String, Map<Integer, Filled>> taken = new HashMap<>();

    /**
     * @param kept indexes of the steps
     * @param standsFor which of them stands for an exchange that is one of its pages
     */
    CookieJars(FlowReader flow, SortedSet<Integer> kept, Map<Integer, Integer> standsFor, Map<Integer, List<Found>> found) {
        this.exchanges = flow.exchanges();
        this.cookies = flow.cookies();
        this.kept = kept;
        this.standsFor = standsFor;
        this.found = found;
        for (int step : kept) {
            for (Found cookie : found.getOrDefault(step, List.of())) {
                if (cookie.cookie()) {
                    sent.computeIfAbsent(place(cookie), added -> new ArrayList<>()).add(cookie);
                }
            }
        }
    }

    private Jar jar(String key, SortedSet<Integer> steps) {
        return new Jar(ids.computeIfAbsent(key + " " + steps, added -> key + " " + ids.size()), List.copyOf(steps));
    }

    private String host(Found cookie) {
        return CookieTrail.host(exchanges.get(cookie.to()));
    }

    private String place(Found cookie) {
        return host(cookie) + " " + cookie.use().key();
    }

    private int source(int step) {
        return standsFor.getOrDefault(step, step);
    }

    /** The jar that a cookie is from. */
    Jar of(Found cookie) {
        String place = place(cookie);
        Filled all = whole.computeIfAbsent(place, added -> filled(cookie.use().key(), settings(cookie)));
        boolean newest = alwaysNewest.computeIfAbsent(place, added -> sent.getOrDefault(place, List.of()).stream().allMatch(each -> isNewest(all, each)));
        if (newest) {
            return all.jar();
        }
        Filled own = taken.computeIfAbsent(place, added -> apart(cookie.use().key(), all.settings())).get(cookie.from().step());
        if (own != null && isNewest(own, cookie)) {
            return own.jar();
        }
        SortedSet<Integer> steps = new TreeSet<>(before(cookie.from().step(), cookie.use().key()));
        steps.add(source(cookie.from().step()));
        return jar(cookie.use().key(), steps);
    }

    /** What steps set that a client sends to the host of this request. */
    private List<CookieTrail.Setting> settings(Found cookie) {
        List<CookieTrail.Setting> settings = new ArrayList<>();
        for (CookieTrail.Setting setting : cookies.of(cookie.use().key())) {
            if (setting.isFor(host(cookie)) && kept.contains(source(setting.step()))) {
                settings.add(setting);
            }
        }
        settings.sort(Comparator.comparingInt(setting -> source(setting.step())));
        return settings;
    }

    private Filled filled(String key, List<CookieTrail.Setting> settings) {
        SortedSet<Integer> steps = new TreeSet<>();
        settings.forEach(setting -> steps.add(source(setting.step())));
        return new Filled(jar(key, steps), settings);
    }

    /** Whether what was set last before a request is what it sent. */
    private boolean isNewest(Filled jar, Found cookie) {
        int low = 0;
        int high = jar.settings().size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            boolean before = source(jar.settings().get(middle).step()) < cookie.to();
            low = before ? middle + 1 : low;
            high = before ? high : middle;
        }
        if (low == 0) {
            return false;
        }
        CookieTrail.Setting last = jar.settings().get(low - 1);
        return last.value().equals(cookie.value()) || source(last.step()) == source(cookie.from().step());
    }

    /** The jars of several clients, by each exchange that set something. */
    private Map<Integer, Filled> apart(String key, List<CookieTrail.Setting> settings) {
        Map<Integer, Integer> firsts = new HashMap<>();
        Map<Integer, List<CookieTrail.Setting>> byFirst = new LinkedHashMap<>();
        for (CookieTrail.Setting setting : settings) {
            int first = replaced(setting.step(), key).map(before -> firsts.getOrDefault(before, before)).orElse(setting.step());
            firsts.put(setting.step(), first);
            byFirst.computeIfAbsent(first, added -> new ArrayList<>()).add(setting);
        }
        Map<Integer, Filled> jars = new HashMap<>();
        byFirst.values().forEach(each -> {
            Filled jar = filled(key, each);
            each.forEach(setting -> jars.put(setting.step(), jar));
        });
        return jars;
    }

    /** The exchange whose cookie was sent by a request whose answer set it anew. */
    private Optional<Integer> replaced(int step, String key) {
        for (Found cookie : found.getOrDefault(step, List.of())) {
            if (cookie.cookie() && cookie.use().key().equals(key)) {
                return Optional.of(cookie.from().step());
            }
        }
        return Optional.empty();
    }

    /** The steps that gave the cookie which an answer set anew, as far back as is of use: without a new one theirs is still good. */
    Set<Integer> before(int step, String key) {
        Set<Integer> steps = new LinkedHashSet<>();
        Optional<Integer> before = replaced(step, key);
        while (before.isPresent() && steps.size() < BEFORE_MAX) {
            if (source(before.get()) < source(step)) {
                steps.add(source(before.get()));
            }
            before = replaced(before.get(), key);
        }
        return steps;
    }
}
