package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MessageInflaterTest {
    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String inflated(MessageInflater inflater, byte[] compressed, int piece) throws DataFormatException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        inflater.begin();
        for (int at = 0; at < compressed.length; at += piece) {
            inflater.feed(compressed, at, Math.min(piece, compressed.length - at), out::write);
        }
        inflater.end(out::write);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    /** RFC 7692 section 7.2.3. */
    @Test
    void theExamplesOfTheRfc() throws DataFormatException {
        for (int piece = 1; piece < 12; piece++) {
            try (MessageInflater kept = new MessageInflater(false)) {
                assertEquals("Hello", inflated(kept, hex("f2 48 cd c9 c9 07 00"), piece));
                assertEquals("Hello", inflated(kept, hex("f2 00 11 00 00"), piece)); // 7.2.3.2: out of the window.
                assertEquals("Hello", inflated(kept, hex("00 05 00 fa ff 48 65 6c 6c 6f 00"), piece)); // 7.2.3.3: a block that is not compressed.
                assertEquals("Hello", inflated(kept, hex("f3 48 cd c9 c9 07 00 00"), piece)); // 7.2.3.4: BFINAL.
                assertEquals("Hello", inflated(kept, hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00"), piece)); // 7.2.3.5: two blocks.
            }
        }
    }

    @Test
    void anEmptyMessage() throws DataFormatException {
        try (MessageInflater inflater = new MessageInflater(false)) {
            assertEquals("", inflated(inflater, hex("00"), 1));
            assertEquals("Hello", inflated(inflater, hex("f2 48 cd c9 c9 07 00"), 9));
        }
    }

    /** Some senders end their stream and leave the empty block out that RFC 7692 section 7.2.1 demands. */
    @Test
    void aFinalBlockWithoutTheEmptyOne() throws DataFormatException {
        for (int piece : new int[] {1, 100}) {
            try (MessageInflater inflater = new MessageInflater(false)) {
                assertEquals("Hello", inflated(inflater, hex("f3 48 cd c9 c9 07 00"), piece));
                assertEquals("Hello", inflated(inflater, hex("f2 48 cd c9 c9 07 00"), piece));
            }
        }
    }

    @Test
    void windowsAreKeptOrForgotten() throws DataFormatException {
        Random random = new Random(7);
        for (boolean forgets : new boolean[] {true, false}) {
            Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
            try (MessageInflater inflater = new MessageInflater(forgets)) {
                for (int i = 0; i < 100; i++) {
                    String message = ("message " + i % 7).repeat(1 + random.nextInt(5_000));
                    byte[] compressed = FrameOctets.deflated(deflater, message.getBytes(StandardCharsets.ISO_8859_1), forgets);
                    assertEquals(message, inflated(inflater, compressed, 1 + random.nextInt(1_000)), "message " + i);
                }
            } finally {
                deflater.end();
            }
        }
    }

    /** A sender that forgets is understood by a reader that keeps the window. */
    @Test
    void aSenderMayForgetOfItsOwn() throws DataFormatException {
        Deflater deflater = new Deflater(9, true);
        try (MessageInflater inflater = new MessageInflater(false)) {
            for (int i = 0; i < 10; i++) {
                assertEquals("once more", inflated(inflater, FrameOctets.deflated(deflater, "once more".getBytes(StandardCharsets.US_ASCII), true), 3));
            }
        } finally {
            deflater.end();
        }
    }

    @Test
    void aMalformedMessageCostsThoseOfItsWindow() throws DataFormatException {
        try (MessageInflater kept = new MessageInflater(false)) {
            assertEquals("Hello", inflated(kept, hex("f2 48 cd c9 c9 07 00"), 9));
            assertThrows(DataFormatException.class, () -> inflated(kept, hex("ff ff ff ff"), 9));
            assertTrue(kept.isBroken());
            assertEquals("", inflated(kept, hex("f2 48 cd c9 c9 07 00"), 9));
            assertTrue(kept.isBroken());
        }
        try (MessageInflater forgetting = new MessageInflater(true)) {
            assertThrows(DataFormatException.class, () -> inflated(forgetting, hex("ff ff ff ff"), 9));
            assertEquals("Hello", inflated(forgetting, hex("f2 48 cd c9 c9 07 00"), 9));
            assertFalse(forgetting.isBroken());
        }
    }

    @Test
    void aMessageThatWasNotEndedLeavesNothingToTheNext() throws DataFormatException {
        try (MessageInflater forgetting = new MessageInflater(true)) {
            forgetting.begin();
            forgetting.feed(hex("f2 48 cd"), 0, 3, (bytes, offset, length) -> { });
            assertEquals("Hello", inflated(forgetting, hex("f2 48 cd c9 c9 07 00"), 9));
        }
    }

    /** Octets that were handed on of a message, which is too long if {@code tooLong} says so. */
    private static long handedOn(MessageInflater inflater, byte[] compressed, boolean tooLong) throws DataFormatException {
        long[] made = {0};
        int told = 0;
        inflater.begin();
        for (int at = 0; at < compressed.length; at += 10_000) {
            try {
                inflater.feed(compressed, at, Math.min(10_000, compressed.length - at), (bytes, offset, length) -> made[0] += length);
            } catch (DataFormatException e) {
                assertEquals("unpacks to more than 67108864 octets", e.getMessage());
                told++;
            }
        }
        inflater.end((bytes, offset, length) -> made[0] += length);
        assertEquals(tooLong ? 1 : 0, told);
        return made[0];
    }

    /** The next message refers to what was the end of the one that is too long. */
    @Test
    void aMessageThatIsTooLongCostsNoneBehindIt() throws DataFormatException {
        for (boolean forgets : new boolean[] {true, false}) {
            byte[] longest = new byte[64 << 20];
            byte[] tooLong = java.util.Arrays.copyOf(longest, longest.length + 40_000);
            byte[] end = new byte[2_000];
            new Random(5).nextBytes(end);
            System.arraycopy(end, 0, tooLong, tooLong.length - end.length, end.length);
            Deflater deflater = new Deflater(9, true);
            try (MessageInflater inflater = new MessageInflater(forgets)) {
                assertEquals(64 << 20, handedOn(inflater, FrameOctets.deflated(deflater, longest, forgets), false));
                for (int i = 0; i < 2; i++) {
                    assertEquals(64 << 20, handedOn(inflater, FrameOctets.deflated(deflater, tooLong, forgets), true));
                    assertFalse(inflater.isBroken());
                    byte[] again = FrameOctets.deflated(deflater, end, forgets);
                    assertEquals(!forgets, again.length < 1_000);
                    assertEquals(new String(end, StandardCharsets.ISO_8859_1), inflated(inflater, again, 100));
                }
            } finally {
                deflater.end();
            }
        }
    }

    private static byte[] deflated(byte[] message) {
        Deflater deflater = new Deflater(9, true);
        try {
            return FrameOctets.deflated(deflater, message, true);
        } finally {
            deflater.end();
        }
    }

    @Test
    void aBombIsGivenUpAndWhatFollowsIsNotUnpacked() {
        byte[] bomb = deflated(new byte[1 << 21]);
        byte[] small = deflated(new byte[10]);
        for (boolean forgets : new boolean[] {true, false}) {
            long[] made = {0};
            try (MessageInflater inflater = new MessageInflater(forgets, 1 << 20, 1 << 24)) {
                int messages = 0;
                String last = "";
                while (!inflater.isBroken() && messages < 100) {
                    inflater.begin();
                    last = assertThrows(DataFormatException.class,
                            () -> inflater.feed(bomb, 0, bomb.length, (bytes, offset, length) -> made[0] += length)).getMessage();
                    assertDoesNotThrow(() -> inflater.end((bytes, offset, length) -> made[0] += length));
                    messages++;
                }
                // Of 2 MiB all are unpacked where the window is kept, and a bit more than 1 MiB where not; the message that passes 16 MiB is the last.
                assertEquals(forgets ? 16 : 9, messages);
                assertEquals("long messages unpack to more than 16777216 octets, and to more than 200 times their size: none is read from here on", last);
                assertEquals((long) messages << 20, made[0]);
                for (byte[] next : new byte[][] {bomb, small}) {
                    inflater.begin();
                    assertTrue(inflater.isBroken());
                    assertDoesNotThrow(() -> inflater.feed(next, 0, next.length, (bytes, offset, length) -> made[0] += length));
                    assertDoesNotThrow(() -> inflater.end((bytes, offset, length) -> made[0] += length));
                    assertEquals((long) messages << 20, made[0]);
                }
            }
        }
    }

    /** What costs its sender as much as its reader is no bomb, however much it is. */
    @Test
    void longMessagesThatAreLargeOnTheWireAreReadOn() throws DataFormatException {
        byte[] large = new byte[1 << 18];
        for (int i = 0; i < large.length; i += 64) {
            large[i] = (byte) (i * 31 >> 5);
            large[i + 1] = (byte) (i * 17 >> 7);
        }
        byte[] compressed = deflated(large);
        assertTrue(compressed.length > large.length / 200);
        for (boolean forgets : new boolean[] {true, false}) {
            try (MessageInflater inflater = new MessageInflater(forgets, 1 << 17, 1 << 20)) {
                for (int i = 0; i < 50; i++) {
                    inflater.begin();
                    assertEquals("unpacks to more than 131072 octets", assertThrows(DataFormatException.class,
                            () -> inflater.feed(compressed, 0, compressed.length, (bytes, offset, length) -> { })).getMessage());
                    inflater.end((bytes, offset, length) -> { });
                }
                assertEquals("Hello", inflated(inflater, hex("f2 48 cd c9 c9 07 00"), 9));
            }
        }
    }

    @Test
    void octetsBeforeAnyMessageAreACallersBug() {
        try (MessageInflater inflater = new MessageInflater(false)) {
            assertThrows(IllegalStateException.class, () -> inflater.feed(new byte[1], 0, 1, (bytes, offset, length) -> { }));
        }
    }
}
