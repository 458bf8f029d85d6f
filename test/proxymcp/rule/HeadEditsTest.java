package proxymcp.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/** Changed fields, methods and statuses. */
final class HeadEditsTest {
    private static final Fields FIELDS = Rules.fields("Host", "a", "X-Tag", "one", "Accept", "b", "x-tag", "two", "Last", "c");

    @Test void setStandsWhereTheFirstOfItsNameStood() {
        assertEdited(Rules.fields("Host", "a", "X-TAG", "three", "Accept", "b", "Last", "c"), new HeadEdits.Edit.Set("X-TAG", "three"));
        assertEdited(Rules.fields("host", "z", "X-Tag", "one", "Accept", "b", "x-tag", "two", "Last", "c"), new HeadEdits.Edit.Set("host", "z"));
        assertEdited(Rules.fields("Host", "a", "X-Tag", "one", "Accept", "b", "x-tag", "two", "Last", "c", "New", ""),
                new HeadEdits.Edit.Set("New", ""));
    }

    @Test void addStandsAtTheEndBesideOthersOfItsName() {
        assertEdited(Rules.fields("Host", "a", "X-Tag", "one", "Accept", "b", "x-tag", "two", "Last", "c", "X-tag", "three"),
                new HeadEdits.Edit.Add("X-tag", "three"));
    }

    @Test void removeTakesAllOfItsName() {
        assertEdited(Rules.fields("Host", "a", "Accept", "b", "Last", "c"), new HeadEdits.Edit.Remove("X-TAG"));
        assertEdited(FIELDS, new HeadEdits.Edit.Remove("X-Ta"));
    }

    @Test void editsAreMadeInTheirOrder() {
        assertEdited(Rules.fields("Host", "a", "Accept", "b", "Last", "c", "X-Tag", "1", "X-Tag", "2"), new HeadEdits.Edit.Remove("X-Tag"),
                new HeadEdits.Edit.Add("X-Tag", "1"), new HeadEdits.Edit.Add("X-Tag", "2"));
        assertEdited(Rules.fields("Host", "a", "X-Tag", "2", "Accept", "b", "Last", "c"), new HeadEdits.Edit.Add("X-Tag", "1"),
                new HeadEdits.Edit.Set("X-Tag", "2"));
        assertEdited(Rules.fields("Host", "a", "Accept", "b", "Last", "c"), new HeadEdits.Edit.Set("X-Tag", "2"),
                new HeadEdits.Edit.Remove("x-tag"));
        HeadEdits first = new HeadEdits(List.of(new HeadEdits.Edit.Set("A", "1")));
        assertEquals(Rules.fields("A", "1", "A", "2"), first.and(List.of(new HeadEdits.Edit.Add("A", "2"))).apply(Fields.EMPTY));
    }

    @Test void whereTheMessageEndsIsNotForRules() {
        for (String name : List.of("Content-Length", "content-length", "TRANSFER-ENCODING")) {
            for (HeadEdits.Edit edit : List.of(new HeadEdits.Edit.Set(name, "1"), new HeadEdits.Edit.Add(name, "1"), new HeadEdits.Edit.Remove(name))) {
                assertThrows(IllegalArgumentException.class, () -> new HeadEdits(List.of(edit)));
            }
        }
    }

    @Test void whatIsNoFieldLineIsRefused() {
        for (HeadEdits.Edit edit : List.of(new HeadEdits.Edit.Set("a b", "c"), new HeadEdits.Edit.Add("", "c"), new HeadEdits.Edit.Remove("a:"),
                new HeadEdits.Edit.Set("A", "b\r\nC: d"), new HeadEdits.Edit.Add("A", "\0"), new HeadEdits.Edit.Set("A", "\u20ac"))) {
            assertThrows(IllegalArgumentException.class, () -> new HeadEdits(List.of(new HeadEdits.Edit.Set("Fine", ""), edit)));
        }
        assertEquals("caf\u00e9", new HeadEdits(List.of(new HeadEdits.Edit.Set("A", "caf\u00e9"))).apply(Fields.EMPTY).value(0));
    }

    @Test void nothingIsNone() {
        assertTrue(HeadEdits.NONE.isNone());
        assertTrue(RequestEdits.NONE.isNone());
        assertTrue(ResponseEdits.NONE.isNone());
        assertFalse(new HeadEdits(List.of(new HeadEdits.Edit.Remove("A"))).isNone());
        assertFalse(new RequestEdits(HeadEdits.NONE, Optional.of("GET"), Optional.empty(), BodyEdits.NONE).isNone());
        assertFalse(new ResponseEdits(HeadEdits.NONE, OptionalInt.of(200), BodyEdits.NONE).isNone());
    }

    @Test void aRequestGetsMethodAndFields() {
        RequestHead head = new RequestEdits(new HeadEdits(List.of(new HeadEdits.Edit.Set("A", "1"))), Optional.of("PATCH"), Optional.empty(),
                BodyEdits.NONE).apply(RequestHead.of("GET", "/x", Fields.EMPTY));
        assertEquals("PATCH", head.method());
        assertEquals("/x", head.target());
        assertEquals(Rules.fields("A", "1"), head.fields());
        assertEquals("GET", RequestEdits.NONE.apply(RequestHead.of("GET", "/x", Fields.EMPTY)).method());
    }

    @Test void anotherStatusGetsItsOwnReason() {
        ResponseHead fine = ResponseHead.of(200, "Splendid", Fields.EMPTY);
        ResponseHead changed = new ResponseEdits(HeadEdits.NONE, OptionalInt.of(503), BodyEdits.NONE).apply(fine);
        assertEquals(503, changed.status());
        assertEquals("Service Unavailable", changed.reason());
        assertEquals("Splendid", new ResponseEdits(HeadEdits.NONE, OptionalInt.of(200), BodyEdits.NONE).apply(fine).reason());
        assertEquals("Splendid", ResponseEdits.NONE.apply(fine).reason());
    }

    private static void assertEdited(Fields expected, HeadEdits.Edit... edits) {
        assertEquals(expected, new HeadEdits(List.of(edits)).apply(FIELDS));
        assertEquals(expected.toString(), new HeadEdits(List.of(edits)).apply(FIELDS).toString());
    }
}
