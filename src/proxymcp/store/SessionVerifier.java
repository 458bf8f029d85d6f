package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Checks a session as it lies on the disk, and changes nothing: neither is it opened, nor recovered. Not for several threads.
 *
 * <p>Exchanges that damage touches are known from what refers to it, from what its record's header says, and, while the index is sound, from the
 * positions that the index keeps.
 */
final class SessionVerifier {
    private static final long LOST_MAX = 1_000_000;

    private final StoreFiles files;
    private final Path folder;
    private final SessionId id;
    private final OptionalLong until;
    private final boolean recording;
    private final WorkWatch watch;
    private final LongSupplier nanoTime;
    private final List<Damage> derived = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * @param until where the log of a session that this process records ends now
     * @param recording whether anybody records it
     */
    SessionVerifier(StoreFiles files, Path folder, SessionId id, OptionalLong until, boolean recording, WorkWatch watch, LongSupplier nanoTime) {
        this.files = files;
        this.folder = folder;
        this.id = id;
        this.until = until;
        this.recording = recording;
        this.watch = watch;
        this.nanoTime = nanoTime;
    }

    VerifyReport run(VerifyLevel level) throws IOException {
        long begin = nanoTime.getAsLong();
        Optional<Manifest> manifest = manifest();
        Optional<Checkpoint> checkpoint = checkpoints();
        if (level == VerifyLevel.QUICK) {
            QuickChecks quick = new QuickChecks(files, folder, id, until, recording);
            quick.run();
            checkpoint.ifPresent(quick::compare);
            List<Damage> found = new ArrayList<>(derived);
            found.addAll(quick.damage());
            return new VerifyReport(level, recording, quick.records(), quick.bytes(), quick.segments(), found, List.of(), notes,
                    nanoTime.getAsLong() - begin);
        }
        artifacts();
        Optional<IndexFiles> index = index(manifest, checkpoint);
        try {
            return whole(level, manifest, checkpoint, index, begin);
        } finally {
            if (index.isPresent()) {
                index.get().close();
            }
        }
    }

    private VerifyReport whole(VerifyLevel level, Optional<Manifest> manifest, Optional<Checkpoint> checkpoint, Optional<IndexFiles> index,
            long begin) throws IOException {
        SortedMap<Integer, Path> segments = SegmentFiles.list(folder);
        long total = 0;
        for (Path segment : segments.values()) {
            total += Files.size(segment);
        }
        DamageList damage = new DamageList();
        Optional<RowComparison> rows = level == VerifyLevel.DEEP ? index.map(known -> new RowComparison(known, damage)) : Optional.empty();
        LogReplay.Records closer = level == VerifyLevel.DEEP ? new DeepChecks(damage, rows) : (type, seq, position, bytes, at, length, open) -> { };
        RecordChecks checks = new RecordChecks(closer, damage, watch, total);
        LogReplay replay = new LogReplay(files, folder, id, checks, new OpenExchanges(), 0, 0, Losses.NONE, damage);
        until.ifPresent(replay::until);
        LogState state = replay.run(Position.NONE);
        if (recording) {
            damage.dropLastTail(state.lastSegment());
        } else if (manifest.isPresent() && manifest.get().endedAtMillis().isPresent() && !replay.isEnded() && !isSealedBehindDamage(checks, state, damage)
                || checkpoint.isPresent() && checkpoint.get().position() > Position.of(state.lastSegment(), state.lastSegmentBytes())) {
            damage.lastTailWasCut();
            damage.add(state.lastSegment(), state.lastSegmentBytes(), 0, Damage.CUT, 0);
        }
        List<Long> lost = damage.isEmpty() ? List.of() : nameExchanges(damage, checks.started(), index);
        rows.ifPresent(this::addRows);
        if (level == VerifyLevel.DEEP && !recording && damage.isEmpty()) {
            manifest.filter(known -> known.endedAtMillis().isPresent()).ifPresent(known -> compareCounts(known, checks));
        }
        List<Damage> found = new ArrayList<>(derived);
        found.addAll(damage.list());
        watch.done(total, total);
        return new VerifyReport(level, recording, checks.records(), state.bytes(), segmentStates(segments, checks, damage.list()), found, lost,
                notes, nanoTime.getAsLong() - begin);
    }

    /** Whether the record that ends the session is damaged: the seal that follows it is there. */
    private static boolean isSealedBehindDamage(RecordChecks checks, LogState state, DamageList damage) {
        RecordChecks.Seen last = checks.segments().get(state.lastSegment());
        return last != null && last.isSealed() && damage.isIn(state.lastSegment());
    }

    private Optional<Manifest> manifest() throws IOException {
        Manifest.refuseNewer(folder);
        Optional<Manifest> manifest = Manifest.read(folder, id);
        if (manifest.isEmpty()) {
            Path file = Manifest.file(folder);
            derived.add(new Damage(0, 0, Files.exists(file) ? Files.size(file) : 0, Damage.MANIFEST, 0, List.of()));
            notes.add("the manifest is missing or cannot be read: name and settings of the session are lost");
        }
        return manifest;
    }

    /** Artifacts that cannot be read. */
    private void artifacts() throws IOException {
        Artifacts artifacts = new Artifacts(files, folder, id);
        for (Path file : artifacts.list().values()) {
            if (artifacts.read(file).isEmpty() && Files.exists(file)) {
                derived.add(new Damage(0, 0, Files.size(file), Damage.ARTIFACT, 0, List.of()));
                notes.add("artifacts/" + file.getFileName() + " is damaged: it is passed over; decoding the body makes it again");
            }
        }
    }

    /** The newest checkpoint that can be used; files that cannot are damage. */
    private Optional<Checkpoint> checkpoints() throws IOException {
        for (long generation = 0; generation < 2; generation++) {
            Path file = Checkpoint.file(folder, generation);
            if (Files.exists(file) && !Checkpoint.isUsable(file, id)) {
                derived.add(new Damage(0, 0, Files.size(file), Damage.CHECKPOINT, 0, List.of()));
                notes.add(file.getFileName() + " is damaged, or of another session or version: it is passed over");
            }
        }
        return Checkpoint.newest(folder, id);
    }

    /** The index, if it can be expected to agree with the log and its checksums fit. */
    private Optional<IndexFiles> index(Optional<Manifest> manifest, Optional<Checkpoint> checkpoint) throws IOException {
        boolean ended = manifest.isPresent() && manifest.get().endedAtMillis().isPresent();
        if (recording && until.isEmpty() || !recording && !ended) {
            notes.add(recording ? "another process records the session: the index was not compared"
                    : "the recording process died: the index is brought up to date when the session is opened");
            return Optional.empty();
        }
        if (!IndexFiles.exists(folder)) {
            notes.add("there is no index: it is made from the log when the session is opened");
            return Optional.empty();
        }
        try {
            IndexFiles index = IndexFiles.open(files, folder, id, false);
            try {
                if (recording) {
                    return Optional.of(index);
                }
                if (checkpoint.isEmpty() || checkpoint.get().lastSeq() != manifest.get().lastSeq()) {
                    notes.add("there is no checkpoint to check the index with: it is made anew when the session is opened");
                    index.close();
                    return Optional.empty();
                }
                new BlockCheck(index, checkpoint.get()).all();
                index.requireState(checkpoint.get());
                return Optional.of(index);
            } catch (IOException e) {
                index.close();
                throw e;
            }
        } catch (IOException e) {
            derived.add(new Damage(0, 0, 0, Damage.INDEX, 0, List.of()));
            notes.add(e.getMessage() + "; proxy_session_recover makes the index anew from the log");
            return Optional.empty();
        }
    }

    private void addRows(RowComparison rows) {
        if (rows.differing() > 0) {
            derived.add(new Damage(0, 0, 0, Damage.INDEX, rows.firstDiffering(), List.of(rows.firstDiffering())));
            notes.add(rows.differing() + " rows of the index differ from the log; proxy_session_recover makes it anew");
        }
    }

    private void compareCounts(Manifest manifest, RecordChecks checks) {
        long exchanges = checks.started().cardinality();
        if (manifest.exchangeCount() != exchanges || checks.highestSeq() > manifest.lastSeq()) {
            derived.add(new Damage(0, 0, 0, Damage.MANIFEST, 0, List.of()));
            notes.add("the manifest counts " + manifest.exchangeCount() + " exchanges up to " + manifest.lastSeq() + ", the log holds " + exchanges
                    + " up to " + checks.highestSeq());
        }
    }

    /** Adds to damage the exchanges that the index finds there; returns those whose beginning is gone. */
    private static List<Long> nameExchanges(DamageList damage, BitSet started, Optional<IndexFiles> index) throws IOException {
        Collection<Long> lost = new TreeSet<>();
        if (index.isPresent()) {
            IndexFiles rows = index.get();
            long last = rows.lastSeq();
            for (long seq = 1; seq <= last; seq++) {
                ByteBuffer row = rows.extent(seq);
                int at = rows.at(seq);
                if (RowLayout.state(row, at) == 0) {
                    continue;
                }
                for (int column : new int[] {RowLayout.START, RowLayout.REQUEST_END, RowLayout.RESPONSE, RowLayout.END}) {
                    damage.refer(seq, row.getLong(at + column));
                }
                if (!started.get((int) Math.min(seq, Integer.MAX_VALUE)) && lost.size() < LOST_MAX) {
                    lost.add(seq);
                }
            }
            long messages = rows.messageCount();
            for (long number = 1; number <= messages; number++) {
                ByteBuffer row = rows.messages().extent(number);
                int at = rows.messages().at(number);
                long stream = row.getInt(at + MessageRowLayout.STREAM);
                long seq = rows.streams().extent(stream).getLong(rows.streams().at(stream) + StreamRowLayout.SEQ);
                damage.refer(seq, row.getLong(at + MessageRowLayout.POSITION));
            }
        } else {
            for (Damage place : damage.list()) {
                place.exchanges().stream().filter(seq -> !started.get((int) Math.min(seq, Integer.MAX_VALUE))).forEach(lost::add);
            }
        }
        return List.copyOf(lost);
    }

    private static List<VerifyReport.Segment> segmentStates(SortedMap<Integer, Path> files, RecordChecks checks, List<Damage> damage)
            throws IOException {
        Map<Integer, String> harmed = new TreeMap<>();
        for (Damage place : damage) {
            String state = place.isHarmful() ? "damaged" : "torn_tail";
            harmed.merge(place.segment(), state, (a, b) -> a.equals("damaged") ? a : b);
        }
        SortedMap<Integer, VerifyReport.Segment> segments = new TreeMap<>();
        for (int number : harmed.keySet()) {
            segments.put(number, new VerifyReport.Segment(number, "missing", 0, 0));
        }
        for (Map.Entry<Integer, Path> file : files.entrySet()) {
            int number = file.getKey();
            Optional<RecordChecks.Seen> seen = Optional.ofNullable(checks.segments().get(number));
            String whole = seen.isPresent() && seen.get().isSealed() ? "sealed" : "open";
            segments.put(number, new VerifyReport.Segment(number, harmed.getOrDefault(number, whole),
                    seen.map(RecordChecks.Seen::records).orElse(0L), Files.size(file.getValue())));
        }
        return List.copyOf(segments.values());
    }
}
