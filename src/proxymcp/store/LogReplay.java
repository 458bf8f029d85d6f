package proxymcp.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Reads a log again, from a position to its end, and hands each record on: to an index that is brought up to date with it, or to a check. Damage
 * costs the records it touches.
 *
 * <p>Not for several threads.
 */
final class LogReplay {
    /** What is done with the records of a log, in their order. */
    interface Records {
        /**
         * Takes one record.
         *
         * @param position where it stands
         * @param bytes holds its payload at {@code at}, and its header before that
         * @param open chains of the exchange's bodies, as they were before an END removed them
         * @throws PayloadReader.MalformedPayloadException if the payload is not one of its type: it counts as damaged
         */
        void apply(RecordType type, long seq, long position, byte[] bytes, int at, int length, OpenExchanges.Open open)
                throws IOException, PayloadReader.MalformedPayloadException;

        /** The reading of a segment begins. */
        default void begin(int segment) {
            // Most take records as they come.
        }
    }

    /** Exchanges between two starts that are named as lost with what is damaged between them. */
    private static final int GAP_MAX = 1_000_000;

    private final StoreFiles files;
    private final Path folder;
    private final SessionId session;
    private final Records records;
    private final OpenExchanges open;
    private final DamageList damage;
    private long lastNumber;
    private long lastStart;
    private int damageBeforeStart;
    private long until = Long.MAX_VALUE;
    private Losses losses;
    private boolean ended;
    private boolean sealed;
    private long bytes;
    private long lastSize;

    /**
     * @param records takes them
     * @param lastNumber number of the last record before the position to read from
     * @param lastSeq highest seq of an exchange that began before it
     */
    LogReplay(StoreFiles files, Path folder, SessionId session, Records records, OpenExchanges open, long lastNumber, long lastSeq,
            Losses losses) {
        this(files, folder, session, records, open, lastNumber, lastSeq, losses, new DamageList());
    }

    /** The same, for {@code records} that look at what was found damaged so far. */
    LogReplay(StoreFiles files, Path folder, SessionId session, Records records, OpenExchanges open, long lastNumber, long lastSeq,
            Losses losses, DamageList damage) {
        this.damage = damage;
        this.files = files;
        this.folder = folder;
        this.session = session;
        this.records = records;
        this.open = open;
        this.lastNumber = lastNumber;
        this.lastStart = lastSeq;
        this.losses = losses;
    }

    /** Has reading end at {@code position}: what lies behind is still being written. */
    void until(long position) {
        until = position;
    }

    /** Reads from {@code position} on; {@link Position#NONE} for the whole log. */
    LogState run(long position) throws IOException {
        SortedMap<Integer, Path> segments = SegmentFiles.list(folder);
        segments.tailMap(Position.segment(until)).keySet().removeIf(number -> number > Position.segment(until));
        int first = Position.segment(position);
        Map<Integer, Integer> ends = ends(segments.tailMap(first));
        ends.forEach((number, end) -> {
            if (number >= first && !segments.containsKey(number)) {
                damage.add(number, 0, end, Damage.SEGMENT, 0);
            }
        });
        for (Map.Entry<Integer, Path> segment : segments.entrySet()) {
            long size = Files.size(segment.getValue());
            if (segment.getKey() == Position.segment(until)) {
                size = Math.min(size, Position.offset(until) & 0xFFFF_FFFFL);
            }
            bytes += size;
            lastSize = size;
            if (segment.getKey() >= first) {
                sealed = false;
                records.begin(segment.getKey());
                long end = ends.getOrDefault(segment.getKey(), (int) size);
                replay(segment.getKey(), segment.getValue(), segment.getKey() == first ? Position.offset(position) : SegmentHeader.BYTES, end);
                otherEnd(segment.getKey(), size, end);
            }
        }
        return new LogState(segments.isEmpty() ? 0 : segments.lastKey(), (int) lastSize, lastNumber, bytes, losses);
    }

    /** Where segments end, as those that were begun after them say. */
    private Map<Integer, Integer> ends(SortedMap<Integer, Path> segments) throws IOException {
        Map<Integer, Integer> ends = new HashMap<>();
        for (Map.Entry<Integer, Path> segment : segments.entrySet()) {
            try (SegmentReader reader = SegmentReader.open(files, segment.getValue(), session, segment.getKey(), 0)) {
                if (reader.header().previous() != 0) {
                    ends.put(reader.header().previous(), reader.header().previousEnd());
                }
            } catch (CorruptSegmentException e) {
                continue; // It is named when its turn comes.
            }
        }
        return ends;
    }

    /** A file is longer than its segment where a write failed, and shorter where it was cut later. */
    private void otherEnd(int number, long size, long end) {
        if (size > end) {
            damage.add(number, end, size - end, Damage.TORN_TAIL, 0);
        } else if (size < end) {
            damage.add(number, size, end - size, Damage.BYTES, 0);
        }
    }

    /** What was found damaged, in order. */
    List<Damage> damage() {
        return damage.list();
    }

    /** Whether the last record says that the session ended. */
    boolean isEnded() {
        return ended;
    }

    private void replay(int number, Path file, long from, long end) throws IOException {
        SegmentReader reader;
        try {
            reader = SegmentReader.open(files, file, session, number, SegmentReader.SCAN_WINDOW_BYTES);
        } catch (CorruptSegmentException e) {
            long size = Files.size(file);
            // A segment that was begun and never got its header is what a crash leaves.
            damage.add(number, 0, size, size < SegmentHeader.BYTES && end == size ? Damage.TORN_TAIL : Damage.SEGMENT, 0);
            return;
        }
        try (reader) {
            reader.end(end);
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

    private void damaged(int number, SegmentReader reader, boolean tail) throws IOException {
        String kind = reader.isPayloadDamage() ? Damage.RECORD : tail ? Damage.TORN_TAIL : Damage.BYTES;
        damage.add(number, reader.offset(), reader.damageBytes(), kind, reader.isPayloadDamage() ? reader.seq() : reader.guessedSeq());
        if (reader.isPayloadDamage()) {
            lastNumber = Math.max(lastNumber, reader.number());
        }
    }

    /** Names the exchange of a record that refers to something damaged. */
    private void refer(RecordType type, SegmentReader reader) throws PayloadReader.MalformedPayloadException {
        if (damage.isEmpty()) {
            return;
        }
        PayloadReader in = reader.payload();
        switch (type) {
            case START, REQUEST_CHUNK, REQUEST_END, RESPONSE, RESPONSE_CHUNK, PART_OUT, PART_IN -> damage.refer(reader.seq(), in.fixed());
            case MESSAGE -> {
                for (int i = 0; i < StreamCodec.MESSAGE_REFERENCES; i++) {
                    damage.refer(reader.seq(), in.fixed());
                }
            }
            case END -> {
                damage.refer(reader.seq(), in.fixed());
                damage.refer(reader.seq(), in.fixed());
            }
            case CLIENT, ROUTE, BODY, INFORMATIONAL, LOSS, CHECKPOINT, SEAL, SESSION_END, STREAM, STREAM_END -> { }
        }
    }

    private void record(int number, SegmentReader reader) throws IOException {
        if (reader.number() <= lastNumber) {
            // Left over from a write that failed and was done again elsewhere: never a second time.
            damage.add(number, reader.offset(), RecordLayout.HEADER_BYTES + reader.payloadBytes(), Damage.BYTES, 0);
            return;
        }
        if (reader.number() != lastNumber + 1) {
            damage.lastTailWasCut();
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
            refer(type, reader);
            if (type == RecordType.START) {
                started(reader.seq());
            }
            OpenExchanges.Open exchange = open.find(reader.seq()).orElseGet(OpenExchanges.Open::new);
            open.follow(type, reader.seq(), reader.recordPosition(), reader.payloadBytes());
            records.apply(type, reader.seq(), reader.recordPosition(), reader.bytes(), reader.payloadAt(), reader.payloadBytes(), exchange);
        } catch (PayloadReader.MalformedPayloadException e) {
            damage.add(number, reader.offset(), RecordLayout.HEADER_BYTES + reader.payloadBytes(), Damage.RECORD, reader.seq());
        }
    }

    /** Exchanges begin in the order of their seqs: those between two starts went with what is damaged between them. */
    private void started(long seq) {
        if (damage.size() > damageBeforeStart && seq - lastStart <= GAP_MAX) {
            for (long missing = lastStart + 1; missing < seq; missing++) {
                damage.touch(damageBeforeStart, missing);
            }
        }
        damageBeforeStart = damage.size();
        lastStart = Math.max(lastStart, seq);
    }
}
