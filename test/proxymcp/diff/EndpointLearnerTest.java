package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is learned from paths alone. Templates are written down here, not computed. */
@Timeout(60)
final class EndpointLearnerTest {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    private static RequestShape shape(String path) {
        return new RequestShape("GET", "api.example.com", path, "");
    }

    private static Endpoints learn(List<String> paths) {
        return EndpointLearner.learn(paths.stream().map(EndpointLearnerTest::shape).toList());
    }

    /** The template of a path that was learned with nothing else. */
    private static String alone(String path) {
        return learn(List.of(path)).of(shape(path)).template();
    }

    /** The templates of these paths, learned together. */
    private static Set<String> together(List<String> paths) {
        Endpoints endpoints = learn(paths);
        Set<String> templates = new TreeSet<>();
        paths.forEach(path -> templates.add(endpoints.of(shape(path)).template()));
        return templates;
    }

    private static List<String> paths(int count, IntFunction<String> path) {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            paths.add(path.apply(i));
        }
        return paths;
    }

    @Test
    void aSegmentThatLooksLikeAValueIsAParameter() {
        String[][] cases = {
                {"/users/17", "/users/{id}"},
                {"/users/-1/posts/20240105", "/users/{id}/posts/{id}"},
                {"/orders/550e8400-e29b-41d4-a716-446655440000/lines", "/orders/{uuid}/lines"},
                {"/orders/550E8400-E29B-41D4-A716-446655440000", "/orders/{uuid}"},
                {"/objects/507f1f77bcf86cd799439011", "/objects/{hash}"},
                {"/commits/3f2a9c7", "/commits/3f2a9c7"},
                {"/commits/3f2a9c71", "/commits/{hash}"},
                {"/blocks/0x1f2a9c71aa", "/blocks/{hash}"},
                {"/watch/dQw4w9WgXcQ", "/watch/{id}"},
                {"/events/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/events/{id}"},
                {"/notes/V1StGXR8_Z5jdHi6B-myT", "/notes/{id}"},
                {"/customers/cus_9s6XKzkNRLiz8i", "/customers/{id}"},
                {"/rates/2024-01-05", "/rates/{date}"},
                {"/rates/2024-01", "/rates/{date}"},
                {"/rates/2024-01-05T10:20:30Z/usd", "/rates/{date}/usd"},
                {"/charges/ch_83472910", "/charges/ch_{id}"},
                {"/orders/order-100234", "/orders/order-{id}"},
                {"/items/17:archive", "/items/{id}:archive"},
                {"/data/17.json", "/data/{id}.json"},
                {"/reports/sales-2024-01-05.pdf", "/reports/sales-{date}.pdf"},
                {"/static/app.3f2a9c.js", "/static/app.{hash}.js"},
                {"/static/index-BxYz12Ab.js", "/static/index-{hash}.js"},
                {"/static/3f2a9c71aa/chunk.7.js", "/static/{hash}/chunk.7.js"},
                {"/verify/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "/verify/{id}"},
                {"/avatars/550e8400-e29b-41d4-a716-446655440000.png", "/avatars/{uuid}.png"}};
        for (String[] one : cases) {
            assertEquals(one[1], alone(one[0]), one[0]);
        }
    }

    @Test
    void fixedWordsStay() {
        for (String path : List.of("/", "/v1/users", "/api/2/issues", "/rest/api/3/search", "/2fa", "/1.1/statuses", "/api/v2.1/x", "/oauth2/token",
                "/en-US/docs", "/users/me", "/jquery-3.6.0.min.js", "/getUserProfile2", "/getUserByIdAndName", "/deadbeef", "/feedface/cafebabe",
                "/releases/v1.2.3-rc.1", "/top-100", "/summer-2024", "/iphone-15-pro-max-5g-128gb", "/.well-known/openid-configuration",
                "/@scope/package", "/(group)/page")) {
            assertEquals(path, alone(path));
        }
    }

    @Test
    void pathsStayAsTheyWereSentWhereverNothingVaries() {
        assertEquals("//a//b/", alone("//a//b/"));
        assertEquals("/users/", alone("/users/"));
        assertEquals("/files/a%2Fb", alone("/files/a%2Fb"));
        assertEquals("/files/a%2fb", alone("/files/a%2fb"));
        assertEquals("/caf%C3%A9/men%C3%BC", alone("/caf%C3%A9/men%C3%BC"));
        assertEquals("/caf\u00e9", alone("/caf\u00e9"));
        assertEquals("/100%/%zz/%FF", alone("/100%/%zz/%FF"));
        assertEquals("/{id}/x", alone("/{id}/x"));
        assertEquals("/users/{id}", alone("/users/%31%37"));
    }

    @Test
    void matrixParametersAreNoPartOfATemplate() {
        assertEquals("/map/{id}/tile", alone("/map;lat=50;long=20/17;v=1/tile"));
        assertEquals("/shop", alone("/shop;jsessionid=1A2B3C4D5E6F"));
    }

    @Test
    void targetsThatAreNoPathsStayToo() {
        assertEquals("*", alone("*"));
        assertEquals("origin.example:443", alone("origin.example:443"));
        assertEquals("image/png;base64", alone("image/png;base64,AAAA"));
    }

    @Test
    void manyValuesWithOneContinuationAreAParameter() {
        String[] users = {"alice", "bob", "carol", "dave", "erin", "frank"};
        assertEquals(Set.of("/users/{slug}/posts"), together(paths(6, i -> "/users/" + users[i] + "/posts")));
        assertEquals(Set.of("/posts/{slug}"), together(paths(5, i -> "/posts/how-to-cook-rice-" + (char) ('a' + i))));
        assertEquals(Set.of("/p/{slug}"), together(paths(8, i -> "/p/blue-shoes-" + (char) ('a' + i) + "-" + (83_472 + i))));
        assertEquals(Set.of("/city/{slug}/weather"), together(paths(30, i -> "/city/" + word(i) + "/weather")));
        assertEquals(Set.of("/menus/{slug}"), together(paths(9, i -> "/menus/%C3%A9t%C3%A9%20" + i)));
        assertEquals(Set.of("/img/{slug}.svg"), together(paths(25, i -> "/img/" + word(i) + ".svg")));
    }

    @Test
    void fourValuesAreNotMany() {
        assertEquals(4, together(paths(4, i -> "/posts/how-to-cook-rice-" + (char) ('a' + i))).size());
    }

    @Test
    void partsOfAnInterfaceStayHoweverManyThereAre() {
        List<String> resources = paths(40, i -> "/api/v1/" + word(i) + (i % 2 == 0 ? "/17" : ""));
        assertEquals(40, together(resources).size());
        List<String> pages = List.of("/about-us", "/contact", "/privacy-policy", "/imprint", "/help-center", "/jobs", "/press");
        assertEquals(new TreeSet<>(pages), together(pages));
    }

    @Test
    void wordsBesideValuesStay() {
        List<String> paths = paths(20, i -> "/users/" + (17 + i));
        paths.add("/users/me");
        paths.add("/users/search");
        assertEquals(Set.of("/users/{id}", "/users/me", "/users/search"), together(paths));
        List<String> named = paths(20, i -> "/users/" + word(i));
        named.add("/users/me");
        assertEquals(Set.of("/users/{slug}", "/users/me"), together(named));
    }

    @Test
    void aParameterMayStandBehindAnotherOne() {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            paths.add("/teams/" + word(i % 8) + "/members/" + word(100 + i) + "/photo");
        }
        assertEquals(Set.of("/teams/{slug}/members/{slug}/photo"), together(paths));
    }

    @Test
    void whatWasNotSeenFitsWhatWasLearned() {
        Endpoints endpoints = learn(paths(12, i -> "/users/" + word(i) + "/posts"));
        assertEquals("/users/{slug}/posts", endpoints.of(shape("/users/someone-else/posts")).template());
        assertEquals("/users/me/posts", endpoints.of(shape("/users/me/posts")).template());
        assertEquals("/users/{id}/posts", endpoints.of(shape("/users/17/posts")).template());
        assertEquals("/elsewhere", new Endpoints(Map.of()).of(shape("/elsewhere")).template());
    }

    /** Ids of one kind stay one parameter, though chance leaves digits or letters out of some. */
    @Test
    void idsWithoutDigitsOrLettersAreStillIds() {
        Random random = new Random(9);
        List<String> videos = paths(400, i -> "/watch/" + letters(random, 11));
        assertEquals(Set.of("/watch/{id}"), together(videos));
        byte[] bytes = new byte[4];
        List<String> commits = paths(400, i -> {
            random.nextBytes(bytes);
            return "/commit/" + HexFormat.of().formatHex(bytes);
        });
        commits.add("/commit/12345678");
        commits.add("/commit/abcdefab");
        assertEquals(Set.of("/commit/{hash}"), together(commits));
    }

    @Test
    void hostsMethodsAndOperationsAreApart() {
        Endpoints endpoints = learn(paths(12, i -> "/users/" + word(i)));
        assertEquals("/users/bob", endpoints.of(new RequestShape("GET", "other.example", "/users/bob", "")).template());
        assertEquals("POST api.example.com/graphql #GetUser", endpoints.of(new RequestShape("POST", "api.example.com", "/graphql", "GetUser")).toString());
    }

    @Test
    void aPathThatNamesItsOperationIsNoParameter() {
        List<RequestShape> shapes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            shapes.add(new RequestShape("POST", "grpc.example", "/shop.v1.Cart/" + word(i), word(i)));
        }
        Endpoints endpoints = EndpointLearner.learn(shapes);
        assertEquals("/shop.v1.Cart/" + word(7), endpoints.of(shapes.get(7)).template());
    }

    @Test
    void theOrderOfThePathsDoesNotMatter() {
        Random random = new Random(5);
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            paths.add(switch (i % 6) {
                case 0 -> "/users/" + word(i % 90) + "/posts/" + i;
                case 1 -> "/users/" + i;
                case 2 -> "/assets/" + word(i % 70) + ".js";
                case 3 -> "/tags/" + word(i % 9);
                case 4 -> "/v1/" + word(i % 25) + "/" + new UUID(i, 7);
                default -> "/watch/" + letters(random, 11);
            });
        }
        List<String> expected = templates(paths);
        for (int round = 0; round < 5; round++) {
            List<String> shuffled = new ArrayList<>(paths);
            Collections.shuffle(shuffled, random);
            Endpoints endpoints = learn(shuffled);
            assertEquals(expected, paths.stream().map(path -> endpoints.of(shape(path)).template()).toList());
        }
    }

    @Test
    void longAndDeepPathsAreBounded() {
        String deep = "/a".repeat(5_000);
        assertEquals("/a".repeat(40) + "/{rest}", alone(deep));
        assertEquals("/x/{slug}", alone("/x/" + "lang ".repeat(60).replace(' ', '+')));
    }

    @Test
    void manyPathsAreLearnedInReasonableTime() {
        Random random = new Random(3);
        List<String> paths = paths(100_000, i -> "/shops/" + word(i % 1_000) + "/goods/" + letters(random, 11) + "/" + word(random.nextInt(20_000)));
        long start = System.nanoTime();
        Endpoints endpoints = learn(paths);
        Set<String> templates = new HashSet<>();
        paths.forEach(path -> templates.add(endpoints.of(shape(path)).template()));
        System.err.println("100,000 paths, " + templates.size() + " templates: " + (System.nanoTime() - start) / 1_000_000 + " ms");
        assertEquals(Set.of("/shops/{slug}/goods/{id}/{slug}"), templates);
    }

    private static List<String> templates(List<String> paths) {
        Endpoints endpoints = learn(paths);
        return paths.stream().map(path -> endpoints.of(shape(path)).template()).toList();
    }

    /** A word of small letters, another one for each number. */
    private static String word(int number) {
        String[] syllables = {"ba", "de", "ki", "lo", "mu", "ra", "se", "ti", "vo", "zu"};
        StringBuilder word = new StringBuilder("n");
        for (int rest = number + 100; rest > 0; rest /= 10) {
            word.append(syllables[rest % 10]);
        }
        return word.toString();
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }
}
