package proxymcp.replay;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import proxymcp.json.JsonObject;
import proxymcp.store.SessionFolders;
import proxymcp.store.SessionLock;
import proxymcp.store.StoreFiles;

/**
 * The runs of a home, below {@code replays}: those that this process sends, those that another one does, and those that have ended. A run whose process
 * died is {@code interrupted}, and can be resumed by one process, which holds its lock from then on. The newest 200 are kept; older ones that nobody
 * sends go when another one starts.
 *
 * <p>Any thread may call. {@link #close} ends the runs of this process so that they can be resumed, and waits for them a little.
 */
public final class ReplayRuns implements Closeable {
    /** Runs that are kept. */
    public static final int RUNS_MAX = 200;
    /** Ended runs that stay in memory, so that who asks for pages of their items does not read them each time. */
    private static final int ENDED_MAX = 4;
    private static final String DELETED = "deleted-";
    private static final long CLOSE_MILLIS = 500;

    private final Path root;
    private final RunTime time;
    private final RandomGenerator random;
    private final StoreFiles files = StoreFiles.DISK;
    private final Map<ReplayId, ReplayRun> runs = new ConcurrentHashMap<>();

    /** Makes settings and sender of a run again. */
    public interface Preparation {
        /**
         * Prepares a run.
         *
         * @param request what was given to {@link ReplayRuns#start}
         * @throws PlanException if that cannot be done any more
         */
        PreparedRun prepare(JsonObject request, Plan plan) throws PlanException, IOException;
    }

    /**
     * The runs below a folder, which is made when the first one starts.
     *
     * @param root {@code <home>/replays}
     * @param random where ids and seeds come from
     */
    public ReplayRuns(Path root, RunTime time, RandomGenerator random) {
        this.root = root;
        this.time = time;
        this.random = random;
    }

    /**
     * Keeps what a run needs to be resumed, and starts it.
     *
     * @param request what the run is made of, for {@link Preparation}; kept in a file that only its owner can read
     * @throws IOException if it cannot be kept; nothing has been sent then, and the sender is closed
     */
    public ReplayRun start(JsonObject request, Plan plan, PreparedRun prepared) throws IOException {
        return begin(closingOnFailure(prepared, () -> made(request, plan, id -> prepared)));
    }

    /** Makes settings and sender of a run whose id is known, and which is kept. */
    public interface Beginning {
        /** Prepares a run; nothing is left of one that this throws for. */
        PreparedRun prepare(ReplayId id) throws IOException;
    }

    /**
     * The same for a run that is known to others by its id before it begins here.
     *
     * @throws IOException if it cannot be kept or prepared
     */
    public ReplayRun start(JsonObject request, Plan plan, Beginning beginning) throws IOException {
        return begin(made(request, plan, beginning));
    }

    private ReplayRun made(JsonObject request, Plan plan, Beginning beginning) throws IOException {
        files.createFolder(root);
        ageOut();
        long now = time.epochMillis();
        ReplayId id = ReplayId.next(now, random);
        Path path = root.resolve(id.text());
        files.createFolder(path);
        SessionLock held = take(path, id);
        boolean made = false;
        try {
            RunFolder folder = new RunFolder(files, path);
            RunFolder.Header header = new RunFolder.Header(id, plan.sessionId(), now, random.nextLong(), plan.items().size(),
                    plan.refreshItems().size(), plan.notes(), request);
            folder.write(header, plan);
            PreparedRun prepared = beginning.prepare(id);
            ReplayRun begun = closingOnFailure(prepared, () -> new ReplayRun(header, plan, prepared, time, folder.journal(0), held,
                    new RunLedger(plan.items()), 0));
            made = true;
            return begun;
        } finally {
            if (!made) {
                held.close();
                discard(path);
            }
        }
    }

    /** What is left of a run that did not begin goes with the next that ages out. */
    private void discard(Path path) {
        try {
            Files.move(path, root.resolve(DELETED + path.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            return; // It stays, and is shown as interrupted; why it did not begin is told.
        }
    }

    /** What may fail after a sender was made. */
    private interface Making {
        ReplayRun make() throws IOException;
    }

    private static ReplayRun closingOnFailure(PreparedRun prepared, Making making) throws IOException {
        boolean made = false;
        try {
            ReplayRun run = making.make();
            made = true;
            return run;
        } finally {
            if (!made) {
                prepared.sender().close();
            }
        }
    }

    private ReplayRun begin(ReplayRun run) {
        forgetEnded();
        runs.put(run.id(), run);
        run.begin();
        return run;
    }

    private void forgetEnded() {
        List<ReplayId> ended = new ArrayList<>();
        runs.forEach((id, run) -> {
            if (run.hasEnded()) {
                ended.add(id);
            }
        });
        Collections.sort(ended);
        for (int at = 0; at < ended.size() - (ENDED_MAX - 1); at++) {
            runs.remove(ended.get(at));
        }
    }

    private static SessionLock take(Path folder, ReplayId id) throws IOException {
        return SessionLock.tryTake(folder).orElseThrow(() -> new RunException("replay_running", "another process sends " + id));
    }

    /**
     * Goes on with a run that was interrupted, aborted or cancelled, with the captured values and cookies that it had. Unsafe requests that may have been sent
     * are not sent again: they end as {@code unknown}. A refresh of the authorisation that may have been sent is not finished; one begins, from its first
     * request, when an answer says that the authorisation has expired.
     *
     * @throws RunException if there is none, somebody sends it, nothing is left of it, or its files are damaged
     * @throws PlanException if it cannot be prepared again
     */
    public ReplayRun resume(ReplayId id, Preparation preparation) throws IOException, PlanException {
        ReplayRun ours = runs.get(id);
        if (ours != null && !ours.hasEnded()) {
            throw new RunException("replay_running", id + " is running");
        }
        Path path = root.resolve(id.text());
        RunFolder folder = new RunFolder(files, path);
        folder.header(id);
        SessionLock held = take(path, id);
        boolean resumed = false;
        try {
            RunFolder.State state = folder.read(id);
            if (state.ended().isPresent() && state.ended().get().state() == RunReport.State.DONE) {
                throw new RunException("replay_done", "all items of " + id + " have ended");
            }
            PreparedRun prepared = preparation.prepare(state.header().request(), state.plan());
            ReplayRun run = closingOnFailure(prepared, () -> {
                folder.recall(prepared.memory());
                RunJournal journal = folder.journal(state.goodBytes());
                state.remark().ifPresent(journal::found);
                journal.resumed(time.epochMillis());
                state.doubtful(prepared.isUnsafe()).stream().forEach(index -> {
                    ledgerUnknown(state.ledger(), index);
                    journal.done(index, ItemResult.unknown(1), state.elapsedMillis());
                });
                return new ReplayRun(state.header(), state.plan(), prepared, time, journal, held, state.ledger(), state.elapsedMillis());
            });
            resumed = true;
            return begin(run);
        } finally {
            if (!resumed) {
                held.close();
            }
        }
    }

    private static void ledgerUnknown(RunLedger ledger, int index) {
        ledger.put(index, ItemResult.unknown(1));
    }

    /** A run that this process sends or has sent lately. */
    public Optional<ReplayRun> running(ReplayId id) {
        return Optional.ofNullable(runs.get(id));
    }

    /** A run of this process that has not ended and reads or records to a session. */
    public Optional<ReplayId> using(String sessionId) {
        for (ReplayRun run : runs.values()) {
            if (run.uses(sessionId)) {
                return Optional.of(run.id());
            }
        }
        return Optional.empty();
    }

    /**
     * A run as it is now.
     *
     * @throws RunException if there is none, or it cannot be read
     */
    public RunView find(ReplayId id) throws IOException {
        ReplayRun ours = runs.get(id);
        if (ours != null) {
            return ours;
        }
        Path path = root.resolve(id.text());
        RunFolder folder = new RunFolder(files, path);
        folder.header(id);
        boolean elsewhere = SessionLock.isRecorded(path);
        RunFolder.State state = folder.read(id);
        RunReport.State as = elsewhere ? RunReport.State.RUNNING
                : state.ended().map(RunFolder.Ended::state).orElse(RunReport.State.INTERRUPTED);
        settle(state, as);
        List<String> notes = new ArrayList<>(state.notes());
        if (!elsewhere) {
            state.remark().ifPresent(notes::add); // While it is sent a refresh may be under way, and no doubt about it.
        }
        Optional<String> note = notes.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", notes));
        Optional<RunFolder.Ended> ended = elsewhere ? Optional.empty() : state.ended();
        return new StoredRun(state.ledger(), state.ledger().report(as, new RunLedger.RunFacts(id, state.header().sessionId(),
                ended.map(RunFolder.Ended::reason).orElse(""), state.header().startedAtMillis(), ended.map(RunFolder.Ended::atMillis),
                state.elapsedMillis(), state.plan().notes(), note, Optional.empty())));
    }

    /** Gives the items that have no result the one that follows from how the run ended. */
    private static void settle(RunFolder.State state, RunReport.State as) {
        switch (as) {
            case PLANNED, RUNNING -> { }
            case INTERRUPTED -> state.doubtful().stream().forEach(index -> ledgerUnknown(state.ledger(), index));
            case DONE, ABORTED, CANCELLED -> {
                state.doubtful().stream().forEach(index -> ledgerUnknown(state.ledger(), index));
                Skip skip = RunFolder.skipOf(as, state.ended().map(RunFolder.Ended::reason).orElse(""));
                for (PlanItem item : state.plan().items()) {
                    state.ledger().put(item.index(), ItemResult.skipped(skip));
                }
            }
        }
    }

    /**
     * What a run was made of: the request that it was started with.
     *
     * @throws RunException if there is none, or it cannot be read
     */
    public JsonObject request(ReplayId id) throws IOException {
        return new RunFolder(files, root.resolve(id.text())).header(id).request();
    }

    /** Where the runs are: a folder each, which has its id for a name. */
    public Path root() {
        return root;
    }

    /** Ids of all runs, the newest first. */
    public List<ReplayId> ids() throws IOException {
        List<ReplayId> ids = new ArrayList<>();
        if (Files.isDirectory(root)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Files::isDirectory)) {
                for (Path folder : folders) {
                    ReplayId.parse(folder.getFileName().toString()).ifPresent(ids::add);
                }
            }
        }
        ids.sort(Collections.reverseOrder());
        return ids;
    }

    /** Deletes what is beyond the newest, and what a deletion that was cut off left. */
    private void ageOut() throws IOException {
        List<ReplayId> ids = ids();
        for (ReplayId id : ids.subList(Math.min(ids.size(), RUNS_MAX - 1), ids.size())) {
            Path folder = root.resolve(id.text());
            ReplayRun ours = runs.get(id);
            Optional<SessionLock> held = ours != null && !ours.hasEnded() ? Optional.empty() : SessionLock.tryTake(folder);
            if (held.isPresent()) {
                held.get().close();
                runs.remove(id);
                Files.move(folder, root.resolve(DELETED + id), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, DELETED + "*")) {
            for (Path folder : folders) {
                SessionFolders.deleteFolder(folder);
            }
        }
    }

    @Override
    public void close() {
        List<ReplayRun> open = new ArrayList<>(runs.values());
        open.forEach(ReplayRun::interrupt);
        try {
            for (ReplayRun run : open) {
                run.await(CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Who is in a hurry finds the runs interrupted.
        }
    }
}
