package proxymcp.replay;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Fields;
import proxymcp.http.SetCookie;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonObject;

/**
 * The cookies of one run, kept and sent as RFC 6265 and its revision say: domain and path match, host-only, Secure, Max-Age before Expires,
 * the prefixes {@code __Secure-} and {@code __Host-}. {@code SameSite} is not looked at, as a replay has no site that it comes from.
 *
 * <p>There is no list of public suffixes here: a {@code Domain} of one label, an address, or one such as {@code co.uk} is refused unless it is the
 * host itself, which then alone gets the cookie.
 *
 * <p>A cookie that ended is kept as long as there is room: it tells that a recorded cookie of that name is to be sent no more.
 *
 * <p>For many threads; the lock is never held across I/O.
 */
final class CookieJar {
    /** RFC 6265 section 6.1. */
    static final int COOKIES_MAX = 3_000;
    static final int COOKIES_PER_DOMAIN_MAX = 50;
    /** Of name and value together, as browsers have it. */
    private static final int COOKIE_CHARS_MAX = 4_096;
    /** Second labels under which the registries of countries give out names. */
    private static final Set<String> REGISTRY_LABELS = Set.of("ac", "co", "com", "edu", "go", "gob", "gov", "ltd", "mil", "ne", "net", "or", "org", "plc",
            "sch");

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Map<Key, Kept>> byDomain = new HashMap<>();
    private int count;
    /** Order of all that happened, for creation and last use: more exact than any clock. */
    private long order;

    /** One cookie to send. */
    record Pair(String name, String value) {}

    /**
     * What fits one request.
     *
     * @param live to be sent, in the order of the field: longer paths first, then older ones
     * @param ended names of cookies that fitted and ended, none of which is live
     */
    record Fitting(List<Pair> live, Set<String> ended) {
        /** Names of those to be sent. */
        Set<String> names() {
            Set<String> names = new HashSet<>();
            live.forEach(pair -> names.add(pair.name()));
            return names;
        }
    }

    private record Key(String name, String path, boolean hostOnly) {}

    private record Kept(String name, String value, String path, boolean hostOnly, boolean secure, long endMillis, long created, long used) {
        Kept usedAt(long now) {
            return new Kept(name, value, path, hostOnly, secure, endMillis, created, now);
        }
    }

    private record Where(String domain, Key key, Kept cookie) {}

    CookieJar(Clock clock) {
        this.clock = clock;
    }

    /**
     * Keeps what a response sets; what it may not set is passed over.
     *
     * @param target path and query of the request
     * @return the cookies that are new or differ from what was kept, for {@link #recall}
     */
    List<JsonObject> receive(Endpoint endpoint, String target, Fields response) {
        List<JsonObject> changed = new ArrayList<>();
        for (String value : response.all("Set-Cookie")) {
            SetCookie.parse(value).flatMap(cookie -> receive(endpoint, path(target), cookie)).ifPresent(changed::add);
        }
        return changed;
    }

    /**
     * Keeps a cookie that another jar received. A jar that recalls all of them, in their order, sends what the other one would have sent; only which are let
     * go where there is no room for all may differ.
     */
    void recall(JsonObject cookie) {
        lock.lock();
        try {
            keep(cookie.string("domain").orElse(""), cookie.string("cookie").orElse(""), cookie.string("value").orElse(""),
                    cookie.string("path").orElse("/"), is(cookie, "hostOnly"), is(cookie, "secure"), RunJournal.number(cookie, "endMillis"));
        } finally {
            lock.unlock();
        }
    }

    private static boolean is(JsonObject cookie, String name) {
        return cookie.get(name).orElse(JsonBoolean.FALSE).equals(JsonBoolean.TRUE);
    }

    /** What is to be sent with a request. */
    Fitting fitting(Endpoint endpoint, String target) {
        String path = path(target);
        List<Where> live = new ArrayList<>();
        Set<String> ended = new HashSet<>();
        lock.lock();
        try {
            for (String domain : domains(endpoint.host())) {
                for (Map.Entry<Key, Kept> entry : byDomain.getOrDefault(domain, Map.of()).entrySet()) {
                    Kept cookie = entry.getValue();
                    boolean fits = (!cookie.hostOnly || domain.equals(endpoint.host())) && (!cookie.secure || endpoint.isTls())
                            && isWithin(path, cookie.path);
                    if (fits && cookie.endMillis <= clock.millis()) {
                        ended.add(cookie.name);
                    } else if (fits) {
                        live.add(new Where(domain, entry.getKey(), cookie));
                    }
                }
            }
            for (Where where : live) {
                byDomain.get(where.domain).put(where.key, where.cookie.usedAt(++order));
            }
        } finally {
            lock.unlock();
        }
        live.sort(Comparator.comparingInt((Where where) -> -where.cookie.path.length()).thenComparingLong(where -> where.cookie.created));
        List<Pair> pairs = new ArrayList<>();
        for (Where where : live) {
            pairs.add(new Pair(where.cookie.name, where.cookie.value));
            ended.remove(where.cookie.name);
        }
        return new Fitting(pairs, ended);
    }

    /** Number of cookies kept, those that ended included. */
    int size() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    private Optional<JsonObject> receive(Endpoint endpoint, String requestPath, SetCookie cookie) {
        String asked = cookie.domain().orElse("").toLowerCase(Locale.ROOT);
        asked = asked.startsWith(".") ? asked.substring(1) : asked;
        boolean own = asked.isEmpty() || asked.equals(endpoint.host()) || asked.equals("[" + endpoint.host() + "]");
        boolean hostOnly = asked.isEmpty() || own && isShared(endpoint.host());
        String domain = own ? endpoint.host() : asked;
        String path = cookie.path().filter(given -> given.startsWith("/")).orElseGet(() -> defaultPath(requestPath));
        boolean domainAllowed = own || !isShared(asked) && !isAddress(endpoint.host()) && endpoint.host().endsWith("." + asked);
        if (!domainAllowed || !isWellFormed(cookie) || cookie.secure() && !endpoint.isTls() || !keepsPrefix(cookie)) {
            return Optional.empty();
        }
        long end = cookie.endMillis(clock.millis()).orElse(Long.MAX_VALUE);
        lock.lock();
        try {
            if (!endpoint.isTls() && hidesSecure(domain, cookie.name(), path)
                    || !keep(domain, cookie.name(), cookie.value(), path, hostOnly, cookie.secure(), end)) {
                return Optional.empty();
            }
        } finally {
            lock.unlock();
        }
        return Optional.of(JsonObject.builder().put("cookie", cookie.name()).put("value", cookie.value()).put("domain", domain).put("path", path)
                .put("hostOnly", hostOnly).put("secure", cookie.secure()).put("endMillis", end).build());
    }

    /** Keeps a cookie in place of an earlier one; whether it differs from that. Called with the lock held. */
    private boolean keep(String domain, String name, String value, String path, boolean hostOnly, boolean secure, long endMillis) {
        Key key = new Key(name, path, hostOnly);
        Map<Key, Kept> kept = byDomain.computeIfAbsent(domain, unknown -> new LinkedHashMap<>());
        Kept before = kept.get(key);
        long now = ++order;
        kept.put(key, new Kept(name, value, path, hostOnly, secure, endMillis, before == null ? now : before.created, now));
        count += before == null ? 1 : 0;
        makeRoom(domain);
        return before == null || !before.value.equals(value) || before.secure != secure || before.endMillis != endMillis;
    }

    /** Whether a cookie from a plain connection would stand in the way of one that is for secure connections (the revision, section 5.7 step 13). */
    private boolean hidesSecure(String domain, String name, String path) {
        for (Map.Entry<String, Map<Key, Kept>> other : byDomain.entrySet()) {
            boolean related = other.getKey().equals(domain) || other.getKey().endsWith("." + domain) || domain.endsWith("." + other.getKey());
            if (related) {
                for (Kept cookie : other.getValue().values()) {
                    if (cookie.secure && cookie.name.equals(name) && isWithin(path, cookie.path) && cookie.endMillis > clock.millis()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Those that ended go first, then the ones not used for the longest time (RFC 6265 section 5.3). */
    private void makeRoom(String domain) {
        if (byDomain.get(domain).size() > COOKIES_PER_DOMAIN_MAX) {
            removeOne(Set.of(domain));
        }
        if (count > COOKIES_MAX) {
            removeOne(Set.copyOf(byDomain.keySet()));
        }
    }

    private void removeOne(Set<String> domains) {
        List<Where> all = new ArrayList<>();
        for (String domain : domains) {
            byDomain.get(domain).forEach((key, cookie) -> all.add(new Where(domain, key, cookie)));
        }
        long now = clock.millis();
        Where last = all.stream().min(Comparator.comparing((Where where) -> where.cookie.endMillis > now)
                .thenComparingLong(where -> where.cookie.used)).orElseThrow();
        byDomain.get(last.domain).remove(last.key);
        if (byDomain.get(last.domain).isEmpty()) {
            byDomain.remove(last.domain);
        }
        count--;
    }

    private static boolean isWellFormed(SetCookie cookie) {
        String text = cookie.name() + cookie.value();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return text.length() <= COOKIE_CHARS_MAX;
    }

    private static boolean keepsPrefix(SetCookie cookie) {
        String name = cookie.name().toLowerCase(Locale.ROOT);
        if (name.startsWith("__host-")) {
            return cookie.secure() && cookie.domain().isEmpty() && cookie.path().equals(Optional.of("/"));
        }
        return !name.startsWith("__secure-") || cookie.secure();
    }

    /** The host, and every domain above it unless it is an address. */
    private static List<String> domains(String host) {
        List<String> domains = new ArrayList<>();
        domains.add(host);
        int dot = isAddress(host) ? -1 : host.indexOf('.');
        while (dot >= 0) {
            domains.add(host.substring(dot + 1));
            dot = host.indexOf('.', dot + 1);
        }
        return domains;
    }

    /** Whether names under it belong to different people, as far as that can be told without a list; an address has none under it. */
    private static boolean isShared(String domain) {
        int dot = domain.indexOf('.');
        if (dot < 0 || isAddress(domain)) {
            return true;
        }
        boolean two = domain.indexOf('.', dot + 1) < 0;
        return domain.endsWith(".") || two && domain.length() - dot == 3 && REGISTRY_LABELS.contains(domain.substring(0, dot));
    }

    private static boolean isAddress(String host) {
        int dot = host.lastIndexOf('.');
        String last = host.substring(dot + 1);
        return host.indexOf(':') >= 0 || !last.isEmpty() && last.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static String path(String target) {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        return path.startsWith("/") ? path : "/";
    }

    /** RFC 6265 section 5.1.4. */
    private static String defaultPath(String requestPath) {
        int slash = requestPath.lastIndexOf('/');
        return slash <= 0 ? "/" : requestPath.substring(0, slash);
    }

    private static boolean isWithin(String path, String cookiePath) {
        return path.equals(cookiePath)
                || path.startsWith(cookiePath) && (cookiePath.endsWith("/") || path.charAt(cookiePath.length()) == '/');
    }
}
