package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever passes, the parsers of streams throw nothing, and read the same in any pieces. {@code -Dproxymcp.fuzz.seed} repeats a run. */
@Timeout(7_200)
class StreamFuzzTest {
    private static final int CASES = Integer.getInteger("proxymcp.fuzz.cases", 5_000);
    private static final long SEED = Long.getLong("proxymcp.fuzz.seed", System.nanoTime());

    private final Random random = new Random(SEED);

    private interface Reading {
        List<String> read(byte[] octets, List<Integer> pieces);
    }

    private void assertSame(String what, int number, byte[] octets, Reading reading) {
        try {
            List<Integer> pieces = new ArrayList<>();
            for (int left = octets.length; left > 0; left -= pieces.getLast()) {
                pieces.add(1 + random.nextInt(Math.min(left, 20)));
            }
            assertEquals(reading.read(octets, List.of(octets.length)), reading.read(octets, pieces));
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(what + ", seed " + SEED + ", case " + number + ", octets:\n" + Octets.text(octets), e);
        }
    }

    private byte[] octets(String alphabet) {
        byte[] octets = new byte[random.nextInt(200)];
        random.nextBytes(octets);
        for (int i = 0; i < octets.length; i++) {
            if (random.nextInt(8) > 0) {
                octets[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
        }
        return octets;
    }

    @Test
    void frames() {
        for (int i = 0; i < CASES; i++) {
            boolean client = random.nextBoolean();
            int rsv = random.nextInt(8);
            assertSame("frames", i, octets("\u0000\u0001\u0002\u0081\u0082\u0003\u0083\u0080\u0085\u0088\u0089\u00c1\u007e\u007f\u00fe"), (octets, pieces) -> {
                WebSocketParserTest.Trace trace = new WebSocketParserTest.Trace();
                WebSocketParser parser = new WebSocketParser(client, rsv, trace);
                int at = 0;
                for (int piece : pieces) {
                    parser.feed(octets, at, piece);
                    at += piece;
                }
                trace.said.add(parser.isWithin() + " " + parser.unread());
                return trace.said;
            });
        }
    }

    @Test
    void events() {
        for (int i = 0; i < CASES; i++) {
            assertSame("events", i, octets("\n\n\n\r\r:: data\u00ef\u00bb\u00bfidevt\u0000"), (octets, pieces) -> {
                EventStreamParserTest.Trace trace = new EventStreamParserTest.Trace();
                EventStreamParser parser = new EventStreamParser(trace);
                int at = 0;
                for (int piece : pieces) {
                    parser.feed(octets, at, piece);
                    at += piece;
                }
                parser.end();
                assertEquals(octets.length, trace.wireBytes);
                return trace.said;
            });
        }
    }

    @Test
    void lines() {
        for (int i = 0; i < CASES; i++) {
            boolean sequence = random.nextBoolean();
            assertSame("lines", i, octets("\n\n\r\u001e{} \t1"), (octets, pieces) -> {
                List<String> said = new ArrayList<>();
                StringBuilder text = new StringBuilder();
                LineSplitter splitter = new LineSplitter(sequence, new LineSplitter.Listener() {
                    @Override
                    public void text(byte[] bytes, int offset, int length) {
                        text.append(new String(bytes, offset, length, java.nio.charset.StandardCharsets.ISO_8859_1));
                    }

                    @Override
                    public void textEnd(long wireBytes) {
                        said.add(wireBytes + " " + text);
                        text.setLength(0);
                    }
                });
                int at = 0;
                for (int piece : pieces) {
                    splitter.feed(octets, at, piece);
                    at += piece;
                }
                splitter.end();
                return said;
            });
        }
    }

    /** One inflater for many messages that are mostly none. */
    @Test
    void compressedMessages() {
        for (int i = 0; i < CASES; i++) {
            byte[] octets = octets("\u0000\u00f2\u0048\u00cd\u00c9\u00ff\u0007");
            try (MessageInflater inflater = new MessageInflater(random.nextBoolean())) {
                for (int message = 0; message < 3; message++) {
                    inflater.begin();
                    try {
                        inflater.feed(octets, 0, octets.length, (bytes, offset, length) -> OptionalLong.of(bytes[offset + Math.max(0, length - 1)]));
                        inflater.end((bytes, offset, length) -> { });
                    } catch (DataFormatException e) {
                        assertEquals(true, inflater.isBroken()); // It said so; the next message is tried all the same.
                    }
                }
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + SEED + ", case " + i, e);
            }
        }
    }
}
