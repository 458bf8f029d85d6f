package proxymcp.proxy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import proxymcp.Programs;
import proxymcp.exchange.Exchange;

/**
 * A proxy in a Java process of its own, for tests that bound its memory. {@link #main} is the child's side: one line asked, one answered.
 */
final class ProxyChild implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final int port;

    private ProxyChild(Process process) throws IOException {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.port = Integer.parseInt(line());
    }

    /**
     * Starts the child.
     *
     * @param home where its authority goes
     * @param trusted certificate of origins, PEM
     * @param options of its Java
     */
    static ProxyChild start(Path home, Path trusted, String... options) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of(Programs.java().toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ProxyChild.class.getName(),
                home.toString(), trusted.toString()));
        return new ProxyChild(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    int port() {
        return port;
    }

    /** Octets of heap in use after a collection. */
    long heapBytes() throws IOException {
        return Long.parseLong(ask("heap"));
    }

    /** Waits for the next exchange to end; its outcome, size and digest of both bodies. */
    String nextEnded() throws IOException {
        return ask("ended");
    }

    /** Closes the proxy and returns the child's exit code. */
    int end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the child did not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private String ask(String question) throws IOException {
        process.getOutputStream().write((question + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        return line();
    }

    private String line() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new AssertionError("the child ended: " + process);
        }
        return line;
    }

    /** The child's side. */
    public static void main(String[] args) throws Exception {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (CapturingProxy proxy = CapturingProxy.start(Path.of(args[0]), settings -> CapturingProxy.trusting(settings, Path.of(args[1])))) {
            System.out.println(proxy.port());
            for (String question = questions.readLine(); question != null; question = questions.readLine()) {
                System.out.println(question.equals("heap") ? usedHeap() : shown(proxy.awaitNewest()));
            }
        }
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static String shown(Exchange exchange) {
        return exchange.outcome() + " request " + exchange.requestBody().size() + " " + exchange.requestBody().sha256().orElse("none")
                + " response " + exchange.responseBody().size() + " " + exchange.responseBody().sha256().orElse("none");
    }
}
