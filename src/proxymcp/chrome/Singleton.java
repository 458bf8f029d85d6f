package proxymcp.chrome;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a browser holds its profile by: links in it, one of them to a socket that has a folder of its own among the temporary files, as paths of
 * sockets must be short. A browser leaves some of that when it closes, and all of it when it is made to end.
 *
 * @param profile where the links are
 * @param socket where {@code SingletonSocket} leads, a path that no other browser has
 * @param lock where {@code SingletonLock} leads: host and number of the process; empty if there is none
 */
record Singleton(Path profile, Path socket, String lock) {
    private static final String SOCKET = "SingletonSocket";
    private static final String COOKIE = "SingletonCookie";
    private static final String LOCK = "SingletonLock";
    /** {@code org.chromium.Chromium.x4Hk2a}. */
    private static final Pattern SOCKET_FOLDER = Pattern.compile("\\.?[A-Za-z]+\\.[A-Za-z.-]+\\.[A-Za-z0-9]{6}");

    /** What is in a profile now; empty if no browser has used it, or the system has other means. */
    static Optional<Singleton> of(Path profile) {
        Path socket = Path.of(target(profile.resolve(SOCKET)));
        return isSocket(socket) ? Optional.of(new Singleton(profile, socket, target(profile.resolve(LOCK)))) : Optional.empty();
    }

    /** Where a link leads; empty if it is none. */
    private static String target(Path link) {
        try {
            return Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
        } catch (IOException e) {
            return ""; // It has just gone.
        }
    }

    private static boolean isSocket(Path socket) {
        Path folder = socket.getParent();
        return socket.isAbsolute() && socket.endsWith(SOCKET) && folder.getFileName() != null
                && SOCKET_FOLDER.matcher(folder.getFileName().toString()).matches();
    }

    /** Three lines. */
    void write(Path file) throws IOException {
        Files.writeString(file, profile + "\n" + socket + "\n" + lock + "\n", StandardCharsets.UTF_8);
    }

    /** What {@link #write} wrote; empty if there is no such file, or it is not whole. */
    static Optional<Singleton> read(Path file) {
        try {
            List<String> lines = List.of(Files.readString(file, StandardCharsets.UTF_8).split("\n", -1));
            boolean whole = lines.size() == 4 && !lines.get(0).isEmpty() && isSocket(Path.of(lines.get(1)));
            return whole ? Optional.of(new Singleton(Path.of(lines.get(0)), Path.of(lines.get(1)), lines.get(2))) : Optional.empty();
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Removes all that is still of that browser, which has ended; another's that uses the profile by now stays. */
    void remove() {
        try {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(socket.resolveSibling(COOKIE));
            Files.deleteIfExists(socket.getParent());
            if (!lock.isEmpty() && target(profile.resolve(LOCK)).equals(lock)) {
                Files.deleteIfExists(profile.resolve(LOCK));
            }
            if (target(profile.resolve(SOCKET)).equals(socket.toString())) {
                Files.deleteIfExists(profile.resolve(COOKIE));
                Files.deleteIfExists(profile.resolve(SOCKET));
            }
        } catch (IOException e) {
            System.getLogger("proxymcp.chrome").log(System.Logger.Level.DEBUG, "the socket of a browser stays: {0}", e.toString());
        }
    }
}
