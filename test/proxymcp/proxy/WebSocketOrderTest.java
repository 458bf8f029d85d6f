package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Client;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.StreamSummary;
import proxymcp.exchange.Streams;
import proxymcp.exchange.TeeSink;
import proxymcp.http.Fields;
import proxymcp.http.FrameOctets;
import proxymcp.http.RequestHead;
import proxymcp.http.WebSocketHandshake;

/** The one order of both directions of a WebSocket: in the numbers of its messages, in their times, and in who closed. */
@Timeout(60)
final class WebSocketOrderTest {
    private final LiveBuffer first = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
    private final LiveBuffer second = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
    private volatile long now = 1_000;
    private final WebSocketRecord stream = new WebSocketRecord(recording(), new WebSocketHandshake("", "", Optional.empty(), 0, List.of()), clock());
    private final WebSocketTap out = new WebSocketTap(stream, Direction.OUT);
    private final WebSocketTap in = new WebSocketTap(stream, Direction.IN);

    private Recording recording() {
        Client client = new Client("127.0.0.1:1", "main", Source.EXPLICIT, Optional.empty(), 1);
        return new TeeSink(List.of(first, second)).open(new ExchangeStart(new UUID(1, 1), now, client, new Endpoint("http", "a.test", 80),
                RequestHead.of("GET", "/", Fields.EMPTY), Optional.empty()));
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(now);
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }

    private static void pass(WebSocketTap tap, FrameOctets frames) {
        byte[] octets = frames.octets();
        tap.pass(octets, 0, octets.length);
    }

    private static FrameOctets client() {
        return new FrameOctets(true);
    }

    private static FrameOctets server() {
        return new FrameOctets(false);
    }

    private void arrives(WebSocketTap tap, long time) {
        now = time;
        tap.arrived();
    }

    /** What a list shows: number, time, direction, type and payload of each message. */
    private static List<String> lines(LiveBuffer buffer) throws IOException {
        List<String> lines = new ArrayList<>();
        Streams streams = buffer.streams();
        for (MessageEntry entry : streams.messages(MessageQuery.of(1), Optional.empty(), 100_000).items()) {
            lines.add(entry.index() + " " + entry.time() + " " + entry.direction().id() + " " + entry.type() + " "
                    + new String(streams.read(entry).payload(), StandardCharsets.ISO_8859_1));
        }
        return lines;
    }

    private String closed() throws IOException {
        StreamSummary summary = first.streams().find(1).orElseThrow().summary();
        return summary.endedBy().orElseThrow() + " " + summary.closeCode() + " " + summary.closeReason() + " " + summary.closedAt().getAsLong();
    }

    /** A message that is read late, as one that takes long to inflate, comes behind what was recorded meanwhile, in number and in time. */
    @Test
    void timesFollowTheNumbers() throws IOException {
        arrives(in, 2_000);
        arrives(out, 2_005);
        pass(out, client().text("a"));
        pass(in, server().text("late"));
        arrives(out, 2_006);
        pass(out, client().text("b"));
        assertEquals(List.of("0 2005 out text a", "1 2005 in text late", "2 2006 out text b"), lines(first));
    }

    /** The clock of a machine is set back now and then. */
    @Test
    void aClockThatIsSetBackChangesNoOrder() throws IOException {
        arrives(in, 2_000);
        pass(in, server().text("a").close(1000, ""));
        arrives(out, 1_500);
        pass(out, client().text("b"));
        stream.end(EndedBy.CUT);
        assertEquals(List.of("0 2000 in text a", "1 2000 in close \u0003\u00e8", "2 2000 out text b"), lines(first));
        assertEquals("SERVER Optional[1000]  2000", closed());
    }

    /** A client answers a close frame as soon as that has passed, and its answer may be told to its tap first. */
    @Test
    void theAnswerToACloseFrameIsRecordedBehindIt() throws IOException {
        arrives(in, 2_000);
        arrives(out, 2_001);
        pass(out, client().text("x").close(1001, "answer"));
        pass(in, server().text("y").close(1001, "first"));
        stream.end(EndedBy.CUT);
        assertEquals(List.of("0 2001 out text x", "1 2001 in text y", "2 2001 in close \u0003\u00e9first", "3 2001 out close \u0003\u00e9answer"),
                lines(first));
        assertEquals("SERVER Optional[1001] first 2001", closed());
    }

    /** Whatever comes behind a close frame on its own side stays behind it, and a side that never goes on keeps none back. */
    @Test
    void aCloseFrameThatWaitsIsNotOvertakenNorLost() throws IOException {
        arrives(in, 2_000);
        arrives(out, 2_001);
        pass(out, client().close(4000, "bye").text("behind").close(4001, "again"));
        stream.end(EndedBy.CUT);
        assertEquals(List.of("0 2001 out close \u000f\u00a0bye", "1 2001 out text behind", "2 2001 out close \u000f\u00a1again"), lines(first));
        assertEquals("CLIENT Optional[4000] bye 2001", closed());
    }

    @Test
    void aCloseFrameThatCameFirstDoesNotWait() throws IOException {
        arrives(out, 2_000);
        arrives(in, 2_001);
        pass(out, client().close(4000, "bye"));
        assertEquals(List.of("0 2000 out close \u000f\u00a0bye"), lines(first));
        pass(in, server().close(1000, ""));
        stream.end(EndedBy.CUT);
        assertEquals("CLIENT Optional[4000] bye 2001", closed());
    }

    /** Two threads, as of a tunnel: whoever keeps the messages has the same ones under the same numbers, in the order of their times. */
    @Test
    void allWhoKeepTheMessagesNumberThemAlike() throws Exception {
        int each = 4_000;
        List<Thread> threads = new ArrayList<>();
        for (WebSocketTap tap : List.of(out, in)) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    arrives(tap, 2_000 + i);
                    pass(tap, new FrameOctets(tap == out).text(Integer.toString(i)));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        List<String> lines = lines(first);
        List<String> others = lines(second);
        assertEquals(2 * each + " " + 2 * each, lines.size() + " " + others.size());
        for (int i = 0; i < lines.size(); i++) {
            assertEquals(lines.get(i), others.get(i));
            assertEquals(Integer.toString(i), lines.get(i).substring(0, lines.get(i).indexOf(' ')));
        }
    }
}
