package proxymcp.rule;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.json.JsonObject;

/** Delays, throttles and aborts as JSON. */
final class PaceJson {
    private static final long BYTES_MAX = 1L << 40;
    private static final List<String> TYPES = List.of("fixed", "uniform", "lognormal");
    private static final List<String> KNOWN = List.of("type", "ms", "minMs", "maxMs", "medianMs", "sigma", "seed");

    private PaceJson() {}

    static Pace parse(Members handler) throws RuleException {
        OptionalLong fixed = handler.whole("delayMs", 0, Delay.MILLIS_MAX);
        Optional<JsonObject> delay = handler.object("delay");
        if (fixed.isPresent() && delay.isPresent()) {
            throw Members.bad(handler.pathOf("delay"), "expected either it or delayMs");
        }
        Optional<Delay> chosen = fixed.isPresent() ? Optional.of(new Delay.Fixed(fixed.getAsLong()))
                : delay.isPresent() ? Optional.of(delay(handler.pathOf("delay"), delay.get())) : Optional.empty();
        return new Pace(chosen, handler.whole("throttleBytesPerSecond", 1, BYTES_MAX), handler.whole("abortAfterBytes", 0, BYTES_MAX));
    }

    private static Delay delay(String path, JsonObject object) throws RuleException {
        String type = new Members(path, object, KNOWN).choice("type", TYPES)
                .orElseThrow(() -> Members.bad(path + ".type", "required: fixed, uniform or lognormal"));
        return switch (type) {
            case "fixed" -> new Delay.Fixed(new Members(path, object, List.of("type", "ms")).requiredWhole("ms", 0, Delay.MILLIS_MAX));
            case "uniform" -> uniform(new Members(path, object, List.of("type", "minMs", "maxMs", "seed")));
            default -> logNormal(new Members(path, object, List.of("type", "medianMs", "sigma", "seed")));
        };
    }

    private static Delay uniform(Members members) throws RuleException {
        long min = members.requiredWhole("minMs", 0, Delay.MILLIS_MAX);
        return new Delay.Uniform(min, members.requiredWhole("maxMs", min, Delay.MILLIS_MAX), seed(members));
    }

    private static Delay logNormal(Members members) throws RuleException {
        long median = members.requiredWhole("medianMs", 1, Delay.MILLIS_MAX);
        return new Delay.LogNormal(median, members.fraction("sigma", 0, 5).orElseThrow(() -> members.missing("sigma")), seed(members));
    }

    private static OptionalLong seed(Members members) throws RuleException {
        return members.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE);
    }

    static void put(JsonObject.Builder handler, Pace pace) {
        pace.delay().ifPresent(delay -> {
            switch (delay) {
                case Delay.Fixed fixed -> handler.put("delayMs", fixed.millis());
                case Delay.Uniform uniform -> handler.put("delay", seeded(JsonObject.builder().put("type", "uniform")
                        .put("minMs", uniform.minMillis()).put("maxMs", uniform.maxMillis()), uniform.seed()));
                case Delay.LogNormal normal -> handler.put("delay", seeded(JsonObject.builder().put("type", "lognormal")
                        .put("medianMs", normal.medianMillis()).put("sigma", normal.sigma()), normal.seed()));
            }
        });
        pace.throttleBytesPerSecond().ifPresent(rate -> handler.put("throttleBytesPerSecond", rate));
        pace.abortAfterBytes().ifPresent(bytes -> handler.put("abortAfterBytes", bytes));
    }

    private static JsonObject seeded(JsonObject.Builder delay, OptionalLong seed) {
        return (seed.isPresent() ? delay.put("seed", seed.getAsLong()) : delay).build();
    }
}
