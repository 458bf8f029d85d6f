package proxymcp.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import proxymcp.decode.PercentCoding;
import proxymcp.diff.Part;
import proxymcp.diff.ValueFormat;

/**
 * Says which answer a value of a request comes from. A value counts if nobody comes upon it by chance, or if it has the same name in both; if an answer
 * held it before any request sent it, so that no echo is taken for a source; and if the answer had come before the request was made. Of several answers
 * the nearest counts whose own request did not send the value.
 */
final class EdgeFinder {
    private static final double SCORE_MIN = 0.5;
    private static final int ALTERNATIVES_MAX = 5;
    private static final int TOKENS_MAX = 32;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_.~+/%-]{6,}={0,2}");

    private static final Pattern PIECE = Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[A-Za-z0-9]{8,512}+");

    private final List<FlowExchange> exchanges;
    private final ValueIndex index;
    private final CookieTrail cookies;
    private final ValidatorTrail validators;

    EdgeFinder(List<FlowExchange> exchanges, ValueIndex index, CookieTrail cookies, ValidatorTrail validators) {
        this.exchanges = exchanges;
        this.index = index;
        this.cookies = cookies;
        this.validators = validators;
    }

    /** A value and what stands for it or in it, for remembering that it was sent. */
    static void spellings(String value, Set<String> all) {
        all.add(value);
        all.add(PercentCoding.text(value, false));
        ResponseValues.printable(value).ifPresent(all::add);
        all.addAll(tokens(value));
    }

    /** What of the requests of an exchange is explained. */
    List<Found> of(FlowExchange exchange) {
        List<Found> all = new ArrayList<>();
        Set<String> explained = new HashSet<>();
        for (Use use : exchange.uses()) {
            if (!use.holder().isEmpty() && explained.contains(use.holder())) {
                continue;
            }
            List<Found> found = explain(exchange, use);
            all.addAll(found);
            boolean opaque = use.part() != Part.LAYER && use.part() != Part.JWT && found.size() > 0;
            if (opaque) {
                explained.add(use.location());
            }
        }
        return all;
    }

    private List<Found> explain(FlowExchange exchange, Use use) {
        if (use.part() == Part.COOKIE) {
            Optional<Found> cookie = cookie(exchange, use);
            if (cookie.isPresent()) {
                return List.of(cookie.get());
            }
        }
        if (use.part() == Part.HEADER && ValidatorTrail.isCondition(use.key())) {
            Optional<Found> validator = validators.of(exchange, use, exchanges);
            if (validator.isPresent() || ValidatorTrail.isRevalidation(use.key())) {
                return validator.map(List::of).orElse(List.of());
            }
        }
        if (use.value().length() < Strength.CHARS_MIN || use.value().length() > Strength.CHARS_MAX) {
            return List.of();
        }
        Optional<Found> whole = whole(exchange, use, use.value());
        if (whole.isPresent()) {
            return List.of(whole.get());
        }
        List<Found> parts = new ArrayList<>();
        for (String token : tokens(use.value())) {
            // What a token stands for is found by its codings: it is not what is to be filled.
            if (!token.equals(use.value()) && use.value().contains(token) && Strength.of(token) >= Strength.STRONG) {
                whole(exchange, use, token).ifPresent(parts::add);
            }
        }
        return withoutNested(parts);
    }

    /** Of parts that lie in each other the longest. */
    private static List<Found> withoutNested(List<Found> parts) {
        List<Found> kept = new ArrayList<>();
        for (Found part : parts) {
            boolean nested = false;
            for (Found other : parts) {
                nested |= other != part && other.text().length() > part.text().length() && other.text().contains(part.text());
            }
            if (!nested) {
                kept.add(part);
            }
        }
        return kept;
    }

    /** What a text is made of: words that may be values. */
    private static Set<String> tokens(String value) {
        Set<String> tokens = new LinkedHashSet<>();
        if (value.length() < 8) {
            return tokens;
        }
        int space = value.lastIndexOf(' ');
        if (space > 0 && value.length() - space > 6) {
            tokens.add(value.substring(space + 1)); // Credentials behind their scheme.
        }
        Matcher matcher = TOKEN.matcher(value.length() > 8_192 ? value.substring(0, 8_192) : value);
        while (matcher.find() && tokens.size() < TOKENS_MAX) {
            String token = matcher.group();
            String plain = PercentCoding.text(token, false);
            tokens.add(token);
            tokens.add(plain);
            for (String piece : plain.split("[/.]")) {
                if (piece.length() >= 6 && tokens.size() < TOKENS_MAX) {
                    tokens.add(piece);
                }
            }
            inner(plain, tokens);
        }
        return tokens;
    }

    /** Values between signs that values may have themselves: {@code prefix-TOKEN-suffix}. */
    private static void inner(String plain, Set<String> tokens) {
        if (plain.length() < 2 * TextTokens.CHARS_MIN || ValueFormat.of(plain) == ValueFormat.UUID) {
            return;
        }
        Matcher piece = PIECE.matcher(plain);
        while (piece.find() && tokens.size() < TOKENS_MAX) {
            if (piece.group().length() < plain.length() && TextTokens.isValue(piece.group())) {
                tokens.add(piece.group());
            }
        }
    }

    private Optional<Found> cookie(FlowExchange exchange, Use use) {
        String host = CookieTrail.host(exchange);
        List<CookieTrail.Setting> settings = cookies.of(use.key());
        List<Edge.Alternative> others = new ArrayList<>();
        Optional<Found> found = Optional.empty();
        boolean newest = true;
        for (int i = settings.size() - 1; i >= 0 && others.size() < ALTERNATIVES_MAX; i--) {
            CookieTrail.Setting setting = settings.get(i);
            FlowExchange from = exchanges.get(setting.step());
            if (!setting.isFor(host) || !from.isBefore(exchange)) {
                continue;
            }
            if (setting.value().equals(use.value())) {
                ValueIndex.Produced place = new ValueIndex.Produced(setting.step(), from.endMillis(), "cookie:" + use.key(), use.key(), "");
                if (found.isEmpty()) {
                    found = Optional.of(new Found(exchange.index(), use, use.value(), use.value(), place, List.of(), true, false, newest ? 0.99 : 0.8,
                            List.of()));
                } else {
                    others.add(new Edge.Alternative(from.seq(), place.selector(), 0.7));
                }
            }
            newest = false;
        }
        return found.map(edge -> new Found(edge.to(), edge.use(), edge.text(), edge.value(), edge.from(), List.of(), true, false, edge.score(),
                others));
    }

    private Optional<Found> whole(FlowExchange exchange, Use use, String text) {
        for (Map.Entry<String, List<Coding>> variant : variants(text).entrySet()) {
            Optional<Found> found = best(exchange, use, text, variant.getKey(), index.places(variant.getKey()), variant.getValue());
            if (found.isPresent()) {
                return found;
            }
        }
        boolean lower = text.equals(text.toLowerCase(Locale.ROOT));
        boolean upper = text.equals(text.toUpperCase(Locale.ROOT));
        if (lower == upper || Strength.of(text) < Strength.STRONG) {
            return Optional.empty();
        }
        return best(exchange, use, text, lower ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT), index.folded(text),
                List.of(lower ? Coding.LOWER : Coding.UPPER));
    }

    /** What a value may have been before it was coded, and how it was. */
    private static Map<String, List<Coding>> variants(String text) {
        Map<String, List<Coding>> variants = new LinkedHashMap<>();
        variants.put(text, List.of());
        if (text.indexOf('%') >= 0) {
            String once = PercentCoding.text(text, false);
            variants.putIfAbsent(once, List.of(Coding.URL));
            variants.putIfAbsent(PercentCoding.text(once, false), List.of(Coding.URL, Coding.URL));
        }
        ResponseValues.printable(text).ifPresent(plain -> {
            if (Coding.BASE64.apply(plain).equals(text)) {
                variants.putIfAbsent(plain, List.of(Coding.BASE64));
            } else if (Coding.BASE64URL.apply(plain).equals(text)) {
                variants.putIfAbsent(plain, List.of(Coding.BASE64URL));
            }
        });
        return variants;
    }

    private record Candidate(ValueIndex.Produced place, boolean live, boolean echo, double agreement, double score) {}

    private Optional<Found> best(FlowExchange exchange, Use use, String text, String value, ValueIndex.Places places, List<Coding> codings) {
        double strength = Strength.at(value, exchange.startMillis());
        if (places.all().isEmpty() || strength == 0) {
            return Optional.empty();
        }
        double rarity = 1 / (1 + (strength >= 0.9 ? 0.002 : 0.05) * (places.steps() - 1));
        int firstUse = Math.min(index.firstUse(value), index.firstUse(text));
        long firstMillis = Math.min(Math.min(index.firstSaid(value), index.firstSaid(text)),
                firstUse < exchanges.size() ? exchanges.get(firstUse).startMillis() : Long.MAX_VALUE);
        boolean original = false;
        List<Candidate> candidates = new ArrayList<>();
        for (ValueIndex.Produced place : places.all()) {
            FlowExchange from = exchanges.get(place.step());
            if (from.index() < exchange.index() && place.millis() <= exchange.startMillis() + 1) {
                original |= place.step() < firstUse && place.millis() - 1 <= firstMillis;
                double agreement = Strength.agreement(place.key(), place.around(), use.key(), use.isSegment());
                boolean echo = from.sent().contains(value) || from.sent().contains(text);
                double score = Math.min(1, strength * rarity + agreement) * (echo ? 0.6 : 1);
                candidates.add(new Candidate(place, place.isInSocket() || !from.isBefore(exchange), echo, agreement, Math.round(score * 1_000) / 1_000.0));
            }
        }
        if (!original) {
            return Optional.empty();
        }
        Comparator<Candidate> nearest = Comparator.comparingInt(candidate -> -candidate.place().step());
        Comparator<Candidate> named = Comparator.comparingDouble(candidate -> -candidate.agreement());
        candidates.sort(Comparator.comparing(Candidate::echo).thenComparing(Candidate::live).thenComparing(strength >= Strength.STRONG ? nearest.thenComparing(named)
                : named.thenComparing(nearest)));
        Candidate best = candidates.get(0);
        if (best.score() < SCORE_MIN) {
            return Optional.empty();
        }
        List<Edge.Alternative> others = new ArrayList<>();
        for (int i = 1; i < candidates.size() && others.size() < ALTERNATIVES_MAX; i++) {
            Candidate other = candidates.get(i);
            others.add(new Edge.Alternative(exchanges.get(other.place().step()).seq(), other.place().selector(), other.score()));
        }
        return Optional.of(new Found(exchange.index(), use, text, value, best.place(), codings, false, best.live(), best.score(), others));
    }
}
