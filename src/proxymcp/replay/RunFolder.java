package proxymcp.replay;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.store.StoreFiles;

/**
 * What a run keeps: {@code run.json} (what was asked for, which may hold secrets, and the seed), {@code plan} (a checked line an item),
 * {@code journal} (see {@link RunJournal}; captured values and cookies are secrets too) and {@code lock}. Files are their owner's alone. {@code run.json} is written last, so that a folder that has one is
 * whole.
 */
final class RunFolder {
    private static final long FORMAT_VERSION = 1;
    private static final String HEADER = "run.json";
    private static final String PLAN = "plan";
    private static final String JOURNAL = "journal";

    private final Path folder;
    private final StoreFiles files;

    /**
     * What a run is.
     *
     * @param notes those of its plan
     * @param request what was asked for, as the caller needs it to make settings and sender again
     * @param seed what waits before retries are drawn from
     */
    record Header(ReplayId replayId, String sessionId, long startedAtMillis, long seed, int itemCount, int refreshCount, List<String> notes,
            JsonObject request) {}

    /**
     * What a run has come to.
     *
     * @param ended empty if its process died or still runs
     * @param elapsedMillis how long it has been sending
     * @param goodBytes octets of the journal up to the end of its last whole line
     * @param doubtful indexes of unsafe requests that may have been sent, and whose end is not known
     * @param refreshes numbers of those that renew an authorisation and are as doubtful
     * @param notes what the process that sent it last noted
     */
    record State(Header header, Plan plan, RunLedger ledger, Optional<Ended> ended, long elapsedMillis, long goodBytes, int damaged, BitSet doubtful,
            BitSet refreshes, List<String> notes) {
        /** Those that are {@link #doubtful} where overrides, too, decide what is unsafe: a damaged line may have said that any of them goes out. */
        BitSet doubtful(Predicate<PlanItem> isUnsafe) {
            BitSet all = (BitSet) doubtful.clone();
            for (PlanItem item : plan.items()) {
                if (damaged > 0 && ledger.isPending(item.index()) && isUnsafe.test(item)) {
                    all.set(item.index());
                }
            }
            return all;
        }

        /** What who looks at the run should know, but for what its last process noted. */
        Optional<String> remark() {
            List<String> sentences = new ArrayList<>();
            if (damaged > 0) {
                sentences.add((damaged == 1 ? "a line of the journal is damaged" : damaged + " lines of the journal are damaged")
                        + ": unsafe requests of which it has no result may have been sent, and are not sent again");
            }
            refreshes.stream().filter(number -> number < plan.refreshItems().size()).mapToObj(plan.refreshItems()::get)
                    .filter(PreparedRun::mayChange).forEach(item -> sentences.add("the " + item.method() + " with seq " + item.seq()
                            + " that renews the authorisation may have been sent when its process ended; it is sent again if an answer asks for it"));
            return sentences.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", sentences));
        }
    }

    /** How it ended. */
    record Ended(RunReport.State state, String reason, long atMillis) {}

    RunFolder(StoreFiles files, Path folder) {
        this.files = files;
        this.folder = folder;
    }

    /** Writes what is known before anything is sent. */
    void write(Header header, Plan plan) throws IOException {
        Path file = folder.resolve(PLAN);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), 1 << 16)) {
            StoreFiles.restrictFile(file);
            for (PlanItem item : plan.items()) {
                out.write(CheckedLines.line(json(item)));
            }
            for (PlanItem item : plan.refreshItems()) {
                out.write(CheckedLines.line(json(item)));
            }
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        files.replace(folder.resolve(HEADER), Json.bytes(JsonObject.builder().put("formatVersion", FORMAT_VERSION)
                .put("replayId", header.replayId().text()).put("sessionId", header.sessionId()).put("startedAt", header.startedAtMillis())
                .put("seed", header.seed()).put("itemCount", header.itemCount()).put("refreshCount", header.refreshCount())
                .putStrings("selectionNotes", header.notes()).put("request", header.request()).build()));
    }

    /** Opens the journal behind its first {@code goodBytes} octets; what follows them is cut off. */
    RunJournal journal(long goodBytes) throws IOException {
        Path file = folder.resolve(JOURNAL);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean opened = false;
        try {
            StoreFiles.restrictFile(file);
            channel.truncate(goodBytes);
            channel.force(true);
            files.forceFolder(folder);
            opened = true;
            return new RunJournal(channel, goodBytes);
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    /**
     * Reads what was asked for.
     *
     * @throws RunException if there is no such run, or its file is damaged
     */
    Header header(ReplayId id) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new RunException("unknown_replay", "there is no replay " + id);
        }
        try {
            JsonObject json = Json.parse(Files.readAllBytes(folder.resolve(HEADER))) instanceof JsonObject object ? object : JsonObject.EMPTY;
            Optional<ReplayId> named = json.string("replayId").flatMap(ReplayId::parse);
            if (!named.equals(Optional.of(id)) || RunJournal.number(json, "formatVersion") != FORMAT_VERSION) {
                throw new RunException("replay_damaged", "run.json of " + id + " is not one that this program can read");
            }
            return new Header(id, json.string("sessionId").orElse(""), RunJournal.number(json, "startedAt"), RunJournal.number(json, "seed"),
                    (int) RunJournal.number(json, "itemCount"), (int) RunJournal.number(json, "refreshCount"),
                    strings(json.array("selectionNotes").orElse(JsonArray.EMPTY)), json.object("request").orElse(JsonObject.EMPTY));
        } catch (NoSuchFileException e) {
            throw new RunException("unknown_replay", "there is no replay " + id + ": its process died before it had begun");
        } catch (JsonException e) {
            throw new RunException("replay_damaged", "run.json of " + id + " is damaged: " + e.getMessage());
        }
    }

    private static List<String> strings(JsonArray values) {
        List<String> strings = new ArrayList<>();
        for (JsonValue value : values) {
            if (value instanceof JsonString string) {
                strings.add(string.value());
            }
        }
        return strings;
    }

    /**
     * Reads all of it, whether the run has ended or not.
     *
     * @throws RunException if there is no such run, or what it was to send cannot be read any more
     */
    State read(ReplayId id) throws IOException {
        Header header = header(id);
        Plan plan = plan(header);
        Told told = new Told(header, new RunLedger(plan.items()));
        CheckedLines.Found found = readJournal(told::take);
        BitSet doubtful = doubtful(plan, told.ledger, told.sending.keySet(), found.damaged() > 0);
        told.doubtfulRefreshes.or(told.refreshing);
        return new State(header, plan, told.ledger, told.ended, told.elapsedMillis, found.goodBytes(), found.damaged(), doubtful, told.doubtfulRefreshes, List.copyOf(told.notes));
    }

    /** Gives a memory all that the processes of the run have learned so far. */
    void recall(RunMemory memory) throws IOException {
        readJournal(line -> line.object("learned").ifPresent(memory::recall));
    }

    private CheckedLines.Found readJournal(CheckedLines.Reader reader) throws IOException {
        try {
            return CheckedLines.read(folder.resolve(JOURNAL), reader);
        } catch (NoSuchFileException e) {
            return new CheckedLines.Found(0, 0, false); // Its process died before the first line.
        }
    }

    /** What the lines of a journal come to. */
    private static final class Told {
        private final Header header;
        private final RunLedger ledger;
        /** Attempts in flight, by index. */
        private final Map<Integer, Long> sending = new HashMap<>();
        private final BitSet refreshing = new BitSet();
        /** Those of processes before the last one. */
        private final BitSet doubtfulRefreshes = new BitSet();
        private final List<String> notes = new ArrayList<>();
        private Optional<Ended> ended = Optional.empty();
        private long elapsedMillis;

        Told(Header header, RunLedger ledger) {
            this.header = header;
            this.ledger = ledger;
        }

        void take(JsonObject line) throws RunException {
            if (line.has("sending")) {
                sending.put(index(line, "sending", header.itemCount()), RunJournal.number(line, "attempt"));
            } else if (line.has("cleared")) {
                sending.remove(index(line, "cleared", header.itemCount()), RunJournal.number(line, "attempt"));
            } else if (line.has("done")) {
                ledger.put(index(line, "done", header.itemCount()), RunJournal.result(line));
                elapsedMillis = Math.max(elapsedMillis, RunJournal.number(line, "at"));
            } else if (line.has("noted")) {
                notes.add(line.string("noted").orElse(""));
            } else if (line.has("refreshing")) {
                refreshing.set(index(line, "refreshing", header.refreshCount()));
            } else if (line.has("refreshed")) {
                refreshing.clear(index(line, "refreshed", header.refreshCount()));
            } else if (line.has("ended")) {
                ended = Optional.of(new Ended(stateOf(line.string("ended").orElse("")), line.string("reason").orElse(""),
                        RunJournal.number(line, "at")));
                elapsedMillis = Math.max(elapsedMillis, RunJournal.number(line, "elapsed"));
            } else if (line.has("resumed")) {
                ended = Optional.empty();
                notes.clear();
                doubtfulRefreshes.or(refreshing);
                refreshing.clear();
            }
        }

        private int index(JsonObject line, String name, int count) throws RunException {
            long index = RunJournal.number(line, name);
            if (index < 0 || index >= count) {
                throw new RunException("replay_damaged", "the journal of " + header.replayId() + " has an item " + index + " of " + count);
            }
            return (int) index;
        }
    }

    /** A damaged line may have been one that said that an unsafe request goes out: none of them is sent then. */
    private static BitSet doubtful(Plan plan, RunLedger ledger, Set<Integer> sending, boolean damaged) {
        BitSet doubtful = new BitSet();
        for (PlanItem item : plan.items()) {
            boolean mayHaveGone = sending.contains(item.index()) || damaged && PreparedRun.mayChange(item);
            doubtful.set(item.index(), mayHaveGone && ledger.isPending(item.index()));
        }
        return doubtful;
    }

    private static RunReport.State stateOf(String id) {
        for (RunReport.State state : RunReport.State.values()) {
            if (state.id().equals(id)) {
                return state;
            }
        }
        return RunReport.State.INTERRUPTED;
    }

    /** Why the items that are left are not sent. */
    static Skip skipOf(RunReport.State state, String reason) {
        return state == RunReport.State.CANCELLED ? new Skip(Skip.Reason.CANCELLED, "the run was cancelled before its turn")
                : new Skip(Skip.Reason.ABORTED, "the run was aborted before its turn: " + reason);
    }

    private Plan plan(Header header) throws IOException {
        List<PlanItem> items = new ArrayList<>(header.itemCount());
        Map<String, Optional<Skip>> skips = new HashMap<>();
        CheckedLines.Found found;
        try {
            found = CheckedLines.read(folder.resolve(PLAN), line -> items.add(item(line, items.size(), skips)));
        } catch (NoSuchFileException e) {
            found = new CheckedLines.Found(0, 1, false);
        }
        if (found.damaged() > 0 || found.torn() || items.size() != header.itemCount() + header.refreshCount()) {
            throw new RunException("replay_damaged", "the plan of " + header.replayId() + " is damaged");
        }
        return new Plan(header.sessionId(), items.subList(0, header.itemCount()), items.subList(header.itemCount(), items.size()),
                header.notes());
    }

    private static JsonObject json(PlanItem item) {
        JsonObject.Builder json = JsonObject.builder().put("seq", item.seq()).put("id", item.exchangeId().toString())
                .put("started", item.startedAtMillis()).put("method", item.method()).put("url", item.originalUrl());
        if (!item.targetUrl().equals(item.originalUrl())) {
            json.put("target", item.targetUrl());
        }
        json.put("body", item.hasRequestBody());
        if (item.skipped().isPresent()) {
            json.put("skip", item.skipped().get().reason().id()).put("why", item.skipped().get().sentence());
        }
        return json.build();
    }

    private static PlanItem item(JsonObject line, int index, Map<String, Optional<Skip>> skips) {
        String url = line.string("url").orElse("");
        String skip = line.string("skip").orElse("");
        String why = line.string("why").orElse("");
        return new PlanItem(index, RunJournal.number(line, "seq"), UUID.fromString(line.string("id").orElse("")), RunJournal.number(line, "started"),
                line.string("method").orElse(""), url, line.string("target").orElse(url),
                line.get("body").orElse(JsonBoolean.FALSE).equals(JsonBoolean.TRUE),
                skip.isEmpty() ? Optional.empty() : skips.computeIfAbsent(skip + " " + why, key -> Optional.of(new Skip(RunLedger.reasonOf(skip), why))));
    }
}
