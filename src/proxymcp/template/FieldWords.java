package proxymcp.template;

import java.util.Locale;
import java.util.Set;
import proxymcp.diff.Part;
import proxymcp.diff.ValueFormat;

/** What the names of fields say about who gives their values. */
final class FieldWords {
    private static final Set<String> CONSTANT = Set.of("grant_type", "response_type", "client_id", "redirect_uri", "code_challenge_method", "scope",
            "format", "lang", "locale", "version", "v", "api_version", "response_mode", "prompt", "audience", "operationname", "query", "variables", "extensions",
            "jsonrpc", "method", "submit", "action", "device", "platform", "timezone", "tz", "algorithm", "alg", "typ", "sha256hash");
    private static final Set<String> TYPED = Set.of("user", "username", "login", "email", "mail", "password", "passwd", "pass", "pwd", "pin", "otp", "q",
            "search", "term", "keyword", "keywords", "text", "message", "comment", "title", "name", "firstname", "lastname", "phone", "address",
            "city", "zip", "country", "quantity", "amount", "date", "from", "to");
    private static final Set<String> ONCE = Set.of("nonce", "state", "verifier", "challenge", "random", "trace", "idempotency", "correlation", "requestid",
            "request_id", "request-id", "traceparent", "boundary", "salt", "cachebuster");

    private static final Set<String> CREDENTIALS = Set.of("key", "token", "auth", "secret", "session", "csrf", "xsrf", "jwt", "credential", "sign", "ticket",
            "bearer", "cookie", "passw", "code", "hash", "license", "account", "user", "tenant", "grant", "captcha");

    private FieldWords() {}

    /** Whether a value of that name is given by somebody, even though it differs from request to request: none is made up for it. */
    static boolean isCredential(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        for (String word : CREDENTIALS) {
            if (lower.contains(word)) {
                return true;
            }
        }
        return lower.equals("sid") || lower.endsWith("-sid") || lower.endsWith("_sid");
    }

    static boolean isPassword(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.contains("passw") || lower.equals("pwd") || lower.equals("pass") || lower.equals("pin") || lower.contains("secret");
    }

    /** Whether a value of that name is made for one request or one flow. */
    static boolean isMadeOnce(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        for (String word : ONCE) {
            if (lower.contains(word) && !lower.contains("viewstate")) {
                return true;
            }
        }
        return false;
    }

    /** Whether somebody who uses the flow gives this value. */
    static boolean isInput(Use use, boolean parameter, boolean safeMethod) {
        String key = use.key().toLowerCase(Locale.ROOT);
        boolean graphQl = use.part() == Part.JSON && use.at().startsWith("$.variables.");
        return switch (use.part()) {
            case PATH -> parameter;
            case QUERY -> TYPED.contains(key) || key.endsWith("id") && !CONSTANT.contains(key);
            case FORM, MULTIPART -> !CONSTANT.contains(key) && !key.startsWith("__");
            case JSON -> graphQl || !use.at().startsWith("$.extensions") && !CONSTANT.contains(key) && !safeMethod;
            case LAYER, BODY -> TYPED.contains(key) || isPassword(key);
            case HEADER -> key.equals("authorization") || key.contains("api-key") || key.contains("apikey") || key.endsWith("-token");
            case COOKIE, METHOD, JWT, STATUS, HEADER_ORDER, HEADER_CASE, VERSION, TLS, TIMING -> false;
        };
    }

    static String typeOf(String value) {
        return switch (ValueFormat.of(value)) {
            case INTEGER, EPOCH_SECONDS, EPOCH_MILLIS -> "integer";
            case DECIMAL -> "number";
            case EMPTY, BOOLEAN, ISO_TIME, ISO_DATE, HTTP_DATE, UUID, HEX, BASE64, JWT, TOKEN, TRACE, COUNTER, URL, WORD, TEXT -> "string";
        };
    }

    static String formatOf(String key, String value) {
        int at = value.indexOf('@');
        return isPassword(key) ? "password" : at > 0 && value.indexOf('.', at) > 0 && value.indexOf(' ') < 0 ? "email"
                : ValueFormat.of(value) == ValueFormat.UUID ? "uuid" : "";
    }
}
