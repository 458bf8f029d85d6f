package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which segments of paths are parameters. */
@Timeout(60)
final class LearnedPathsTest {
    private static RequestShape get(String path) {
        return new RequestShape("GET", "a.example", path, "");
    }

    private static List<RequestShape> shapes(String... paths) {
        List<RequestShape> shapes = new ArrayList<>();
        for (String path : paths) {
            shapes.add(get(path));
        }
        return shapes;
    }

    /** The template of a path that is learned from itself and {@code others}. */
    private static String template(String path, String... others) {
        List<RequestShape> shapes = shapes(others);
        shapes.add(get(path));
        return EndpointLearner.learn(shapes).of(get(path)).template();
    }

    @Test void segmentsThatLookLikeValuesAreParameters() {
        assertEquals("/users/{id}", template("/users/17"));
        assertEquals("/users/{id}/posts/{id}", template("/users/17/posts/4"));
        assertEquals("/o/{uuid}", template("/o/550e8400-e29b-41d4-a716-446655440000"));
        assertEquals("/o/{uuid}", template("/o/550E8400-E29B-41D4-A716-446655440000"));
        assertEquals("/log/{date}", template("/log/2026-01-31"));
        assertEquals("/c/{hash}", template("/c/da39a3ee5e6b4b0d3255bfef95601890afd80709"));
    }

    @Test void fixedWordsStay() {
        for (String path : List.of("/v1/users", "/api/v2.1/users", "/login/2fa", "/oauth2/token", "/", "/a/", "/s3/list", "/ipv4/utf-8")) {
            assertEquals(path, template(path));
        }
    }

    @Test void aWordBesideNumbersStaysItself() {
        Endpoints endpoints = EndpointLearner.learn(shapes("/users/1", "/users/2", "/users/3", "/users/44", "/users/me", "/users/me", "/users/me/photo"));
        assertEquals("/users/me", endpoints.of(get("/users/me")).template());
        assertEquals("/users/me/photo", endpoints.of(get("/users/me/photo")).template());
        assertEquals("/users/{id}", endpoints.of(get("/users/45")).template());
    }

    @Test void localesStayWhereThereAreFew() {
        Endpoints endpoints = EndpointLearner.learn(shapes("/en-US/shop", "/en-US/shop", "/de-DE/shop", "/en-US/help"));
        assertEquals("/en-US/shop", endpoints.of(get("/en-US/shop")).template());
        assertEquals("/de-DE/shop", endpoints.of(get("/de-DE/shop")).template());
    }

    @Test void theDigestInAFileNameIsNoneOfItsEndpoint() {
        assertEquals("/assets/app.{hash}.js", template("/assets/app.3f2a9c1d.js"));
        assertEquals("/assets/app.{hash}.js", template("/assets/app.3f2a9c.js"));
        assertEquals("/assets/vendor.{hash}.js", template("/assets/vendor.77b0e1f2.js", "/assets/app.3f2a9c1d.js"));
        assertEquals("/assets/app.min.js", template("/assets/app.min.js"));
    }

    @Test void manyWordsAtOnePlaceAreAParameter() {
        List<RequestShape> shapes = new ArrayList<>();
        for (String word : List.of("red-shoes", "blue-hat", "green-socks", "grey-coat", "white-shirt", "black-tie", "pink-scarf")) {
            shapes.add(get("/products/" + word + "/reviews"));
        }
        Endpoints endpoints = EndpointLearner.learn(shapes);
        assertEquals("/products/{slug}/reviews", endpoints.of(get("/products/red-shoes/reviews")).template());
        assertEquals("/products/{slug}/reviews", endpoints.of(get("/products/never-seen/reviews")).template());
    }

    @Test void fewWordsThatComeOftenStay() {
        List<RequestShape> shapes = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            shapes.add(get("/api/" + List.of("users", "orders", "carts", "items").get(i % 4)));
        }
        assertEquals("/api/carts", EndpointLearner.learn(shapes).of(get("/api/carts")).template());
    }

    @Test void oddPathsAreKeptApart() {
        assertEquals("/a//b", template("/a//b"));
        assertEquals("//", template("//"));
        assertEquals("*", template("*"));
        assertEquals("/files/a%2Fb", template("/files/a%2Fb"));
        assertEquals("/files/ä/日本", template("/files/ä/日本"));
        assertEquals(template("/map;jsessionid=5AC6268DD8D4D5D1FDF5D41E9F2FD960"), template("/map;jsessionid=77C6268DD8D4D5D1FDF5D41E9F2FD960"));
        assertTrue(template("/map;jsessionid=5AC6268DD8D4D5D1FDF5D41E9F2FD960").startsWith("/map"));
    }

    @Test void hostsAndMethodsAreEndpointsOfTheirOwn() {
        Endpoints endpoints = EndpointLearner.learn(List.of(get("/x/1"), new RequestShape("PUT", "b.example:8443", "/x/1", "")));
        assertEquals("GET a.example/x/{id}", endpoints.of(get("/x/2")).toString());
        assertEquals("PUT b.example:8443/x/{id}", endpoints.of(new RequestShape("PUT", "b.example:8443", "/x/9", "")).toString());
        assertEquals("POST a.example/graphql #Cart", endpoints.of(new RequestShape("POST", "a.example", "/graphql", "Cart")).toString());
    }

    @Test void methodsOfOneServiceAreNoParameters() {
        List<RequestShape> shapes = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            shapes.add(new RequestShape("POST", "a.example", "/shop.Cart/Method" + (char) ('A' + i), "Method" + (char) ('A' + i)));
        }
        Endpoints endpoints = EndpointLearner.learn(shapes);
        for (RequestShape shape : shapes) {
            assertEquals(shape.path(), endpoints.of(shape).template());
        }
    }

    @Test void theOrderOfRequestsDoesNotMatter() {
        List<RequestShape> shapes = new ArrayList<>();
        Random random = new Random(4);
        for (int i = 0; i < 400; i++) {
            shapes.add(get("/v1/" + List.of("a", "b", "users", "me").get(random.nextInt(4)) + "/" + (random.nextBoolean() ? "w" + (char) ('a' + random.nextInt(26))
                    + (char) ('a' + random.nextInt(26)) : random.nextInt(90)) + (random.nextBoolean() ? "/tail" : "")));
        }
        List<String> before = templates(shapes, shapes);
        for (int i = 0; i < 5; i++) {
            List<RequestShape> shuffled = new ArrayList<>(shapes);
            Collections.shuffle(shuffled, random);
            assertEquals(before, templates(shuffled, shapes));
        }
    }

    private static List<String> templates(List<RequestShape> learned, List<RequestShape> asked) {
        Endpoints endpoints = EndpointLearner.learn(learned);
        List<String> templates = new ArrayList<>();
        asked.forEach(shape -> templates.add(endpoints.of(shape).template()));
        return templates;
    }

    @Test void endlessPathsCostLittle() {
        List<RequestShape> shapes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            shapes.add(get("/" + i + "/x".repeat(10_000)));
        }
        String template = EndpointLearner.learn(shapes).of(shapes.getFirst()).template();
        assertTrue(template.startsWith("/{id}/x/x/x") && template.length() < 400, template);
        assertEquals(template, EndpointLearner.learn(shapes).of(shapes.getLast()).template());
    }

    // ---- operations

    private static String operation(SampledExchange exchange) {
        return RequestShape.of(exchange.stored()).operation();
    }

    private static String operation(String json) {
        return operation(SampledExchange.post("application/json", json));
    }

    @Test void graphQlIsNamedByOperation() {
        assertEquals("Cart", operation("{\"operationName\":\"Cart\",\"query\":\"query Cart { cart { id } } query Other { me }\"}"));
        assertEquals("Reviews", operation("{\"query\":\"query Reviews($n: Int) { reviews(first: $n) { id } }\",\"variables\":{\"n\":3}}"));
        assertEquals("AddToCart", operation("{\"query\":\"# query Not\\nmutation AddToCart { add }\",\"operationName\":null}"));
        assertEquals("Cart", operation(SampledExchange.get("/graphql?operationName=Cart&variables=%7B%7D")));
        assertEquals("Cart", operation(SampledExchange.get("/graphql?query=query%20Cart%7Bcart%7D")));
        String one = operation("{\"query\":\"{ cart { id } }\"}");
        assertTrue(one.contains("cart"), one);
        assertEquals(one, operation("{\"query\":\"{ cart { id } }\",\"variables\":{}}"));
    }

    @Test void aPersistedQueryIsNamedByItsHash() {
        String first = operation("{\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"" + "ab".repeat(32) + "\"}}}");
        assertTrue(!first.isEmpty() && ("ab".repeat(32)).startsWith(first), first);
        assertEquals(first, operation(SampledExchange.get("/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22sha256Hash%22%3A%22" + "ab".repeat(32)
                + "%22%7D%7D")));
        assertEquals("Named", operation("{\"operationName\":\"Named\",\"extensions\":{\"persistedQuery\":{\"sha256Hash\":\"" + "ab".repeat(32) + "\"}}}"));
    }

    @Test void jsonRpcIsNamedByMethod() {
        assertEquals("eth_call", operation("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_call\",\"params\":[]}"));
        assertEquals("a.b,c.d", operation("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"c.d\"},{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"a.b\"},"
                + "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"c.d\"}]"));
        assertEquals("", operation("{\"method\":\"card\",\"amount\":3}"), "a payment, no call");
        assertEquals("", operation("{\"query\":\"red shoes\"}"), "a search, no GraphQL");
        assertEquals("", operation("{\"query\":"), "not JSON");
    }

    @Test void grpcAndSoapAreNamedByMethod() {
        assertEquals("Add", operation(SampledExchange.posts("POST", "/shop.Cart/Add").sends("Content-Type", "application/grpc+proto")));
        assertEquals("urn:shop#Add", operation(SampledExchange.post("text/xml", "<a/>").sends("SOAPAction", "\"urn:shop#Add\"")));
        assertEquals("urn:Add", operation(SampledExchange.post("application/soap+xml; charset=utf-8; action=\"urn:Add\"", "<a/>")));
        assertEquals("", operation(SampledExchange.post("text/xml", "<a/>").sends("SOAPAction", "\"\"")));
        assertEquals("DynamoDB_20120810.GetItem", operation(SampledExchange.post("application/x-amz-json-1.0", "{}").sends("X-Amz-Target",
                "DynamoDB_20120810.GetItem")));
    }
}
