package proxymcp.parity;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Tells answers that came in place of the one that was wanted, by marks that those of common vendors and frameworks share, and that the baseline lacks. */
final class BlockDetector {
    /**
     * What came.
     *
     * @param blocked whether somebody keeps the client out; else the server failed
     * @param why a clause
     */
    record Found(boolean blocked, String why) {}

    private static final int JSON_CHARS_MAX = 20_000;

    /** Nobody but a challenge says so. */
    private static final List<String> CHALLENGES = List.of("cf-chl", "cf_chl_opt", "challenges.cloudflare.com", "<title>just a moment", "attention required! | cloudflare",
            "captcha-delivery.com", "px-captcha", "_pxcaptcha", "perimeterx", "_incapsula_resource", "incapsula incident id", "awswaf.com", "awswafintegration",
            "verify you are human", "verify that you are human", "are you a robot", "i'm not a robot", "unusual traffic from your", "geetest.com",
            "arkoselabs.com", "ddos protection by", "checking your browser before", "sucuri website firewall", "pardon our interruption",
            "enable javascript and cookies to continue", "complete the security check", "/_sec/cp_challenge/", "kasada");
    /** Forms of pages that are no challenge have these too. */
    private static final List<String> CAPTCHAS = List.of("g-recaptcha", "recaptcha/api.js", "h-captcha", "hcaptcha.com", "cf-turnstile", "captcha");
    private static final List<String> REFUSALS = List.of("access denied", "access to this page has been denied", "request blocked", "you have been blocked",
            "forbidden", "too many requests", "rate limit", "temporarily unavailable in your", "not authorized", "unauthorized");
    /** What servers put in place of a page that they cannot make. */
    private static final List<String> FAILURES = List.of("be back soon", "be right back", "under maintenance", "maintenance mode", "scheduled maintenance", "down for maintenance",
            "temporarily unavailable", "service unavailable", "page not found", "404 not found", "something went wrong", "try again later", "internal server error",
            "internal error", "bad gateway", "gateway timeout", "an error occurred", "unexpected error");
    private static final List<String> LOGINS = List.of("input[type=password]");
    private static final List<String> LOGIN_WORDS = List.of("log in", "login", "sign in", "signin", "anmelden", "connexion", "iniciar sesi", "accedi", "inloggen",
            "session expired", "session has expired", "please authenticate");
    private static final List<String> LOGIN_PATHS = List.of("login", "signin", "sign-in", "sign_in", "/auth", "/sso", "/oauth", "/saml", "captcha", "challenge",
            "blocked", "denied");
    private static final List<String> SHUT_OUT = List.of("captcha", "unauthori", "unauthenticated", "not logged", "log in", "login", "sign in", "rate limit",
            "ratelimit", "rate_limit", "too many requests", "access denied", "access_denied", "forbidden", "blocked", "throttl", "token expired", "expired token",
            "invalid token", "session expired", "robot", "suspicious");
    private static final List<String> FAILED_WORDS = List.of("error", "fail", "failed", "failure", "ko", "nok");
    private static final List<String> CODES = List.of("code", "errcode", "err_code", "errno", "error_code", "errorcode", "ret", "retcode", "status_code", "statuscode");

    private BlockDetector() {}

    /**
     * What came instead; empty if nothing points to that.
     *
     * @param baseline the answer that was wanted
     * @param other the one that came
     * @param gone whether most of what the wanted one is made of is not there
     */
    static Optional<Found> find(Answer baseline, Answer other, boolean gone) {
        Optional<Found> head = head(baseline, other);
        if (head.isPresent()) {
            return head;
        }
        return switch (other.content()) {
            case Answer.Content.Html html -> page(baseline, html.page().raw(), html.page(), gone);
            case Answer.Content.Text text -> text(baseline, text.text().toLowerCase(Locale.ROOT), gone);
            case Answer.Content.Tree tree -> tree(baseline, tree.root());
            case Answer.Content.None none -> Optional.empty();
            case Answer.Content.Octets octets -> Optional.empty();
        };
    }

    private static Optional<Found> head(Answer baseline, Answer other) {
        for (String name : List.of("cf-mitigated", "x-amzn-waf-action", "x-datadome-response", "x-px-block")) {
            if (other.header(name).isPresent() && baseline.header(name).isEmpty()) {
                return blocked("a challenge, says " + name + ": " + Shown.text(other.header(name).get()));
            }
        }
        boolean wanted = baseline.statusClass() == 2 || baseline.statusClass() == 3;
        if (wanted && (other.status() == 429 || other.status() == 401 || other.status() == 403 || other.status() == 407)) {
            return blocked("status " + other.status() + (other.status() == 429 ? ": too many requests" : ": access refused"));
        }
        String target = other.header("location").orElse("").toLowerCase(Locale.ROOT);
        if (wanted && other.statusClass() == 3 && !target.isEmpty()) {
            String before = baseline.header("location").orElse("").toLowerCase(Locale.ROOT);
            for (String path : LOGIN_PATHS) {
                if (target.contains(path) && !before.contains(path)) {
                    return blocked("a redirect to " + Shown.text(target));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Found> page(Answer baseline, String raw, Page page, boolean gone) {
        // A page that is still what it was may speak of challenges, or load what watches for robots.
        if (!gone && baseline.content() instanceof Answer.Content.Html) {
            return Optional.empty();
        }
        String before = raw(baseline);
        Optional<String> challenge = mark(CHALLENGES, raw, before);
        if (challenge.isPresent()) {
            return blocked("a challenge: " + challenge.get());
        }
        Optional<String> captcha = mark(CAPTCHAS, raw, before);
        if (captcha.isPresent()) {
            return blocked("a captcha: " + captcha.get());
        }
        for (String feature : LOGINS) {
            if (page.has(feature) && !(baseline.content() instanceof Answer.Content.Html html && html.page().has(feature))) {
                return blocked("a login page" + (page.title().isEmpty() ? "" : " titled " + page.title()));
            }
        }
        String seen = (page.title() + " " + String.join(" ", page.words())).toLowerCase(Locale.ROOT);
        Optional<String> login = mark(LOGIN_WORDS, page.title().toLowerCase(Locale.ROOT), before);
        Optional<String> refusal = mark(REFUSALS, seen, before);
        return login.isPresent() ? blocked("a login page titled " + page.title())
                : refusal.isPresent() ? blocked("a refusal: " + refusal.get()) : mark(FAILURES, seen, before).map(mark -> new Found(false, "a notice: " + mark));
    }

    private static Optional<Found> text(Answer baseline, String text, boolean gone) {
        if (!gone && baseline.content() instanceof Answer.Content.Text) {
            return Optional.empty();
        }
        String before = raw(baseline);
        for (List<String> marks : List.of(CHALLENGES, CAPTCHAS, REFUSALS)) {
            Optional<String> mark = mark(marks, text, before);
            if (mark.isPresent()) {
                return blocked("a refusal: " + mark.get());
            }
        }
        Optional<String> login = mark(LOGIN_WORDS, text, before);
        return login.isPresent() ? blocked("a login: " + login.get()) : mark(FAILURES, text, before).map(mark -> new Found(false, "a notice: " + mark));
    }

    private static Optional<Found> tree(Answer baseline, JsonValue root) {
        if (baseline.statusClass() != 2 || !(root instanceof JsonObject object)) {
            return Optional.empty();
        }
        JsonObject before = baseline.content() instanceof Answer.Content.Tree tree && tree.root() instanceof JsonObject known ? known : JsonObject.EMPTY;
        Optional<String> error = error(object, before);
        if (error.isEmpty() && !before.has("url") && object.string("url").map(url -> url.contains("captcha")).orElse(false)) {
            return blocked("a captcha: " + Shown.text(object.string("url").orElse("")));
        }
        return error.map(why -> new Found(isShutOut(object), why));
    }

    private static boolean isShutOut(JsonObject object) {
        if (Json.length(object, JSON_CHARS_MAX) > JSON_CHARS_MAX) {
            return false;
        }
        String text = Json.text(object).toLowerCase(Locale.ROOT);
        for (String word : SHUT_OUT) {
            if (text.contains(word)) {
                return true;
            }
        }
        return false;
    }

    /** What in a body says that the request failed, where that of the baseline does not say so. */
    private static Optional<String> error(JsonObject object, JsonObject before) {
        for (JsonObject.Member member : object.members()) {
            String name = member.name().toLowerCase(Locale.ROOT);
            Optional<JsonValue> known = before.get(member.name());
            if (says(name, member.value()) && (known.isEmpty() || !says(name, known.get()))) {
                return Optional.of(Shown.text(member.name()) + ": " + Shown.value(member.value()));
            }
        }
        return Optional.empty();
    }

    private static boolean says(String name, JsonValue value) {
        return switch (name) {
            case "error", "errors", "fault", "exception", "error_message", "errormessage", "errormsg" -> isSomething(value);
            case "success", "ok", "issuccess", "succeeded" -> value.equals(JsonBoolean.FALSE);
            case "status", "result", "state" -> value instanceof JsonString text && FAILED_WORDS.contains(text.value().toLowerCase(Locale.ROOT))
                    || value instanceof JsonNumber number && number.asDouble() >= 400 && number.asDouble() < 600;
            default -> CODES.contains(name) && value instanceof JsonNumber number && number.asDouble() != 0 && (number.asDouble() < 200 || number.asDouble() >= 300);
        };
    }

    private static boolean isSomething(JsonValue value) {
        return switch (value) {
            case JsonNull nothing -> false;
            case JsonBoolean truth -> truth.value();
            case JsonNumber number -> number.asDouble() != 0;
            case JsonString text -> !text.value().isBlank();
            case JsonArray array -> array.size() > 0;
            case JsonObject object -> !object.members().isEmpty();
        };
    }

    private static String raw(Answer answer) {
        return switch (answer.content()) {
            case Answer.Content.Html html -> html.page().raw();
            case Answer.Content.Text text -> text.text().toLowerCase(Locale.ROOT);
            case Answer.Content.Tree tree -> "";
            case Answer.Content.None none -> "";
            case Answer.Content.Octets octets -> "";
        };
    }

    private static Optional<String> mark(List<String> marks, String text, String before) {
        for (String mark : marks) {
            if (text.contains(mark) && !before.contains(mark)) {
                return Optional.of(mark);
            }
        }
        return Optional.empty();
    }

    private static Optional<Found> blocked(String why) {
        return Optional.of(new Found(true, why));
    }
}
