package bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeIds;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonObject;
import proxymcp.replay.HttpItemSender;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.Plan;
import proxymcp.replay.Planner;
import proxymcp.replay.PreparedRun;
import proxymcp.replay.ReplayRun;
import proxymcp.replay.ReplayRuns;
import proxymcp.replay.ReplaySession;
import proxymcp.replay.RequestMaker;
import proxymcp.replay.RequestSource;
import proxymcp.replay.RunReport;
import proxymcp.replay.RunSettings;
import proxymcp.replay.RunTime;
import proxymcp.replay.Selection;
import proxymcp.replay.SendSettings;
import proxymcp.replay.SendWay;
import proxymcp.rule.RuleBook;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.OwnPorts;
import proxymcp.upstream.UpstreamProxies;

/** Recorded requests sent again, read from their session, journalled and recorded anew, beside {@code hey}, which sends one over and over; and at a rate. */
final class ReplayBench {
    private static final int PLANNED = 100_000;
    private static final int SENT = 20_000;
    private static final int CONCURRENCY = 32;
    private static final int ROUNDS = 3;
    private static final int WANTED_RATE = 200;
    private static final int WANTED_SECONDS = 10;
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");

    private final SessionCatalog catalog;
    private final SessionId recorded;
    private final ReplayRuns runs;

    private ReplayBench(SessionCatalog catalog, SessionId recorded, ReplayRuns runs) {
        this.catalog = catalog;
        this.recorded = recorded;
        this.runs = runs;
    }

    static List<Result> run(Path scratch) throws Exception {
        try (Child origin = ProxyBench.origin(); SessionCatalog catalog = new SessionCatalog(scratch.resolve("replay-sessions"), StoreLimits.DEFAULT,
                Clock.systemUTC())) {
            int port = ProxyBench.port(origin.awaitLine("port"));
            SessionId recorded = record(catalog, port);
            ReplayBench bench = new ReplayBench(catalog, recorded, new ReplayRuns(scratch.resolve("replays"), RunTime.of(Clock.systemUTC()),
                    new Random(1)));
            return List.of(bench.planning(), bench.sending("http://127.0.0.1:" + port + "/1k"), bench.rate());
        }
    }

    private static SessionId record(SessionCatalog catalog, int port) throws IOException {
        SessionWriter writer = catalog.createPatient(Optional.empty(), CaptureProfile.FULL, 4_096, JsonObject.EMPTY);
        Client client = new Client("127.0.0.1:5000", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1);
        RequestHead head = HeadParser.parseRequest(("GET /1k HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nUser-Agent: hey/0.0.1\r\n"
                + "Content-Type: text/html\r\nAccept-Encoding: gzip\r\n\r\n").getBytes(StandardCharsets.US_ASCII), HeadLimits.DEFAULT);
        for (int i = 0; i < PLANNED; i++) {
            Recording recording = writer.sink().open(new ExchangeStart(ExchangeIds.next(), 1_000 + i, client,
                    new Endpoint("http", "127.0.0.1", port), head, Optional.empty()));
            recording.response(ResponseHead.of(200, "OK", Fields.EMPTY));
            recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
        }
        catalog.end(writer);
        return writer.id();
    }

    private Plan plan(int limit) throws Exception {
        return catalog.read(recorded, session -> new Planner(session, SendSettings.DEFAULT)
                .plan(new Selection.Matching(SessionQuery.ALL, List.of(), 0, limit), List.of()));
    }

    private Result planning() throws Exception {
        double[] seconds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            if (plan(PLANNED).items().size() != PLANNED) {
                throw new IllegalStateException("not all were planned");
            }
            seconds[i] = (System.nanoTime() - start) / 1e9;
        }
        double median = ProxyBench.median(seconds);
        return Result.of("replay: planning 100,000 requests", "<= 2 s", String.format(Locale.ROOT, "%.3f s, first %.3f s", median, seconds[0]),
                seconds[0] <= 2);
    }

    private Result sending(String url) throws Exception {
        String what = "replay: HTTP, 1 KB, " + CONCURRENCY + " at a time, beside hey";
        if (!ProxyBench.onPath("hey")) {
            return Result.skipped(what, ">= 0.5x", "hey is not installed");
        }
        hey(url);
        replay(SENT, OptionalDouble.empty());
        double[] ratios = new double[ROUNDS];
        double rate = 0;
        for (int i = 0; i < ROUNDS; i++) {
            double direct = hey(url);
            rate = replay(SENT, OptionalDouble.empty());
            ratios[i] = rate / direct;
        }
        return Result.of(what, ">= 0.5x", String.format(Locale.ROOT, "%.2fx (%.0f/s), recorded", ProxyBench.median(ratios), rate),
                ProxyBench.median(ratios) >= 0.5);
    }

    /** One request goes out at once and the others after it, so that n of them take n - 1 gaps. */
    private Result rate() throws Exception {
        int count = WANTED_RATE * WANTED_SECONDS + 1;
        double got = replay(count, OptionalDouble.of(WANTED_RATE)) * (count - 1) / count;
        double deviation = Math.abs(got - WANTED_RATE) / WANTED_RATE;
        return Result.of("replay: rate_per_second over " + WANTED_SECONDS + " s", "within 5 %", String.format(Locale.ROOT,
                "wanted %d/s, got %.2f/s, deviation %.2f %%", WANTED_RATE, got, deviation * 100), deviation <= 0.05);
    }

    /** Requests a second, of a run that sends {@code count}. */
    private double replay(int count, OptionalDouble ratePerSecond) throws Exception {
        Plan plan = plan(count);
        SessionWriter replayed = catalog.createPatient(Optional.of("replay"), CaptureProfile.FULL, 4_096, JsonObject.EMPTY);
        try (RequestSource source = new RequestSource(catalog, recorded, Optional.empty())) {
            SendSettings settings = SendSettings.DEFAULT;
            SendWay way = SendWay.of(JsonObject.EMPTY, settings, plan, new SendWay.OwnSettings(new OriginTlsSettings(), UpstreamProxies.NONE, RuleBook.inMemory(Clock.systemUTC())));
            RequestMaker maker = new RequestMaker(plan, source, ItemChanges.NONE, settings.safety());
            ReplaySession session = new ReplaySession(replayed.id().text(), replayed.sink());
            HttpItemSender sender = new HttpItemSender(plan, maker, ItemChanges.NONE, way, new OwnPorts(), settings, Optional.of(session),
                    Clock.systemUTC(), System::nanoTime);
            RunSettings control = new RunSettings(CONCURRENCY, OptionalInt.empty(), ratePerSecond, 1, new RunSettings.Pacing.None(),
                    RunSettings.RetryPolicy.NONE, Optional.empty(), Optional.empty());
            long start = System.nanoTime();
            ReplayRun run = runs.start(JsonObject.EMPTY, plan, new PreparedRun(control, sender));
            if (!run.await(300_000)) {
                throw new IllegalStateException("the run does not end");
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            RunReport report = run.report();
            if (report.successCount() != count) {
                throw new IllegalStateException("not all succeeded: " + report.errorBuckets() + report.skippedBuckets());
            }
            return count / seconds;
        } finally {
            catalog.end(replayed);
        }
    }

    private static double hey(String url) throws Exception {
        Process process = new ProcessBuilder(new ArrayList<>(List.of("hey", "-n", Integer.toString(SENT), "-c", Integer.toString(CONCURRENCY), url)))
                .redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher rate = RATE.matcher(text);
        if (process.waitFor() != 0 || !rate.find()) {
            throw new IllegalStateException("hey said: " + text);
        }
        return Double.parseDouble(rate.group(1));
    }
}
