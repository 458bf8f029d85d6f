package proxymcp.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;
import proxymcp.replay.RunException;
import proxymcp.store.StoreFiles;

/** The last report of each run, kept with it as {@code replays/<id>/parity.json}: written whole or not at all, and gone with the run. Any thread may call. */
public final class ParityFiles {
    private static final String FILE = "parity.json";
    private static final long BYTES_MAX = 256L << 20;

    private final Path root;
    private final StoreFiles files;

    /** @param root {@code <home>/replays} */
    public ParityFiles(Path root) {
        this(root, StoreFiles.DISK);
    }

    ParityFiles(Path root, StoreFiles files) {
        this.root = root;
        this.files = files;
    }

    /**
     * Keeps a report, in place of the one before.
     *
     * @throws RunException if there is no such run (any more)
     */
    public void keep(ReplayId id, ParityReport report) throws IOException {
        requireRun(id);
        try {
            files.replace(file(id), Json.bytes(ParityJson.report(report)));
        } catch (NoSuchFileException e) {
            throw unknown(id); // It was deleted meanwhile.
        }
    }

    /**
     * The last report of a run; empty if there is none, or none that can be read.
     *
     * @throws RunException if there is no such run
     */
    public Optional<JsonObject> find(ReplayId id) throws IOException {
        requireRun(id);
        Path file = file(id);
        try {
            return Files.size(file) > BYTES_MAX || !(Json.parse(Files.readAllBytes(file)) instanceof JsonObject json) ? Optional.empty() : Optional.of(json);
        } catch (NoSuchFileException | JsonException e) {
            return Optional.empty(); // It can be made again.
        }
    }

    /** Whether a run has one. */
    public boolean isKept(ReplayId id) {
        return Files.isRegularFile(file(id), LinkOption.NOFOLLOW_LINKS);
    }

    private void requireRun(ReplayId id) throws RunException {
        if (!Files.isDirectory(root.resolve(id.text()), LinkOption.NOFOLLOW_LINKS)) {
            throw unknown(id);
        }
    }

    private static RunException unknown(ReplayId id) {
        return new RunException("unknown_replay", "there is no replay " + id);
    }

    private Path file(ReplayId id) {
        return root.resolve(id.text()).resolve(FILE);
    }
}
