package proxymcp.store.independent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Reads the streams of a session from its segments, by FORMAT.md alone: a line for each STREAM, MESSAGE and STREAM_END, in the order of the log. */
public final class IndependentStreams {
    private static final int STREAM = 15;
    private static final int MESSAGE = 16;
    private static final int STREAM_END = 19;

    private final Map<Long, LogFile.Entry> byPosition = new HashMap<>();
    private final Map<Long, Long> lastMessage = new HashMap<>();

    private IndependentStreams() {}

    /** All lines of the session in {@code folder}. */
    public static List<String> read(Path folder) throws IOException {
        IndependentStreams reader = new IndependentStreams();
        List<String> lines = new ArrayList<>();
        for (LogFile.Entry entry : LogFile.read(folder)) {
            reader.byPosition.put(entry.position(), entry);
            PackReader in = new PackReader(entry.payload());
            switch (entry.type()) {
                case STREAM -> {
                    in.array();
                    lines.add(entry.seq() + " opened " + in.integer() + " " + in.text() + " <" + in.text() + "> <" + in.text() + "> "
                            + in.optionalText().orElse("-"));
                }
                case MESSAGE -> lines.add(reader.message(entry, in));
                case STREAM_END -> {
                    in.array();
                    lines.add(entry.seq() + " ended " + in.integer() + " " + (in.skipNil() ? "-" : Long.toString(in.integer())) + " <" + in.text()
                            + "> " + in.text() + " " + texts(in) + " " + in.integer());
                }
                default -> { }
            }
        }
        return lines;
    }

    private static List<String> texts(PackReader in) {
        List<String> texts = new ArrayList<>();
        for (int left = in.array(); left > 0; left--) {
            texts.add(in.text());
        }
        return texts;
    }

    private String message(LogFile.Entry entry, PackReader in) {
        long before = in.fixed();
        Long known = lastMessage.put(entry.seq(), entry.position());
        if (before != (known == null ? 0 : known)) {
            throw new IllegalStateException("a message refers to " + before + ", the one before it stands at " + known);
        }
        long first = in.fixed();
        long last = in.fixed();
        in.array();
        String line = entry.seq() + "/" + in.integer() + " " + in.integer() + " " + (in.integer() == 0 ? "out" : "in") + " " + form(in) + " "
                + in.integer() + " " + in.integer() + " " + in.integer() + " <" + in.text() + "> <" + in.text() + "> ";
        byte[] own = in.rest();
        return line + HexFormat.of().formatHex(last == 0 ? own : parts(first, last));
    }

    private static String form(PackReader in) {
        in.array();
        return switch ((int) in.integer()) {
            case 0 -> "frame " + in.integer() + " " + in.bool() + " " + in.integer() + " " + in.bool();
            case 1 -> "event <" + in.text() + "> <" + in.text() + "> " + (in.skipNil() ? "-" : Long.toString(in.integer()));
            default -> "line";
        };
    }

    private byte[] parts(long first, long last) {
        List<byte[]> pieces = new ArrayList<>();
        for (long at = last; at != 0; ) {
            PackReader in = new PackReader(byPosition.get(at).payload());
            if (at < first) {
                throw new IllegalStateException("parts lead beyond the first one");
            }
            at = in.fixed();
            in.fixed();
            pieces.addFirst(in.rest());
        }
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        pieces.forEach(payload::writeBytes);
        return payload.toByteArray();
    }
}
