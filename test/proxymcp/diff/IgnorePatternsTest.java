package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns of fields that are not compared. */
@Timeout(60)
final class IgnorePatternsTest {
    private static final Endpoint USERS = new Endpoint("GET", "api.example.com:8443", "/v1/users/{id}", "");
    private static final Endpoint GRAPH = new Endpoint("POST", "api.example.com:8443", "/graphql", "GetUser");

    private static boolean matches(String pattern, Endpoint endpoint, String location, String at) {
        return IgnorePatterns.parse(List.of(pattern)).matches(endpoint, Location.parse(location).orElseThrow(), at);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "request.header.date | request.header.date | true",
        "request.header.Date | request.header.date | true",
        "request.header.date | response.header.date | false",
        "*.header.date | response.header.date | true",
        "request.header.x-* | request.header.x-request-id | true",
        "request.header.x-* | request.header.accept | false",
        "request.header | request.header.accept | false",
        "response.status | response.status | true",
        "response.json.$.items[*].id | response.json.$.items[*].id | true",
        "response.json.$.*.id | response.json.$.a.id | true",
        "response.json.$.*.id | response.json.$.a.b.id | false",
        "response.json.$.**.id | response.json.$.a.b.id | true",
        "response.json.$..id | response.json.$.a[*].b.id | true",
        "response.json.$..id | response.json.$.id | true",
        "response.json.$..id | response.json.$.idle | false",
        "response.json.$['a']['odd name'] | response.json.$.a[\"odd name\"] | true",
        "response.json.$.a[\"odd name\"] | response.json.$.a[\"odd name\"] | true",
        "response.json.** | response.json.$.a.b | true",
        "**.timestamp | response.layer.$.data.timestamp | true",
        "response.*.$.a | response.json.$.a | true",
        "request.jwt.*.exp | request.jwt.authorization.exp | true",
        "request.path.{id} | request.path.{id} | true"})
    void locationsAreMatchedStepByStep(String pattern, String location, boolean expected) {
        assertEquals(expected, matches(pattern, USERS, location, Location.parse(location).orElseThrow().name()), pattern + " on " + location);
    }

    @Test void anIndexMeansThatElementAlone() {
        assertTrue(matches("response.json.$.a[3].id", USERS, "response.json.$.a[*].id", "$.a[3].id"));
        assertFalse(matches("response.json.$.a[3].id", USERS, "response.json.$.a[*].id", "$.a[4].id"));
        assertTrue(matches("response.json.$.a[*].id", USERS, "response.json.$.a[*].id", "$.a[4].id"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "GET api.example.com:8443/v1/users/{id}: request.header.date | true",
        "GET api.example.com:8443/v1/users/*: request.header.date | true",
        "GET api.example.com:8443/v1/*: request.header.date | false",
        "GET api.example.com:8443/**: request.header.date | true",
        "GET API.example.com:8443/**: request.header.date | true",
        "* *.example.com:8443: request.header.date | true",
        "* **: request.header.date | true",
        "POST api.example.com:8443/**: request.header.date | false",
        "GET other.example.com: request.header.date | false"})
    void patternsCanBeOfOneEndpoint(String pattern, boolean expected) {
        assertEquals(expected, matches(pattern, USERS, "request.header.date", "date"), pattern);
    }

    @Test void anOperationCanBeNamed() {
        assertTrue(matches("POST api.example.com:8443/graphql #GetUser: request.header.date", GRAPH, "request.header.date", "date"));
        assertTrue(matches("POST api.example.com:8443/graphql: request.header.date", GRAPH, "request.header.date", "date"));
        assertFalse(matches("POST api.example.com:8443/graphql #Set*: request.header.date", GRAPH, "request.header.date", "date"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "date", "request", "requests.header.a", "request.headers.a", "GET a.example: nonsense", "response.json.$.a[1:2]",
        "response.json.$.a[?(@.b)]", "response.json.$['a", "response.json.$.a[1"})
    void whatIsNoPatternIsRefusedByName(String pattern) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> IgnorePatterns.parse(List.of("response.status", pattern)));
        assertTrue(refused.getMessage().contains("got \"" + pattern), refused.getMessage());
    }

    @Test void manyStarsTakeNoLonger() {
        String text = "a".repeat(5_000);
        assertFalse(new Glob("*a".repeat(200) + "b", ".").matches(text));
        assertTrue(new Glob("**a*".repeat(100), ".").matches(text));
        assertFalse(new Glob("a*c", ".").matches("a.c"));
        assertTrue(new Glob("a**c", ".").matches("a.c"));
        assertTrue(new Glob("*", ".").matches(""));
    }

    @Test void locationsAreReadBack() {
        for (String text : List.of("request.header.authorization", "response.json.$.items[*].id", "response.status", "request.path.{id}",
                "request.header_order", "request.jwt.authorization.exp", "response.cookie.sid;secure")) {
            assertEquals(text, Location.parse(text).orElseThrow().toString());
        }
        for (String text : List.of("", "request", "request.", "request.x.a", "response.json.", "a.header.b")) {
            assertTrue(Location.parse(text).isEmpty(), text);
        }
    }
}
