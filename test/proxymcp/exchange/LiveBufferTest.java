package proxymcp.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/** The ring of the newest exchanges: what is kept, what is given up, and what a reader sees meanwhile. */
class LiveBufferTest {
    private static final Fields TRAILERS = Fields.of(List.of(new Fields.Line("X", "y")));

    @Test
    void anExchangeIsVisibleFromItsHeadOn() {
        LiveBuffer buffer = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        ExchangeStart start = Exchanges.start("/a");
        buffer.open(start);
        Exchange seen = buffer.snapshot().get(0);
        assertEquals(new Exchange(1, start, CapturedBody.NONE, Fields.EMPTY, Optional.empty(), List.of(), Optional.empty(),
                CapturedBody.NONE, Fields.EMPTY, new Outcome.InFlight(), Timings.NONE, List.of(), List.of()), seen);
        assertEquals(start.id().toString(), seen.id());
        assertEquals(1, buffer.size());
    }

    @Test
    void everyStepShowsInTheNextSnapshot() {
        LiveBuffer buffer = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        ExchangeStart start = Exchanges.start("/a");
        Recording recording = buffer.open(start);

        recording.requestBody(Exchanges.octets("..abc.."), 2, 3);
        assertBody("abc", 3, CapturedBody.State.FLOWING, false, find(buffer, start).requestBody());
        recording.requestBody(Exchanges.octets("de"), 0, 2);
        recording.requestEnd(Exchanges.bodyEnd("abcde", true, TRAILERS));
        assertBody("abcde", 5, CapturedBody.State.COMPLETE, false, find(buffer, start).requestBody());
        assertEquals("36bbe50ed96841d10443bcb670d6554f0a34b761be67ec9c4a8ad2c0c44ca42c",
                find(buffer, start).requestBody().sha256().orElseThrow());
        assertEquals(TRAILERS, find(buffer, start).requestTrailers());

        Route stale = new Route(Optional.empty(), "127.0.0.1:80", 1, true, Optional.empty());
        Route fresh = new Route(Optional.empty(), "127.0.0.1:80", 2, false, Optional.empty());
        recording.routed(stale);
        recording.routed(fresh);
        assertEquals(Optional.of(fresh), find(buffer, start).route());

        ResponseHead hints = ResponseHead.of(103, "Early Hints", Fields.EMPTY);
        ResponseHead goOn = ResponseHead.of(100, "Continue", Fields.EMPTY);
        recording.informational(hints);
        recording.informational(goOn);
        assertEquals(List.of(hints, goOn), find(buffer, start).informational());
        assertEquals(Optional.empty(), find(buffer, start).response());

        recording.response(Exchanges.OK);
        assertEquals(Optional.of(Exchanges.OK), find(buffer, start).response());
        recording.responseBody(Exchanges.octets("xy"), 0, 2);
        recording.responseEnd(Exchanges.bodyEnd("xy", false, Fields.EMPTY));
        assertBody("xy", 2, CapturedBody.State.INCOMPLETE, false, find(buffer, start).responseBody());
        assertEquals(new Outcome.InFlight(), find(buffer, start).outcome());

        Outcome reset = new Outcome.Incomplete(ErrorClass.RESET, "a.example:80 reset the connection");
        Timings timings = new Timings(1, 2, 3, 4, 5, 6, 7, 28);
        recording.end(new ExchangeEnd(reset, timings, List.of(new RuleMatch("r", 3)), List.of("a note")));
        Exchange ended = find(buffer, start);
        assertEquals(List.of(reset, timings, List.of(new RuleMatch("r", 3)), List.of("a note")),
                List.of(ended.outcome(), ended.timings(), ended.rules(), ended.endNotes()));
        assertEquals(7, buffer.bytesKept());
    }

    @Test
    void aBodyWithoutOctetsThatEndedIsNotNoBody() {
        LiveBuffer buffer = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        buffer.open(Exchanges.start("/")).responseEnd(Exchanges.bodyEnd("", true, Fields.EMPTY));
        assertBody("", 0, CapturedBody.State.COMPLETE, false, buffer.snapshot().get(0).responseBody());
    }

    @Test
    void notesOfBothHeadsStandBeforeThoseOfTheEnd() throws Exception {
        LiveBuffer buffer = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        RequestHead request = HeadParser.parseRequest(Exchanges.octets("GET /\u00e9 HTTP/1.1\r\n\r\n"), HeadLimits.DEFAULT);
        Recording recording = buffer.open(Exchanges.start(Exchanges.ORIGIN, request));
        recording.response(HeadParser.parseResponse(Exchanges.octets("HTTP/1.1 200\r\n\r\n"), HeadLimits.DEFAULT));
        recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of("ended well")));
        assertEquals(List.of("request target holds octets above 0x7F that should be percent-encoded",
                "status line ends after the status code", "ended well"), buffer.snapshot().get(0).notes());
    }

    @Test
    void theRingKeepsTheNewestInOrder() {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(3, 1_000, 100));
        List<ExchangeStart> starts = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            ExchangeStart start = Exchanges.start("/" + i);
            starts.add(start);
            buffer.open(start).responseBody(Exchanges.octets("0123456789"), 0, 10);
            List<ExchangeStart> expected = starts.subList(Math.max(0, i - 3), i);
            assertEquals(expected, buffer.snapshot().stream().map(Exchange::start).toList());
            assertEquals(i, buffer.snapshot().get(expected.size() - 1).seq());
            assertEquals(expected.size(), buffer.size());
            assertEquals(10L * expected.size(), buffer.bytesKept(), "bodies leave with their exchange");
        }
        assertEquals(Optional.empty(), buffer.find(starts.get(6).id()));
        assertEquals(starts.get(7), buffer.find(starts.get(7).id()).orElseThrow().start());
        assertEquals(Optional.empty(), buffer.find(UUID.randomUUID()));
    }

    @Test
    void anExchangeThatLeftTheRingGoesOnUnseenAndKeepsNothing() {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(1, 1_000, 100));
        Recording slow = buffer.open(Exchanges.start("/slow"));
        slow.responseBody(new byte[10], 0, 10);
        buffer.open(Exchanges.start("/next"));
        slow.responseBody(new byte[10], 0, 10);
        slow.responseEnd(Exchanges.bodyEnd("", true, Fields.EMPTY));
        slow.end(Exchanges.complete());
        assertEquals(0, buffer.bytesKept());
        assertEquals(List.of("/next"), paths(buffer));
    }

    @Test
    void ofALongBodyTheFirstOctetsAreKeptAndAllAreCounted() {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(10, 1_000, 5));
        Recording recording = buffer.open(Exchanges.start("/"));
        recording.responseBody(Exchanges.octets("abc"), 0, 3);
        recording.responseBody(Exchanges.octets("defg"), 0, 4);
        recording.responseBody(Exchanges.octets("hi"), 0, 2);
        recording.responseEnd(Exchanges.bodyEnd("abcdefghi", true, Fields.EMPTY));
        CapturedBody body = buffer.snapshot().get(0).responseBody();
        assertBody("abcde", 9, CapturedBody.State.COMPLETE, false, body);
        assertEquals(false, body.isWhole());
        assertEquals(5, buffer.bytesKept());
    }

    @Test
    void aBodyMayFillItsBoundExactly() {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(10, 10, 10));
        buffer.open(Exchanges.start("/")).responseBody(Exchanges.octets("0123456789"), 0, 10);
        CapturedBody body = buffer.snapshot().get(0).responseBody();
        assertBody("0123456789", 10, CapturedBody.State.FLOWING, false, body);
        assertTrue(body.isWhole());
    }

    @Test
    void beyondTheBoundTheOldestBodiesGoFirstAndNoHead() {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(10, 35, 100));
        for (int i = 1; i <= 4; i++) {
            Recording recording = buffer.open(Exchanges.start("/" + i));
            recording.requestBody(new byte[5], 0, 5);
            recording.responseBody(new byte[5], 0, 5);
        }
        assertEquals(List.of("/1", "/2", "/3", "/4"), paths(buffer));
        assertEquals(List.of(true, false, false, false), buffer.snapshot().stream().map(e -> e.responseBody().evicted()).toList());
        assertEquals(List.of(true, false, false, false), buffer.snapshot().stream().map(e -> e.requestBody().evicted()).toList());
        Exchange first = buffer.snapshot().get(0);
        assertBody("", 5, CapturedBody.State.FLOWING, true, first.requestBody());
        assertEquals(30, buffer.bytesKept());
    }

    /** Three heads of 5,000 octets and 2,500 of trailers an exchange: there is room for three of them. */
    @Test
    void beyondTheBoundOfHeadsTheOldestExchangesGo() throws Exception {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(1_000, 1_000, 100), 70_000);
        Recording first = buffer.open(Exchanges.start(Exchanges.ORIGIN, requestHead("/1", 5_000)));
        first.responseBody(new byte[10], 0, 10);
        for (int i = 2; i <= 9; i++) {
            Recording recording = buffer.open(Exchanges.start(Exchanges.ORIGIN, requestHead("/" + i, 5_000)));
            recording.informational(responseHead(103, 5_000));
            recording.response(responseHead(200, 5_000));
            recording.responseEnd(Exchanges.bodyEnd("", true, Fields.of(List.of(new Fields.Line("T", "t".repeat(2_500))))));
        }
        assertEquals(List.of("/7", "/8", "/9"), paths(buffer));
        assertEquals(3, buffer.size());
        first.response(responseHead(200, 5_000));
        first.end(Exchanges.complete());
        assertEquals(List.of("/7", "/8", "/9"), paths(buffer), "what left is not counted again");
        assertEquals(0, buffer.bytesKept(), "bodies leave with their exchange");
        assertEquals(3, buffer.clear());
        assertEquals(0, buffer.headBytesKept());
    }

    private static RequestHead requestHead(String target, int bytes) throws Exception {
        String start = "GET http://a.example" + target + " HTTP/1.1\r\nHost: a.example\r\nX: ";
        return HeadParser.parseRequest(Exchanges.octets(start + "x".repeat(bytes - start.length() - 4) + "\r\n\r\n"), HeadLimits.DEFAULT);
    }

    private static ResponseHead responseHead(int status, int bytes) throws Exception {
        String start = "HTTP/1.1 " + status + " \r\nX: ";
        return HeadParser.parseResponse(Exchanges.octets(start + "x".repeat(bytes - start.length() - 4) + "\r\n\r\n"), HeadLimits.DEFAULT);
    }

    @Test
    void anEvictedBodyIsCountedFurtherButNotKept() {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(10, 20, 100));
        Recording old = buffer.open(Exchanges.start("/old"));
        old.responseBody(new byte[15], 0, 15);
        buffer.open(Exchanges.start("/new")).responseBody(new byte[15], 0, 15);
        old.responseBody(new byte[3], 0, 3);
        old.responseEnd(Exchanges.bodyEnd("x".repeat(18), true, Fields.EMPTY));
        assertBody("", 18, CapturedBody.State.COMPLETE, true, buffer.snapshot().get(0).responseBody());
        assertEquals(15, buffer.bytesKept());
    }

    @Test
    void aBodyLargerThanTheWholeBoundGivesItselfUp() {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(10, 8, 100));
        Recording recording = buffer.open(Exchanges.start("/"));
        recording.requestEnd(Exchanges.bodyEnd("", true, Fields.EMPTY));
        recording.responseBody(new byte[9], 0, 9);
        assertBody("", 9, CapturedBody.State.FLOWING, true, buffer.snapshot().get(0).responseBody());
        assertEquals(0, buffer.bytesKept());
        assertBody("", 0, CapturedBody.State.COMPLETE, false, buffer.snapshot().get(0).requestBody());
        buffer.open(Exchanges.start("/")).responseBody(new byte[8], 0, 8);
        assertEquals(8, buffer.bytesKept(), "later ones are kept again");
    }

    @Test
    void nothingIsKeptWhereTheBoundsSaySo() {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(2, 0, 0));
        Recording recording = buffer.open(Exchanges.start("/"));
        recording.responseBody(new byte[9], 0, 9);
        recording.responseEnd(Exchanges.bodyEnd("x".repeat(9), true, Fields.EMPTY));
        assertBody("", 9, CapturedBody.State.COMPLETE, false, buffer.snapshot().get(0).responseBody());
    }

    @Test
    void theRoomABodyGrewIntoIsGivenBackAtItsEnd() {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(2, 10_000, 1_000));
        Recording recording = buffer.open(Exchanges.start("/"));
        for (int i = 0; i < 65; i++) {
            recording.responseBody(new byte[] {(byte) i}, 0, 1);
            assertTrue(buffer.bytesKept() >= i + 1);
        }
        recording.responseEnd(Exchanges.bodyEnd("x".repeat(65), true, Fields.EMPTY));
        assertEquals(65, buffer.bytesKept());
        byte[] expected = new byte[65];
        for (int i = 0; i < 65; i++) {
            expected[i] = (byte) i;
        }
        assertArrayEquals(expected, buffer.snapshot().get(0).responseBody().bytes());
    }

    @Test
    void clearingForgetsWhatIsKeptAndSeqGoesOn() {
        LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(5, 1_000, 100));
        Recording flowing = buffer.open(Exchanges.start("/1"));
        flowing.responseBody(new byte[10], 0, 10);
        buffer.open(Exchanges.start("/2"));
        assertEquals(2, buffer.clear());
        assertEquals(0, buffer.clear());
        flowing.responseBody(new byte[10], 0, 10);
        flowing.end(Exchanges.complete());
        assertEquals(List.of(), buffer.snapshot());
        assertEquals(0, buffer.size());
        assertEquals(0, buffer.bytesKept());
        buffer.open(Exchanges.start("/3"));
        assertEquals(3, buffer.snapshot().get(0).seq());
    }

    @Test
    void aSnapshotDoesNotChangeBehindItsReader() {
        LiveBuffer buffer = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        Recording recording = buffer.open(Exchanges.start("/"));
        byte[] passing = Exchanges.octets("abc");
        recording.responseBody(passing, 0, 3);
        passing[0] = 'X'; // The connection's buffer is used again for what comes next.
        Exchange before = buffer.snapshot().get(0);
        recording.responseBody(passing, 0, 3);
        recording.end(Exchanges.complete());
        buffer.clear();
        assertBody("abc", 3, CapturedBody.State.FLOWING, false, before.responseBody());
        assertEquals(new Outcome.InFlight(), before.outcome());
    }

    @Test
    void boundsBelowTheirMinimumAreACallersBug() {
        assertThrows(IllegalArgumentException.class, () -> new LiveBuffer.Limits(0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LiveBuffer.Limits(1, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LiveBuffer.Limits(1, 1, -1));
        assertEquals(new LiveBuffer.Limits(1_000, 67_108_864, 262_144), LiveBuffer.Limits.DEFAULT);
    }

    private static Exchange find(LiveBuffer buffer, ExchangeStart start) {
        return buffer.find(start.id()).orElseThrow();
    }

    private static List<String> paths(LiveBuffer buffer) {
        return buffer.snapshot().stream().map(exchange -> exchange.start().path()).toList();
    }

    private static void assertBody(String kept, long size, CapturedBody.State state, boolean evicted, CapturedBody body) {
        assertEquals(List.of(kept.length(), size, state, evicted, kept.isBlank() ? "" : kept),
                List.of(body.bytes().length, body.size(), body.state(), body.evicted(), Exchanges.text(body)));
        boolean ended = state == CapturedBody.State.COMPLETE || state == CapturedBody.State.INCOMPLETE;
        assertEquals(ended, body.sha256().isPresent(), "a digest once it has ended");
    }
}
