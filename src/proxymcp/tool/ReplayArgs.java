package proxymcp.tool;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Authority;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.Schema;
import proxymcp.replay.Captures;
import proxymcp.replay.RequestChanges;
import proxymcp.replay.RunCookies;
import proxymcp.replay.RunSettings;
import proxymcp.replay.Safety;
import proxymcp.replay.Selection;
import proxymcp.replay.SendSettings;
import proxymcp.replay.SeqRange;
import proxymcp.replay.Target;
import proxymcp.tls.TlsException;
import proxymcp.tls.TrustedFile;

/** What {@code proxy_replay_session} takes, and what it means. */
final class ReplayArgs {
    private static final int CONCURRENCY_MAX = 256;
    private static final List<String> RETRY_ON = List.of("connect", "timeout", "reset", "429", "5xx");

    private static final Schema RETRY = Schema.of(
            Property.integer("max_attempts", "", 1, 20).defaultTo(3),
            Property.integer("base_delay_ms", "", 0, 60_000).defaultTo(200),
            Property.integer("max_delay_ms", "", 0, 600_000).defaultTo(10_000),
            Property.texts("on", "", RETRY_ON.size()));
    private static final Schema STOP_ON = Schema.of(
            Property.number("error_rate", "", 0.001, 1).required(),
            Property.integer("min_requests", "", 1, 100_000).defaultTo(20));
    private static final Schema AUTH = Schema.of(
            Property.integers("status", "", 100, 599, 20),
            Property.integers("refresh_seqs", "", 1, Long.MAX_VALUE >> 20, 50).required());

    private static final List<String> SELECTING = List.of("seqs", "seq_ranges", "exchange_ids", "limit", "offset", "sort", "overrides", "captures",
            "follow_redirects", "on_auth_expired");

    static final Schema INPUT = Schema.of(
            Property.text("session_id", "Where the requests were recorded", 1, 100),
            Property.choice("mode", "dry_run shows the plan and sends nothing", "dry_run", "execute").defaultTo("dry_run"),
            Property.text("resume", "replayId of a run to go on with, as it was begun; sends at once, takes only wait_ms and max_chars besides", 1, 100),
            Property.text("template", "Runs this template of the session instead", 1, 100),
            Property.text("template_file", "Or this file", 1, 4_096),
            Property.textMap("inputs", "Of the template"),
            Property.integers("seqs", "These, in this order", 1, Long.MAX_VALUE >> 20, Selection.ITEMS_MAX),
            Property.texts("seq_ranges", "Only those in one of them, such as 10-20", 1_000),
            Property.texts("exchange_ids", "These, in this order", Selection.ITEMS_MAX),
            Property.integer("limit", "", 1, Selection.ITEMS_MAX).defaultTo(100),
            Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0),
            Property.choice("sort", "", "asc", "desc").defaultTo("asc"))
            .and(SessionFilter.UNEXPLAINED).and(List.of(
            Property.text("target_base_url", "Scheme, host and port to send to instead", 1, 2_000),
            Property.objectsInWords("overrides", "Changes, in order: {match?: {seqs?, method?, url_contains?}, method, set_query: {name: value}, "
                    + "remove_query: [name], set_headers, remove_headers, set_cookies, set_form, set_json: {\"$.a.b\": value}, "
                    + "replace: [[literal, with]], body_text, body_base64}; values may hold {timestamp}, {timestamp_ms}, {iso_time}, {nonce}, {nonce:32}, "
                    + "{uuid}, {counter}, {seq}, {env:NAME} and captured {name}", RequestChanges.OVERRIDE, RequestChanges.OVERRIDES_MAX),
            Property.objectsInWords("captures", "Values that later requests use: {from_seq | from_url_contains, select: json:PATH | header:NAME | cookie:NAME "
                    + "| regex:EXPRESSION, as: name, required = true}", Captures.CAPTURE, Captures.CAPTURES_MAX),
            Property.choice("cookies", "As recorded, from the run's own answers, or none", "recorded", "jar", "none").defaultTo("recorded"),
            Property.flag("follow_redirects", "Follow 3xx").defaultTo(false),
            Property.integer("concurrency", "Most in flight; 1 keeps the order", 1, CONCURRENCY_MAX).defaultTo(4),
            Property.integer("per_host_concurrency", "Most in flight to one origin", 1, CONCURRENCY_MAX),
            Property.number("rate_per_second", "Most begun a second", 0.01, 100_000),
            Property.integer("burst", "Begun at once after a pause", 1, 10_000).defaultTo(1),
            Property.integer("timeout_ms", "Of a whole exchange", 1, 600_000).defaultTo(15_000),
            Property.choice("pacing", "Gaps of the recording, or none", "none", "recorded").defaultTo("none"),
            Property.number("speed", "For pacing recorded: 2 halves the gaps", 0.001, 10_000).defaultTo(1),
            Property.objectInWords("retry", "{max_attempts = 3, base_delay_ms = 200 (doubles each time, with jitter), max_delay_ms = 10000, on: [connect, "
                    + "timeout, reset, 429, 5xx]}; unsafe methods only if nothing was sent", RETRY),
            Property.flag("allow_unsafe", "Also send POST, PUT, PATCH, DELETE and the like").defaultTo(false),
            Property.texts("unsafe_methods", "Or only these of them", 20),
            Property.objectInWords("stop_on", "{error_rate: 0.001 to 1, min_requests = 20}: aborts when that share failed", STOP_ON),
            Property.objectInWords("on_auth_expired", "{status = [401, 403], refresh_seqs: []}: these are sent once, whatever allow_unsafe says, then the "
                    + "failed one again", AUTH),
            Property.integer("wait_ms", "Answer after that long at the latest", 0, 300_000).defaultTo(20_000),
            Property.flag("record", "Keep the answers in a session of their own").defaultTo(true),
            Property.flag("insecure_upstream", "Accept any certificate; as recorded unless given"),
            Property.text("upstream_ca_file", "Trust its certificates too", 1, 4_096),
            Property.text("upstream_url", "Go out through this proxy, or direct; as recorded unless given", 1, 2_000),
            Property.flag("use_rules", "Apply the proxy's rules").defaultTo(false),
            ListBudget.MAX_CHARS));

    private final Args args;

    /** Finds the file that an argument names. */
    interface Files {
        Path find(String argument, String name) throws ToolFailure;
    }

    ReplayArgs(Args args) {
        this.args = args;
    }

    Args args() {
        return args;
    }

    /** The arguments as they were given, from which a run is made again. */
    static ReplayArgs of(JsonObject kept) throws BadArgument {
        return new ReplayArgs(INPUT.check(kept));
    }

    Selection selection() throws BadArgument {
        List<Long> seqs = args.integers("seqs");
        List<String> ids = args.strings("exchange_ids");
        if (!seqs.isEmpty() && !ids.isEmpty()) {
            throw new BadArgument("exchange_ids", "expected either it or seqs");
        }
        if (!seqs.isEmpty()) {
            return new Selection.Seqs(seqs);
        }
        if (!ids.isEmpty()) {
            List<UUID> parsed = new ArrayList<>(ids.size());
            for (String id : ids) {
                parsed.add(uuid(id));
            }
            return new Selection.Ids(parsed);
        }
        return new Selection.Matching(SessionFilter.parse(args, args.string("sort").equals("desc")), ranges(args), args.integer("offset"),
                args.integer("limit"));
    }

    /** What {@code seq_ranges} says. */
    static List<SeqRange> ranges(Args args) throws BadArgument {
        List<SeqRange> ranges = new ArrayList<>();
        for (String range : args.strings("seq_ranges")) {
            ranges.add(range(range));
        }
        return ranges;
    }

    /** A sentence about filters that do not hold, as exchanges are named one by one; empty if there are none. */
    Optional<String> unusedFilters() {
        if (args.integers("seqs").isEmpty() && args.strings("exchange_ids").isEmpty()) {
            return Optional.empty();
        }
        List<String> unused = new ArrayList<>();
        for (String name : List.of("seq_ranges", "limit", "offset", "sort")) {
            if (args.given(name)) {
                unused.add(name);
            }
        }
        for (Property filter : SessionFilter.UNEXPLAINED) {
            if (args.given(filter.name())) {
                unused.add(filter.name());
            }
        }
        return unused.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", unused) + ": not applied, as "
                + (args.integers("seqs").isEmpty() ? "exchange_ids" : "seqs") + " names all that is sent");
    }

    private static UUID uuid(String id) throws BadArgument {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new BadArgument("exchange_ids", "expected ids of exchanges, got \"" + Shortened.text(id, 60) + "\"");
        }
    }

    private static SeqRange range(String text) throws BadArgument {
        int dash = text.indexOf('-');
        try {
            long first = Long.parseLong(dash < 0 ? text.strip() : text.substring(0, dash).strip());
            return new SeqRange(first, dash < 0 ? first : Long.parseLong(text.substring(dash + 1).strip()));
        } catch (IllegalArgumentException e) {
            throw new BadArgument("seq_ranges", "expected ranges such as 10-20, got \"" + Shortened.text(text, 60) + "\"");
        }
    }

    /** A run goes on as it was begun: what would have no effect is refused rather than left out, above all a dry run that would send. */
    void requireResumeAlone() throws BadArgument {
        List<String> others = new ArrayList<>();
        for (JsonObject.Member member : args.json().members()) {
            boolean taken = switch (member.name()) {
                case "resume", "wait_ms", "max_chars" -> true;
                case "mode" -> args.string("mode").equals("execute");
                default -> false;
            };
            if (!taken) {
                others.add(member.name().equals("mode") ? "mode dry_run" : member.name());
            }
        }
        if (!others.isEmpty()) {
            throw new BadArgument("resume", "resume goes on with the arguments of the run; expected nothing beside it but wait_ms, max_chars and mode execute, got "
                    + String.join(", ", others));
        }
    }

    /** Whether a template is run, and nothing is selected. */
    boolean isTemplate() {
        return args.given("template") || args.given("template_file");
    }

    /** A template says itself what is sent, and what is changed about it. */
    void requireTemplateAlone() throws BadArgument {
        if (!isTemplate()) {
            if (args.given("inputs")) {
                throw new BadArgument("inputs", "expected it with template or template_file");
            }
            return;
        }
        if (args.given("template") && args.given("template_file")) {
            throw new BadArgument("template_file", "expected either it or template");
        }
        List<String> others = new ArrayList<>();
        for (String name : SELECTING) {
            if (args.given(name)) {
                others.add(name);
            }
        }
        for (Property filter : SessionFilter.UNEXPLAINED) {
            if (args.given(filter.name())) {
                others.add(filter.name());
            }
        }
        if (!others.isEmpty()) {
            throw new BadArgument(others.get(0), "a template says itself what is sent and changed; expected none beside it of " + String.join(", ", others));
        }
        if (cookies() != RunCookies.Mode.RECORDED) {
            throw new BadArgument("cookies", "a template has its own; expected recorded");
        }
    }

    SendSettings sending(Files files) throws BadArgument, ToolFailure {
        Optional<Path> caFile = args.given("upstream_ca_file") ? Optional.of(files.find("upstream_ca_file", args.string("upstream_ca_file")))
                : Optional.empty();
        if (caFile.isPresent()) {
            requireCertificates(caFile.get());
        }
        Set<String> unsafe = new HashSet<>();
        for (String method : args.strings("unsafe_methods")) {
            String upper = method.strip().toUpperCase(Locale.ROOT);
            if (upper.isEmpty() || Safety.isSafe(upper)) {
                throw new BadArgument("unsafe_methods", "expected methods that may change something, such as POST, got \"" + Shortened.text(method, 40) + "\"");
            }
            unsafe.add(upper);
        }
        return new SendSettings(new Safety(args.flag("allow_unsafe"), unsafe), args.opt("target_base_url", ReplayArgs::target),
                args.integer("timeout_ms"), args.optFlag("insecure_upstream"), caFile, args.optString("upstream_url"), args.flag("use_rules"));
    }

    /** Told before anything is sent: otherwise each request over TLS would fail by it. */
    private static void requireCertificates(Path file) throws BadArgument {
        try {
            TrustedFile.read("upstream_ca_file", file);
        } catch (TlsException e) {
            throw new BadArgument("upstream_ca_file", e.getMessage());
        }
    }

    private static Target target(String text) {
        int scheme = text.indexOf("://");
        String name = scheme < 0 ? "" : text.substring(0, scheme).toLowerCase(Locale.ROOT);
        int end = scheme + 3;
        while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        Optional<Authority> authority = scheme < 0 ? Optional.empty() : Authority.parse(text.substring(scheme + 3, end));
        if (authority.isEmpty() || !name.equals("http") && !name.equals("https")) {
            throw new IllegalArgumentException("expected an http or https URL such as https://staging.example:8443");
        }
        if (end < text.length() && !text.substring(end).equals("/")) {
            throw new IllegalArgumentException("expected no path and no query, which stay those of each request; got \""
                    + Shortened.text(text.substring(end), 60) + "\"");
        }
        return new Target(new Endpoint(name, authority.get().host(), authority.get().port().orElse(Endpoint.defaultPort(name))));
    }

    List<Long> refreshSeqs() throws BadArgument {
        return refresh().map(RunSettings.AuthRefresh::refreshSeqs).orElse(List.of());
    }

    private Optional<RunSettings.AuthRefresh> refresh() throws BadArgument {
        Optional<Args> given = args.object("on_auth_expired");
        if (given.isEmpty()) {
            return Optional.empty();
        }
        if (given.get().integers("refresh_seqs").isEmpty()) {
            throw new BadArgument("on_auth_expired.refresh_seqs", "expected at least one seq");
        }
        Set<Integer> status = new HashSet<>();
        given.get().integers("status").forEach(code -> status.add(code.intValue()));
        return Optional.of(new RunSettings.AuthRefresh(status.isEmpty() ? Set.of(401, 403) : status, given.get().integers("refresh_seqs")));
    }

    RunSettings settings() throws BadArgument {
        if (args.given("burst") && !args.given("rate_per_second")) {
            throw new BadArgument("burst", "expected it with rate_per_second, which it belongs to");
        }
        if (args.given("speed") && !args.string("pacing").equals("recorded")) {
            throw new BadArgument("speed", "expected it with pacing recorded, which it belongs to");
        }
        OptionalInt perHost = args.optInteger("per_host_concurrency");
        OptionalDouble rate = args.optNumber("rate_per_second");
        RunSettings.Pacing pacing = args.string("pacing").equals("recorded") ? new RunSettings.Pacing.Recorded(args.number("speed"))
                : new RunSettings.Pacing.None();
        Optional<Args> stop = args.object("stop_on");
        int concurrency = isTemplate() && !args.given("concurrency") ? 1 : args.integer("concurrency");
        return new RunSettings(concurrency, perHost, rate, args.integer("burst"), pacing, retry(),
                stop.map(on -> new RunSettings.StopOn(on.number("error_rate"), on.integer("min_requests"))), refresh());
    }

    private RunSettings.RetryPolicy retry() throws BadArgument {
        Optional<Args> given = args.object("retry");
        if (given.isEmpty()) {
            return RunSettings.RetryPolicy.NONE;
        }
        Set<RunSettings.RetryOn> on = new HashSet<>();
        List<String> names = given.get().strings("on").isEmpty() ? RETRY_ON : given.get().strings("on");
        for (String name : names) {
            on.add(switch (name) {
                case "connect" -> RunSettings.RetryOn.CONNECT;
                case "timeout" -> RunSettings.RetryOn.TIMEOUT;
                case "reset" -> RunSettings.RetryOn.RESET;
                case "429" -> RunSettings.RetryOn.STATUS_429;
                case "5xx" -> RunSettings.RetryOn.STATUS_5XX;
                default -> throw new BadArgument("retry.on", "expected " + String.join(", ", RETRY_ON) + ", got \"" + Shortened.text(name, 40) + "\"");
            });
        }
        return new RunSettings.RetryPolicy(given.get().integer("max_attempts"), given.get().integer("base_delay_ms"),
                given.get().integer("max_delay_ms"), on);
    }

    RequestChanges changes() throws BadArgument {
        return RequestChanges.parse(objects("overrides"));
    }

    Captures captures() throws BadArgument {
        return Captures.parse(objects("captures"));
    }

    private List<JsonObject> objects(String name) {
        List<JsonObject> objects = new ArrayList<>();
        args.objects(name).forEach(object -> objects.add(object.json()));
        return objects;
    }

    RunCookies.Mode cookies() {
        return args.choice("cookies", RunCookies.Mode.class);
    }

    /** Whether an override sends another method than was recorded, and one that may change something. */
    boolean overridesMakeUnsafe() {
        for (Args override : args.objects("overrides")) {
            if (override.optString("method").filter(method -> !Safety.isSafe(method)).isPresent()) {
                return true;
            }
        }
        return false;
    }
}
