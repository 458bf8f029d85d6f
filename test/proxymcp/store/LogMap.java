package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import proxymcp.store.independent.LogFile;

/** Which exchange needs which record of an undamaged log, by a reader that is not the one under test. */
final class LogMap {
    private final List<LogFile.Entry> entries;

    private LogMap(List<LogFile.Entry> entries) {
        this.entries = entries;
    }

    static LogMap of(Path folder) throws IOException {
        return new LogMap(LogFile.read(folder));
    }

    List<LogFile.Entry> entries() {
        return entries;
    }

    /** The record that octet {@code offset} of segment 1 belongs to. */
    LogFile.Entry at(long offset) {
        return entries.stream().filter(entry -> entry.segment() == 1 && entry.offset() <= offset && offset < entry.end()).findFirst()
                .orElseThrow();
    }

    /** Seqs of exchanges with a record that refers to {@code wanted}. */
    Set<Long> referring(LogFile.Entry wanted) {
        Set<Long> seqs = new TreeSet<>();
        for (LogFile.Entry entry : entries) {
            for (long reference : references(entry)) {
                if (reference == wanted.position()) {
                    seqs.add(entry.seq());
                }
            }
        }
        return seqs;
    }

    /** Seqs of exchanges that lose something with {@code lost}. */
    Set<Long> touched(LogFile.Entry lost) {
        Set<Long> seqs = referring(lost);
        if (lost.seq() != 0) {
            seqs.add(lost.seq());
        }
        return seqs;
    }

    /** The parts of an exchange that may differ once {@code lost} is lost. */
    static Set<String> parts(LogFile.Entry lost) {
        return switch (RecordType.of(lost.type()).orElseThrow()) {
            case CLIENT -> Set.of("client");
            case ROUTE -> Set.of("route");
            case BODY -> Set.of("request body", "response body");
            case START -> Set.of("all");
            case REQUEST_CHUNK, REQUEST_END -> Set.of("request body");
            case INFORMATIONAL -> Set.of("informational");
            case RESPONSE -> Set.of("response", "route");
            case RESPONSE_CHUNK -> Set.of("response body");
            case END -> Set.of("response body", "route", "end");
            case STREAM, STREAM_END -> Set.of("stream");
            case MESSAGE, PART_OUT, PART_IN -> Set.of("stream", "message");
            case LOSS, CHECKPOINT, SEAL, SESSION_END -> Set.of();
        };
    }

    private static long[] references(LogFile.Entry entry) {
        ByteBuffer payload = ByteBuffer.wrap(entry.payload()).order(ByteOrder.LITTLE_ENDIAN);
        return switch (RecordType.of(entry.type()).orElseThrow()) {
            case START, REQUEST_CHUNK, REQUEST_END, RESPONSE, RESPONSE_CHUNK, PART_OUT, PART_IN -> new long[] {payload.getLong(0)};
            case MESSAGE -> new long[] {payload.getLong(0), payload.getLong(8), payload.getLong(16)};
            case END -> new long[] {payload.getLong(0), payload.getLong(8)};
            case CLIENT, ROUTE, BODY, INFORMATIONAL, LOSS, CHECKPOINT, SEAL, SESSION_END, STREAM, STREAM_END -> new long[0];
        };
    }
}
