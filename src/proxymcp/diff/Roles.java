package proxymcp.diff;

import java.util.Optional;
import java.util.Set;

/** Guesses what fields are for, from their names, their formats and what they did. */
final class Roles {
    private static final double ALWAYS = 0.9;
    private static final int VALUES_TO_TELL = 3;

    private static final Set<String> SIGNATURE = Set.of("sig", "signature", "hmac", "sign", "mac", "sgn");
    private static final Set<String> NONCE = Set.of("nonce", "cnonce", "salt", "jti", "rand", "random", "cachebuster", "nocache", "cb", "rnd");
    private static final Set<String> NONCE_NAMES = Set.of("_", "_t", "_r");
    private static final Set<String> TRACE = Set.of("traceparent", "tracestate", "b3", "trace", "traceid", "span", "spanid", "correlation");
    private static final Set<String> TRACE_NAMES = Set.of("x-request-id", "request-id", "x-requestid", "requestid", "request_id", "cf-ray", "x-amzn-requestid",
            "x-amz-request-id", "x-amz-id-2", "x-amz-cf-id", "x-vercel-id", "x-served-by", "x-timer", "x-github-request-id", "reqid", "req_id");
    private static final Set<String> TOKEN_NAMES = Set.of("authorization", "proxy-authorization", "api-key", "x-api-key", "apikey", "api_key", "x-auth",
            "x-amz-security-token", "www-authenticate", "password", "secret", "client_secret");
    private static final Set<String> TOKEN = Set.of("token", "bearer", "jwt", "apikey", "auth", "credential", "secret", "otp", "captcha", "ticket");
    private static final Set<String> SESSION = Set.of("session", "sess", "sid", "sessid", "sessionid", "phpsessid", "jsessionid", "login", "remember");
    private static final Set<String> TIME = Set.of("ts", "timestamp", "time", "date", "datetime", "expires", "iat", "exp", "nbf", "now", "epoch");
    private static final Set<String> TIME_ENDS = Set.of("at", "on", "time", "date", "ts", "timestamp", "expiry", "expires", "until", "modified");
    private static final Set<String> PAGE = Set.of("page", "cursor", "offset", "skip", "pagetoken", "continuation", "nextcursor", "startafter", "perpage",
            "pagesize", "limit");
    private static final Set<String> COUNTER = Set.of("seq", "sequence", "counter", "cseq", "serial");

    private Roles() {}

    static RoleGuess of(FieldFacts facts) {
        FieldName name = FieldName.of(facts.location());
        Optional<RoleGuess> told = byName(facts, name);
        if (told.isEmpty()) {
            told = byFormat(facts, name);
        }
        return told.isPresent() ? told.get() : byBehaviour(facts);
    }

    private static Optional<RoleGuess> byName(FieldFacts facts, FieldName name) {
        return switch (facts.location().part()) {
            case QUERY, HEADER, COOKIE, FORM, MULTIPART, JSON, JWT, LAYER -> secretByName(facts, name);
            case METHOD, PATH, STATUS, BODY, HEADER_ORDER, HEADER_CASE, VERSION, TLS, TIMING -> Optional.empty();
        };
    }

    private static Optional<RoleGuess> secretByName(FieldFacts facts, FieldName name) {
        if (name.contains("csrf") || name.contains("xsrf") || name.contains("authenticity") || name.contains("requestverification")) {
            return named(Role.CSRF, facts);
        }
        if (name.is(TRACE_NAMES) || name.hasWord(TRACE) || facts.format() == ValueFormat.TRACE) {
            return named(Role.TRACE, facts);
        }
        if (name.hasWord(SIGNATURE) && facts.location().side() == Side.REQUEST) {
            return named(Role.SIGNATURE, facts);
        }
        if (name.hasWord(NONCE) || facts.location().part() == Part.QUERY && name.is(NONCE_NAMES)) {
            return named(Role.NONCE, facts);
        }
        if (isPage(facts, name)) {
            return named(Role.PAGINATION, facts);
        }
        if (facts.location().part() == Part.JWT) {
            return name.endsWith(TIME) ? named(Role.TIMESTAMP, facts) : Optional.empty();
        }
        boolean cookieValue = facts.location().part() == Part.COOKIE && !facts.location().name().contains(";");
        if (name.hasWord(SESSION) || cookieValue && facts.format().isMadeUp()) {
            return named(Role.SESSION, facts);
        }
        return name.is(TOKEN_NAMES) || name.hasWord(TOKEN) && !facts.format().isTime() ? named(Role.TOKEN, facts) : Optional.empty();
    }

    private static boolean isPage(FieldFacts facts, FieldName name) {
        return switch (facts.location().part()) {
            case QUERY, FORM, JSON -> name.hasWord(PAGE) || name.contains("per_page") || name.contains("page_token");
            case METHOD, PATH, HEADER, COOKIE, MULTIPART, JWT, LAYER, STATUS, BODY, HEADER_ORDER, HEADER_CASE, VERSION, TLS, TIMING -> false;
        };
    }

    private static Optional<RoleGuess> byFormat(FieldFacts facts, FieldName name) {
        ValueFormat format = facts.format();
        if (format == ValueFormat.JWT) {
            return Optional.of(new RoleGuess(Role.TOKEN, "its value is a JWT" + origin(facts)));
        }
        boolean integer = format == ValueFormat.INTEGER || format == ValueFormat.COUNTER || format == ValueFormat.DECIMAL;
        if (format.isTime() || integer && (name.is(TIME) || name.endsWith(TIME_ENDS))) {
            return Optional.of(new RoleGuess(Role.TIMESTAMP, "its values are " + (format.isTime() ? format.words() : "named for a time")));
        }
        if (format == ValueFormat.COUNTER || integer && name.hasWord(COUNTER)) {
            return Optional.of(new RoleGuess(Role.COUNTER, "its integers rise with each request"));
        }
        return Optional.empty();
    }

    private static RoleGuess byBehaviour(FieldFacts facts) {
        ValueFormat format = facts.format();
        if (facts.location().side() == Side.REQUEST && format.isMadeUp() && facts.location().part() != Part.TLS) {
            if (!origin(facts).isEmpty()) {
                return new RoleGuess(Role.TOKEN, "its value" + origin(facts));
            }
            FieldStats busier = facts.a().leaves() >= facts.b().leaves() ? facts.a() : facts.b();
            if (busier.leaves() >= VALUES_TO_TELL && busier.changeRate() >= ALWAYS && facts.location().part() != Part.PATH) {
                Optional<Integer> length = busier.fixedLength();
                return length.isPresent() && isDigest(format, length.get()) && facts.siblingsChange()
                        ? new RoleGuess(Role.SIGNATURE, format.words() + " of " + length.get() + ", another with each request that differs")
                        : new RoleGuess(Role.NONCE, format.words() + ", another with each request");
            }
        }
        return switch (format) {
            case EMPTY -> new RoleGuess(Role.UNKNOWN, "it has no value");
            case UUID, HEX, BASE64, TOKEN -> new RoleGuess(facts.location().side() == Side.RESPONSE ? Role.CONTENT : Role.UNKNOWN, "an identifier: " + format.words());
            case BOOLEAN, EPOCH_SECONDS, EPOCH_MILLIS, ISO_TIME, ISO_DATE, HTTP_DATE, JWT, TRACE, COUNTER, INTEGER, DECIMAL, URL, WORD, TEXT ->
                    new RoleGuess(Role.CONTENT, format.words());
        };
    }

    /** Lengths of MD5, SHA-1, SHA-256, SHA-384 and SHA-512 in hex and Base64, with and without padding. */
    private static boolean isDigest(ValueFormat format, int length) {
        return switch (length) {
            case 32, 40, 56, 64, 96, 128 -> format == ValueFormat.HEX || format == ValueFormat.BASE64;
            case 22, 24, 27, 28, 43, 44, 86, 88 -> format == ValueFormat.BASE64;
            default -> false;
        };
    }

    private static Optional<RoleGuess> named(Role role, FieldFacts facts) {
        return Optional.of(new RoleGuess(role, "its name" + origin(facts)));
    }

    /** Where its values come from, as the end of a clause. */
    private static String origin(FieldFacts facts) {
        FieldStats with = facts.a().origin().isPresent() ? facts.a() : facts.b();
        if (facts.location().side() == Side.RESPONSE || with.origin().isEmpty() || with.fromResponses() * 2 < 1) {
            return "";
        }
        Provenance.Origin origin = with.origin().get();
        return ", sent back from " + origin.location() + " of " + (with == facts.a() ? "A " : "B ") + origin.seq();
    }
}
