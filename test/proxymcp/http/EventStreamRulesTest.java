package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Streams of random fields and line ends, told as the text of the HTML Standard, section 9.2.6, says, word for word. */
final class EventStreamRulesTest {
    private static final long SEED = Long.getLong("proxymcp.fuzz.seed", System.nanoTime());
    private static final int CASES = Integer.getInteger("proxymcp.fuzz.cases", 5_000);

    /** A line an event: type, id in angle brackets, retry in braces, data in quotes; a line what was dropped with data. */
    private static final class Told implements EventStreamParser.Listener {
        private final List<String> lines = new ArrayList<>();
        private final ByteArrayOutputStream data = new ByteArrayOutputStream();
        private long bytes;

        @Override
        public void data(byte[] octets, int offset, int length) {
            data.write(octets, offset, length);
        }

        @Override
        public void event(String type, String id, OptionalLong retryMillis, long wireBytes) {
            lines.add(type + (id.isEmpty() ? "" : " <" + id + ">") + (retryMillis.isPresent() ? " {" + retryMillis.getAsLong() + "}" : "")
                    + " \"" + data.toString(StandardCharsets.UTF_8) + "\"");
            data.reset();
            bytes += wireBytes;
        }

        @Override
        public void dropped(long wireBytes, boolean hadData) {
            if (hadData) {
                lines.add("dropped \"" + data.toString(StandardCharsets.UTF_8) + "\"");
            }
            data.reset();
            bytes += wireBytes;
        }
    }

    private static List<String> told(byte[] octets, int... cuts) {
        Told told = new Told();
        EventStreamParser parser = new EventStreamParser(told);
        int from = 0;
        for (int cut : cuts) {
            parser.feed(octets, from, cut - from);
            from = cut;
        }
        parser.feed(octets, from, octets.length - from);
        parser.end();
        assertEquals(octets.length, told.bytes, "every octet belongs to something");
        return told.lines;
    }

    @Test
    void whateverComesIsToldTheSameInAnyPieces() {
        Random random = new Random(SEED);
        String[] pieces = {"data", ":", " ", "\n", "\r", "\r\n", "id", "event", "retry", "12", "x", "\ufeff", "\0", "é", "\n\n", "data: y\n\n"};
        for (int i = 0; i < CASES; i++) {
            StringBuilder text = new StringBuilder();
            for (int count = random.nextInt(30); count > 0; count--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            byte[] octets = text.toString().getBytes(StandardCharsets.UTF_8);
            int[] cuts = random.ints(random.nextInt(8), 0, octets.length + 1).sorted().toArray();
            try {
                assertEquals(byLines(text.toString()), told(octets));
                assertEquals(told(octets), told(octets, cuts));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + SEED + ", case " + i + ", stream " + text, e);
            }
        }
    }

    /** The standard's text, word for word, on the whole stream. */
    private static List<String> byLines(String text) {
        List<String> events = new ArrayList<>();
        String stream = text.startsWith("\ufeff") ? text.substring(1) : text;
        String[] lines = stream.split("\r\n|\r|\n", -1);
        StringBuilder data = new StringBuilder();
        String type = "";
        String id = "";
        OptionalLong retry = OptionalLong.empty();
        for (int i = 0; i < lines.length; i++) {
            boolean ended = i < lines.length - 1;
            if (lines[i].isEmpty() && ended) {
                if (!data.isEmpty()) {
                    events.add((type.isEmpty() ? "message" : type) + (id.isEmpty() ? "" : " <" + id + ">")
                            + (retry.isPresent() ? " {" + retry.getAsLong() + "}" : "") + " \"" + data.substring(0, data.length() - 1) + "\"");
                }
                data.setLength(0);
                type = "";
                retry = OptionalLong.empty();
                continue;
            }
            int colon = lines[i].indexOf(':');
            String field = colon < 0 ? lines[i] : lines[i].substring(0, colon);
            String value = colon < 0 ? "" : lines[i].substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (field) {
                case "data" -> data.append(value).append('\n');
                case "event" -> type = value;
                case "id" -> id = value.contains("\0") ? id : value;
                case "retry" -> retry = value.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(value)) : retry;
                default -> { }
            }
        }
        if (!data.isEmpty()) {
            events.add("dropped \"" + data.substring(0, data.length() - 1) + "\"");
        }
        return events;
    }
}
