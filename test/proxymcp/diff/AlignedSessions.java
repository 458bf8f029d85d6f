package proxymcp.diff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/**
 * Two sessions of one program, made by chance: the same things happen in both, with other ids, tokens, times and nonces, and then some things happen in
 * one alone, happen again or happen elsewhere. Every exchange has a name; those of both sessions that have the same name answer to each other, and
 * those of one session that have the same name cannot be told apart.
 */
final class AlignedSessions {
    /** How far the second session strays from the order of the first. */
    enum Order { SAME, NEARBY, ANY }

    /** An exchange and what it is. */
    record Named(String name, Outline outline) {}

    private static final String[] PAGES = {"home", "cart", "help", "list", "detail"};

    private final long seed;
    private final Order order;
    private final boolean otherCounts;
    private final int size;

    /**
     * @param otherCounts whether things happen in one session alone
     * @param size how many things of each kind happen
     */
    AlignedSessions(long seed, Order order, boolean otherCounts, int size) {
        this.seed = seed;
        this.order = order;
        this.otherCounts = otherCounts;
        this.size = size;
    }

    List<Named> a() {
        return new Run(1).all();
    }

    List<Named> b() {
        return new Run(2).all();
    }

    /** What is sent and comes back; numbers come with the order. */
    private record Made(String name, Endpoint endpoint, int status, List<Leaf> leaves) {}

    /** One session. */
    private final class Run {
        private final int session;
        private final Random noise;
        private final String token;
        private final List<List<Made>> happened = new ArrayList<>();
        private List<Made> now = new ArrayList<>();

        Run(int session) {
            this.session = session;
            this.noise = new Random(seed * 10 + session);
            this.token = hex(16);
        }

        /** Things happen in an order that both sessions share, for the content comes from the seed alone. */
        List<Named> all() {
            Random content = new Random(seed);
            List<Runnable> things = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                int number = i;
                int chance = content.nextInt(1_000_000);
                things.add(() -> product(number));
                things.add(() -> page("shoes", number));
                things.add(() -> feed(number));
                things.add(() -> order(number, chance));
                things.add(() -> beacon(number, chance));
                things.add(() -> user(number, chance));
                if (i % 4 == 0) {
                    things.add(() -> poll(number));
                    things.add(() -> cart(number));
                }
                if (i % 2 == 0) {
                    things.add(this::me);
                }
            }
            Collections.shuffle(things, content);
            Random changes = new Random(seed * 7 + 3);
            for (Runnable thing : things) {
                boolean inA = !otherCounts || changes.nextInt(30) != 0;
                boolean inB = !otherCounts || changes.nextInt(30) != 0;
                if (session == 1 ? inA : inB) {
                    thing.run();
                    happened.add(now);
                    now = new ArrayList<>();
                }
            }
            stray();
            return numbered();
        }

        private void stray() {
            Random moves = new Random(seed * 3 + session);
            if (session == 1 || order == Order.SAME) {
                return;
            }
            if (order == Order.ANY) {
                Collections.shuffle(happened, moves);
                return;
            }
            for (int i = 0; i + 6 < happened.size(); i += 6) {
                Collections.shuffle(happened.subList(i, i + 6), moves);
            }
        }

        private List<Named> numbered() {
            List<Named> all = new ArrayList<>();
            for (List<Made> together : happened) {
                for (Made made : together) {
                    long seq = all.size() + 1;
                    ExchangeFields fields = new ExchangeFields(seq, made.leaves(), List.of(), Optional.empty(), Optional.empty());
                    all.add(new Named(made.name(), Outlines.of(fields, made.endpoint(), 1_000L * session + seq * 10, made.status())));
                }
            }
            return all;
        }

        private void product(int number) {
            add("product " + number, "GET", "/products/{id}", 200, "request.path.{id}", 1_000 + number * 7, "response.json.$.name", "thing " + number,
                    "response.json.$.price", number * 31 % 97, "response.json.$.stock", noise.nextInt(40));
        }

        private void page(String what, int number) {
            add("page " + number, "GET", "/search", 200, "request.query.q", what, "request.query.page", number, "response.json.$.items[*].id",
                    number * 2, "response.json.$.items[*].id", number * 2 + 1, "response.json.$.took", noise.nextInt(90));
        }

        /** A cursor of its own in each session; only the content says which page it is. */
        private void feed(int number) {
            add("feed " + number, "GET", "/feed", 200, "request.query.cursor", hex(12), "response.json.$.items[*].title", "title " + number,
                    "response.json.$.items[*].title", "title " + number + "b", "response.json.$.next", hex(12));
        }

        /** Two exchanges that know each other by an id of the session. */
        private void order(int number, int chance) {
            String id = Integer.toString(700_000 + session * 50_000 + noise.nextInt(40_000));
            add("order " + number, "POST", "/orders", 201, "request.json.$.item", "thing " + chance % 20, "request.json.$.total", 100 + number,
                    "request.json.$.nonce", hex(8), "response.json.$.id", id);
            add("order read " + number, "GET", "/orders/{id}", 200, "request.path.{id}", id, "response.json.$.id", id, "response.json.$.item",
                    "thing " + chance % 20, "response.json.$.total", 100 + number, "response.json.$.at", time());
        }

        private void beacon(int number, int chance) {
            String page = PAGES[chance % PAGES.length];
            add("beacon " + page, "POST", "/events", 204, "request.json.$.type", "view", "request.json.$.page", page, "request.json.$.at", time(),
                    "request.json.$.id", hex(16));
        }

        private void user(int number, int chance) {
            add("user " + number, "GET", "/users/{id}", chance % 11 == 0 ? 404 : 200, "request.path.{id}", session * 10_000 + number, "response.json.$.mail",
                    "user" + number + "@example.org", "response.json.$.team", chance % 5, "response.json.$.seen", time());
        }

        /** Asks until it is done, in one session more often than in the other. */
        private void poll(int number) {
            String job = new UUID(noise.nextLong(), noise.nextLong()).toString();
            add("job " + number, "POST", "/jobs", 202, "request.json.$.kind", "job " + number, "response.json.$.id", job);
            int waits = 1 + noise.nextInt(otherCounts ? 4 : 1);
            for (int i = 0; i < waits; i++) {
                add("waits " + number, "GET", "/jobs/{uuid}", 200, "request.path.{uuid}", job, "response.json.$.kind", "job " + number,
                        "response.json.$.state", "waiting", "response.json.$.at", time());
            }
            add("done " + number, "GET", "/jobs/{uuid}", 200, "request.path.{uuid}", job, "response.json.$.kind", "job " + number, "response.json.$.state",
                    "done", "response.json.$.at", time());
        }

        /** Fails at first in some sessions, and is sent again with another time. */
        private void cart(int number) {
            if (otherCounts && noise.nextInt(3) == 0) {
                add("cart failed " + number, "POST", "/cart", 503, "request.json.$.item", "thing " + number, "request.json.$.at", time(),
                        "response.body", "busy");
            }
            add("cart " + number, "POST", "/cart", 200, "request.json.$.item", "thing " + number, "request.json.$.at", time(), "response.json.$.lines",
                    noise.nextInt(9));
        }

        private void me() {
            add("me", "GET", "/me", 200, "response.json.$.name", "Ada");
        }

        private void add(String name, String method, String template, int status, Object... fields) {
            List<Leaf> leaves = new ArrayList<>();
            leaf(leaves, "request.method", method);
            leaf(leaves, "request.header.authorization", "Bearer " + token);
            leaf(leaves, "request.header.x-request-id", hex(16));
            leaf(leaves, "request.header.user-agent", "test/1");
            leaf(leaves, "response.status", Integer.toString(status));
            leaf(leaves, "response.header.date", time());
            for (int i = 0; i < fields.length; i += 2) {
                leaf(leaves, fields[i].toString(), fields[i + 1].toString());
            }
            now.add(new Made(name, new Endpoint(method, "a.example", template, ""), status, leaves));
        }

        private static void leaf(List<Leaf> leaves, String location, String value) {
            Location place = Location.parse(location).orElseThrow();
            leaves.add(new Leaf(place, place.name(), ValueType.STRING, value));
        }

        private String time() {
            return Long.toString(1_760_000_000L + session * 90_000L + noise.nextInt(80_000));
        }

        private String hex(int bytes) {
            byte[] octets = new byte[bytes];
            noise.nextBytes(octets);
            return HexFormat.of().formatHex(octets);
        }
    }

    /** How many of the decisions on both sessions are those that the names ask for. */
    static final class Score {
        private long right;
        private long all;
        private final Map<String, Integer> faults = new HashMap<>();

        /** Counts a partner, the lack of one, or a repeat for each exchange of both sides. */
        void add(List<Named> a, List<Named> b, Alignment alignment) {
            Map<Long, String> namesA = names(a);
            Map<Long, String> namesB = names(b);
            Map<String, int[]> counts = new HashMap<>();
            namesA.values().forEach(name -> counts.computeIfAbsent(name, added -> new int[2])[0]++);
            namesB.values().forEach(name -> counts.computeIfAbsent(name, added -> new int[2])[1]++);
            for (Pair pair : alignment.pairs()) {
                String name = namesA.get(pair.seqA());
                count(name.equals(namesB.get(pair.seqB())), 2, kind(name) + " with " + kind(namesB.get(pair.seqB())));
            }
            for (Repeat repeat : alignment.repeated()) {
                Map<Long, String> names = repeat.inA() ? namesA : namesB;
                String name = names.get(repeat.seq());
                boolean right = isSpare(counts.get(name), repeat.inA()) && isRepeat(name, counts) && subject(name).equals(subject(names.get(repeat.of())));
                count(right, 1, kind(name) + " as a repeat of " + kind(names.get(repeat.of())));
            }
            alignment.onlyA().forEach(seq -> alone(namesA.get(seq), true, counts));
            alignment.onlyB().forEach(seq -> alone(namesB.get(seq), false, counts));
        }

        private void alone(String name, boolean inA, Map<String, int[]> counts) {
            count(isSpare(counts.get(name), inA) && (!isRepeat(name, counts) || name.startsWith("beacon")), 1, kind(name) + " alone");
        }

        private static boolean isSpare(int[] counts, boolean inA) {
            return inA ? counts[0] > counts[1] : counts[1] > counts[0];
        }

        /** Whether one too many of these repeats one that both sessions have. A page that is seen again may be either. */
        private static boolean isRepeat(String name, Map<String, int[]> counts) {
            String of = name.replace("cart failed", "cart");
            int[] both = counts.getOrDefault(of, new int[2]);
            boolean waits = name.startsWith("waits") && counts.getOrDefault(name.replace("waits", "done"), new int[1])[0] > 0;
            return both[0] > 0 && both[1] > 0 && (waits || name.startsWith("cart failed") || name.equals("me") || name.startsWith("beacon"));
        }

        /** What an exchange is about: all questions after one job are about that. */
        private static String subject(String name) {
            return name.replace("cart failed", "cart").replace("waits", "job").replace("done", "job");
        }

        private void count(boolean fits, int decisions, String what) {
            all += decisions;
            right += fits ? decisions : 0;
            if (!fits) {
                faults.merge(what, 1, Integer::sum);
            }
        }

        private static String kind(String name) {
            return name.replaceAll("[0-9]+", "n");
        }

        private static Map<Long, String> names(List<Named> all) {
            Map<Long, String> names = new HashMap<>();
            all.forEach(named -> names.put(named.outline().seq(), named.name()));
            return names;
        }

        double accuracy() {
            return (double) right / all;
        }

        @Override
        public String toString() {
            return right + " of " + all + " " + faults;
        }
    }
}
