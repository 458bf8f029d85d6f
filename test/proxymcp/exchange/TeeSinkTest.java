package proxymcp.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;

class TeeSinkTest {
    /** Writes down what it is told. */
    private record Noting(String name, List<String> calls) implements ExchangeSink {
        @Override
        public Recording open(ExchangeStart start) {
            calls.add(name + " open " + start.path());
            return new Told(name, calls);
        }
    }

    private record Told(String name, List<String> calls) implements Recording {
        @Override
        public void requestBody(byte[] bytes, int offset, int length) {
            calls.add(name + " requestBody " + text(bytes, offset, length));
        }

        @Override
        public void requestEnd(BodyEnd end) {
            calls.add(name + " requestEnd " + end.bytes());
        }

        @Override
        public void routed(Route route) {
            calls.add(name + " routed " + route.connectionId());
        }

        @Override
        public void informational(ResponseHead head) {
            calls.add(name + " informational " + head.status());
        }

        @Override
        public void response(ResponseHead head) {
            calls.add(name + " response " + head.status());
        }

        @Override
        public void responseBody(byte[] bytes, int offset, int length) {
            calls.add(name + " responseBody " + text(bytes, offset, length));
        }

        @Override
        public void responseEnd(BodyEnd end) {
            calls.add(name + " responseEnd " + end.bytes());
        }

        @Override
        public void streamOpened(StreamOpen open) {
            calls.add(name + " streamOpened " + open.kind().id());
        }

        @Override
        public void messagePart(Direction direction, byte[] bytes, int offset, int length) {
            calls.add(name + " messagePart " + direction.id() + " " + text(bytes, offset, length));
        }

        @Override
        public void message(StreamMessage message) {
            calls.add(name + " message " + message.direction().id() + " " + message.form());
        }

        @Override
        public void streamClosed(StreamEnd end) {
            calls.add(name + " streamClosed " + end.endedBy().id());
        }

        @Override
        public void end(ExchangeEnd end) {
            calls.add(name + " end " + end.outcome());
        }

        private static String text(byte[] bytes, int offset, int length) {
            return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void everyCallReachesEverySinkInTheirOrder() {
        List<String> calls = new ArrayList<>();
        Recording recording = new TeeSink(List.of(new Noting("1", calls), new Noting("2", calls))).open(Exchanges.start("/a"));
        recording.requestBody(Exchanges.octets("xabx"), 1, 2);
        recording.requestEnd(Exchanges.bodyEnd("ab", true, Fields.EMPTY));
        recording.routed(new Route(Optional.empty(), "127.0.0.1:80", 7, false, Optional.empty()));
        recording.informational(ResponseHead.of(103, "", Fields.EMPTY));
        recording.response(Exchanges.OK);
        recording.responseBody(Exchanges.octets("xcx"), 1, 1);
        recording.responseEnd(Exchanges.bodyEnd("c", true, Fields.EMPTY));
        recording.streamOpened(new StreamOpen(1, StreamKind.NDJSON, "", "", Optional.empty()));
        recording.messagePart(Direction.IN, Exchanges.octets("xpx"), 1, 1);
        recording.message(new StreamMessage(2, Direction.OUT, new MessageForm.Line(), 3, Exchanges.octets("{}"), 2, true, false, false, "", ""));
        recording.streamClosed(new StreamEnd(3, Optional.empty(), "", EndedBy.SERVER, List.of()));
        recording.end(Exchanges.complete());
        assertEquals(List.of("1 open /a", "2 open /a", "1 requestBody ab", "2 requestBody ab", "1 requestEnd 2", "2 requestEnd 2",
                "1 routed 7", "2 routed 7", "1 informational 103", "2 informational 103", "1 response 200", "2 response 200",
                "1 responseBody c", "2 responseBody c", "1 responseEnd 1", "2 responseEnd 1",
                "1 streamOpened ndjson", "2 streamOpened ndjson", "1 messagePart in p", "2 messagePart in p", "1 message out Line[]",
                "2 message out Line[]", "1 streamClosed server", "2 streamClosed server", "1 end Complete[]", "2 end Complete[]"), calls);
    }

    @Test
    void aSingleSinkIsSpokenToDirectly() {
        LiveBuffer buffer = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        assertSame(LiveExchange.class, new TeeSink(List.of(buffer)).open(Exchanges.start("/")).getClass());
        assertEquals(1, buffer.size());
    }

    @Test
    void eachOpenIsARecordingOfItsOwn() {
        LiveBuffer one = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        LiveBuffer two = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
        TeeSink tee = new TeeSink(List.of(one, two));
        Recording first = tee.open(Exchanges.start("/1"));
        tee.open(Exchanges.start("/2")).end(Exchanges.complete());
        for (LiveBuffer buffer : List.of(one, two)) {
            assertEquals(List.of(new Outcome.InFlight(), new Outcome.Complete()),
                    buffer.snapshot().stream().map(Exchange::outcome).toList());
        }
        first.end(Exchanges.complete());
        assertEquals(new Outcome.Complete(), two.snapshot().get(0).outcome());
    }
}
