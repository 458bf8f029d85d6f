package proxymcp.proxy;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The threads of this JVM, virtual ones included: only a dump shows those. */
final class ProxyThreads {
    /** Names that the proxy and what it stands on give to theirs. */
    private static final Pattern OURS = Pattern.compile("\"(proxy-[^\"]*|client-[^\"]*|connect-[^\"]*|tunnel-out|request-body|deadlines"
            + "|resolver-[^\"]*)\"");
    private static final long PAUSE_MILLIS = 20;

    private ProxyThreads() {}

    /** Names of the proxy's threads that are alive. */
    static List<String> alive() throws IOException {
        Path folder = Files.createTempDirectory("threads");
        Path dump = folder.resolve("dump.txt");
        try {
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
            List<String> names = new ArrayList<>();
            Matcher matcher = OURS.matcher(Files.readString(dump));
            while (matcher.find()) {
                names.add(matcher.group(1));
            }
            return names;
        } finally {
            Files.deleteIfExists(dump);
            Files.delete(folder);
        }
    }

    /** Waits until a thread with this name is alive. */
    static void awaitStarted(String name) throws IOException, InterruptedException {
        long due = System.nanoTime() + ScriptedOrigin.LIMIT.toNanos();
        while (!alive().contains(name)) {
            if (System.nanoTime() - due > 0) {
                throw new AssertionError("no thread " + name + " within " + ScriptedOrigin.LIMIT + ", only " + alive());
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** Waits until none is alive but those that were {@code before}; fails with what is left. */
    static void awaitOnly(List<String> before) throws IOException, InterruptedException {
        long due = System.nanoTime() + ScriptedOrigin.LIMIT.toNanos();
        for (List<String> left = others(before); !left.isEmpty(); left = others(before)) {
            if (System.nanoTime() - due > 0) {
                throw new AssertionError("threads of the proxy are left: " + left);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static List<String> others(List<String> before) throws IOException {
        List<String> left = new ArrayList<>(alive());
        before.forEach(left::remove);
        return left;
    }
}
