package bench;

import java.io.IOException;
import java.util.Map;

/** {@code make fuzz}: the seeded fuzz tests of the suite, with 1,000,000 cases each or as many as {@code ARGS} says. */
final class Fuzz {
    private Fuzz() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        long cases = arguments.length == 0 ? 1_000_000 : Long.parseLong(arguments[0]);
        System.exit(LongTests.run("HttpFuzzTest,RespParserTest#junkIsReadOrRefused", Map.of("proxymcp.fuzz.cases", cases)));
    }
}
