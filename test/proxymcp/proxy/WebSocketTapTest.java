package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamMessage;
import proxymcp.http.FrameOctets;
import proxymcp.http.ResponseHead;
import proxymcp.http.WebSocketHandshake;

/** What is recorded of frames, without a connection: in both directions, in pieces of every size, after the cases of the Autobahn test suite. */
@Timeout(60)
final class WebSocketTapTest {
    /** Messages as lines, with whole payloads apart; parts of long ones are put together. */
    private static class Taken implements Recording {
        private final List<String> lines = new ArrayList<>();
        private final List<byte[]> payloads = new ArrayList<>();
        private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
        private StreamEnd end;

        @Override
        public void messagePart(Direction direction, byte[] bytes, int offset, int length) {
            parts.write(bytes, offset, length);
        }

        @Override
        public void message(StreamMessage message) {
            MessageForm.Frame frame = (MessageForm.Frame) message.form();
            boolean whole = message.payload().length == message.payloadBytes();
            byte[] payload = whole ? message.payload() : parts.toByteArray();
            if (!whole) {
                assertArrayEquals(message.payload(), Arrays.copyOf(payload, message.payload().length));
                parts.reset();
            }
            assertEquals(message.payloadBytes(), payload.length);
            payloads.add(payload);
            lines.add(frame.type() + (frame.fin() ? "" : " more") + (frame.rsv() > 0 ? " rsv" + frame.rsv() : "") + (message.completes() ? "" : " part")
                    + (message.fragmented() ? " fragmented" : "") + (message.compressed() ? " compressed" : "") + " "
                    + (payload.length > 40 ? payload.length + " octets" : new String(payload, StandardCharsets.ISO_8859_1))
                    + (message.channel().isEmpty() ? "" : " [" + message.channel() + "]") + (message.note().isEmpty() ? "" : " (" + message.note() + ")"));
        }

        @Override
        public void streamClosed(StreamEnd told) {
            end = told;
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

    /** What is recorded of octets of one direction, in pieces that end at {@code splits}. {@code deflate}: with windows that are kept. */
    private static Taken taken(boolean client, boolean deflate, byte[] octets, int... splits) {
        Taken taken = new Taken();
        Optional<WebSocketHandshake.Deflate> agreed = deflate ? Optional.of(new WebSocketHandshake.Deflate(false, false)) : Optional.empty();
        WebSocketRecord stream = new WebSocketRecord(taken, new WebSocketHandshake("", "", agreed, deflate ? 4 : 0, List.of()), Clock.systemUTC());
        WebSocketTap tap = new WebSocketTap(stream, client ? Direction.OUT : Direction.IN);
        int from = 0;
        for (int split : splits) {
            tap.arrived();
            tap.pass(octets, from, split - from);
            from = split;
        }
        tap.arrived();
        tap.pass(octets, from, octets.length - from);
        tap.end(true);
        stream.end(EndedBy.CUT);
        return taken;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String note(boolean client, String sentence) {
        return (client ? "client: " : "server: ") + sentence;
    }

    @Test
    void everySplitIsRecordedTheSame() {
        for (boolean client : new boolean[] {true, false}) {
            Deflater deflater = new Deflater(9, true);
            byte[] event = FrameOctets.deflated(deflater, bytes("{\"type\":\"tick\",\"n\":1}"), false);
            byte[] again = FrameOctets.deflated(deflater, bytes("{\"type\":\"tick\",\"n\":2}"), false);
            byte[] empty = {0}; // RFC 7692 section 7.2.3.6.
            byte[] last = FrameOctets.deflated(deflater, bytes("{\"type\":\"tick\",\"n\":3}"), false);
            deflater.end();
            byte[] octets = new FrameOctets(client).frame(1, true, 4, event).frame(1, false, 4, Arrays.copyOf(again, 3)).frame(9, true, 0, bytes("p"))
                    .frame(0, false, 0, new byte[0]).frame(10, true, 0, bytes("q")).frame(0, true, 0, Arrays.copyOfRange(again, 3, again.length))
                    .frame(2, true, 0, bytes("plain")).frame(1, true, 4, empty).frame(1, true, 4, last).frame(2, true, 0, bytes("-".repeat(130)))
                    .frame(0, true, 0, bytes("?")).close(1001, "away").octets();
            List<String> lines = List.of("text rsv4 compressed {\"type\":\"tick\",\"n\":1} [tick]", "text more rsv4 part fragmented compressed ", "ping p",
                    "continuation more part fragmented compressed ", "pong q", "continuation fragmented compressed {\"type\":\"tick\",\"n\":2} [tick]",
                    "binary plain", "text rsv4 compressed ", "text rsv4 compressed {\"type\":\"tick\",\"n\":3} [tick]", "binary 130 octets",
                    "continuation ? (a continuation of no message (RFC 6455 section 5.4))", "close \u0003\u00e9away");
            assertEquals(lines, taken(client, true, octets).lines);
            for (int first = 0; first <= octets.length; first++) {
                assertEquals(lines, taken(client, true, octets, first).lines, "split at " + first);
                for (int second = first; second <= octets.length; second += 11) {
                    assertEquals(lines, taken(client, true, octets, first, second).lines, "splits at " + first + ", " + second);
                }
            }
            Taken slowly = taken(client, true, octets, java.util.stream.IntStream.range(0, octets.length).toArray());
            assertEquals(lines, slowly.lines);
            assertEquals(List.of(Optional.of(1001), "away", client ? EndedBy.CLIENT : EndedBy.SERVER), List.of(slowly.end.closeCode(), slowly.end.closeReason(),
                    slowly.end.endedBy()));
            assertEquals(List.of(note(client, "a continuation of no message (RFC 6455 section 5.4)")), slowly.end.notes());
        }
    }

    /** A message has the time at which its last octets came, not that of its first, nor that at which it is recorded. */
    @Test
    void timesAreThoseOfTheLastOctets() {
        byte[] octets = new FrameOctets(false).text("first").text("second").octets();
        List<Long> times = new ArrayList<>();
        long[] now = {1_000};
        Clock clock = new Clock() {
            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(now[0]);
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
        Taken taken = new Taken() {
            @Override
            public void message(StreamMessage message) {
                times.add(message.time());
            }
        };
        WebSocketRecord stream = new WebSocketRecord(taken, new WebSocketHandshake("", "", Optional.empty(), 0, List.of()), clock);
        WebSocketTap tap = new WebSocketTap(stream, Direction.IN);
        int[] ends = {3, 10, octets.length};
        for (int i = 0, from = 0; i < ends.length; from = ends[i++]) {
            now[0] = 2_000 + i;
            tap.arrived();
            now[0] = 3_000; // Passing it on took its time.
            tap.pass(octets, from, ends[i] - from);
        }
        assertEquals(List.of(2_001L, 2_002L), times);
    }

    /** Categories 2 to 5: what a frame must not be is told with it, and what follows is read. */
    @Test
    void faultsOfFrames() {
        for (boolean client : new boolean[] {true, false}) {
            byte[] octets = new FrameOctets(client).frame(9, true, 0, new byte[126]).frame(9, false, 0, bytes("p")).frame(1, true, 4, bytes("rsv"))
                    .frame(3, true, 0, bytes("op")).frame(11, true, 0, bytes("op")).frame(0, true, 0, bytes("stray")).frame(1, false, 0, bytes("begun"))
                    .frame(1, true, 0, bytes("new")).frame(2, true, 0, bytes("mask"), !client, 0).frame(2, true, 0, bytes("long"), client, 8)
                    .close(1000, "").text("late").octets();
            String[] told = {"a control frame of 126 octets (RFC 6455 section 5.5)", "a fragmented control frame (RFC 6455 section 5.5)",
                "reserved bits that no extension of this stream gives a meaning here (RFC 6455 section 5.2)", "reserved opcode 3 (RFC 6455 section 5.2)",
                "reserved opcode 11 (RFC 6455 section 5.2)", "a continuation of no message (RFC 6455 section 5.4)",
                "a new message before the last fragment of the one before (RFC 6455 section 5.4)",
                client ? "a client's frame that is not masked (RFC 6455 section 5.1)" : "a server's frame that is masked (RFC 6455 section 5.1)",
                "a length in more octets than it needs (RFC 6455 section 5.2)", "a frame behind the close frame (RFC 6455 section 5.5.1)"};
            Taken taken = taken(client, false, octets);
            assertEquals(List.of("ping 126 octets (" + told[0] + ")", "ping more p (" + told[1] + ")", "text rsv4 rsv (" + told[2] + ")",
                    "opcode 3 op (" + told[3] + ")", "opcode 11 op (" + told[4] + ")", "continuation stray (" + told[5] + ")",
                    "text more part fragmented ", "text new (" + told[6] + ")", "binary mask (" + told[7] + ")", "binary long (" + told[8] + ")",
                    "close \u0003\u00e8", "text late (" + told[9] + ")"), taken.lines);
            assertEquals(Arrays.stream(told).map(sentence -> note(client, sentence)).toList(), taken.end.notes());
        }
    }

    /** Category 6: sequences that are UTF-8 and such that are not, whole, and in frames of an octet each. */
    @Test
    void textsThatAreNotUtf8AreTold() {
        List<String> valid = List.of("", "48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121", "cebae1bdb9cf83cebcceb5", "00", "7f", "c280", "dfbf",
                "e0a080", "ed9fbf", "ee8080", "efbfbd", "efbfbe", "efbfbf", "f0908080", "f48fbfbf");
        List<String> invalid = List.of("80", "bf", "fe", "ff", "c0af", "c1bf", "c0", "c3", "ce", "e0", "e080af", "e08080", "e09fbf", "eda080", "edaf80",
                "edb080", "edbfbf", "eda080edb080", "f0", "f09080", "f08080af", "f0808080", "f08fbfbf", "f4908080", "f7bfbfbf", "f8888080", "f880808080",
                "fc8480808080", "fdbfbfbfbfbf", "cebae1bdb9cf83cebcceb5eda080656469746564", "cebae1bdb9cf83cebcceb5f4908080656469746564");
        for (boolean client : new boolean[] {true, false}) {
            for (String text : valid) {
                assertEquals(List.of(), utf8Notes(client, hex(text)), text);
            }
            for (String text : invalid) {
                assertEquals(List.of(note(client, "a text message that is not UTF-8 (RFC 6455 section 8.1)")), utf8Notes(client, hex(text)), text);
            }
            // Also behind what is held of a long one.
            String start = "\u00e4".repeat(40_000);
            for (String end : new String[] {"\u00e9", "\u20ac", "\ud83d\ude00", "x"}) {
                byte[] sound = bytes(start + end + "and so on");
                assertEquals(List.of(), utf8Notes(client, sound));
                assertEquals(1, utf8Notes(client, bytes(start + "\ud83d\ude00" + end + "x"), 80_003).size());
                assertEquals(end.equals("x") ? 0 : 1, utf8Notes(client, Arrays.copyOf(sound, 80_001)).size());
            }
            // Binary messages and control frames may be anything.
            assertEquals(List.of(), taken(client, false, new FrameOctets(client).frame(1, true, 0, bytes("t")).frame(2, true, 0, hex("ff"))
                    .frame(9, true, 0, hex("ff")).octets()).end.notes());
        }
    }

    /** The same without the octet at {@code left}. */
    private static List<String> utf8Notes(boolean client, byte[] text, int left) {
        byte[] damaged = Arrays.copyOf(text, text.length - 1);
        System.arraycopy(text, left + 1, damaged, left, damaged.length - left);
        return utf8Notes(client, damaged);
    }

    private static List<String> utf8Notes(boolean client, byte[] text) {
        FrameOctets single = new FrameOctets(client).frame(1, false, 0, new byte[0]);
        for (byte octet : text) {
            single.frame(0, false, 0, new byte[] {octet});
        }
        List<String> notes = taken(client, false, new FrameOctets(client).frame(1, true, 0, text).octets()).end.notes();
        assertEquals(notes, taken(client, false, single.frame(0, true, 0, new byte[0]).octets()).end.notes());
        Deflater deflater = new Deflater(9, true);
        assertEquals(notes, taken(client, true, new FrameOctets(client).frame(1, true, 4, FrameOctets.deflated(deflater, text, false)).octets()).end.notes());
        deflater.end();
        return notes;
    }

    /** Category 7: codes and reasons of the close. */
    @Test
    void closes() {
        int[] good = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999};
        int[] bad = {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535};
        for (boolean client : new boolean[] {true, false}) {
            for (int code : good) {
                assertClose(client, FrameOctets.closing(code, "x".repeat(123)), Optional.of(code), "x".repeat(123));
            }
            for (int code : bad) {
                assertClose(client, FrameOctets.closing(code, ""), Optional.of(code), "", "close code " + code + ", which is never sent (RFC 6455 section 7.4)");
            }
            assertClose(client, new byte[0], Optional.empty(), "");
            assertClose(client, new byte[] {3}, Optional.empty(), "", "a close frame with half a code (RFC 6455 section 5.5.1)");
            assertClose(client, FrameOctets.closing(1000, "x".repeat(124)), Optional.of(1000), "x".repeat(124),
                    "a control frame of 126 octets (RFC 6455 section 5.5)");
            assertClose(client, hex("03e8 cebae1bdb9cf83cebcceb5eda080"), Optional.of(1000), new String(hex("cebae1bdb9cf83cebcceb5"), StandardCharsets.UTF_8) + "\ufffd",
                    "a close reason that is not UTF-8 (RFC 6455 section 5.5.1)");
        }
    }

    private static void assertClose(boolean client, byte[] payload, Optional<Integer> code, String reason, String... faults) {
        StreamEnd end = taken(client, false, new FrameOctets(client).frame(8, true, 0, payload).octets()).end;
        assertEquals(List.of(code, reason, client ? EndedBy.CLIENT : EndedBy.SERVER), List.of(end.closeCode(), end.closeReason(), end.endedBy()));
        assertEquals(Arrays.stream(faults).map(fault -> note(client, fault)).toList(), end.notes());
    }

    /** Category 9: one frame of up to 16 MiB, and the same in many; whatever the pieces, the payload is whole. */
    @Test
    void longMessages() {
        Random random = new Random(9);
        for (boolean client : new boolean[] {true, false}) {
            for (int size : new int[] {65_535, 65_536, 65_537, 1 << 18, 1 << 20, 1 << 24}) {
                byte[] payload = new byte[size];
                random.nextBytes(payload);
                byte[] octets = new FrameOctets(client).frame(2, true, 0, payload).octets();
                int[] splits = java.util.stream.IntStream.range(0, octets.length / 8_192).map(i -> i * 8_192).toArray();
                assertArrayEquals(payload, taken(client, false, octets, splits).payloads.get(0));
                FrameOctets frames = new FrameOctets(client);
                int frame = Math.max(64, size / 500);
                for (int at = 0; at < size; at += frame) {
                    frames.frame(at == 0 ? 2 : 0, at + frame >= size, 0, Arrays.copyOfRange(payload, at, Math.min(size, at + frame)));
                }
                Taken taken = taken(client, false, frames.octets(), 1, 100, 1_000);
                assertArrayEquals(payload, taken.payloads.get(taken.payloads.size() - 1));
                assertEquals("continuation fragmented " + size + " octets", taken.lines.get(taken.lines.size() - 1));
            }
        }
    }

    /** Categories 12 and 13: many compressed messages of each size, the window kept, each in frames of its own size (category 10). */
    @Test
    void manyCompressedMessages() {
        for (boolean client : new boolean[] {true, false}) {
            for (int size : new int[] {16, 64, 256, 1_024, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072}) {
                Random random = new Random(size);
                Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
                FrameOctets frames = new FrameOctets(client);
                List<byte[]> sent = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    byte[] message = new byte[size];
                    for (int at = 0; at < size; at++) {
                        message[at] = (byte) ('a' + random.nextInt(1 + i));
                    }
                    sent.add(message);
                    byte[] compressed = FrameOctets.deflated(deflater, message, false);
                    int first = random.nextInt(compressed.length);
                    frames.frame(2, false, 4, Arrays.copyOf(compressed, first)).frame(0, true, 0, Arrays.copyOfRange(compressed, first, compressed.length));
                }
                deflater.end();
                Taken taken = taken(client, true, frames.octets());
                assertEquals(List.of(), taken.end.notes());
                for (int i = 0; i < sent.size(); i++) {
                    assertArrayEquals(sent.get(i), taken.payloads.get(2 * i + 1));
                }
            }
        }
    }

    /** What a message that was not ended left is told at the end, and where it was cut. */
    @Test
    void endsWithin() {
        for (boolean client : new boolean[] {true, false}) {
            byte[] octets = new FrameOctets(client).text("a").frame(1, false, 0, bytes("b")).octets();
            int first = new FrameOctets(client).text("a").octets().length;
            assertEquals(List.of(), taken(client, false, Arrays.copyOf(octets, first)).end.notes());
            assertEquals(List.of(note(client, "the connection ended within a frame")), taken(client, false, Arrays.copyOf(octets, first + 1)).end.notes());
            assertEquals(List.of(note(client, "the connection ended within a message")), taken(client, false, octets).end.notes());
            byte[] endless = new FrameOctets(client).head(2, true, 0, -1, client, 8).text("x").octets();
            int unread = new FrameOctets(client).text("x").octets().length;
            List<String> notes = taken(client, false, endless).end.notes();
            assertEquals(note(client, unread + " octets were passed on that cannot be told apart"), notes.get(notes.size() - 1));
        }
    }
}
