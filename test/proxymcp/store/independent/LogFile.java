package proxymcp.store.independent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** Segments and records as sections 1 to 3 of FORMAT.md have them. */
public final class LogFile {
    private static final int SEGMENT_HEADER = 128;
    private static final int RECORD_HEADER = 36;

    /**
     * An intact record.
     *
     * @param position segment in the upper half, offset in the lower one
     * @param end offset behind it
     */
    public record Entry(long position, long end, int type, long number, long seq, byte[] payload) {
        /** Number of its segment. */
        public int segment() {
            return (int) (position >>> 32);
        }

        /** Where it stands in its segment. */
        public long offset() {
            return position & 0xFFFF_FFFFL;
        }
    }

    private LogFile() {}

    /** All intact records of the session in {@code folder}, in order. */
    public static List<Entry> read(Path folder) throws IOException {
        TreeMap<Integer, ByteBuffer> segments = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "segment-*.seg")) {
            for (Path file : files) {
                int number = Integer.parseInt(file.getFileName().toString().substring(8, 14));
                segments.put(number, ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
            }
        }
        Map<Integer, Integer> ends = new TreeMap<>();
        for (Map.Entry<Integer, ByteBuffer> segment : segments.entrySet()) {
            int copy = header(segment.getValue(), segment.getKey(), folder.getFileName().toString());
            if (copy >= 0 && segment.getValue().getInt(copy + 52) != 0) {
                ends.put(segment.getValue().getInt(copy + 52), segment.getValue().getInt(copy + 56));
            }
        }
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<Integer, ByteBuffer> segment : segments.entrySet()) {
            int copy = header(segment.getValue(), segment.getKey(), folder.getFileName().toString());
            if (copy >= 0) {
                int size = segment.getValue().capacity();
                read(segment.getKey(), segment.getValue(), copy, Math.min(size, ends.getOrDefault(segment.getKey(), size)), entries);
            }
        }
        return entries;
    }

    /** Offset of the header copy that fits, -1 if none does. */
    private static int header(ByteBuffer segment, int number, String id) {
        for (int at = 0; at + 64 <= Math.min(SEGMENT_HEADER, segment.capacity()); at += 64) {
            byte[] copy = Arrays.copyOfRange(segment.array(), at, at + 64);
            boolean fits = new String(copy, 0, 8, StandardCharsets.US_ASCII).equals("PMCPSEG\n")
                    && segment.getInt(at + 60) == crc(new byte[0], copy, 0, 60);
            if (fits && segment.getInt(at + 8) == 1 && segment.getInt(at + 12) == number
                    && new String(copy, 16, 23, StandardCharsets.US_ASCII).equals(id)) {
                return at;
            }
        }
        return -1;
    }

    private static void read(int number, ByteBuffer segment, int copy, int size, List<Entry> entries) {
        byte[] bytes = segment.array();
        byte[] salt = Arrays.copyOfRange(bytes, copy + 40, copy + 48);
        int marker = segment.getInt(copy + 48);
        int at = SEGMENT_HEADER;
        while (at + RECORD_HEADER <= size) {
            int length = segment.getInt(at + 4);
            boolean header = segment.getInt(at) == marker && segment.getInt(at + 32) == crc(salt, bytes, at, 32)
                    && length >= 1 && length <= 1_048_576 && bytes[at + 8] != 0 && (segment.getInt(at + 8) & 0xFFFFFF00) == 0;
            if (!header || at + RECORD_HEADER + length > size) {
                at++;
                continue;
            }
            int end = at + RECORD_HEADER + length;
            long record = segment.getLong(at + 12);
            if (segment.getInt(at + 28) == crc(salt, bytes, at + RECORD_HEADER, length)
                    && (entries.isEmpty() || entries.get(entries.size() - 1).number() < record)) {
                entries.add(new Entry((long) number << 32 | at, end, bytes[at + 8] & 0xFF, record, segment.getLong(at + 20),
                        Arrays.copyOfRange(bytes, at + RECORD_HEADER, end)));
            }
            at = end;
        }
    }

    private static int crc(byte[] salt, byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(salt);
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
