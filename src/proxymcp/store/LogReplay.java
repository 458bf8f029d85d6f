package proxymcp.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Reads a log again, from a position to its end, and brings an index up to date with it. Damage costs the records it touches.
 *
 * <p>Not for several threads.
 */
final class LogReplay {
    private final StoreFiles files;
    private final Path folder;
    private final SessionId session;
    private final IndexWriter index;
    private final OpenExchanges open;
    private final List<Damage> damage = new ArrayList<>();
    private long lastNumber;
    private Losses losses;
    private boolean ended;
    private boolean sealed;
    private long bytes;

    /** @param lastNumber number of the last record before the position to read from */
    LogReplay(StoreFiles files, Path folder, SessionId session, IndexWriter index, OpenExchanges open, long lastNumber, Losses losses) {
        this.files = files;
        this.folder = folder;
        this.session = session;
        this.index = index;
        this.open = open;
        this.lastNumber = lastNumber;
        this.losses = losses;
    }

    /** Reads from {@code position} on; {@link Position#NONE} for the whole log. */
    LogState run(long position) throws IOException {
        SortedMap<Integer, Path> segments = SegmentFiles.list(folder);
        int first = Position.segment(position);
        for (Map.Entry<Integer, Path> segment : segments.entrySet()) {
            long size = java.nio.file.Files.size(segment.getValue());
            bytes += size;
            if (segment.getKey() >= first) {
                sealed = false;
                replay(segment.getKey(), segment.getValue(), segment.getKey() == first ? Position.offset(position) : SegmentHeader.BYTES);
            }
        }
        return new LogState(segments.isEmpty() ? 0 : segments.lastKey(), lastNumber, bytes, losses);
    }

    /** What was found damaged, in order. */
    List<Damage> damage() {
        return damage;
    }

    /** Whether the last record says that the session ended. */
    boolean isEnded() {
        return ended;
    }

    private void replay(int number, Path file, long from) throws IOException {
        SegmentReader reader;
        try {
            reader = SegmentReader.open(files, file, session, number, SegmentReader.SCAN_WINDOW_BYTES);
        } catch (CorruptSegmentException e) {
            long size = java.nio.file.Files.size(file);
            // A segment that was begun and never got its header is what a crash leaves.
            damage.add(new Damage(number, 0, size, size < SegmentHeader.BYTES ? Damage.TORN_TAIL : Damage.SEGMENT, 0));
            return;
        }
        try (reader) {
            reader.seek(Math.max(from, SegmentHeader.BYTES));
            for (SegmentReader.Found found = reader.next(); found != SegmentReader.Found.END; found = reader.next()) {
                switch (found) {
                    case RECORD -> record(number, reader);
                    case DAMAGE -> {
                        boolean tail = !sealed && reader.offset() + reader.damageBytes() >= reader.size() && !reader.isPayloadDamage();
                        damaged(number, reader, tail);
                    }
                    case END -> { }
                }
            }
        }
    }

    private void damaged(int number, SegmentReader reader, boolean tail) {
        String kind = reader.isPayloadDamage() ? Damage.RECORD : tail ? Damage.TORN_TAIL : Damage.BYTES;
        damage.add(new Damage(number, reader.offset(), reader.damageBytes(), kind, reader.isPayloadDamage() ? reader.seq() : 0));
        if (reader.isPayloadDamage()) {
            lastNumber = Math.max(lastNumber, reader.number());
        }
    }

    /** Records are missing behind what looked like the end that a crash leaves: the segment was cut after it was whole. */
    private void lastTailWasCut() {
        int last = damage.size() - 1;
        if (last >= 0 && damage.get(last).kind().equals(Damage.TORN_TAIL)) {
            Damage tail = damage.get(last);
            damage.set(last, new Damage(tail.segment(), tail.offset(), tail.length(), Damage.BYTES, 0));
        }
    }

    private void record(int number, SegmentReader reader) throws IOException {
        if (reader.number() <= lastNumber) {
            // Left over from a write that failed and was done again elsewhere: never a second time.
            damage.add(new Damage(number, reader.offset(), RecordLayout.HEADER_BYTES + reader.payloadBytes(), Damage.BYTES, 0));
            return;
        }
        if (reader.number() != lastNumber + 1) {
            lastTailWasCut();
        }
        lastNumber = reader.number();
        RecordType type = RecordType.of(reader.type()).orElse(RecordType.CHECKPOINT);
        sealed = type == RecordType.SEAL;
        ended = type == RecordType.SESSION_END || ended && (type == RecordType.SEAL || type == RecordType.CHECKPOINT);
        try {
            if (type == RecordType.LOSS) {
                PayloadReader in = reader.payload();
                in.array();
                losses = losses.plus(new Losses(in.integer(), in.integer(), in.integer(), in.integer()));
            }
            OpenExchanges.Open exchange = open.find(reader.seq()).orElseGet(OpenExchanges.Open::new);
            open.follow(type, reader.seq(), reader.recordPosition(), reader.payloadBytes());
            index.apply(type, reader.seq(), reader.recordPosition(), reader.bytes(), reader.payloadAt(), reader.payloadBytes(), exchange);
        } catch (PayloadReader.MalformedPayloadException e) {
            damage.add(new Damage(number, reader.offset(), RecordLayout.HEADER_BYTES + reader.payloadBytes(), Damage.RECORD, reader.seq()));
        }
    }
}
