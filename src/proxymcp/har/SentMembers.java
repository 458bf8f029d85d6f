package proxymcp.har;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessage;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * What rules did: {@code _rules}, {@code _sentRequest} and {@code _sentResponse}, which HAR has no place for. The entry's own request and
 * response are what came in; these are what went out instead.
 */
final class SentMembers {
    private SentMembers() {}

    /** The members of an exchange; none if no rule touched it. */
    static JsonObject of(Exchange exchange, boolean includeBodies) {
        JsonObject.Builder members = JsonObject.builder();
        if (!exchange.rules().isEmpty()) {
            List<JsonValue> rules = new ArrayList<>();
            for (RuleMatch rule : exchange.rules()) {
                rules.add(JsonObject.builder().put("id", rule.id()).put("version", rule.version()).build());
            }
            members.put("_rules", rules);
        }
        exchange.sent().request().ifPresent(sent -> members.put("_sentRequest", message(sent, includeBodies)));
        exchange.sent().response().ifPresent(sent -> members.put("_sentResponse", message(sent, includeBodies)));
        return members.build();
    }

    /** The head is Latin-1, one character an octet. */
    private static JsonObject message(SentMessage sent, boolean includeBodies) {
        Optional<String> body = includeBodies && sent.body().length > 0 ? Optional.of(Base64.getEncoder().encodeToString(sent.body())) : Optional.empty();
        return JsonObject.builder().putIf("url", sent.url().isEmpty() ? Optional.empty() : Optional.of(sent.url()))
                .put("head", new String(sent.head(), StandardCharsets.ISO_8859_1)).put("bodyBytes", sent.bodyBytes())
                .putIf("bodySha256", sent.bodySha256()).putIf("base64", body).put("complete", sent.complete()).build();
    }
}
