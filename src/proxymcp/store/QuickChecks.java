package proxymcp.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;

/** Looks at the headers and ends of segments, and whether checkpoints lead into the log: a few reads a segment. Not for several threads. */
final class QuickChecks {
    /** A seal is shorter than this by far. */
    private static final int FOOTER_BYTES = 1 << 10;

    private final StoreFiles files;
    private final Path folder;
    private final SessionId id;
    private final OptionalLong until;
    private final boolean recording;
    private final DamageList damage = new DamageList();
    private final List<VerifyReport.Segment> segments = new ArrayList<>();
    private long records;
    private long bytes;
    private int lastSegment;
    private long lastEnd;

    QuickChecks(StoreFiles files, Path folder, SessionId id, OptionalLong until, boolean recording) {
        this.files = files;
        this.folder = folder;
        this.id = id;
        this.until = until;
        this.recording = recording;
    }

    void run() throws IOException {
        SortedMap<Integer, Path> found = SegmentFiles.list(folder);
        Map<Integer, Long> ends = new HashMap<>();
        Map<Integer, String> states = new HashMap<>();
        for (Map.Entry<Integer, Path> segment : found.entrySet()) {
            header(segment.getKey(), segment.getValue(), found, ends, states);
        }
        for (Map.Entry<Integer, Path> segment : found.entrySet()) {
            int number = segment.getKey();
            long size = Files.size(segment.getValue());
            long end = ends.getOrDefault(number, size);
            lastSegment = number;
            lastEnd = Math.min(size, end);
            if (size < end) {
                damage.add(number, size, end - size, Damage.BYTES, 0);
                states.put(number, "damaged");
            }
            String state = states.get(number);
            long counted = 0;
            if (state == null) {
                counted = footer(number, segment.getValue(), lastEnd);
                state = counted > 0 ? "sealed" : "open";
            }
            records += Math.max(0, counted);
            segments.add(new VerifyReport.Segment(number, state, Math.max(0, counted), size));
        }
        segments.sort(Comparator.comparingInt(VerifyReport.Segment::number));
    }

    private void header(int number, Path file, SortedMap<Integer, Path> found, Map<Integer, Long> ends, Map<Integer, String> states)
            throws IOException {
        bytes += SegmentHeader.BYTES;
        try (SegmentReader reader = SegmentReader.open(files, file, id, number, 0)) {
            int previous = reader.header().previous();
            if (previous != 0) {
                ends.put(previous, (long) reader.header().previousEnd());
                if (!found.containsKey(previous)) {
                    damage.add(previous, 0, reader.header().previousEnd(), Damage.SEGMENT, 0);
                    segments.add(new VerifyReport.Segment(previous, "missing", 0, 0));
                }
            }
        } catch (CorruptSegmentException e) {
            long size = Files.size(file);
            boolean begun = number == found.lastKey() && size < SegmentHeader.BYTES;
            if (!begun || !recording) {
                damage.add(number, 0, size, begun ? Damage.TORN_TAIL : Damage.SEGMENT, 0);
            }
            states.put(number, begun ? "torn_tail" : "damaged");
        }
    }

    /** Records that the seal at the end of a segment counts, itself among them; 0 where there is none. */
    private long footer(int number, Path file, long end) throws IOException {
        try (SegmentReader reader = SegmentReader.open(files, file, id, number, FOOTER_BYTES)) {
            reader.end(end);
            reader.seek(Math.max(SegmentHeader.BYTES, end - FOOTER_BYTES));
            bytes += Math.min(FOOTER_BYTES, end);
            long counted = 0;
            for (SegmentReader.Found next = reader.next(); next != SegmentReader.Found.END; next = reader.next()) {
                counted = 0;
                if (next == SegmentReader.Found.RECORD && reader.type() == RecordType.SEAL.code()) {
                    PayloadReader in = reader.payload();
                    in.array();
                    counted = in.integer() + 1;
                }
            }
            return counted;
        } catch (PayloadReader.MalformedPayloadException e) {
            damage.add(number, end, 0, Damage.RECORD, 0);
            return 0;
        }
    }

    /** Whether a checkpoint leads into the log, or behind its end. */
    void compare(Checkpoint checkpoint) {
        long end = until.isPresent() ? until.getAsLong() : Position.of(lastSegment, (int) lastEnd);
        if (!recording && checkpoint.position() > end) {
            damage.add(lastSegment, lastEnd, 0, Damage.CUT, 0);
        }
    }

    List<Damage> damage() {
        return damage.list();
    }

    List<VerifyReport.Segment> segments() {
        return segments;
    }

    long records() {
        return records;
    }

    long bytes() {
        return bytes;
    }
}
