package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LineSplitterTest {
    private static List<String> told(boolean sequence, String stream, int... splits) {
        List<String> texts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        LineSplitter splitter = new LineSplitter(sequence, new LineSplitter.Listener() {
            @Override
            public void text(byte[] bytes, int offset, int length) {
                text.append(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
            }

            @Override
            public void textEnd(long wireBytes) {
                texts.add(wireBytes + " " + text);
                text.setLength(0);
            }
        });
        byte[] octets = stream.getBytes(StandardCharsets.ISO_8859_1);
        int from = 0;
        for (int split : splits) {
            splitter.feed(octets, from, split - from);
            from = split;
        }
        splitter.feed(octets, from, octets.length - from);
        splitter.end();
        return texts;
    }

    private static void assertTexts(boolean sequence, String stream, String... expected) {
        List<String> texts = List.of(expected);
        assertEquals(texts, told(sequence, stream));
        for (int first = 0; first <= stream.length(); first++) {
            for (int second = first; second <= stream.length(); second++) {
                assertEquals(texts, told(sequence, stream, first, second), "splits at " + first + ", " + second);
            }
        }
    }

    @Test
    void lines() {
        assertTexts(false, "{\"a\":1}\n{\"b\":2}\r\n{\"c\":3}", "8 {\"a\":1}", "9 {\"b\":2}", "7 {\"c\":3}");
        assertTexts(false, "\n \r\n\t\n1\n\n 2 \n", "8 1", "5 2 ");
        assertTexts(false, "a\rb\r\r\n\r", "6 a\rb\r");
        assertTexts(false, "");
        assertTexts(false, "\n\r\n ");
    }

    /** RFC 7464: each text stands behind a record separator, and a line feed behind it. */
    @Test
    void sequences() {
        assertTexts(true, "\u001e{\"a\":\n1}\n\u001e2\n\u001e\n\u001e\u001etrue", "10 {\"a\":\n1}", "3 2", "8 true");
        assertTexts(true, "1\n\u001e2", "2 1", "2 2");
    }

    @Test
    void sequencesThatAreServedAsLines() {
        assertTexts(false, "\u001e1\n\u001e2\n", "3 1", "3 2");
    }
}
