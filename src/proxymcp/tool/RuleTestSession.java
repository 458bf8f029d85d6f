package proxymcp.tool;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.ExchangeStart;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.mcp.CallContext;
import proxymcp.rule.RequestView;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleJson;
import proxymcp.rule.RuleSet;
import proxymcp.store.SeqScan;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredBody;
import proxymcp.store.StoredExchange;

/** Which rules would have taken the exchanges of a session. For one thread. */
final class RuleTestSession {
    private static final int BATCH = 256;
    /** A rule whose expressions took too long so often is not asked any more: each time costs a tenth of a second. */
    private static final int TIMEOUTS_MAX = 20;
    private static final int TEXT_CHARS = 200;
    private static final int ENVELOPE_CHARS = 300;
    private static final int CHARS_LEAST = 2_000;

    private final Session session;
    private final RuleSet rules;
    private final List<Tally> tallies = new ArrayList<>();
    private final int samplesMax;
    private final int shown;
    private final boolean looksAtBodies;
    private long scanned;
    private long unmatched;
    private long unreadable;

    /** What one rule would have had. */
    private static final class Tally {
        private final Rule rule;
        private final List<JsonValue> samples = new ArrayList<>();
        private long matched;
        private long effective;
        private int timeouts;

        Tally(Rule rule) {
            this.rule = rule;
        }
    }

    RuleTestSession(Session session, RuleSet rules, boolean includeDisabled, int limit, int samplesMax) {
        this.session = session;
        this.rules = rules;
        this.samplesMax = samplesMax;
        boolean bodies = false;
        for (Rule rule : rules.rules()) {
            // All that are enabled are asked, so that it is right who wins; the limit is on what is shown.
            if (rule.enabled() || includeDisabled) {
                tallies.add(new Tally(rule));
                bodies |= rule.matcher().bodyIncludes().isPresent();
            }
        }
        this.looksAtBodies = bodies;
        this.shown = Math.min(limit, tallies.size());
    }

    /** Goes through the session once. */
    void run(SessionQuery query, CallContext context) throws IOException {
        SeqScan scan = session.scan(query, 0);
        long[] seqs = new long[BATCH];
        for (int count = scan.next(seqs, BATCH); count > 0; count = scan.next(seqs, BATCH)) {
            for (int i = 0; i < count; i++) {
                if (context.cancelled()) {
                    throw new CancellationException("cancelled while a session was held against the rules");
                }
                Optional<StoredExchange> found = session.exchange(seqs[i]);
                if (found.isPresent()) {
                    ask(found.get());
                }
            }
            context.progress(seqs[count - 1], scan.lastSeq(), "exchanges");
        }
    }

    private void ask(StoredExchange stored) {
        scanned++;
        RequestView view = view(stored.exchange().start());
        if (looksAtBodies && stored.requestBody().kept() > 0) {
            try {
                view = view.withBody(start(stored.requestBody()));
            } catch (IOException damaged) {
                unreadable++;
            }
        }
        boolean won = false;
        for (Tally tally : tallies) {
            if (tally.timeouts < TIMEOUTS_MAX) {
                Optional<Boolean> taken = rules.takes(tally.rule, view);
                tally.timeouts += taken.isEmpty() ? 1 : 0;
                if (taken.orElse(false)) {
                    tally.matched++;
                    boolean wins = !won && tally.rule.enabled();
                    tally.effective += wins ? 1 : 0;
                    won |= wins;
                    sample(tally, stored.exchange(), wins);
                }
            }
        }
        unmatched += won ? 0 : 1;
    }

    private void sample(Tally tally, Exchange exchange, boolean wins) {
        if (tally.samples.size() < samplesMax) {
            tally.samples.add(JsonObject.builder().put("seq", exchange.seq()).put("exchangeId", exchange.id())
                    .put("method", Shortened.text(exchange.start().head().method(), TEXT_CHARS))
                    .put("url", Shortened.text(exchange.start().url(), TEXT_CHARS)).put("effective", wins).build());
        }
    }

    /** A request as rules see it, without its body. */
    static RequestView view(ExchangeStart start) {
        return RequestView.of(start.head().method(), start.url(), start.endpoint().host(), start.path(), start.head().fields());
    }

    /** As much of a body as rules look at. */
    static byte[] start(StoredBody body) throws IOException {
        if (body.damage().isPresent()) {
            throw new IOException(body.damage().get());
        }
        try (InputStream in = body.open()) {
            return in.readNBytes(RequestView.BODY_BYTES_MAX);
        }
    }

    /** The member {@code result}. */
    JsonObject result(boolean includeDisabled, int charsMax) {
        ListBudget rows = new ListBudget(Math.max(CHARS_LEAST, charsMax - ENVELOPE_CHARS));
        for (Tally tally : tallies.subList(0, shown)) {
            if (!rows.add(row(tally))) {
                break;
            }
        }
        JsonObject.Builder result = JsonObject.builder().put("includeDisabled", includeDisabled).put("totalRules", rules.rules().size())
                .put("evaluatedCount", shown).put("scanned", scanned).put("unmatched", unmatched).put("damagedBodies", unreadable)
                .put("showing", rows.size()).put("complete", !rows.isFull());
        if (rows.isFull()) {
            result.put("reason", "max_chars reached; ask with fewer samples");
        }
        return result.put("results", rows.items()).build();
    }

    private static JsonObject row(Tally tally) {
        Rule rule = tally.rule;
        JsonObject.Builder row = JsonObject.builder().put("ruleId", rule.id()).put("enabled", rule.enabled()).put("priority", rule.priority())
                .put("description", Shortened.text(rule.description(), TEXT_CHARS)).put("handlerType", RuleJson.type(rule.action()))
                .put("matchedCount", tally.matched).put("effectiveCount", tally.effective).put("timeouts", tally.timeouts);
        if (tally.timeouts >= TIMEOUTS_MAX) {
            row.put("reason", "its expression took too long " + TIMEOUTS_MAX + " times; it was not asked any more, and its counts are too low");
        }
        return row.put("samples", tally.samples).build();
    }
}
