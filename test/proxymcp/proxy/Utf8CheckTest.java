package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Held against the decoder of the JDK. */
final class Utf8CheckTest {
    private static final long SEED = Long.getLong("proxymcp.fuzz.seed", System.nanoTime());

    private static boolean decodes(byte[] octets) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static void assertChecked(byte[] octets, int split) {
        Utf8Check check = new Utf8Check();
        check.feed(new byte[] {(byte) 0xFF}, 0, 1);
        check.reset();
        check.feed(octets, 0, split);
        check.feed(octets, split, octets.length - split);
        assertEquals(decodes(octets), check.isSound(true), () -> HexFormat.of().formatHex(octets));
    }

    /** Every beginning of two octets, and what may follow at the bounds. */
    @Test
    void everyBeginning() {
        byte[] next = {0, 0x7F, (byte) 0x80, (byte) 0xBF, (byte) 0xC0, (byte) 0xFF};
        for (int first = 0; first < 0x10000; first++) {
            byte a = (byte) (first >> 8);
            byte b = (byte) first;
            assertChecked(new byte[] {a, b}, 1);
            for (byte c : next) {
                assertChecked(new byte[] {a, b, c}, 2);
                assertChecked(new byte[] {a, b, c, (byte) 0x80}, 3);
                assertChecked(new byte[] {a, b, (byte) 0x80, c}, 0);
            }
        }
    }

    @Test
    void whateverComes() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int count = random.nextInt(20); count > 0; count--) {
                text.append(random.nextInt(3) > 0 ? "ascii text" : new String(Character.toChars(random.nextInt(0xD800))));
            }
            byte[] octets = text.toString().getBytes(StandardCharsets.UTF_8);
            for (int changes = random.nextInt(3); changes > 0 && octets.length > 0; changes--) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
            }
            try {
                assertChecked(octets, random.nextInt(octets.length + 1));
            } catch (AssertionError e) {
                throw new AssertionError("seed " + SEED + ", case " + i, e);
            }
        }
    }
}
