package proxymcp.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Timings;

/**
 * Brings a session that nobody writes into order: the index up to date with the log, and exchanges that were in flight ended. No octet of the
 * log is changed: what recovery adds goes into a new segment.
 */
final class SessionRecovery {
    private final StoreFiles files;
    private final Path folder;
    private final SessionId id;
    private final StoreLimits limits;
    private final Clock clock;

    /**
     * What recovery found.
     *
     * @param manifest the session's manifest, as it is now
     * @param damage what was damaged in the part of the log that was read
     */
    record Result(Manifest manifest, List<Damage> damage) {}

    SessionRecovery(StoreFiles files, Path folder, SessionId id, StoreLimits limits, Clock clock) {
        this.files = files;
        this.folder = folder;
        this.id = id;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Recovers the session; the caller holds its lock.
     *
     * @param whole whether the whole log is read, rather than what follows the last checkpoint
     */
    Result run(boolean whole) throws IOException {
        Manifest before = Manifest.read(folder, id).orElseGet(() -> Manifest.lost(id));
        OpenExchanges open = new OpenExchanges();
        List<Checkpoint> checkpoints = Checkpoint.all(folder, id);
        Optional<Restored> restored = whole ? Optional.empty() : restore(checkpoints, open);
        long last = checkpoints.isEmpty() ? 0 : checkpoints.get(0).number();
        for (CheckpointInfo labelled : before.checkpoints()) {
            last = Math.max(last, labelled.number());
        }
        IndexFiles indexFiles = restored.isPresent() ? restored.get().index() : IndexFiles.create(files, folder, id, limits);
        try {
            return replay(before, indexFiles, open, restored.map(Restored::checkpoint), last);
        } finally {
            indexFiles.close();
        }
    }

    private record Restored(Checkpoint checkpoint, IndexFiles index) {}

    /** Goes back to the newest checkpoint that fits log and index. */
    private Optional<Restored> restore(List<Checkpoint> checkpoints, OpenExchanges open) throws IOException {
        SortedMap<Integer, Path> segments = SegmentFiles.list(folder);
        for (Checkpoint checkpoint : checkpoints) {
            Optional<IndexFiles> index = checkpoint.isWithin(segments) ? restore(checkpoint, open) : Optional.empty();
            if (index.isPresent()) {
                return Optional.of(new Restored(checkpoint, index.get()));
            }
        }
        return Optional.empty();
    }

    private Result replay(Manifest before, IndexFiles indexFiles, OpenExchanges open, Optional<Checkpoint> from, long lastCheckpoint)
            throws IOException {
        IndexWriter index = new IndexWriter(indexFiles, from.map(Checkpoint::exchanges).orElse(0L));
        LabelledCheckpoints labelled = new LabelledCheckpoints(index::apply);
        LogReplay replay = new LogReplay(files, folder, id, labelled, open, from.map(found -> found.nextNumber() - 1).orElse(0L),
                from.map(Checkpoint::lastSeq).orElse(0L), from.map(Checkpoint::losses).orElse(Losses.NONE));
        LogState state = replay.run(from.map(Checkpoint::position).orElse(Position.NONE));
        CheckpointMaker checkpoints = new CheckpointMaker(files, folder, id, index, open, lastCheckpoint);
        from.ifPresent(checkpoints::continueFrom);
        boolean clean = replay.isEnded() && open.size() == 0;
        long bytes = state.bytes();
        if (clean) {
            checkpoints.write(checkpoints.take(Optional.empty(), clock.millis(), endOfLog(state), state.lastNumber() + 1, state.bytes(),
                    state.losses()));
        } else {
            bytes = close(index, open, checkpoints, state);
        }
        List<Damage> damage = replay.damage();
        boolean cut = before.endedAtMillis().isPresent() && !replay.isEnded();
        boolean harmed = cut || damage.stream().anyMatch(Damage::isHarmful);
        // What could not even be recorded as lost may stand in the manifest.
        Losses losses = state.losses().orMore(before.losses());
        String recovery = harmed || !losses.isNone() ? Manifest.ERROR : clean && before.endedAtMillis().isPresent() ? before.recovery() : Manifest.RECOVERED;
        Optional<String> error = harmed ? Optional.of("the log is damaged: " + damage.size() + " places")
                : before.lastError().or(() -> losses.isNone() ? Optional.empty() : Optional.of("not everything could be recorded"));
        long ended = before.endedAtMillis().orElseGet(clock::millis);
        Manifest after = labelled.addTo(before).with(OptionalLong.of(ended), recovery, index.exchanges(), index.lastSeq(), bytes + indexFiles.bytes(),
                losses, error, StreamCounts.of(indexFiles));
        after.write(files, folder);
        return new Result(after, damage);
    }

    /** Ends what was in flight, in a new segment. */
    private long close(IndexWriter index, OpenExchanges open, CheckpointMaker checkpoints, LogState state) throws IOException {
        try (LogWriter log = new LogWriter(files, folder, id, limits, Long.MAX_VALUE, index, open, new ConnectionKeys(), state)) {
            log.endOpen(new ExchangeEnd(new Outcome.Incomplete(ErrorClass.PROXY_STOPPED, "the recording process ended while the exchange ran"),
                    Timings.NONE, List.of(), List.of()));
            Checkpoint checkpoint = checkpoints.take(Optional.empty(), clock.millis(), log.position(), log.nextNumber(), log.bytes(),
                    log.losses());
            log.append(RecordType.SESSION_END, out -> out.array(2).integer(clock.millis()).integer(index.lastSeq()));
            log.seal();
            checkpoints.write(checkpoint);
            return log.bytes();
        }
    }

    private long endOfLog(LogState state) throws IOException {
        Path last = SegmentFiles.file(folder, state.lastSegment());
        return Position.of(state.lastSegment(), (int) java.nio.file.Files.size(last));
    }

    /** The index as it was at a checkpoint; empty if it is not there any more, or is not what the checkpoint saw. */
    private Optional<IndexFiles> restore(Checkpoint checkpoint, OpenExchanges open) {
        IndexFiles index = null;
        try {
            index = IndexFiles.open(files, folder, id, true);
            index.restore(checkpoint);
            for (Checkpoint.OpenRow row : checkpoint.open()) {
                open.restore(row);
            }
            return Optional.of(index);
        } catch (IOException e) {
            // A rebuild from the log serves as well; the log is the truth.
            closeQuietly(index);
            return Optional.empty();
        }
    }

    private static void closeQuietly(IndexFiles index) {
        try {
            if (index != null) {
                index.close();
            }
        } catch (IOException e) {
            return; // It is made anew.
        }
    }
}
