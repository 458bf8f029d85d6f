package proxymcp.http;

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

    @Test
    void aBombIsNotUnpacked() {
        Deflater deflater = new Deflater(9, true);
        byte[] compressed = FrameOctets.deflated(deflater, new byte[(int) MessageInflater.MESSAGE_BYTES_MAX + 10_000], true);
        deflater.end();
        assertTrue(compressed.length < 100_000);
        for (boolean forgets : new boolean[] {true, false}) {
            long[] made = {0};
            try (MessageInflater inflater = new MessageInflater(forgets)) {
                inflater.begin();
                assertThrows(DataFormatException.class, () -> inflater.feed(compressed, 0, compressed.length, (bytes, offset, length) -> made[0] += length));
                assertTrue(made[0] <= MessageInflater.MESSAGE_BYTES_MAX);
                inflater.begin();
                assertTrue(inflater.isBroken()); // Another one would cost as much.
            }
        }
    }
}
