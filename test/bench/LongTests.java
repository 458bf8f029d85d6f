package bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs tests of the suite in a process of their own, with larger numbers and the time for them. */
final class LongTests {
    private static final long MINUTES = 24 * 60;

    private LongTests() {}

    /**
     * Runs {@code tests}.
     *
     * @param tests names as {@code make test ONLY=} takes them
     * @param numbers system properties that the tests read
     * @return exit code of the run, 0 if all passed
     */
    static int run(String tests, Map<String, Long> numbers) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Child.java(), "-cp", System.getProperty("java.class.path"),
                "--enable-native-access=ALL-UNNAMED", "-Dproxymcp.run.minutes=" + MINUTES, "-Djdk.tls.server.disableExtensions=server_name"));
        numbers.forEach((name, number) -> command.add("-D" + name + "=" + number));
        for (String property : List.of("proxymcp.jar", "proxymcp.java", "proxymcp.fixtures")) {
            command.add("-D" + property + "=" + System.getProperty(property));
        }
        command.addAll(List.of("proxymcp.TestRun", "build/test-classes", tests));
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
