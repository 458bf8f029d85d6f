package proxymcp.replay;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
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
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.rule.RuleBook;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.text.TimeLimit;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.OwnPorts;
import proxymcp.upstream.UpstreamProxies;

/** A Java process whose heap is bounded, and that sends a long session again over sockets, recording it, with captures and a cookie jar. */
final class ReplaySizeChild {
    private static final int CONCURRENCY = 16;
    private static final int MAX_DISK_MB = 8_192;

    private ReplaySizeChild() {}

    /** Arguments: a home, the origin's port, requests. Says {@code heap BEFORE AFTER}, octets in use after a tenth of them and after all, and what came. */
    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        int count = Integer.parseInt(args[2]);
        try (SessionCatalog catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
                ReplayRuns runs = new ReplayRuns(home.resolve("replays"), RunTime.of(Clock.systemUTC()), new Random(1))) {
            SessionId original = record(catalog, Integer.parseInt(args[1]), count);
            SessionWriter replayed = catalog.createPatient(Optional.of("replay"), CaptureProfile.FULL, MAX_DISK_MB, JsonObject.EMPTY);
            Plan plan = catalog.read(original, session -> new Planner(session, SendSettings.DEFAULT)
                    .plan(new Selection.Matching(SessionQuery.ALL, List.of(), 0, count), List.of()));
            ReplayRun run = runs.start(JsonObject.EMPTY, plan, prepared(catalog, original, plan, replayed));
            while (run.report().executedCount() < count / 10 && !run.await(10)) {
                continue; // It warms up.
            }
            long before = usedHeap();
            while (!run.await(1_000)) {
                continue; // It goes on.
            }
            System.out.println("heap " + before + " " + usedHeap());
            RunReport report = run.report();
            catalog.end(replayed);
            long recorded = catalog.read(replayed.id(), session -> session.lastSeq());
            System.out.println(report.state().id() + " " + report.successCount() + " recorded " + recorded + " " + report.errorBuckets() + report.note());
        }
        System.exit(0);
    }

    private static SessionId record(SessionCatalog catalog, int port, int count) throws Exception {
        SessionWriter writer = catalog.createPatient(Optional.empty(), CaptureProfile.FULL, MAX_DISK_MB, JsonObject.EMPTY);
        Client client = new Client("127.0.0.1:5000", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1);
        for (int i = 0; i < count; i++) {
            RequestHead head = HeadParser.parseRequest(("GET /item/" + i + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII), HeadLimits.DEFAULT);
            Recording recording = writer.sink().open(new ExchangeStart(ExchangeIds.next(), 1_000 + i, client, new Endpoint("http", "127.0.0.1", port),
                    head, Optional.empty()));
            recording.response(ResponseHead.of(200, "OK", Fields.EMPTY));
            recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
        }
        catalog.end(writer);
        return writer.id();
    }

    private static PreparedRun prepared(SessionCatalog catalog, SessionId original, Plan plan, SessionWriter replayed) throws Exception {
        Captures captures = Captures.parse(List.of((JsonObject) Json.parse("{\"from_url_contains\":\"/item\",\"select\":\"json:$.path\",\"as\":\"last\"}")));
        RunChanges changes = RunChanges.begin(plan, RequestChanges.NONE, captures, new Values(1, Clock.systemUTC(), Map.of(), Map.of()),
                new RunCookies(RunCookies.Mode.JAR, Clock.systemUTC()), false, TimeLimit.ofMillis(1_000, 1_000));
        RequestMaker maker = new RequestMaker(plan, new RequestSource(catalog, original, Optional.empty()), changes, Safety.SAFE_ONLY);
        SendWay way = SendWay.of(JsonObject.EMPTY, SendSettings.DEFAULT, plan, new SendWay.OwnSettings(new OriginTlsSettings(), UpstreamProxies.NONE, RuleBook.inMemory(Clock.systemUTC())));
        HttpItemSender sender = new HttpItemSender(plan, maker, changes, way, new OwnPorts(), SendSettings.DEFAULT,
                Optional.of(new ReplaySession(replayed.id().text(), replayed.sink())), Clock.systemUTC(), System::nanoTime);
        RunSettings settings = new RunSettings(CONCURRENCY, OptionalInt.empty(), OptionalDouble.empty(), 1, new RunSettings.Pacing.None(),
                RunSettings.RetryPolicy.NONE, Optional.empty(), Optional.empty());
        return new PreparedRun(settings, sender, PreparedRun::mayChange, changes);
    }

    private static long usedHeap() throws IOException {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
