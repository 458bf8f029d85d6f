package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import proxymcp.http.Fields.Line;

/** Field sections: order, case and duplicates stay; names compare without case. */
class FieldsTest {
    private final Fields fields = parse("Accept: a\r\nSet-Cookie: x=1\r\nACCEPT:  b \r\nset-cookie: y=2, z\r\nEmpty:\r\n");

    @Test
    void linesKeepOrderCaseAndDuplicates() {
        assertEquals(List.of(new Line("Accept", "a"), new Line("Set-Cookie", "x=1"), new Line("ACCEPT", "b"),
                new Line("set-cookie", "y=2, z"), new Line("Empty", "")), fields.lines());
        assertEquals(5, fields.size());
        assertFalse(fields.isEmpty());
        assertEquals("ACCEPT", fields.name(2));
        assertEquals("b", fields.value(2));
        assertThrows(IndexOutOfBoundsException.class, () -> fields.name(5));
        assertThrows(IndexOutOfBoundsException.class, () -> fields.value(-1));
    }

    @Test
    void namesCompareWithoutCase() {
        assertEquals(Optional.of("a"), fields.first("aCCEPT"));
        assertEquals(List.of("x=1", "y=2, z"), fields.all("SET-COOKIE"));
        assertEquals(2, fields.count("accept"));
        assertEquals(1, fields.indexOf("set-cookie"));
        assertTrue(fields.contains("empty"));
        assertEquals(Optional.of(""), fields.first("Empty"));
        assertTrue(fields.isNamed(2, "accept"));
        assertFalse(fields.isNamed(2, "accep"));
        assertFalse(fields.isNamed(2, "accepts"));
        assertEquals(Optional.empty(), fields.first("Cookie"));
        assertEquals(List.of(), fields.all("Cookie"));
        assertEquals(-1, fields.indexOf("Cookie"));
        assertEquals(0, fields.count("Cookie"));
        assertFalse(Fields.EMPTY.contains("Cookie"));
        assertTrue(Fields.EMPTY.isEmpty());
    }

    @Test
    void caseIsThatOfAsciiAlone() {
        // '^' and '~' differ by 0x20, as 'A' and 'a' do.
        Fields odd = parse("X^: 1\r\nX~: 2\r\n");
        assertEquals(Optional.of("1"), odd.first("x^"));
        assertEquals(Optional.of("2"), odd.first("x~"));
    }

    @Test
    void membersOfListsGoOverAllLines() {
        Fields lists = parse("Connection: close ,\tFoo\r\nconnection:\r\nConnection: ,, bar,\r\nOther: x\r\n");
        assertEquals(List.of("close", "Foo", "bar"), lists.members("Connection"));
        assertTrue(lists.hasMember("connection", "FOO"));
        assertTrue(lists.hasMember("connection", "bar"));
        assertFalse(lists.hasMember("connection", "fo"));
        assertFalse(lists.hasMember("connection", ""));
        assertEquals(List.of(), lists.members("None"));
        assertEquals(List.of(), parse("A: , ,\r\n").members("A"));
        assertEquals(List.of("a b"), parse("A: a b\r\n").members("A"));
    }

    @Test
    void aBuilderGivesTheSameLinesAsAParser() throws IOException {
        Fields built = Fields.of(List.of(new Line("Accept", "a"), new Line("Set-Cookie", "x=1"), new Line("ACCEPT", "b"),
                new Line("set-cookie", "y=2, z"), new Line("Empty", "")));
        assertEquals(fields, built);
        assertEquals(fields.hashCode(), built.hashCode());
        assertEquals("Accept: a\r\nSet-Cookie: x=1\r\nACCEPT: b\r\nset-cookie: y=2, z\r\nEmpty: \r\n\r\n", written(built));
    }

    @Test
    void equalMeansTheSameLinesInTheSameOrderAndCase() {
        assertEquals(parse("A: b\r\n"), parse("A:   b  \r\n"));
        assertNotEquals(parse("A: b\r\n"), parse("a: b\r\n"));
        assertNotEquals(parse("A: b\r\nC: d\r\n"), parse("C: d\r\nA: b\r\n"));
        assertNotEquals(parse("A: b\r\n"), parse("A: b\r\nA: b\r\n"));
        assertEquals(Fields.EMPTY, new Fields.Builder().build());
        assertNotEquals(Fields.EMPTY, (Object) "");
    }

    @Test
    void builtValuesHaveNoOuterWhiteSpace() throws IOException {
        Fields built = new Fields.Builder().add("A", " \tb c\t ").add("B", "  ").build();
        assertEquals(List.of(new Line("A", "b c"), new Line("B", "")), built.lines());
        assertEquals("A: b c\r\nB: \r\n\r\n", written(built));
    }

    @Test
    void linesAreTakenOverWithTheirOctets() throws IOException {
        Fields odd = parse("A:b\r\nC:\t\td\u00e9\r\nE: f\r\n");
        Fields.Builder builder = new Fields.Builder().add("First", "1");
        for (int i = odd.size() - 1; i >= 0; i--) {
            builder.addLine(odd, i);
        }
        Fields built = builder.addLine(odd, 1).build();
        assertEquals("First: 1\r\nE: f\r\nC:\t\td\u00e9\r\nA:b\r\nC:\t\td\u00e9\r\n\r\n", written(built));
        assertEquals(List.of("d\u00e9", "d\u00e9"), built.all("c"));
    }

    @Test
    void aBuilderGrowsAndGoesOnAfterBuild() {
        Fields.Builder builder = new Fields.Builder();
        List<Line> expected = new ArrayList<>();
        List<Fields> built = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Line line = new Line("Name-" + i, "v".repeat(i * 7));
            expected.add(line);
            built.add(builder.add(line.name(), line.value()).build());
        }
        for (int i = 0; i < built.size(); i++) {
            assertEquals(expected.subList(0, i + 1), built.get(i).lines());
        }
    }

    @Test
    void whatWouldSplitAMessageIsRefused() {
        Fields.Builder builder = new Fields.Builder();
        for (String name : new String[] {"", " ", "A B", "A:", "A\r", "A\n", "\u00e9", "\u010d", "A\0"}) {
            assertThrows(IllegalArgumentException.class, () -> builder.add(name, "v"), name);
        }
        // U+010A and U+010D are LF and CR once they are cut to an octet.
        for (String value : new String[] {"a\r", "a\n", "a\r\nB: c", "\0", "\u010a", "\u010d", "\u20ac"}) {
            assertThrows(IllegalArgumentException.class, () -> builder.add("A", value), value);
            assertThrows(IllegalArgumentException.class, () -> Fields.of(List.of(new Line("A", value))), value);
        }
        assertEquals(Fields.EMPTY, builder.build());
        IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, () -> builder.add("A", "x\u20ac"));
        assertEquals("value of A holds U+20AC at 1", thrown.getMessage());
    }

    private static Fields parse(String lines) {
        try {
            return HeadParser.parseRequest(Octets.bytes("GET / HTTP/1.1\r\n" + lines + "\r\n"), HeadLimits.DEFAULT).fields();
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    private static String written(Fields fields) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        WireWriter out = new WireWriter(octets);
        for (int i = 0; i < fields.size(); i++) {
            fields.writeLine(i, out);
        }
        out.crlf();
        out.flush();
        return Octets.text(octets.toByteArray());
    }
}
