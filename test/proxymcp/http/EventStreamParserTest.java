package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Event streams as WHATWG HTML section 9.2.6 has them read, at every split of their octets. */
@Timeout(60)
class EventStreamParserTest {
    /** Events as lines: {@code type#id@retry:data}, what was dropped as {@code -}, of an event with data as {@code -data}. */
    static final class Trace implements EventStreamParser.Listener {
        final List<String> said = new ArrayList<>();
        private final StringBuilder data = new StringBuilder();
        long wireBytes;

        @Override
        public void data(byte[] bytes, int offset, int length) {
            data.append(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void event(String type, String id, OptionalLong retryMillis, long octets) {
            said.add(type + (id.isEmpty() ? "" : "#" + id) + (retryMillis.isPresent() ? "@" + retryMillis.getAsLong() : "") + ":" + take());
            wireBytes += octets;
        }

        @Override
        public void dropped(long octets, boolean hadData) {
            take();
            if (hadData) {
                said.add("-data");
            }
            wireBytes += octets;
        }

        private String take() {
            String text = new String(data.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            data.setLength(0);
            return text;
        }
    }

    private static List<String> told(byte[] octets, int... splits) {
        Trace trace = new Trace();
        EventStreamParser parser = new EventStreamParser(trace);
        int from = 0;
        for (int split : splits) {
            parser.feed(octets, from, split - from);
            from = split;
        }
        parser.feed(octets, from, octets.length - from);
        parser.end();
        assertEquals(octets.length, trace.wireBytes, "octets of " + new String(octets, StandardCharsets.UTF_8));
        return trace.said;
    }

    /** What a stream says, whole, an octet at a time, and at each two splits. */
    private static void assertEvents(byte[] octets, String... expected) {
        List<String> events = List.of(expected);
        assertEquals(events, told(octets));
        assertEquals(events, told(octets, java.util.stream.IntStream.range(0, octets.length).toArray()));
        for (int first = 0; first <= octets.length; first++) {
            for (int second = first; second <= octets.length; second++) {
                assertEquals(events, told(octets, first, second), "splits at " + first + ", " + second);
            }
        }
    }

    private static void assertEvents(String stream, String... expected) {
        assertEvents(stream.getBytes(StandardCharsets.UTF_8), expected);
    }

    @Test
    void theExamplesOfTheStandard() {
        assertEvents("data: YHOO\ndata: +2\ndata: 10\n\n", "message:YHOO\n+2\n10");
        assertEvents(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
                "message#1:first event", "message:second event", "message: third event");
        assertEvents("data\n\ndata\ndata\n\ndata:", "message:", "message:\n", "-data");
        assertEvents("data:test\n\ndata: test\n\n", "message:test", "message:test");
        assertEvents("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n", "add:73857293", "remove:2153",
                "add:113411");
    }

    @Test
    void lineEndsOfEveryKind() {
        for (String end : new String[] {"\n", "\r", "\r\n"}) {
            assertEvents(String.join(end, "event: a", "data: 1", "data: 2", "", "data: 3", "", ""), "a:1\n2", "message:3");
        }
        assertEvents("data: 1\rdata: 2\r\ndata: 3\n\r\ndata: 4\n\rdata: 5\r\rdata: 6\r\n\n", "message:1\n2\n3", "message:4", "message:5", "message:6");
    }

    @Test
    void aByteOrderMarkCountsOnce() {
        assertEvents("\ufeffdata: 1\n\n\ufeffdata: 2\n\n", "message:1");
        assertEvents("\ufeff\ufeffdata: 1\n\n");
        assertEvents(new byte[] {(byte) 0xEF, (byte) 0xBB, 'd', 'a', 't', 'a', ':', '1', '\n', '\n'});
        assertEvents(new byte[] {(byte) 0xEF, (byte) 0xBB});
        assertEvents(new byte[] {(byte) 0xEF, '\n', '\n', 'd', 'a', 't', 'a', '\n', '\n'}, "message:");
        assertEvents("data: \ufeff\n\n", "message:\ufeff");
    }

    @Test
    void emptyDataIsAnEventAndNoDataIsNone() {
        assertEvents("data:\n\ndata\n\ndata: \n\ndata:\ndata:\n\n", "message:", "message:", "message:", "message:\n");
        assertEvents("event: a\n\nid: 7\n\nretry: 5\n\n: note\n\ndata: 1\n\n", "message#7:1");
        assertEvents("\n\n\n\r\n\r\r");
        assertEvents("");
    }

    @Test
    void ids() {
        assertEvents("id: 1\ndata: a\n\ndata: b\n\nid: x\0y\ndata: c\n\nid:\ndata: d\n\nid: 2\n", "message#1:a", "message#1:b", "message#1:c", "message:d");
        assertEvents("id: \0\nid: ok\nid:\0\ndata: a\n\n", "message#ok:a");
    }

    @Test
    void reconnectionTimes() {
        assertEvents("retry: 1000\ndata: a\n\nretry: 1s\ndata: b\n\nretry:\ndata: c\n\nretry: -1\ndata: d\n\nretry:007\ndata: e\n\n"
                + "retry: 9999999999999999999999\ndata: f\n\n", "message@1000:a", "message:b", "message:c", "message:d", "message@7:e", "message:f");
    }

    @Test
    void fieldsThatAreNone() {
        assertEvents("Data: a\n data: b\ndata : c\ndatum: d\ndata: e\nfoo\n:data: f\nda\n\n", "message:e");
        assertEvents("data:a:b: c\nevent: : x\n\n", ": x:a:b: c");
        assertEvents("data:\ttab\nevent:  two\n\n", " two:\ttab");
    }

    @Test
    void anEventWithoutAnEmptyLineIsDroppedAndTold() {
        assertEvents("data: 1\n\ndata: 2\n", "message:1", "-data");
        assertEvents("data: 1\n\ndata: 2", "message:1", "-data");
        assertEvents("data: 1\n\ndata", "message:1", "-data");
        assertEvents("data: 1\n\nid: 2\n: c\n", "message:1");
    }

    @Test
    void charactersOfSeveralOctets() {
        assertEvents("event: größe\nid: 東京\ndata: \ud83d\ude00 ü\ndata: ‰\n\n", "größe#東京:\ud83d\ude00 ü\n‰");
    }

    @Test
    void longFieldsAreCutAndLongDataIsNot() {
        byte[] octets = ("event: " + "e".repeat(10_000) + "\ndata: " + "d".repeat(200_000) + "\n\n").getBytes(StandardCharsets.UTF_8);
        List<String> events = List.of("e".repeat(EventStreamParser.FIELD_BYTES_MAX) + ":" + "d".repeat(200_000));
        assertEquals(events, told(octets));
        int[] pieces = new int[octets.length / 1_000];
        Arrays.setAll(pieces, i -> i * 1_000);
        assertEquals(events, told(octets, pieces));
    }

    /** An event is told with its last octet, not with the next one's first. */
    @Test
    void anEventIsToldAtOnce() {
        for (String end : new String[] {"\n\n", "\r\r", "\r\n\r"}) {
            Trace trace = new Trace();
            byte[] octets = ("data: 1" + end).getBytes(StandardCharsets.UTF_8);
            new EventStreamParser(trace).feed(octets, 0, octets.length);
            assertEquals(List.of("message:1"), trace.said);
        }
    }
}
