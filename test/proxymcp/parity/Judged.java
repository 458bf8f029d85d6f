package proxymcp.parity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import proxymcp.decode.Decoders;
import proxymcp.diff.IgnorePatterns;
import proxymcp.diff.WrittenExchange;
import proxymcp.diff.WrittenSessions;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;
import proxymcp.store.Unwatched;

/** Sessions that tests write, and what is said of them. */
final class Judged implements AutoCloseable {
    private final WrittenSessions sessions;

    Judged(Path home) {
        sessions = new WrittenSessions(home);
    }

    Session write(List<WrittenExchange> exchanges) throws Exception {
        return sessions.write(exchanges);
    }

    static ParityReport judge(Session baseline, Session other, ParityRequest request, Session... more) throws Exception {
        return new ParityRun(Decoders.builtin()).run(baseline, Arrays.asList(more), new Counterpart.OfSession(other), request, Unwatched.NOBODY);
    }

    /** Judges what was never written before. */
    ParityReport judge(List<WrittenExchange> baseline, List<WrittenExchange> other, ParityRequest request) throws Exception {
        return judge(write(baseline), write(other), request);
    }

    /** The drifts as {@code location kind severity}, the worst first. */
    static List<String> drifts(ParityReport report) {
        List<String> drifts = new ArrayList<>();
        for (EndpointParity endpoint : report.endpoints()) {
            for (Drift drift : endpoint.drift()) {
                drifts.add(drift.location() + " " + drift.kind().word() + " " + drift.severity().word());
            }
        }
        return drifts;
    }

    static WrittenExchange get(String target) {
        return new WrittenExchange("GET", "a.example", target);
    }

    static WrittenExchange get(String target, String json) {
        return get(target).answer(200, "application/json", json);
    }

    static List<WrittenExchange> gets(int count, String target, IntFunction<String> json) {
        List<WrittenExchange> exchanges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            exchanges.add(get(target.replace("#", Integer.toString(1_000 + i)), json.apply(i)));
        }
        return exchanges;
    }

    static ParityRequest keys(String... fields) {
        return new ParityRequest(SessionQuery.ALL, List.of(), KeyFields.parse(List.of(fields)), IgnorePatterns.NONE, Severity.MEDIUM, 3);
    }

    static ParityRequest ignoring(String... patterns) {
        return new ParityRequest(SessionQuery.ALL, List.of(), KeyFields.NONE, ParityRequest.ignoring(List.of(patterns)), Severity.MEDIUM, 3);
    }

    static ParityRequest ruled(String... rules) throws BadArgument, JsonException {
        List<JsonObject> parsed = new ArrayList<>();
        for (String rule : rules) {
            parsed.add((JsonObject) Json.parse(rule));
        }
        return new ParityRequest(SessionQuery.ALL, ParityRules.parse(parsed), KeyFields.NONE, IgnorePatterns.NONE, Severity.MEDIUM, 3);
    }

    @Override
    public void close() throws IOException {
        sessions.close();
    }
}
