package proxymcp.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.zip.CRC32C;

/**
 * The state of the index at one place of the log, so that opening a session reads the log from there on. Two generations are kept, as
 * {@code checkpoint-0} and {@code checkpoint-1}; a file is replaced whole.
 *
 * <pre>
 *   offset  size  field
 *        0     8  magic      "PMCPCKP" and 0x0A
 *        8     4  version    3
 *       12     n  payload    MessagePack, see FORMAT.md
 *     12+n     4  crc        CRC-32C of all before
 * </pre>
 *
 * @param session the session it belongs to
 * @param number rises by one per checkpoint, from 1
 * @param label what a caller named it
 * @param takenAtMillis epoch milliseconds
 * @param position where the first record stands that it does not cover
 * @param nextNumber number of that record
 * @param bytes octets of all segments up to there
 * @param lastSeq highest seq that has a row
 * @param exchanges how many rows there are: seqs of exchanges that could not be recorded have none
 * @param namesUsed octets in use of index.names
 * @param pathsUsed octets in use of index.paths
 * @param stepBackMillis by how much at most an exchange starts before one with a lower seq
 * @param losses what was lost up to there
 * @param rows checksums of {@value #ROWS_PER_BLOCK} rows each
 * @param names checksums of {@value #TEXT_PER_BLOCK} octets of index.names each
 * @param paths the same of index.paths
 * @param open exchanges in flight
 * @param streams rows of streams and messages
 */
record Checkpoint(SessionId session, long number, Optional<String> label, long takenAtMillis, long position, long nextNumber, long bytes,
        long lastSeq, long exchanges, long namesUsed, long pathsUsed, long stepBackMillis, Losses losses, List<Integer> rows, List<Integer> names,
        List<Integer> paths, List<OpenRow> open, StreamState streams) {
    static final int ROWS_PER_BLOCK = 1_024;
    static final int TEXT_PER_BLOCK = 64 << 10;
    static final int VERSION = 3;

    private static final byte[] MAGIC = {'P', 'M', 'C', 'P', 'C', 'K', 'P', 0x0A};
    private static final int PAYLOAD_OFFSET = 12;

    /**
     * An exchange in flight: its row, and where its bodies' chunks stand.
     *
     * @param stream number of its stream's row, 0 for none
     * @param streamRow that row; empty for none
     */
    record OpenRow(long seq, byte[] row, long requestLast, long requestBytes, long responseLast, long responseBytes, long stream,
            byte[] streamRow) {}

    /**
     * What there is of streams.
     *
     * @param streams rows of index.streams
     * @param messages rows of index.messages
     * @param stepBackMillis by how much at most a message is earlier than one with a lower row
     * @param streamSums checksums of {@value #ROWS_PER_BLOCK} rows of index.streams each
     * @param messageSums the same of index.messages
     */
    record StreamState(long streams, long messages, long stepBackMillis, List<Integer> streamSums, List<Integer> messageSums) {}

    /** The block that a row is in. */
    static int rowBlock(long number) {
        return (int) ((number - 1) / ROWS_PER_BLOCK);
    }

    static Path file(Path folder, long number) {
        return folder.resolve("checkpoint-" + number % 2);
    }

    /** The newest whole checkpoint of a session; empty if there is none. Files that cannot be used are passed over. */
    static Optional<Checkpoint> newest(Path folder, SessionId session) {
        return all(folder, session).stream().findFirst();
    }

    /** Both generations, as far as they are whole and of this session, the newest first. */
    static List<Checkpoint> all(Path folder, SessionId session) {
        List<Checkpoint> all = new ArrayList<>();
        for (int generation = 0; generation < 2; generation++) {
            read(file(folder, generation), session).ifPresent(all::add);
        }
        all.sort(Comparator.comparingLong(Checkpoint::number).reversed());
        return all;
    }

    /** Whether the log reaches as far as the checkpoint: one behind which it was cut knows of records that are not there. */
    boolean isWithin(SortedMap<Integer, Path> segments) throws IOException {
        long there = 0;
        for (Path before : segments.headMap(Position.segment(position)).values()) {
            there += Files.size(before);
        }
        Path last = segments.get(Position.segment(position));
        long offset = Position.offset(position) & 0xFFFF_FFFFL;
        return last != null && Files.size(last) >= offset && there + offset >= bytes;
    }

    /** Whether a checkpoint file is whole and belongs to the session. */
    static boolean isUsable(Path file, SessionId session) {
        return read(file, session).isPresent();
    }

    private static Optional<Checkpoint> read(Path file, SessionId session) {
        try {
            return Files.exists(file) ? Optional.of(decode(Files.readAllBytes(file))).filter(found -> found.session.equals(session))
                    : Optional.empty();
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            return Optional.empty(); // The other generation, or the whole log, serves as well.
        }
    }

    byte[] encode() {
        PayloadWriter out = new PayloadWriter(4_096 + 8 * (rows.size() + names.size() + paths.size() + streams.messageSums.size()));
        byte[] version = new byte[Integer.BYTES];
        RecordLayout.putInt(version, 0, VERSION);
        out.raw(MAGIC, 0, MAGIC.length).raw(version, 0, version.length);
        out.text(session.text()).integer(number).textOrNil(label).integer(takenAtMillis).fixed(position).integer(nextNumber).integer(bytes)
                .integer(lastSeq).integer(exchanges).integer(namesUsed).integer(pathsUsed).integer(stepBackMillis);
        out.integer(losses.bodies()).integer(losses.exchanges()).integer(losses.records()).integer(losses.bytes());
        checksums(out, rows, names, paths);
        out.integer(open.size());
        for (OpenRow row : open) {
            out.integer(row.seq).binary(row.row).fixed(row.requestLast).integer(row.requestBytes).fixed(row.responseLast)
                    .integer(row.responseBytes).integer(row.stream).binary(row.streamRow);
        }
        out.integer(streams.streams).integer(streams.messages).integer(streams.stepBackMillis);
        checksums(out, streams.streamSums, streams.messageSums);
        byte[] bytes = Arrays.copyOf(out.bytes(), out.used() + Integer.BYTES);
        RecordLayout.putInt(bytes, out.used(), crc(bytes, out.used()));
        return bytes;
    }

    private static Checkpoint decode(byte[] bytes) throws IOException, PayloadReader.MalformedPayloadException {
        int end = bytes.length - Integer.BYTES;
        if (end < PAYLOAD_OFFSET || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || RecordLayout.getInt(bytes, end) != crc(bytes, end)) {
            throw new IOException("checkpoint is damaged");
        }
        if (RecordLayout.getInt(bytes, MAGIC.length) != VERSION) {
            throw new IOException("checkpoint is of another version");
        }
        PayloadReader in = new PayloadReader(bytes, PAYLOAD_OFFSET, end - PAYLOAD_OFFSET);
        SessionId session = SessionId.parse(in.text()).orElseThrow(() -> new IOException("checkpoint names no session"));
        return new Checkpoint(session, in.integer(), in.textOrNil(), in.integer(), in.fixed(), in.integer(), in.integer(), in.integer(),
                in.integer(), in.integer(), in.integer(), in.integer(), new Losses(in.integer(), in.integer(), in.integer(), in.integer()), checksums(in),
                checksums(in), checksums(in), openRows(in), new StreamState(in.integer(), in.integer(), in.integer(), checksums(in), checksums(in)));
    }

    @SafeVarargs
    private static void checksums(PayloadWriter out, List<Integer>... lists) {
        for (List<Integer> checksums : lists) {
            out.integer(checksums.size());
            checksums.forEach(checksum -> out.integer(checksum & 0xFFFF_FFFFL));
        }
    }

    private static List<Integer> checksums(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        List<Integer> checksums = new ArrayList<>();
        for (long left = in.integer(); left > 0; left--) {
            checksums.add((int) in.integer());
        }
        return List.copyOf(checksums);
    }

    private static List<OpenRow> openRows(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        List<OpenRow> open = new ArrayList<>();
        for (long left = in.integer(); left > 0; left--) {
            open.add(new OpenRow(in.integer(), in.binary(), in.fixed(), in.integer(), in.fixed(), in.integer(), in.integer(), in.binary()));
        }
        return List.copyOf(open);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
