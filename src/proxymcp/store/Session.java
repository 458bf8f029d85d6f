package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Source;
import proxymcp.exchange.Streams;

/**
 * A session that can be read: one that ended, one that this process records, or one that another process records.
 *
 * <p>Any thread may call. Reading costs processor time and page faults: callers run it on threads made for that.
 */
public final class Session implements Closeable {
    /** Takes what a query finds, one after another. */
    public interface Visitor {
        /** Takes an exchange; returns whether to go on. */
        boolean visit(IndexEntry entry) throws IOException;
    }

    private final StoreFiles files;
    private final Path folder;
    private final Manifest manifest;
    private final IndexFiles index;
    private final Optional<BlockCheck> check;
    private final List<Damage> damage;
    private final boolean ownsIndex;

    /**
     * @param check for an index that nobody writes
     * @param damage what was found when it was opened
     * @param ownsIndex whether closing this closes the index
     */
    Session(StoreFiles files, Path folder, Manifest manifest, IndexFiles index, Optional<BlockCheck> check, List<Damage> damage,
            boolean ownsIndex) {
        this.files = files;
        this.folder = folder;
        this.manifest = manifest;
        this.index = index;
        this.check = check;
        this.damage = List.copyOf(damage);
        this.ownsIndex = ownsIndex;
    }

    /** The session's manifest; of one that is being recorded, as it was at the start. */
    public Manifest manifest() {
        return manifest;
    }

    /** What its bodies were decoded to. */
    public Artifacts artifacts() {
        return new Artifacts(files, folder, manifest.id());
    }

    /** Its folder. */
    public Path folder() {
        return folder;
    }

    /** What was found damaged when it was opened, or recovered before. */
    public List<Damage> damage() {
        return damage;
    }

    /** Highest seq. */
    public long lastSeq() throws IOException {
        return index.lastSeq();
    }

    /**
     * Finds exchanges.
     *
     * @param offset matches to leave out, from {@code cursor} on
     * @param limit most items of the page
     * @param cursor {@code nextCursor} of the page before; empty for the first
     * @throws IllegalArgumentException if the cursor is none of this query's
     */
    public SessionPage query(SessionQuery query, long offset, int limit, Optional<String> cursor) throws IOException {
        Optional<QueryCursor> after = cursor.map(text -> QueryCursor.parse(text).filter(found -> found.descending() == query.descending())
                .orElseThrow(() -> new IllegalArgumentException("cursor is not one of this query's")));
        List<Long> page = new ArrayList<>();
        long[] counts = new long[2];
        forEachMatch(query, (seq, started) -> {
            counts[0]++;
            if (after.isPresent() && !after.get().isBefore(started, seq)) {
                return true;
            }
            if (counts[1]++ >= offset && page.size() <= limit) {
                page.add(seq);
            }
            return true;
        });
        boolean more = page.size() > limit;
        List<IndexEntry> items = new ArrayList<>();
        for (long seq : more ? page.subList(0, limit) : page) {
            items.add(entry(seq));
        }
        Optional<String> next = more && !items.isEmpty() ? Optional.of(cursor(query, items.get(items.size() - 1))) : Optional.empty();
        return new SessionPage(counts[0], List.copyOf(items), next);
    }

    /** The cursor behind {@code entry}, for a caller that shows fewer items than it asked for. */
    public String cursor(SessionQuery query, IndexEntry entry) {
        return new QueryCursor(query.descending(), entry.startedAtMillis(), entry.seq()).text();
    }

    /** Hands every match to {@code visitor}, in the query's order. */
    public void forEach(SessionQuery query, Visitor visitor) throws IOException {
        forEachMatch(query, (seq, started) -> visitor.visit(entry(seq)));
    }

    /** What the index knows of an exchange; empty if there is none with this seq. */
    public Optional<IndexEntry> find(long seq) throws IOException {
        return exists(seq) ? Optional.of(entry(seq)) : Optional.empty();
    }

    /** Seq of the exchange with this id; empty if there is none. */
    public OptionalLong seqOf(UUID id) throws IOException {
        long last = index.lastSeq();
        for (long seq = 1; seq <= last; seq++) {
            ByteBuffer extent = checked(seq);
            int at = index.at(seq);
            if (extent.getLong(at + RowLayout.ID_LOW) == id.getLeastSignificantBits()
                    && extent.getLong(at + RowLayout.ID_HIGH) == id.getMostSignificantBits() && RowLayout.state(extent, at) != 0) {
                return OptionalLong.of(seq);
            }
        }
        return OptionalLong.empty();
    }

    /**
     * Reads an exchange from the log.
     *
     * @return empty if there is none with this seq
     * @throws CorruptSegmentException if its request head is damaged; other damage is named in the result
     */
    public Optional<StoredExchange> exchange(long seq) throws IOException {
        try (LogReader log = log()) {
            return exchange(seq, log, log);
        }
    }

    Optional<StoredExchange> exchange(long seq, LogReader near, LogReader shared) throws IOException {
        if (!exists(seq)) {
            return Optional.empty();
        }
        StoredExchange stored = new ExchangeReader(near, shared, this::log).read(entry(seq), checked(seq), index.at(seq));
        boolean stream = (RowLayout.state(checked(seq), index.at(seq)) & RowLayout.HAS_STREAM) != 0;
        return Optional.of(stream ? stored().in(stored, near) : stored);
    }

    /** Reads many exchanges, for the thread that asks. */
    public ExchangeScan exchanges() {
        return new ExchangeScan(this, new LogReader(files, folder, manifest.id(), ExchangeScan.WINDOW_BYTES, MessageReader.SEGMENTS_MAX),
                new LogReader(files, folder, manifest.id(), SegmentReader.POINT_WINDOW_BYTES, MessageReader.SEGMENTS_MAX));
    }

    /** Reads messages of many exchanges, for the thread that asks. */
    public MessageReader messages() {
        return new MessageReader(this, new LogReader(files, folder, manifest.id(), MessageReader.WINDOW_BYTES, MessageReader.SEGMENTS_MAX),
                new LogReader(files, folder, manifest.id(), SegmentReader.POINT_WINDOW_BYTES, MessageReader.SEGMENTS_MAX), this::log);
    }

    /**
     * Finds exchanges in the order of their seqs, for one thread at a time.
     *
     * @param query which; its direction does not matter
     * @param afterSeq begins behind this one; 0 for the first
     */
    public SeqScan scan(SessionQuery query, long afterSeq) throws IOException {
        if (check.isPresent()) {
            check.get().texts();
        }
        return new SeqScan(this, index, new RowFilter(index, query), afterSeq, index.lastSeq());
    }

    /** Its streams and their messages. */
    public Streams streams() {
        return stored();
    }

    /** The same for whoever copies them. */
    StoredStreams stored() {
        return new StoredStreams(this, index, check, this::log);
    }

    /** How many streams it has, and how many messages they have. */
    public StreamCounts streamCounts() throws IOException {
        return StreamCounts.of(index);
    }

    /** Where the last record of an exchange stands; {@link Position#NONE} if that is not known. */
    long endOf(long seq) throws IOException {
        return checked(seq).getLong(index.at(seq) + RowLayout.END);
    }

    /** A reader of its log. */
    LogReader reader() {
        return log();
    }

    private LogReader log() {
        return new LogReader(files, folder, manifest.id());
    }

    private void forEachMatch(SessionQuery query, StartOrder.Match match) throws IOException {
        if (check.isPresent()) {
            check.get().texts();
        }
        RowFilter filter = new RowFilter(index, query);
        long last = index.lastSeq();
        StartOrder order = new StartOrder(query.descending(), index.stepBackMillis(), match);
        long step = query.descending() ? -1 : 1;
        for (long seq = query.descending() ? last : 1; seq >= 1 && seq <= last; seq += step) {
            ByteBuffer extent = checked(seq);
            int at = index.at(seq);
            if (filter.matches(extent, at) && !order.add(seq, extent.getLong(at + RowLayout.STARTED))) {
                return;
            }
        }
        order.end();
    }

    private boolean exists(long seq) throws IOException {
        return seq >= 1 && seq <= index.lastSeq() && RowLayout.state(checked(seq), index.at(seq)) != 0;
    }

    /** The extent that the row of {@code seq} is in. */
    ByteBuffer checked(long seq) throws IOException {
        if (check.isPresent()) {
            check.get().row(seq);
        }
        return index.extent(seq);
    }

    /** Offset of the row of {@code seq} in its extent. */
    int rowAt(long seq) {
        return index.at(seq);
    }

    /** Media type of the response to {@code seq}, lower case, without parameters; empty without one. */
    String mediaType(ByteBuffer row, int at) throws IOException {
        if (check.isPresent()) {
            check.get().textsOf(row, at);
        }
        return name(row.getInt(at + RowLayout.CONTENT_TYPE));
    }

    private IndexEntry entry(long seq) throws IOException {
        ByteBuffer row = checked(seq);
        int at = index.at(seq);
        if (check.isPresent()) {
            check.get().textsOf(row, at);
        }
        int state = RowLayout.state(row, at);
        int status = row.getInt(at + RowLayout.STATUS);
        long duration = row.getLong(at + RowLayout.DURATION);
        int error = state >>> RowLayout.ERROR_SHIFT & RowLayout.ERROR_MASK;
        SessionQuery.State phase = switch (state & RowLayout.PHASE_MASK) {
            case RowLayout.COMPLETE -> SessionQuery.State.COMPLETE;
            case RowLayout.INCOMPLETE -> SessionQuery.State.INCOMPLETE;
            default -> SessionQuery.State.IN_FLIGHT;
        };
        Optional<ErrorClass> errorClass = error == 0 || error > ErrorClass.values().length ? Optional.empty()
                : Optional.of(ErrorClass.values()[error - 1]);
        Source source = Source.values()[Math.min(state >>> RowLayout.SOURCE_SHIFT & RowLayout.SOURCE_MASK, Source.values().length - 1)];
        long start = row.getLong(at + RowLayout.START);
        String origin = name(row.getInt(at + RowLayout.ORIGIN));
        return new IndexEntry(seq, new UUID(row.getLong(at + RowLayout.ID_HIGH), row.getLong(at + RowLayout.ID_LOW)),
                row.getLong(at + RowLayout.STARTED), name(row.getInt(at + RowLayout.METHOD)),
                UrlText.host(origin), origin + index.paths().text(row.getLong(at + RowLayout.PATH)), phase, errorClass, source,
                status == 0 ? OptionalInt.empty() : OptionalInt.of(status), duration < 0 ? OptionalLong.empty() : OptionalLong.of(duration),
                row.getLong(at + RowLayout.REQUEST_BYTES), row.getLong(at + RowLayout.RESPONSE_BYTES),
                optionalName(row.getInt(at + RowLayout.CONTENT_TYPE)), optionalName(row.getInt(at + RowLayout.TARGET)),
                (state & RowLayout.REQUEST_WHOLE) != 0, (state & RowLayout.RESPONSE_WHOLE) != 0, (state & RowLayout.SHED) != 0,
                Position.segment(start), Position.offset(start) & 0xFFFF_FFFFL);
    }

    private String name(int entry) throws IOException {
        return index.names().text(entry & 0xFFFF_FFFFL);
    }

    private Optional<String> optionalName(int entry) throws IOException {
        return entry == 0 ? Optional.empty() : Optional.of(name(entry));
    }

    /** Whether more of the index can be read: an interrupt of a thread that reads it closes it for good. */
    boolean isUsable() {
        return index.isOpen();
    }

    @Override
    public void close() throws IOException {
        if (ownsIndex) {
            index.close();
        }
    }
}
