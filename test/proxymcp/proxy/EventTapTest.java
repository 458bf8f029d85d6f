package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.http.ResponseHead;

/** What is recorded of events and lines, in pieces of every size. */
@Timeout(60)
final class EventTapTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_234), ZoneOffset.UTC);

    /** What was recorded, a line each. */
    private static final class Taken implements Recording {
        private final List<String> lines = new ArrayList<>();
        private long parts;

        @Override
        public void streamOpened(StreamOpen open) {
            lines.add("opened " + open.time() + " " + open.kind().id() + open.lastEventId().map(id -> " after " + id).orElse(""));
        }

        @Override
        public void messagePart(Direction direction, byte[] bytes, int offset, int length) {
            parts += length;
        }

        @Override
        public void message(StreamMessage message) {
            assertEquals(message.payloadBytes() > message.payload().length ? message.payloadBytes() : 0, parts);
            assertEquals(List.of(Direction.IN, true, false, false), List.of(message.direction(), message.completes(), message.fragmented(),
                    message.compressed()));
            parts = 0;
            lines.add(message.time() + " " + message.form().type() + " " + message.wireBytes() + " "
                    + StreamText.payload(message.payload(), message.payloadBytes())
                    + (message.channel().isEmpty() ? "" : " [" + message.channel() + "]") + (message.note().isEmpty() ? "" : " (" + message.note() + ")"));
        }

        @Override
        public void streamClosed(StreamEnd end) {
            lines.add("closed " + end.time() + " " + end.endedBy().id() + " " + end.notes());
        }

        @Override
        public void requestBody(byte[] bytes, int offset, int length) {}

        @Override
        public void requestEnd(BodyEnd told) {}

        @Override
        public void routed(Route route) {}

        @Override
        public void informational(ResponseHead head) {}

        @Override
        public void response(ResponseHead head) {}

        @Override
        public void responseBody(byte[] bytes, int offset, int length) {}

        @Override
        public void responseEnd(BodyEnd told) {}

        @Override
        public void end(ExchangeEnd told) {}
    }

    private static void assertTaken(StreamKind kind, byte[] octets, List<String> expected) {
        for (int split = 0; split <= octets.length; split += octets.length > 10_000 ? 5_000 : 1) {
            Taken taken = new Taken();
            EventTap tap = new EventTap(taken, kind, false, Optional.of("7"), CLOCK);
            tap.pass(octets, 0, split);
            tap.pass(octets, split, octets.length - split);
            tap.end(EndedBy.CLIENT);
            assertEquals(expected, taken.lines, "split at " + split);
        }
    }

    @Test
    void everySplitOfEventsIsRecordedTheSame() throws IOException {
        byte[] octets = "\u00ef\u00bb\u00bf: c\r\n\r\nevent: tick\ndata: \u00e4\u00ff\n\ndata: {\"type\":\"a\"}\rid: 8\r\rid: 9\n\ndata: \u00c3\u00a4\ndata: end"
                .getBytes(StandardCharsets.ISO_8859_1);
        assertTaken(StreamKind.SSE, octets, List.of("opened 1234 sse after 7", "1234 tick 23 \ufffd\ufffd [tick] (not UTF-8)",
                "1234 message 26 {\"type\":\"a\"} [a]", "closed 1234 client [the last event was not ended by an empty line: clients drop it, and it is not"
                + " shown (18 octets)]"));
    }

    @Test
    void whatABodyThatIsGivenUpEndsWithIsNotBlamedOnItsSender() {
        Taken taken = new Taken();
        EventTap tap = new EventTap(taken, StreamKind.SSE, false, Optional.empty(), CLOCK);
        tap.pass("data: a\n\ndata: b".getBytes(StandardCharsets.UTF_8), 0, 16);
        tap.stop("too much");
        tap.end(EndedBy.SERVER);
        assertEquals("closed 1234 server [too much, the event in which that happened is not shown (its first 7 octets were read)]", taken.lines.getLast());
        Taken lines = new Taken();
        EventTap ofLines = new EventTap(lines, StreamKind.NDJSON, false, Optional.empty(), CLOCK);
        ofLines.pass("1\n23".getBytes(StandardCharsets.UTF_8), 0, 4);
        ofLines.stop("too much");
        ofLines.end(EndedBy.SERVER);
        assertEquals(List.of("1234 line 2 1", "1234 line 2 23 (cut: the rest was not read)", "closed 1234 server [too much]"), lines.lines.subList(1, 4));
    }

    /** The type itself is kept as it came. */
    @Test
    void aTypeOfAnyLengthIsAShortChannel() {
        String type = "t".repeat(4_000);
        assertTaken(StreamKind.SSE, ("event: " + type + "\ndata: a\n\n").getBytes(StandardCharsets.ISO_8859_1), List.of("opened 1234 sse after 7",
                "1234 " + type + " 4017 a [" + "t".repeat(200) + "]", "closed 1234 client []"));
    }

    @Test
    void everySplitOfLinesIsRecordedTheSame() {
        byte[] octets = "{\"topic\":\"t\"}\n\u00c3\n\r\n\u00c3\u00a4".getBytes(StandardCharsets.ISO_8859_1);
        assertTaken(StreamKind.NDJSON, octets, List.of("opened 1234 ndjson after 7", "1234 line 14 {\"topic\":\"t\"} [t]", "1234 line 2 \ufffd (not UTF-8)",
                "1234 line 4 \u00e4", "closed 1234 client []"));
    }

    /** Also what is wrong behind the octets that are held is told, and with the event that it is in. */
    @Test
    void longDataIsCheckedToItsEnd() {
        byte[] octets = ("data: " + "\u00c3\u00a4".repeat(40_000) + "\u00c3\n\ndata: " + "\u00c3\u00a4".repeat(40_000) + "\n\n").getBytes(StandardCharsets.ISO_8859_1);
        assertTaken(StreamKind.SSE, octets, List.of("opened 1234 sse after 7", "1234 message 80009 80001 octets (not UTF-8)",
                "1234 message 80008 80000 octets", "closed 1234 client []"));
    }
}
