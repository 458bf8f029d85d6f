package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.exchange.CapturedBody;

/** Operations of requests, as their protocols name them. */
@Timeout(60)
final class OperationNameTest {
    private static String of(SampledExchange exchange) {
        return RequestShape.of(exchange.stored()).operation();
    }

    private static String json(String body) {
        return of(SampledExchange.post("application/json", body));
    }

    @Test
    void graphQlIsNamedByItsOperation() {
        assertEquals("GetUser", json("{\"operationName\":\"GetUser\",\"query\":\"query GetUser($id: ID!) { user(id: $id) { name } }\"}"));
        assertEquals("GetUser", json("{\"query\":\"fragment F on User { name } query GetUser { user { ...F } }\"}"));
        assertEquals("B", json("{\"operationName\":\"B\",\"query\":\"query A { a } query B { b }\"}"));
        assertEquals("query{user,posts}", json("{\"query\":\"{ user { name } posts { id } }\"}"));
        assertEquals("mutation{like}", json("{\"query\":\"mutation { like(id: 1) { ok } }\"}"));
        assertEquals("ecf4edb46db40b51", json("{\"extensions\":{\"persistedQuery\":{\"version\":1,"
                + "\"sha256Hash\":\"ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38\"}}}"));
        assertEquals("A,B", json("[{\"query\":\"query B { b }\"},{\"query\":\"query A { a }\"},{\"query\":\"query B { b }\"}]"));
        assertEquals("Feed", of(SampledExchange.post("application/graphql", "query Feed { feed { id } }")));
    }

    @Test
    void graphQlInAUrlIsNamedToo() {
        assertEquals("Feed", of(SampledExchange.get("/graphql?operationName=Feed&variables=%7B%7D")));
        assertEquals("Feed", of(SampledExchange.get("/graphql?query=query%20Feed%20%7B%20feed%20%7B%20id%20%7D%20%7D")));
        assertEquals("ecf4edb46db40b51", of(SampledExchange.get("/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash"
                + "%22%3A%22ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38%22%7D%7D")));
    }

    @Test
    void callsAreNamedByTheirMethod() {
        assertEquals("eth_call", json("{\"jsonrpc\":\"2.0\",\"method\":\"eth_call\",\"params\":[],\"id\":1}"));
        assertEquals("eth_blockNumber,eth_call", json("[{\"jsonrpc\":\"2.0\",\"method\":\"eth_call\",\"id\":1},"
                + "{\"jsonrpc\":\"2.0\",\"method\":\"eth_blockNumber\",\"id\":2}]"));
        assertEquals("AddItem", of(SampledExchange.posts("POST", "/shop.v1.Cart/AddItem").sends("Content-Type", "application/grpc+proto")));
        assertEquals("urn:shop#AddItem", of(SampledExchange.post("text/xml", "<Envelope/>").sends("SOAPAction", "\"urn:shop#AddItem\"")));
        assertEquals("urn:shop#AddItem", of(SampledExchange.post("application/soap+xml; action=\"urn:shop#AddItem\"; charset=utf-8", "<Envelope/>")));
        assertEquals("DynamoDB_20120810.GetItem", of(SampledExchange.post("application/x-amz-json-1.0", "{}").sends("X-Amz-Target",
                "DynamoDB_20120810.GetItem")));
    }

    @Test
    void otherRequestsHaveNoOperation() {
        assertEquals("", json("{\"query\":\"blue shoes\",\"page\":2}"));
        assertEquals("", json("{\"method\":\"card\",\"amount\":5}"));
        assertEquals("", json("{\"query\":"));
        assertEquals("", json("[]"));
        assertEquals("", json(""));
        assertEquals("", of(SampledExchange.get("/search?query=shoes&extensions=none")));
        assertEquals("", of(SampledExchange.post("text/html", "{\"jsonrpc\":\"2.0\",\"method\":\"m\"}")));
        assertEquals("", of(SampledExchange.post("text/xml", "<Envelope/>").sends("SOAPAction", "\"\"")));
    }

    @Test
    void namesAreBounded() {
        assertEquals(OperationName.CHARS_MAX, json("{\"jsonrpc\":\"2.0\",\"method\":\"" + "m".repeat(5_000) + "\"}").length());
        StringBuilder batch = new StringBuilder("[");
        for (int i = 10; i < 30; i++) {
            batch.append(i > 10 ? "," : "").append("{\"jsonrpc\":\"2.0\",\"method\":\"m").append(i).append("\"}");
        }
        assertEquals("m10,m11,m12,m13,m14,m15,m16,m17,+12", json(batch.append(']').toString()));
    }

    @Test
    void codedBodiesAreReadAndDamagedOnesNameNothing() throws IOException {
        byte[] body = "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}".getBytes(StandardCharsets.UTF_8);
        byte[] coded = Codings.encode(body, ContentCoding.parse(List.of("gzip")));
        assertEquals("ping", of(SampledExchange.posts("POST", "/").sends("Content-Type", "application/json").sends("Content-Encoding", "gzip")
                .sends(SampledExchange.Body.of(coded))));
        assertEquals("", of(SampledExchange.posts("POST", "/").sends("Content-Type", "application/json").sends(new SampledExchange.Body(body, body.length,
                CapturedBody.State.COMPLETE, Optional.of("a bit is wrong")))));
    }

    @Test
    void theRestOfAShapeIsThatOfTheRequestLine() {
        assertEquals(new RequestShape("GET", "a.example", "/users/17", ""), RequestShape.of(SampledExchange.get("/users/17?x=1#part").stored()));
    }
}
