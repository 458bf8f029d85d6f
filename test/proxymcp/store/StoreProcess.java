package proxymcp.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import proxymcp.Programs;

/** One operation on a session by a Java process of its own. {@link #main} is the child's side. */
final class StoreProcess {
    private StoreProcess() {}

    /**
     * Runs {@code operation} in a child.
     *
     * @param operation {@code recover}, {@code delete}, {@code count} or {@code read}
     * @return what it said: the result, or the code of the error
     */
    static String run(String operation, Path root, SessionId id) throws IOException, InterruptedException {
        return result(start(operation, root, id));
    }

    static Process start(String operation, Path root, SessionId id) throws IOException {
        return new ProcessBuilder(Programs.java().toString(), "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                StoreProcess.class.getName(), operation, root.toString(), id.text()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    static String result(Process child) throws IOException, InterruptedException {
        try {
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!child.waitFor(20, TimeUnit.SECONDS)) {
                throw new AssertionError("the child does not end");
            }
            return said;
        } finally {
            child.destroyForcibly();
        }
    }

    /** The child's side. */
    public static void main(String[] args) throws IOException {
        SessionId id = new SessionId(args[2]);
        try (SessionCatalog catalog = new SessionCatalog(Path.of(args[1]), StoreLimits.DEFAULT, Clock.systemUTC())) {
            System.out.println(switch (args[0]) {
                case "recover" -> "recovered " + catalog.recover(id).manifest().exchangeCount();
                case "delete" -> {
                    catalog.delete(id);
                    yield "deleted";
                }
                case "count" -> catalog.open(id).query(SessionQuery.ALL, 0, 1, java.util.Optional.empty()).total() + " exchanges";
                case "read" -> Numbered.readAll(catalog.open(id)).toString();
                default -> throw new IllegalArgumentException(args[0]);
            });
        } catch (SessionException e) {
            System.out.println(e.code());
        }
    }
}
