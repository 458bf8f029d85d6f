package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lines of JSON, and JSON text sequences (RFC 7464): a text is told as soon as its last octet has come. Read at every cut. */
final class TextSequenceTest {
    private static final long SEED = Long.getLong("proxymcp.fuzz.seed", System.nanoTime());
    private static final int CASES = Integer.getInteger("proxymcp.fuzz.cases", 5_000);

    private static final class Told implements LineSplitter.Listener {
        private final List<String> texts = new ArrayList<>();
        private final ByteArrayOutputStream text = new ByteArrayOutputStream();
        private long bytes;

        @Override
        public void text(byte[] octets, int offset, int length) {
            text.write(octets, offset, length);
        }

        @Override
        public void textEnd(long wireBytes) {
            texts.add(Octets.text(text.toByteArray()));
            text.reset();
            bytes += wireBytes;
        }
    }

    private static Told told(boolean sequence, byte[] octets, int... cuts) {
        Told told = new Told();
        LineSplitter splitter = new LineSplitter(sequence, told);
        int from = 0;
        for (int cut : cuts) {
            splitter.feed(octets, from, cut - from);
            from = cut;
        }
        splitter.feed(octets, from, octets.length - from);
        splitter.end();
        return told;
    }

    private static void assertTold(boolean sequence, String stream, String... texts) {
        byte[] octets = Octets.bytes(stream);
        for (int cut = 0; cut <= octets.length; cut++) {
            for (int second = cut; second <= octets.length; second++) {
                Told told = told(sequence, octets, cut, second);
                assertEquals(List.of(texts), told.texts, "cut at " + cut + " and " + second);
            }
        }
    }

    @Test
    void aTextALine() {
        assertTold(false, "{\"a\":1}\n{\"b\":2}\r\n3\n", "{\"a\":1}", "{\"b\":2}", "3");
    }

    @Test
    void theLastLineNeedsNoEnd() {
        assertTold(false, "1\n2", "1", "2");
        assertTold(false, "");
    }

    @Test
    void blankLinesAreNone() {
        assertTold(false, "\n\r\n 1\n \t\n\n2\n", "1", "2");
    }

    @Test
    void aReturnWithinALineBelongsToIt() {
        assertTold(false, "a\rb\r\r\nc\r", "a\rb\r", "c");
    }

    @Test
    void octetsOfALineAreCountedWithItsEndAndBlankLinesBefore() {
        List<Long> counted = new ArrayList<>();
        LineSplitter splitter = new LineSplitter(false, new LineSplitter.Listener() {
            @Override
            public void text(byte[] bytes, int offset, int length) {}

            @Override
            public void textEnd(long wireBytes) {
                counted.add(wireBytes);
            }
        });
        splitter.feed(Octets.bytes("abc\r\n\n\nde\nf"), 0, 11);
        splitter.end();
        assertEquals(List.of(5L, 5L, 1L), counted);
    }

    @Test
    void textsOfASequence() {
        assertTold(true, "\u001e{\"a\":1}\n\u001e[1,\n2]\n\u001e3\n", "{\"a\":1}", "[1,\n2]", "3");
    }

    @Test
    void aTextOfASequenceEndsAtItsLineFeed() {
        Told told = new Told();
        LineSplitter splitter = new LineSplitter(true, told);
        byte[] octets = Octets.bytes("\u001e{\"a\":\n\"}\\\"\"}\n");
        splitter.feed(octets, 0, octets.length);
        assertEquals(List.of("{\"a\":\n\"}\\\"\"}"), told.texts);
        assertEquals(octets.length, told.bytes);
    }

    @Test
    void aTruncatedTextOfASequenceEndsAtTheNext() {
        assertTold(true, "\u001e{\"a\":\u001e[2]\n\u001e\u001e\"x", "{\"a\":", "[2]", "\"x");
    }

    @Test
    void whateverComesIsToldTheSameInAnyPieces() {
        Random random = new Random(SEED);
        String[] pieces = {"{", "}", "[", "]", "\"", "\\", "\n", "\r", "\u001e", " ", "\t", "a", "1", "\r\n", "{\"a\":[]}\n"};
        for (int i = 0; i < CASES; i++) {
            StringBuilder text = new StringBuilder();
            for (int count = random.nextInt(30); count > 0; count--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            byte[] octets = Octets.bytes(text.toString());
            int[] cuts = random.ints(random.nextInt(8), 0, octets.length + 1).sorted().toArray();
            boolean sequence = random.nextBoolean();
            Told atOnce = told(sequence, octets);
            Told cut = told(sequence, octets, cuts);
            assertEquals(atOnce.texts, cut.texts, "seed " + SEED + ", case " + i + ", stream " + text);
            assertEquals(atOnce.bytes, cut.bytes, "seed " + SEED + ", case " + i + ", stream " + text);
        }
    }
}
