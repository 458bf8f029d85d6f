package bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import proxymcp.decode.Decoders;
import proxymcp.diff.WrittenExchange;
import proxymcp.json.JsonObject;
import proxymcp.replay.Selection;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.Unwatched;
import proxymcp.template.FlowTemplate;
import proxymcp.template.TemplateMaker;
import proxymcp.template.TemplateRequest;

/** A template of 5,000 exchanges with JSON bodies of 2 KB, each of which needs values of earlier ones, in a JVM with 512 MiB of heap. */
final class TemplateBench {
    private static final int EXCHANGES = 5_000;
    private static final double SECONDS_MAX = 5;

    private TemplateBench() {}

    static List<Result> run(Path scratch) throws Exception {
        Path home = scratch.resolve("home-template");
        List<String> command = new ArrayList<>(List.of(Child.java(), "-Xmx512m", "-cp", System.getProperty("java.class.path"), "bench.TemplateBench",
                home.toString()));
        try (SessionCatalog catalog = catalog(home)) {
            command.add(write(catalog).text());
        }
        String line;
        try (Child child = Child.start(true, command.toArray(new String[0]))) {
            line = child.awaitLine("seconds=");
        }
        double seconds = Double.parseDouble(line.replaceAll(".*seconds=([0-9.]+).*", "$1"));
        Main.delete(home);
        return List.of(Result.of(String.format(Locale.ROOT, "template of %,d exchanges, -Xmx512m", EXCHANGES), "<= 5 s",
                String.format(Locale.ROOT, "%.2f s; %s", seconds, line.replaceAll(".*; ", "")), seconds <= SECONDS_MAX));
    }

    /** The child: makes one template, as a process that was just started does. */
    public static void main(String[] arguments) throws Exception {
        try (SessionCatalog catalog = catalog(Path.of(arguments[0])); Session session = catalog.open(new SessionId(arguments[1]))) {
            long start = System.nanoTime();
            FlowTemplate template = new TemplateMaker(Decoders.builtin(), Clock.systemUTC()).make(session,
                    TemplateRequest.of(new Selection.Matching(SessionQuery.ALL, List.of(), 0, Selection.ITEMS_MAX)), Unwatched.NOBODY);
            double seconds = (System.nanoTime() - start) / 1e9;
            double busy = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
            Runtime runtime = Runtime.getRuntime();
            System.out.println(String.format(Locale.ROOT, "seconds=%.3f; %.2f s of CPU, %,d steps, %,d edges, %,d unexplained, %,d MB used", seconds, busy,
                    template.steps().size(), template.edges().size(), template.unexplained().size(), (runtime.totalMemory() - runtime.freeMemory()) >> 20));
        }
    }

    private static SessionCatalog catalog(Path home) {
        return new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
    }

    private static SessionId write(SessionCatalog catalog) throws IOException {
        SessionWriter writer = catalog.createPatient(Optional.empty(), CaptureProfile.FULL, 4_096, JsonObject.EMPTY);
        Random random = new Random(1);
        String token = hex(random);
        String item = "item-000000";
        for (int i = 0; i < EXCHANGES; i++) {
            String next = i % 100 == 0 ? hex(random) : token;
            String nextItem = String.format(Locale.ROOT, "item-%06d", i);
            StringBuilder json = new StringBuilder("{\"token\":\"").append(next).append("\",\"item\":{\"id\":\"").append(nextItem).append("\"},\"lines\":[");
            for (int line = 0; json.length() < 1_960; line++) {
                json.append(line == 0 ? "" : ",").append("{\"id\":\"").append(hex(random)).append("\",\"title\":\"line ").append(line).append(" of ").append(i)
                        .append("\",\"amount\":").append(i % 13 * 100 + line).append("}");
            }
            new WrittenExchange(i % 4 == 0 ? "POST" : "GET", "api.bench.example", "/v1/kind" + (char) ('a' + i % 24) + "/" + item + "?lang=en&_=" + random.nextInt(1 << 30))
                    .header("User-Agent", "bench/1.0").header("Authorization", "Bearer " + token).header("X-Request-Id", hex(random))
                    .header("Cookie", "sid=" + hex(new Random(9)) + "; theme=dark").answer(200, "application/json", json.append("]}").toString())
                    .record(writer.sink(), 1, i + 1);
            token = next;
            item = nextItem;
        }
        catalog.end(writer);
        return writer.id();
    }

    private static String hex(Random random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
