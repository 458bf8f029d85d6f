package proxymcp.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The home folder of the user: {@code ~} of a shell. */
final class UserHome {
    private UserHome() {}

    /**
     * What HOME names, as shells take it, or else what the system knows of the user. Java's own {@code user.home} looks at the system alone, so
     * that a {@code ~} in a command line would be another folder than ours.
     *
     * @return empty for a user that neither knows
     */
    static Optional<Path> find(Map<String, String> environment) {
        return absolute(environment.getOrDefault("HOME", "")).or(() -> absolute(System.getProperty("user.home", "")));
    }

    /** For a user that the system does not know, Java says {@code ?}, which would be a folder of the working directory. */
    private static Optional<Path> absolute(String text) {
        try {
            return Optional.of(Path.of(text)).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
