package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Framing (RFC 6455 section 5), case by case after the categories 1 to 5, 7, 9 and 10 of the Autobahn test suite, in both directions. */
@Timeout(60)
class WebSocketParserTest {
    /** What a listener is told, payloads in one piece. */
    static final class Trace implements WebSocketParser.Listener {
        final List<String> said = new ArrayList<>();
        private final StringBuilder payload = new StringBuilder();
        private WebSocketParser.Frame frame;

        @Override
        public void frame(WebSocketParser.Frame head) {
            frame = head;
        }

        @Override
        public void payload(byte[] bytes, int offset, int length) {
            assertTrue(length > 0);
            payload.append(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void frameEnd() {
            assertEquals(frame.payloadBytes(), payload.length());
            said.add(frame.opcode() + (frame.fin() ? " fin" : "") + (frame.rsv() > 0 ? " rsv" + frame.rsv() : "") + (frame.masked() ? " masked" : "") + " "
                    + frame.headBytes() + "+" + frame.payloadBytes() + ":" + (payload.length() > 40 ? "" + payload.toString().hashCode() : payload));
            payload.setLength(0);
        }

        @Override
        public void fault(String sentence) {
            said.add("fault: " + sentence);
        }
    }

    private static List<String> told(boolean fromClient, int rsv, byte[] octets, int... splits) {
        Trace trace = new Trace();
        WebSocketParser parser = new WebSocketParser(fromClient, rsv, trace);
        int from = 0;
        for (int split : splits) {
            parser.feed(octets, from, split - from);
            from = split;
        }
        parser.feed(octets, from, octets.length - from);
        return trace.said;
    }

    /** The trace of these frames in a direction; faults are given by the beginning of their sentence. */
    private static void assertTold(boolean fromClient, int rsv, byte[] octets, String... expected) {
        List<String> told = told(fromClient, rsv, octets);
        assertEquals(expected.length, told.size(), told::toString);
        for (int i = 0; i < expected.length; i++) {
            assertTrue(told.get(i).startsWith(expected[i]), expected[i] + " in " + told);
        }
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void lengthsOfSevenSixteenAndSixtyFourBits() {
        for (boolean client : new boolean[] {true, false}) {
            for (int opcode : new int[] {1, 2}) {
                for (int length : new int[] {0, 1, 125, 126, 127, 128, 65_535, 65_536, 300_000}) {
                    String text = "*".repeat(length);
                    int head = 2 + (length < 126 ? 0 : length < 65_536 ? 2 : 8) + (client ? 4 : 0);
                    byte[] octets = new FrameOctets(client).frame(opcode, true, 0, latin1(text)).octets();
                    assertTold(client, 0, octets, opcode + " fin" + (client ? " masked" : "") + " " + head + "+" + length + ":"
                            + (length > 40 ? "" + text.hashCode() : text));
                }
            }
        }
    }

    @Test
    void aLengthOfMoreThanTwoGibibytesIsCounted() {
        for (boolean client : new boolean[] {true, false}) {
            long[] seen = {0, 0};
            WebSocketParser parser = new WebSocketParser(client, 0, new WebSocketParser.Listener() {
                @Override
                public void frame(WebSocketParser.Frame frame) {
                    seen[0] = frame.payloadBytes();
                }

                @Override
                public void payload(byte[] bytes, int offset, int length) {
                    seen[1] += length;
                }

                @Override
                public void frameEnd() {}

                @Override
                public void fault(String sentence) {
                    throw new AssertionError(sentence);
                }
            });
            long bytes = (3L << 30) + 5;
            byte[] head = new FrameOctets(client).head(2, true, 0, bytes, client, 8).octets();
            parser.feed(head, 0, head.length);
            byte[] piece = new byte[60_000];
            parser.feed(piece, 0, piece.length);
            assertEquals(bytes, seen[0]);
            assertEquals(piece.length, seen[1]);
            assertTrue(parser.isWithin());
        }
    }

    @Test
    void aLengthWithTheHighestBitEndsWhatCanBeToldApart() {
        Trace trace = new Trace();
        WebSocketParser parser = new WebSocketParser(false, 0, trace);
        byte[] octets = new FrameOctets(false).text("a").head(2, true, 0, -1, false, 8).text("b").octets();
        parser.feed(octets, 0, octets.length);
        parser.feed(octets, 0, octets.length);
        assertEquals(2, trace.said.size());
        assertTrue(trace.said.get(1).startsWith("fault: a frame of more than 2^63"), trace.said::toString);
        assertEquals(3 + octets.length, parser.unread());
    }

    @Test
    void pingsAndPongs() {
        for (boolean client : new boolean[] {true, false}) {
            String m = client ? " masked 6+" : " 2+";
            FrameOctets frames = new FrameOctets(client).frame(9, true, 0, new byte[0]).frame(9, true, 0, latin1("hi")).frame(10, true, 0, latin1("hi"))
                    .frame(10, true, 0, latin1("unasked")).frame(9, true, 0, latin1("x".repeat(125)));
            assertTold(client, 0, frames.octets(), "9 fin" + m + "0:", "9 fin" + m + "2:hi", "10 fin" + m + "2:hi", "10 fin" + m + "7:unasked",
                    "9 fin" + m + "125:");
            assertTold(client, 0, new FrameOctets(client).frame(9, true, 0, new byte[126]).text("on").octets(),
                    "fault: a control frame of 126 octets", "9 fin", "1 fin" + m + "2:on");
        }
    }

    @Test
    void reservedBits() {
        for (boolean client : new boolean[] {true, false}) {
            for (int rsv = 1; rsv <= 7; rsv++) {
                byte[] octets = new FrameOctets(client).frame(1, true, rsv, latin1("x")).octets();
                assertTold(client, 0, octets, "fault: reserved bits", "1 fin rsv" + rsv);
                assertTold(client, rsv, octets, "1 fin rsv" + rsv);
                assertTold(client, 7, new FrameOctets(client).frame(9, true, rsv, latin1("x")).octets(), "fault: reserved bits", "9 fin rsv" + rsv);
            }
            assertTold(client, 4, new FrameOctets(client).frame(1, false, 4, latin1("x")).frame(0, true, 4, latin1("y")).octets(),
                    "1 rsv4", "fault: reserved bits", "0 fin rsv4");
        }
    }

    @Test
    void reservedOpcodes() {
        for (boolean client : new boolean[] {true, false}) {
            for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
                assertTold(client, 0, new FrameOctets(client).frame(opcode, true, 0, latin1("x")).text("on").octets(),
                        "fault: reserved opcode " + opcode, opcode + " fin", "1 fin");
            }
        }
    }

    @Test
    void masksOfTheWrongSide() {
        assertTold(true, 0, new FrameOctets(false).text("plain").octets(), "fault: a client's frame that is not masked", "1 fin 2+5:plain");
        assertTold(false, 0, new FrameOctets(true).text("masked").octets(), "fault: a server's frame that is masked", "1 fin masked 6+6:masked");
    }

    @Test
    void lengthsInMoreOctetsThanTheyNeed() {
        for (boolean client : new boolean[] {true, false}) {
            for (int[] each : new int[][] {{5, 2}, {125, 2}, {5, 8}, {65_535, 8}}) {
                byte[] octets = new FrameOctets(client).frame(2, true, 0, new byte[each[0]], client, each[1]).octets();
                assertTold(client, 0, octets, "fault: a length in more octets", "2 fin");
            }
        }
    }

    @Test
    void fragments() {
        for (boolean client : new boolean[] {true, false}) {
            FrameOctets sound = new FrameOctets(client).frame(1, false, 0, latin1("a")).frame(9, true, 0, latin1("p")).frame(0, false, 0, latin1(""))
                    .frame(10, true, 0, latin1("q")).frame(0, true, 0, latin1("c")).frame(2, false, 0, latin1("")).frame(0, true, 0, latin1(""));
            assertTold(client, 0, sound.octets(), "1 ", "9 fin", "0 ", "10 fin", "0 fin", "2 ", "0 fin");
            assertTold(client, 0, new FrameOctets(client).frame(9, false, 0, latin1("a")).frame(0, true, 0, latin1("b")).octets(),
                    "fault: a fragmented control frame", "9 ", "fault: a continuation of no message", "0 fin");
            assertTold(client, 0, new FrameOctets(client).frame(0, false, 0, latin1("a")).frame(0, true, 0, latin1("b")).octets(),
                    "fault: a continuation of no message", "0 ", "0 fin");
            assertTold(client, 0, new FrameOctets(client).frame(1, false, 0, latin1("a")).frame(1, true, 0, latin1("b")).frame(0, true, 0, latin1("c"))
                    .octets(), "1 ", "fault: a new message before the last fragment", "1 fin", "fault: a continuation of no message", "0 fin");
        }
    }

    @Test
    void nothingMayFollowACloseFrame() {
        for (boolean client : new boolean[] {true, false}) {
            byte[] octets = new FrameOctets(client).frame(1, false, 0, latin1("a")).close(1000, "bye").text("late").frame(9, true, 0, latin1(""))
                    .octets();
            List<String> told = told(client, 0, octets);
            assertEquals(2, told.stream().filter(line -> line.startsWith("fault: a frame behind the close frame")).count(), told::toString);
        }
    }

    @Test
    void aThousandFragmentsOfEachSize() {
        for (int size : new int[] {1, 64, 256, 1_024}) {
            FrameOctets frames = new FrameOctets(true);
            for (int i = 0; i < 1_000; i++) {
                frames.frame(i == 0 ? 2 : 0, i == 999, 0, new byte[size]);
            }
            assertEquals(1_000, told(true, 0, frames.octets()).size());
        }
    }

    private static byte[] fixture(boolean client) {
        return new FrameOctets(client).text("Hello").frame(1, false, 0, latin1("fragment")).frame(9, true, 0, latin1("ping")).frame(0, true, 0,
                latin1("ed")).frame(2, true, 0, latin1("b".repeat(126))).frame(2, true, 4, latin1("12345"), !client, 8).frame(0, true, 0, latin1("?"))
                .frame(11, true, 0, latin1("")).close(1001, "away").text("late").octets();
    }

    @Test
    void everySplitGivesTheSame() {
        for (boolean client : new boolean[] {true, false}) {
            byte[] octets = fixture(client);
            List<String> whole = told(client, 0, octets);
            assertEquals(10 + 6, whole.size(), whole::toString);
            for (int first = 0; first <= octets.length; first++) {
                assertEquals(whole, told(client, 0, octets, first), "split at " + first);
                for (int second = first; second <= octets.length; second += 7) {
                    assertEquals(whole, told(client, 0, octets, first, second), "split at " + first + " and " + second);
                }
            }
            int[] each = new int[octets.length];
            for (int i = 0; i < each.length; i++) {
                each[i] = i;
            }
            assertEquals(whole, told(client, 0, octets, each));
        }
    }

    @Test
    void aCutIsWithinAFrameOrBetweenThem() {
        byte[] octets = new FrameOctets(true).text("Hello").frame(1, false, 0, latin1("a")).frame(0, true, 0, latin1("b")).octets();
        for (int cut = 0; cut <= octets.length; cut++) {
            WebSocketParser parser = new WebSocketParser(true, 0, new Trace());
            parser.feed(octets, 0, cut);
            boolean between = cut == 0 || cut == 11 || cut == octets.length;
            assertEquals(!between, parser.isWithin(), "cut at " + cut);
        }
        assertFalse(new WebSocketParser(true, 0, new Trace()).isWithin());
    }
}
