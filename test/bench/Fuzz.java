package bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code make fuzz}: the seeded fuzz tests of the suite, with 1,000,000 cases each or as many as {@code ARGS} says. */
final class Fuzz {
    private Fuzz() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        String cases = arguments.length == 0 ? "1000000" : arguments[0];
        List<String> command = new ArrayList<>(List.of(Child.java(), "-cp", System.getProperty("java.class.path"),
                "--enable-native-access=ALL-UNNAMED", "-Dproxymcp.fuzz.cases=" + Long.parseLong(cases),
                "-Djunit.jupiter.execution.timeout.default=6h"));
        for (String property : List.of("proxymcp.jar", "proxymcp.java", "proxymcp.fixtures")) {
            command.add("-D" + property + "=" + System.getProperty(property));
        }
        command.addAll(List.of("proxymcp.TestRun", "build/test-classes", "FuzzTest"));
        System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
    }
}
