package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What exchanges are aligned by. */
@Timeout(60)
final class OutlinesTest {
    private static final Endpoint ENDPOINT = new Endpoint("GET", "a.example", "/", "");

    private static Outline outline(SampledExchange exchange) {
        return Outlines.of(exchange.fields(), ENDPOINT, 1, 200);
    }

    private static long[] response(String json) {
        return outline(SampledExchange.json(json)).responseFeatures();
    }

    private static long[] withoutWhole(long[] features) {
        return Arrays.copyOfRange(features, 1, features.length);
    }

    @Test
    void theWholeComesFirstThenFieldsWithTheirValuesRising() {
        long[] features = response("{\"b\":[1,2,2],\"a\":\"x\"}");
        assertTrue(features[0] < 0);
        long[] rest = withoutWhole(features);
        assertTrue(Arrays.stream(rest).allMatch(feature -> feature > 0 && Outlines.isOfResponse(feature)));
        assertArrayEquals(Arrays.stream(rest).sorted().distinct().toArray(), rest);
        // Fields a, b and the status; x, 1, 2 and 200.
        assertEquals(3, Arrays.stream(rest).filter(Outlines::isField).count());
        assertEquals(7, rest.length);
        for (long feature : rest) {
            assertTrue(Arrays.binarySearch(rest, Outlines.field(feature)) >= 0);
        }
    }

    @Test
    void theOrderOfMembersDoesNotMatterThatOfElementsDoes() {
        assertArrayEquals(response("{\"a\":1,\"b\":2}"), response("{\"b\":2,\"a\":1}"));
        assertNotEquals(response("[1,2]")[0], response("[2,1]")[0]);
        assertArrayEquals(withoutWhole(response("[1,2]")), withoutWhole(response("[2,1]")));
        assertNotEquals(response("{\"a\":1,\"b\":2}")[0], response("{\"a\":2,\"b\":1}")[0]);
    }

    @Test
    void longDocumentsAreBoundedAndStillToldApart() {
        StringBuilder json = new StringBuilder("{\"list\":[0");
        for (int i = 1; i < 20_000; i++) {
            json.append(',').append(i);
        }
        json.append(']');
        for (int i = 0; i < 5_000; i++) {
            json.append(",\"f").append(i).append("\":").append(i);
        }
        long[] one = response(json + ",\"last\":1}");
        long[] other = response(json + ",\"last\":2}");
        assertTrue(one.length <= 320, "" + one.length);
        assertNotEquals(one[0], other[0]);
    }

    @Test
    void pathsAreMarkedAndWhatAnOriginAddsIsLeftOut() {
        Outline outline = outline(SampledExchange.get("/users/17?x=1").gets("Date", "now").gets("Location", "/y"));
        long[] request = withoutWhole(outline.requestFeatures());
        assertEquals(4, Arrays.stream(request).filter(Outlines::isOfPath).count());
        assertTrue(Arrays.stream(request).noneMatch(Outlines::isOfResponse));
        long[] other = withoutWhole(outline(SampledExchange.get("/users/17?x=1").gets("Date", "later").gets("Location", "/y")).responseFeatures());
        assertArrayEquals(withoutWhole(outline.responseFeatures()), other);
        assertFalse(Arrays.equals(other, withoutWhole(outline(SampledExchange.get("/users/17?x=1").gets("Location", "/z")).responseFeatures())));
    }
}
