package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long the stdio server takes to its first answer, how much memory it takes, and how much a client must read. */
final class StartBench {
    private static final int ROUNDS = 11;
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
            + "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}\n";
    private static final String TOOLS = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}\n";

    private StartBench() {}

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        Path home = scratch.resolve("home-start");
        boolean node = ProxyBench.onPath("node");
        double[] ours = new double[ROUNDS];
        double[] theirs = new double[ROUNDS];
        for (int i = -1; i < ROUNDS; i++) {
            double first = firstAnswer(home);
            double baseline = node ? nodeStart() : 0;
            if (i >= 0) {
                ours[i] = first;
                theirs[i] = baseline;
            }
        }
        double median = ProxyBench.median(ours);
        String what = "start of the stdio server to its first answer";
        results.add(node ? Result.of(what, "<= 2.5x of node -e 1", String.format(Locale.ROOT, "%.0f ms, node %.0f ms: %.2fx", median,
                ProxyBench.median(theirs), median / ProxyBench.median(theirs)), median <= 2.5 * ProxyBench.median(theirs))
                : Result.skipped(what, "<= 2.5x of node -e 1", String.format(Locale.ROOT, "%.0f ms; node is not installed", median)));
        results.addAll(idle(home));
        long jar = Files.size(Path.of(System.getProperty("proxymcp.jar")));
        results.add(Result.of("jar", "<= 14 MB", String.format(Locale.ROOT, "%.1f MB", jar / 1e6), jar <= 14_000_000));
        return results;
    }

    private static double firstAnswer(Path home) throws Exception {
        long start = System.nanoTime();
        Process process = server(home);
        String answer = ask(process, INITIALIZE);
        double millis = (System.nanoTime() - start) / 1e6;
        process.getOutputStream().close();
        process.waitFor();
        if (!answer.contains("serverInfo")) {
            throw new IllegalStateException("unexpected answer: " + answer);
        }
        return millis;
    }

    private static double nodeStart() throws Exception {
        long start = System.nanoTime();
        new ProcessBuilder("node", "-e", "1").start().waitFor();
        return (System.nanoTime() - start) / 1e6;
    }

    private static List<Result> idle(Path home) throws Exception {
        Process process = server(home);
        try {
            ask(process, INITIALIZE);
            String tools = ask(process, TOOLS);
            Thread.sleep(1_000);
            long megabytes = resident(process.pid());
            return List.of(Result.of("memory of an idle server after start", "<= 100 MB", megabytes + " MB resident", megabytes <= 100),
                    Result.of("tools/list", "<= 64,000 characters", tools.length() + " characters", tools.length() <= 64_000));
        } finally {
            process.getOutputStream().close();
            process.waitFor();
        }
    }

    private static Process server(Path home) throws IOException {
        return new ProcessBuilder(Child.java(), "-jar", System.getProperty("proxymcp.jar"), "--home", home.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static String ask(Process process, String line) throws IOException {
        process.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return String.valueOf(in.readLine());
    }

    private static long resident(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return -1;
    }
}
