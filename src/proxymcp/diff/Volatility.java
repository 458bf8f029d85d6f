package proxymcp.diff;

import java.util.Optional;
import java.util.Set;

/**
 * How likely a field differs for no other reason than that time passed or dice were thrown.
 *
 * @param score 0..1; from {@link #NOISE} on it is taken for noise
 * @param evidence why, a clause; empty where nothing speaks for it
 */
public record Volatility(double score, String evidence) {
    /** From here on a difference tells nothing. */
    public static final double NOISE = 0.5;

    private static final double LITTLE = 0.05;
    private static final double OFTEN = 0.5;
    private static final double ALWAYS = 0.9;
    private static final double NAMED = 0.85;
    private static final double CLEAR_GAP = 0.5;
    private static final double SIMILAR_SHARE = 0.25;
    private static final int VALUES_TO_TELL = 4;
    private static final int PAIRS_TO_TELL = 3;

    private static final String MADE_UP = "only made-up words within it differ";

    /** Fields that servers and clients make anew for each message, whatever it says. */
    private static final Set<String> FLEETING = Set.of("date", "age", "etag", "last-modified", "expires", "content-length", "content-md5", "digest", "x-runtime",
            "x-response-time", "server-timing", "cf-ray", "x-cache", "x-cache-hits", "x-served-by", "x-timer", "via", "if-none-match", "if-modified-since",
            "keep-alive", "report-to", "nel", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit-remaining", "ratelimit-reset", "retry-after",
            "x-envoy-upstream-service-time", "alt-svc", "x-amz-cf-pop", "x-process-time", "max-age", "sec-websocket-key", "sec-websocket-accept");
    private static final Set<String> MEASURED = Set.of("elapsed", "took", "duration", "latency", "uptime", "millis", "ms", "nanos", "remaining", "timing");
    private static final Set<String> IDS = Set.of("id", "ids", "uid", "guid", "pk");

    /** Judges a field by what it did; {@code role} is what it is for. */
    static Volatility of(FieldFacts facts, Role role) {
        return switch (facts.kind()) {
            case CHANGED -> changed(facts, role);
            case ADDED, REMOVED -> flapping(facts);
            case TYPE_CHANGED -> Integer.bitCount(facts.a().types()) > 1 && Integer.bitCount(facts.b().types()) > 1
                    ? new Volatility(0.6, "its type varies in both sessions") : new Volatility(LITTLE, "");
            case REORDERED -> varying(facts);
        };
    }

    /** The same, seen to be noise or no noise by sessions that all work. */
    Volatility amongBaselines(boolean noise, boolean separates) {
        if (noise) {
            return new Volatility(Math.max(score, ALWAYS), "it differs between sessions that work too");
        }
        return separates && score >= NOISE ? new Volatility(score * 0.3, "it is the same in all sessions that work") : this;
    }

    private static Volatility changed(FieldFacts facts, Role role) {
        return switch (facts.location().part()) {
            case STATUS, METHOD -> new Volatility(LITTLE, "");
            case TLS, VERSION, HEADER_ORDER, HEADER_CASE -> varying(facts);
            case TIMING -> facts.pairs() >= PAIRS_TO_TELL && facts.rate() >= 0.8 ? new Volatility(0.4, "")
                    : new Volatility(0.8, "how long an answer takes varies");
            case BODY -> facts.madeUpOnly() ? new Volatility(NAMED, MADE_UP) : facts.a().changeRate() >= ALWAYS && facts.b().changeRate() >= ALWAYS && facts.rate() >= ALWAYS && facts.pairs() >= PAIRS_TO_TELL
                    ? new Volatility(0.6, "every answer differs, within each session too") : new Volatility(0.2, "");
            case PATH, QUERY, HEADER, COOKIE, FORM, MULTIPART, JSON, JWT, LAYER -> value(facts, role);
        };
    }

    /** A value by its format, its name, and what it did. */
    private static Volatility value(FieldFacts facts, Role role) {
        Optional<Volatility> parted = parted(facts);
        if (parted.isPresent()) {
            return parted.get();
        }
        FieldName name = FieldName.of(facts.location());
        double fleeting = facts.format().fleeting();
        String evidence = facts.format().words() + (facts.rateWithin() >= OFTEN ? ", changes within a session too" : "");
        if (facts.location().part() == Part.HEADER && name.is(FLEETING) || role == Role.TRACE || role == Role.NONCE || name.hasWord(MEASURED)
                || facts.location().part() == Part.COOKIE && facts.location().name().endsWith(";expires")) {
            return new Volatility(Math.max(fleeting, NAMED), "its name says that it is made for each message");
        }
        if (facts.madeUpOnly() && fleeting < NOISE) {
            fleeting = NAMED;
            evidence = MADE_UP;
        } else if (isFixed(facts.a()) && isFixed(facts.b())) {
            fleeting = Math.max(fleeting, 0.8);
            evidence = "always of " + facts.a().fixedLength().orElse(0) + " characters, another each time";
        } else if (role == Role.TIMESTAMP && (facts.format().isTime() || facts.rateWithin() >= OFTEN)) {
            // An integer that is named for a time and stays is how long something lasts.
            fleeting = Math.max(fleeting, 0.7);
        } else if (isId(facts, name)) {
            fleeting = Math.max(fleeting, 0.6);
            evidence = "an id, given out anew";
        } else if (facts.restless() && fleeting < NOISE && facts.rateWithin() > LITTLE) {
            return new Volatility(0.6, "it varies by itself, in both sessions: the same request has another value each time");
        }
        double rate = facts.rate();
        if (fleeting >= NOISE && rate >= OFTEN) {
            return new Volatility(fleeting, evidence);
        }
        if (facts.location().side() == Side.RESPONSE && facts.pairsOfOtherPath() == facts.pairs() && facts.rateWithin() >= 0.3) {
            return new Volatility(0.7, "it varies with the parameters of the path");
        }
        return new Volatility(fleeting >= NOISE ? fleeting * (0.2 + 0.6 * rate) : fleeting, fleeting >= NOISE ? evidence + ", but in few pairs" : "");
    }

    /** Whether the sessions treat the field so differently that its values do not matter: it changes in one and stays in the other, and the like. */
    static boolean isParted(FieldFacts facts) {
        return facts.kind() == ChangeKind.CHANGED && parted(facts).isPresent();
    }

    private static Optional<Volatility> parted(FieldFacts facts) {
        FieldStats a = facts.a();
        FieldStats b = facts.b();
        if (a.leaves() == 0 || b.leaves() == 0) {
            return Optional.empty();
        }
        if (!facts.isOfOneFormat() && facts.rate() >= OFTEN) {
            return Optional.of(new Volatility(LITTLE, a.format().words() + " in A, " + b.format().words() + " in B"));
        }
        if (Math.min(a.leaves(), b.leaves()) >= VALUES_TO_TELL && Math.abs(a.changeRate() - b.changeRate()) > CLEAR_GAP && facts.location().side() == Side.REQUEST) {
            boolean still = a.changeRate() < b.changeRate();
            return Optional.of(new Volatility(0.1, "it changes from request to request in " + (still ? "B" : "A") + ", in " + (still ? "A" : "B") + " it stays"));
        }
        if (facts.location().side() == Side.REQUEST && a.format().isMadeUp() && b.format().isMadeUp()
                && Math.abs(a.fromResponses() - b.fromResponses()) > CLEAR_GAP && Math.max(a.fromResponses(), b.fromResponses()) >= 0.8
                && Math.min(a.fromResponses(), b.fromResponses()) <= 0.2) {
            boolean ofA = a.fromResponses() > b.fromResponses();
            return Optional.of(new Volatility(0.1, "in " + (ofA ? "A" : "B") + " it comes from an earlier response ("
                    + (ofA ? a : b).origin().map(origin -> origin.location() + " of " + origin.seq()).orElse("") + "), in " + (ofA ? "B" : "A") + " it does not"));
        }
        return Optional.empty();
    }

    private static boolean isFixed(FieldStats stats) {
        Optional<Integer> length = stats.fixedLength();
        return stats.leaves() >= VALUES_TO_TELL && stats.changeRate() >= ALWAYS && length.isPresent() && length.get() >= 8;
    }

    private static boolean isId(FieldFacts facts, FieldName name) {
        ValueFormat format = facts.format();
        boolean integer = format == ValueFormat.INTEGER || format == ValueFormat.COUNTER;
        return integer && (name.endsWith(IDS) || facts.location().part() == Part.PATH && facts.location().name().startsWith("{"));
    }

    /** A field that comes and goes in both sessions alike, or whose own name is made up. */
    private static Volatility flapping(FieldFacts facts) {
        double shareA = facts.shareA();
        double shareB = facts.shareB();
        if (facts.comesAndGoes() || comesAndGoes(shareA) && comesAndGoes(shareB) && Math.abs(shareA - shareB) < SIMILAR_SHARE) {
            return new Volatility(0.6, "it comes and goes in both sessions");
        }
        ValueFormat own = ValueFormat.of(FieldName.of(facts.location()).text());
        return own.isMadeUp() || own.isTime() ? new Volatility(0.7, "its own name is made up: " + own.words()) : new Volatility(LITTLE, "");
    }

    private static boolean comesAndGoes(double share) {
        return share > LITTLE && share < 1 - LITTLE;
    }

    private static Volatility varying(FieldFacts facts) {
        return facts.a().changeRate() >= 0.3 && facts.b().changeRate() >= 0.3 ? new Volatility(0.6, "it varies within both sessions")
                : new Volatility(LITTLE, "");
    }
}
