package bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Throughput, latency and long bodies through the proxy, each beside the same without it. */
final class ProxyBench {
    private static final int ROUNDS = 5;
    private static final int CLIENTS = 32;
    private static final int REQUESTS_EACH = 400;
    private static final long GIBIBYTE = 1L << 30;

    private final Path home;
    private final int proxyPort;

    private ProxyBench(Path home, int proxyPort) {
        this.home = home;
        this.proxyPort = proxyPort;
    }

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        Path home = scratch.resolve("home");
        Path keys = keyStore(scratch);
        try (Child plain = origin(); Child tls = origin(keys.toString());
                Child proxy = Child.jar(home, List.of(), "capture", "--port", "0", "--profile", "full", "--insecure-upstream")) {
            int port = port(proxy.awaitLine("127.0.0.1:"));
            proxy.drain();
            ProxyBench bench = new ProxyBench(home, port);
            bench.throughput("HTTP, 1 KB, 32 keep-alive clients", port(plain.awaitLine("port")), false, results);
            int tlsPort = port(tls.awaitLine("port"));
            bench.throughput("HTTPS intercepted, 1 KB, 32 clients", tlsPort, true, results);
            results.add(Result.of("memory of the proxy after that load", "-", proxy.residentMegabytes() + " MB resident", true));
        }
        results.add(longBody(scratch));
        return results;
    }

    private void throughput(String what, int originPort, boolean tls, List<Result> results) throws Exception {
        Load direct = new Load(originPort, 0, tls);
        Load proxied = new Load(originPort, proxyPort, tls);
        direct.run(CLIENTS, REQUESTS_EACH);
        proxied.run(CLIENTS, REQUESTS_EACH * 2);
        double[] directRate = new double[ROUNDS];
        double[] proxiedRate = new double[ROUNDS];
        double[] added = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            directRate[i] = direct.run(CLIENTS, REQUESTS_EACH).requestsPerSecond();
            proxiedRate[i] = proxied.run(CLIENTS, REQUESTS_EACH).requestsPerSecond();
            added[i] = (proxied.run(1, 1_500).p50Micros() - direct.run(1, 1_500).p50Micros()) / 1e3;
        }
        results.add(Result.of(what, "see peers", String.format(Locale.ROOT, "%.0f/s, direct %.0f/s: %.2fx", median(proxiedRate),
                median(directRate), median(proxiedRate) / median(directRate)), true));
        results.add(Result.of("  added latency, one client, p50", "<= 0.5 ms", String.format(Locale.ROOT, "%.3f ms", median(added)),
                median(added) <= 0.5));
    }

    private static Result longBody(Path scratch) throws Exception {
        String what = "1 GiB body, -Xmx64m, beside curl directly";
        if (!onPath("curl")) {
            return Result.skipped(what, ">= 0.8x", "curl is not installed");
        }
        try (Child plain = origin(); Child proxy = Child.jar(scratch.resolve("home-body"), List.of("-Xmx64m"), "capture", "--port", "0",
                "--profile", "full")) {
            int proxyPort = port(proxy.awaitLine("127.0.0.1:"));
            proxy.drain();
            String url = "http://127.0.0.1:" + port(plain.awaitLine("port")) + "/bytes/" + GIBIBYTE;
            Path file = scratch.resolve("body");
            double[] ratios = new double[3];
            double rate = 0;
            for (int i = 0; i < ratios.length; i++) {
                double direct = curl(file, url);
                double through = curl(file, url, "-x", "http://127.0.0.1:" + proxyPort);
                ratios[i] = direct / through;
                rate = GIBIBYTE / through / 1e6;
            }
            Files.delete(file);
            return Result.of(what, ">= 0.8x", String.format(Locale.ROOT, "%.2fx (%.0f MB/s), %d MB resident", median(ratios), rate,
                    proxy.residentMegabytes()), median(ratios) >= 0.8);
        }
    }

    private static double curl(Path file, String url, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--noproxy", "", "-o", file.toString(), url));
        command.addAll(List.of(options));
        long start = System.nanoTime();
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException("curl ended with " + exit);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    static boolean onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    static Child origin(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Child.java(), "-cp", System.getProperty("java.class.path"), "bench.Origin"));
        command.addAll(List.of(arguments));
        return Child.start(false, command.toArray(new String[0]));
    }

    static int port(String line) {
        String digits = line.replaceAll(".*(?:127\\.0\\.0\\.1:|port )(\\d+).*", "$1");
        return Integer.parseInt(digits);
    }

    static Path keyStore(Path scratch) throws Exception {
        Path file = scratch.resolve("origin.p12");
        String keytool = Path.of(Child.java()).resolveSibling("keytool").toString();
        int exit = new ProcessBuilder(keytool, "-genkeypair", "-alias", "origin", "-keyalg", "EC", "-groupname", "secp256r1", "-dname",
                "CN=localhost", "-ext", "SAN=DNS:localhost,IP:127.0.0.1", "-validity", "30", "-storetype", "PKCS12", "-storepass", "changeit",
                "-keystore", file.toString()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException("keytool ended with " + exit);
        }
        return file;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
