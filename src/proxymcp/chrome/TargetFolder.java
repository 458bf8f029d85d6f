package proxymcp.chrome;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import proxymcp.store.BusyFolder;
import proxymcp.store.StoreFiles;

/**
 * What belongs to one target: {@code profile} of a browser, {@code borrowed}, a {@link Singleton} in a profile of the caller's, and
 * {@code process}, which says what process it is, so that it is found again when this server has died. The latter is one line: the process's
 * number and its start in epoch milliseconds.
 *
 * @param path {@code <home>/profiles/<server>/<target>}
 */
record TargetFolder(Path path) {
    private static final String PROCESS = "process";
    private static final String BORROWED = "borrowed";
    /** Systems round the start of a process, and tell it in relation to a clock that is set now and then. */
    private static final long START_SLACK_MILLIS = 2_000;

    Path profile() {
        return path.resolve("profile");
    }

    /** Remembers whose folder it is. */
    void belongsTo(long pid) throws IOException {
        long startedAt = ProcessHandle.of(pid).map(TargetFolder::startMillis).orElse(0L);
        Path file = path.resolve(PROCESS);
        Files.writeString(file, pid + " " + startedAt + "\n", StandardCharsets.US_ASCII);
        StoreFiles.restrictFile(file);
    }

    /** The process it belongs to, if that lives; a number that was given to another process since is not taken for it. */
    Optional<ProcessHandle> process() {
        try {
            String[] words = Files.readString(path.resolve(PROCESS), StandardCharsets.US_ASCII).strip().split(" ");
            long startedAt = Long.parseLong(words[1]);
            return ProcessHandle.of(Long.parseLong(words[0]))
                    .filter(process -> startedAt > 0 && Math.abs(startMillis(process) - startedAt) < START_SLACK_MILLIS);
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // It was never written, or not whole: the server died while it started the process.
        }
    }

    private static long startMillis(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** Remembers what its browser has in {@code profile}, which is the caller's and stays. */
    void borrows(Path profile) throws IOException {
        Optional<Singleton> singleton = Singleton.of(profile);
        if (singleton.isPresent()) {
            Path file = path.resolve(BORROWED);
            singleton.get().write(file);
            StoreFiles.restrictFile(file);
        }
    }

    /** Removes it; what its process writes while it ends is removed too. */
    void remove() throws IOException {
        Singleton.of(profile()).ifPresent(Singleton::remove);
        Singleton.read(path.resolve(BORROWED)).ifPresent(Singleton::remove);
        BusyFolder.remove(path);
    }
}
