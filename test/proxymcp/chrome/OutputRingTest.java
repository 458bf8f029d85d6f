package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is kept of a process's output, and how it is read. */
@Timeout(60)
final class OutputRingTest {
    private static void write(OutputRing ring, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ring.write(bytes, 0, bytes.length);
    }

    @Test void eachReadGoesOnWhereTheLastOneEnded() {
        OutputRing ring = new OutputRing(100);
        assertEquals(new OutputRing.Slice("", 0, 0, false), ring.read(0, 10));
        write(ring, "hello, world");
        assertEquals(new OutputRing.Slice("hello", 5, 0, false), ring.read(0, 5));
        assertEquals(new OutputRing.Slice(", world", 12, 0, false), ring.read(5, 50));
        assertEquals(new OutputRing.Slice("", 12, 0, false), ring.read(12, 50));
        write(ring, "!");
        ring.end();
        assertEquals(new OutputRing.Slice("!", 13, 0, true), ring.read(12, 50));
        assertEquals(new OutputRing.Slice("", 13, 0, true), ring.read(99, 50));
        assertEquals(13, ring.cursor());
    }

    @Test void theOldestIsLostAndCounted() {
        OutputRing ring = new OutputRing(10);
        for (char c = 'a'; c <= 'z'; c++) {
            write(ring, String.valueOf(c));
        }
        assertEquals(new OutputRing.Slice("qrstuvwxyz", 26, 16, false), ring.read(0, 100));
        assertEquals(new OutputRing.Slice("xyz", 26, 0, false), ring.read(23, 100));
        assertEquals(new OutputRing.Slice("qr", 18, 11, false), ring.read(5, 2));
        assertEquals("xyz", ring.tail(3));
        assertEquals("qrstuvwxyz", ring.tail(1_000));
    }

    @Test void charactersAreNeverCutByAReadWhereverTheyStand() {
        String text = "aé€😀z".repeat(5);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int step = 4; step <= 9; step++) {
            OutputRing ring = new OutputRing(1_000);
            StringBuilder read = new StringBuilder();
            long cursor = 0;
            for (byte octet : bytes) {
                ring.write(new byte[] {octet}, 0, 1); // A read may come between any two octets.
                OutputRing.Slice slice = ring.read(cursor, step);
                read.append(slice.text());
                cursor = slice.nextCursor();
            }
            read.append(ring.read(cursor, 100).text());
            assertEquals(text, read.toString(), "in steps of " + step);
        }
    }

    @Test void aCharacterWhoseBeginIsLostIsLeftOut() {
        OutputRing ring = new OutputRing(5);
        write(ring, "€€");
        OutputRing.Slice slice = ring.read(0, 100);
        assertEquals("€", slice.text());
        assertEquals(3, slice.lostBytes());
        assertEquals("€", ring.tail(5));
    }

    @Test void octetsThatAreNoTextAreReplacedAndDoNotHoldTheReaderUp() {
        OutputRing ring = new OutputRing(100);
        ring.write(new byte[] {'a', (byte) 0xff, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 'b', (byte) 0xe2, (byte) 0x82}, 0, 9);
        OutputRing.Slice slice = ring.read(0, 100);
        assertTrue(slice.text().startsWith("a\ufffd") && slice.text().endsWith("b"), slice.text());
        assertEquals(7, slice.nextCursor());
        ring.end();
        assertEquals(new OutputRing.Slice("\ufffd", 9, 0, true), ring.read(7, 100));
    }

    @Test void waitingForTheEndEndsWithIt() throws Exception {
        OutputRing ring = new OutputRing(10);
        assertFalse(ring.awaitEnd(1));
        Thread ender = Thread.ofPlatform().start(ring::end);
        assertTrue(ring.awaitEnd(30_000));
        ender.join();
    }
}
