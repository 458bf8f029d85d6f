package proxymcp.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import proxymcp.diff.Part;

/** Finds the digests in requests that can be made again: of which parts, and with which secret of an earlier answer. Not for several threads. */
final class Signatures {
    private static final int FAILURES_MAX = 2;
    private static final int FIELDS_MAX = 8;
    private static final int FIELD_CHARS_MAX = 200;
    private static final int KEYS_MAX = 24;

    /**
     * A digest that was reproduced.
     *
     * @param text the digest within the field's value
     * @param secrets the values of answers that it needs
     */
    record Signed(int step, Use use, String text, Recipes.Recipe recipe, List<Found> secrets) {}

    private final List<FlowExchange> exchanges;
    private final ValueIndex index;
    private final Recipes recipes = new Recipes();
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<String, Recipes.Recipe> known = new HashMap<>();

    Signatures(List<FlowExchange> exchanges, ValueIndex index) {
        this.exchanges = exchanges;
        this.index = index;
    }

    /** Where in a value a digest is, if it is one: all of it, or what stands behind a scheme. */
    static Optional<String> digestIn(Use use) {
        String value = use.value();
        if (!use.holder().isEmpty() || use.part() == Part.PATH || value.length() < 22 || value.length() > 300) {
            return Optional.empty();
        }
        int cut = Math.max(Math.max(value.lastIndexOf(' '), value.lastIndexOf(':')), Math.max(value.lastIndexOf(','), value.indexOf('=')));
        String last = cut < 0 || cut == value.length() - 1 ? value : value.substring(cut + 1);
        return Recipes.mayBeDigest(value) ? Optional.of(value)
                : use.part() == Part.HEADER && Recipes.mayBeDigest(last) ? Optional.of(last) : Optional.empty();
    }

    /** The recipe of a digest of a request. */
    Optional<Signed> find(FlowExchange exchange, Use use, String digest, RequestText request) {
        String place = exchange.endpoint().host() + " " + use.location();
        if (failures.getOrDefault(place, 0) >= FAILURES_MAX) {
            return Optional.empty();
        }
        Map<String, ValueIndex.Secret> secrets = secrets(exchange);
        List<Recipes.PartValue> parts = parts(exchange, use, request);
        List<Recipes.PartValue> keys = new ArrayList<>();
        secrets.forEach((value, secret) -> keys.add(new Recipes.PartValue(new RecipePart(RecipePart.Kind.VALUE, value), value)));
        for (Recipes.PartValue part : parts) {
            if (part.part().kind() == RecipePart.Kind.FIELD && part.value().length() >= 8) {
                keys.add(part);
            }
        }
        Optional<Recipes.Recipe> found = Optional.ofNullable(known.get(place)).flatMap(recipe -> recipes.again(digest, recipe, parts, keys))
                .or(() -> recipes.find(digest, parts, keys, isNamed(use)));
        if (found.isEmpty()) {
            failures.merge(place, 1, Integer::sum);
            return Optional.empty();
        }
        known.put(place, found.get());
        List<Found> needed = new ArrayList<>();
        List<Recipes.PartValue> used = new ArrayList<>(found.get().parts());
        found.get().key().ifPresent(used::add);
        for (Recipes.PartValue part : used) {
            if (part.part().kind() == RecipePart.Kind.VALUE && secrets.containsKey(part.value())) {
                needed.add(new Found(exchange.index(), use, digest, part.value(), secrets.get(part.value()).place(), List.of(), false, false, 1,
                        List.of()));
            }
        }
        return Optional.of(new Signed(exchange.index(), use, digest, found.get(), needed));
    }

    /** What earlier answers held under the name of a secret, the likeliest and newest first. */
    private Map<String, ValueIndex.Secret> secrets(FlowExchange exchange) {
        Map<String, ValueIndex.Secret> chosen = new LinkedHashMap<>();
        for (int rank = 0; rank < ValueIndex.RANKS; rank++) {
            for (int i = index.secrets().size() - 1; i >= 0 && chosen.size() < KEYS_MAX; i--) {
                ValueIndex.Secret secret = index.secrets().get(i);
                if (secret.rank() == rank && secret.value().length() >= 8 && exchanges.get(secret.place().step()).isBefore(exchange)) {
                    chosen.putIfAbsent(secret.value(), secret);
                }
            }
        }
        return chosen;
    }

    private static boolean isNamed(Use use) {
        String lower = use.key().toLowerCase(Locale.ROOT);
        return lower.contains("sig") || lower.contains("hash") || lower.contains("hmac") || lower.contains("digest") || lower.contains("mac")
                || lower.contains("checksum") || lower.contains("auth") || lower.contains("token") || lower.contains("sha") || lower.contains("md5")
                || lower.equals("h") || lower.equals("s") || lower.equals("sn");
    }

    /** The parts of a request in the order in which they are signed as a rule. */
    private static List<Recipes.PartValue> parts(FlowExchange exchange, Use use, RequestText request) {
        Optional<String> own = use.part() == Part.QUERY || use.part() == Part.FORM ? Optional.of(use.key()) : Optional.empty();
        String left = own.orElse("");
        String query = RequestText.without(request.query(), own, false);
        String body = request.textual() ? request.bodyText() : "";
        String signedBody = request.isForm() && use.part() == Part.FORM ? RequestText.without(body, own, false) : body;
        Map<String, Recipes.PartValue> parts = new LinkedHashMap<>();
        add(parts, RecipePart.Kind.METHOD, "", request.method());
        add(parts, RecipePart.Kind.PATH, "", request.path());
        add(parts, RecipePart.Kind.SORTED_QUERY, left, RequestText.without(request.query(), own, true));
        int fields = 0;
        for (Use other : exchange.uses()) {
            boolean fits = other.holder().isEmpty() && !other.location().equals(use.location()) && other.value().length() <= FIELD_CHARS_MAX
                    && (other.part() == Part.QUERY || other.part() == Part.HEADER || other.part() == Part.FORM || other.part() == Part.JSON);
            if (fits && fields < FIELDS_MAX && !other.value().isEmpty()) {
                fields++;
                add(parts, RecipePart.Kind.FIELD, other.location(), other.value());
            }
        }
        if (use.part() == Part.FORM) {
            add(parts, RecipePart.Kind.FORM, left, signedBody);
            add(parts, RecipePart.Kind.SORTED_FORM, left, RequestText.without(body, own, true));
        } else {
            add(parts, RecipePart.Kind.BODY, "", body);
            add(parts, RecipePart.Kind.BODY_HASH, "SHA-256", HexFormat.of().formatHex(Recipes.digest("SHA-256", body)));
        }
        add(parts, RecipePart.Kind.QUERY, left, query);
        add(parts, RecipePart.Kind.TARGET, left, request.path() + (query.isEmpty() ? "" : "?" + query));
        add(parts, RecipePart.Kind.SORTED_PAIRS, left, RequestText.joined(request.query(), own));
        add(parts, RecipePart.Kind.HOST, "", request.host());
        return new ArrayList<>(parts.values());
    }

    /** Parts of the same text are the same part. */
    private static void add(Map<String, Recipes.PartValue> parts, RecipePart.Kind kind, String argument, String value) {
        boolean needed = !value.isEmpty() || kind == RecipePart.Kind.BODY;
        if (needed) {
            parts.putIfAbsent(value, new Recipes.PartValue(new RecipePart(kind, argument), value));
        }
    }
}
