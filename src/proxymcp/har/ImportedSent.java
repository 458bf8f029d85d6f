package proxymcp.har;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** What an entry says that rules did to its exchange, see {@link SentMembers}. All of it has to fit the record of the exchange's end. */
final class ImportedSent {
    private static final int RULES_CHARS_MAX = 16_000;
    /** Of one head and its URL; those of our own proxy are shorter. */
    private static final int HEAD_CHARS_MAX = 96 << 10;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final String BAD = "bad_member";

    private final JsonObject entry;
    private final HarImportReport report;

    ImportedSent(JsonObject entry, HarImportReport report) {
        this.entry = entry;
        this.report = report;
    }

    /** Rules that touched it: of {@code _rules}, or as older files have them, pairs in {@code _exchange.rules}. */
    List<RuleMatch> rules() throws HarImportException {
        JsonArray written = entry.array("_rules").or(() -> entry.object("_exchange").flatMap(own -> own.array("rules"))).orElse(JsonArray.EMPTY);
        List<RuleMatch> rules = new ArrayList<>();
        int chars = 0;
        for (JsonValue value : written.values()) {
            Optional<RuleMatch> rule = rule(value);
            chars += rule.isPresent() ? rule.get().id().length() : 0;
            if (chars > RULES_CHARS_MAX) {
                report.repair(BAD, "the ids of its rules are longer than " + RULES_CHARS_MAX + " characters; the last ones were left out");
                break;
            }
            if (rule.isPresent()) {
                rules.add(rule.get());
            } else {
                report.repair(BAD, "a rule of _rules is no id with a version; it was left out");
            }
        }
        return List.copyOf(rules);
    }

    private static Optional<RuleMatch> rule(JsonValue value) {
        return switch (value) {
            case JsonObject rule -> rule(rule.get("id").orElse(JsonNull.NULL), rule.get("version").orElse(JsonNull.NULL));
            case JsonArray pair when pair.values().size() == 2 -> rule(pair.values().get(0), pair.values().get(1));
            default -> Optional.empty();
        };
    }

    private static Optional<RuleMatch> rule(JsonValue id, JsonValue version) {
        long number = version instanceof JsonNumber written ? written.exactLong().orElse(0) : 0;
        return id instanceof JsonString text && !text.value().isEmpty() && number >= 1 && number <= Integer.MAX_VALUE
                ? Optional.of(new RuleMatch(text.value(), (int) number)) : Optional.empty();
    }

    /** What went out instead of what came in. */
    SentMessages messages() throws HarImportException {
        return new SentMessages(message("_sentRequest"), message("_sentResponse"));
    }

    private Optional<SentMessage> message(String name) throws HarImportException {
        JsonValue written = entry.get(name).orElse(JsonNull.NULL);
        if (written instanceof JsonNull) {
            return Optional.empty();
        }
        Optional<SentMessage> message = written instanceof JsonObject members ? message(members) : Optional.empty();
        if (message.isEmpty()) {
            report.repair(BAD, name + " is no message as we write them, or too long; it was left out");
        }
        return message;
    }

    private static Optional<SentMessage> message(JsonObject members) {
        String url = members.string("url").orElse("");
        String head = members.string("head").orElse("");
        Optional<String> sha256 = members.string("bodySha256");
        long bytes = members.get("bodyBytes").orElse(JsonNull.NULL) instanceof JsonNumber number ? number.exactLong().orElse(-1) : -1;
        boolean complete = members.get("complete").orElse(JsonNull.NULL) instanceof JsonBoolean written && written.value();
        if (url.length() + head.length() > HEAD_CHARS_MAX || head.chars().anyMatch(c -> c > 0xFF)
                || sha256.isPresent() && !SHA256.matcher(sha256.get()).matches()) {
            return Optional.empty();
        }
        try {
            byte[] body = Base64.getDecoder().decode(members.string("base64").orElse(""));
            return bytes < body.length || body.length > SentMessage.BODY_BYTES_MAX ? Optional.empty()
                    : Optional.of(new SentMessage(url, head.getBytes(StandardCharsets.ISO_8859_1), bytes, sha256, body, complete));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // It is not in base64.
        }
    }
}
