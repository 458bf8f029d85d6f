package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines come out the same however the stream hands them over. */
final class LineReaderTest {
    private static final String TEXT = "one\n\n\r\ntwo is too long\nthree\r\nend";
    private static final List<String> LINES = List.of("one", "", "\r", "(too long)", "three\r", "end");

    private static List<String> read(InputStream in, int lineBytesMax) throws IOException {
        LineReader reader = new LineReader(in, lineBytesMax);
        List<String> lines = new ArrayList<>();
        for (LineReader.Line line = reader.next(); !(line instanceof LineReader.Line.End); line = reader.next()) {
            lines.add(line instanceof LineReader.Line.Bytes read ? new String(read.bytes(), StandardCharsets.UTF_8) : "(too long)");
        }
        return lines;
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void streamCutAnywhereGivesTheSameLines() throws IOException {
        for (int cut = 0; cut <= TEXT.length(); cut++) {
            InputStream in = new SequenceInputStream(stream(TEXT.substring(0, cut)), stream(TEXT.substring(cut)));
            assertEquals(LINES, read(in, 10), "cut at " + cut);
        }
    }

    @Test
    void bytesOneByOneGiveTheSameLines() throws IOException {
        InputStream slow = new InputStream() {
            private final InputStream in = stream(TEXT);

            @Override
            public int read() throws IOException {
                return in.read();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return in.read(buffer, offset, Math.min(1, length));
            }
        };
        assertEquals(LINES, read(slow, 10));
    }

    @Test
    void lineOfExactlyTheBoundIsRead() throws IOException {
        String longest = "x".repeat(300_000);
        assertEquals(List.of(longest, "y"), read(stream(longest + "\ny\n"), 300_000));
        assertEquals(List.of("(too long)", "y"), read(stream(longest + "x\ny\n"), 300_000));
        assertEquals(List.of("(too long)"), read(stream(longest + "x"), 300_000));
    }
}
