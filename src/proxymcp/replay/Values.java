package proxymcp.replay;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What placeholders stand for in one run. A nonce, a uuid and the counter depend on nothing but the run's seed, the item's index and how the
 * placeholder is written: the same plan gives the same values wherever and in whatever order its items are sent, and a request that is sent again
 * has them again. Within one request {@code {nonce}} is one value wherever it stands, and the time is read once.
 *
 * <p>For many threads.
 */
public final class Values {
    /** Characters that {@code {nonce}} has, and the most that {@code {nonce:n}} may ask for. */
    private static final int NONCE_CHARS = 16;
    private static final int NONCE_CHARS_MAX = 256;
    private static final String NONCE_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
    /** Names that captures may not take. */
    private static final List<String> BUILT_IN =
            List.of("timestamp", "timestamp_ms", "iso_time", "nonce", "uuid", "counter", "seq", "env", "input");

    private final long seed;
    private final Clock clock;
    private final Map<String, Optional<String>> environment;
    private final Map<String, String> inputs;
    private final Map<String, String> captured = new ConcurrentHashMap<>();

    /**
     * Values of a run.
     *
     * @param seed of what is random
     * @param environment the variables that may be used, empty where one is not set
     * @param inputs what the caller gave
     */
    public Values(long seed, Clock clock, Map<String, Optional<String>> environment, Map<String, String> inputs) {
        this.seed = seed;
        this.clock = clock;
        this.environment = Map.copyOf(environment);
        this.inputs = Map.copyOf(inputs);
    }

    /** Takes a captured value, in place of an earlier one of that name; whether it differs from that. */
    public boolean capture(String name, String value) {
        return !value.equals(captured.put(name, value));
    }

    /** Whether a capture may have this name. */
    static boolean isFree(String name) {
        return ValueText.isName(name) && !BUILT_IN.contains(name);
    }

    /**
     * What is wrong with a placeholder: a sentence that names it and what is known.
     *
     * @param captures the names that the plan captures
     */
    Optional<String> complaint(ValueText.Part.Placeholder placeholder, Set<String> captures) {
        Optional<String> argument = placeholder.argument();
        return switch (placeholder.name()) {
            case "timestamp", "timestamp_ms", "iso_time", "uuid", "counter", "seq" ->
                    argument.isEmpty() ? Optional.empty() : Optional.of("placeholder " + placeholder + " takes no argument");
            case "nonce" -> argument.isEmpty() || nonceChars(argument.get()) > 0 ? Optional.empty()
                    : Optional.of("expected a length in 1.." + NONCE_CHARS_MAX + " in placeholder " + placeholder);
            case "env" -> ofEnvironment(placeholder, argument.orElse(""));
            case "input" -> inputs.containsKey(argument.orElse("")) ? Optional.empty() : Optional.of(inputs.isEmpty() ? unknown(placeholder, captures)
                    : "no input is given for placeholder " + placeholder + "; given are " + String.join(", ", new TreeSet<>(inputs.keySet())));
            default -> argument.isEmpty() && captures.contains(placeholder.name()) ? Optional.empty() : Optional.of(unknown(placeholder, captures));
        };
    }

    /** The values of one request, made now; of a capture that found nothing, nothing. */
    OfItem of(PlanItem item) {
        return new OfItem(item, clock.instant(), false);
    }

    /** The same for a request that is shown and not sent: what will be captured stands there as its placeholder. */
    OfItem planned(PlanItem item) {
        return new OfItem(item, clock.instant(), true);
    }

    /** Whether a value of that name has been captured. */
    boolean isCaptured(String name) {
        return captured.containsKey(name);
    }

    private Optional<String> ofEnvironment(ValueText.Part.Placeholder placeholder, String name) {
        Optional<String> value = environment.get(name);
        if (value == null) {
            return Optional.of("the variable of placeholder " + placeholder + " may not be used; allow it at start with --allow-env "
                    + (name.isEmpty() ? "NAME" : name));
        }
        return value.isPresent() ? Optional.empty() : Optional.of("the variable of placeholder " + placeholder + " is not set");
    }

    private String unknown(ValueText.Part.Placeholder placeholder, Set<String> captures) {
        List<String> known = new ArrayList<>(List.of("{timestamp}", "{timestamp_ms}", "{iso_time}", "{nonce}", "{nonce:LENGTH}", "{uuid}", "{counter}",
                "{seq}", "{env:NAME}"));
        if (!inputs.isEmpty()) {
            known.add("{input:NAME}");
        }
        new TreeSet<>(captures).forEach(name -> known.add("{" + name + "}"));
        return "unknown placeholder " + placeholder + "; known are " + String.join(", ", known) + "; write {{ for a brace";
    }

    /** 0 if it is no length that is allowed. */
    private static int nonceChars(String argument) {
        boolean digits = !argument.isEmpty() && argument.length() <= 3 && argument.chars().allMatch(c -> c >= '0' && c <= '9');
        int chars = digits ? Integer.parseInt(argument) : 0;
        return chars <= NONCE_CHARS_MAX ? chars : 0;
    }

    /** The values of one request. */
    final class OfItem {
        private final PlanItem item;
        private final Instant now;
        private final boolean planned;

        private OfItem(PlanItem item, Instant now, boolean planned) {
            this.item = item;
            this.now = now;
            this.planned = planned;
        }

        /** What a placeholder without {@link #complaint} stands for. */
        String of(ValueText.Part.Placeholder placeholder) {
            return switch (placeholder.name()) {
                case "timestamp" -> Long.toString(now.getEpochSecond());
                case "timestamp_ms" -> Long.toString(now.toEpochMilli());
                case "iso_time" -> now.truncatedTo(ChronoUnit.MILLIS).toString();
                case "nonce" -> nonce(placeholder);
                case "uuid" -> uuid(placeholder).toString();
                case "counter" -> Long.toString(item.index() + 1L);
                case "seq" -> Long.toString(item.seq());
                case "env" -> environment.get(placeholder.argument().orElseThrow()).orElseThrow();
                case "input" -> inputs.get(placeholder.argument().orElseThrow());
                default -> captured.getOrDefault(placeholder.name(), planned ? placeholder.toString() : "");
            };
        }

        private String nonce(ValueText.Part.Placeholder placeholder) {
            SplittableRandom random = random(placeholder);
            StringBuilder nonce = new StringBuilder();
            for (int i = placeholder.argument().map(Values::nonceChars).orElse(NONCE_CHARS); i > 0; i--) {
                nonce.append(NONCE_ALPHABET.charAt(random.nextInt(NONCE_ALPHABET.length())));
            }
            return nonce.toString();
        }

        /** Version 4 (RFC 9562 section 5.4). */
        private UUID uuid(ValueText.Part.Placeholder placeholder) {
            SplittableRandom random = random(placeholder);
            return new UUID(random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x4000L, random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L);
        }

        private SplittableRandom random(ValueText.Part.Placeholder placeholder) {
            long mixed = new SplittableRandom(seed + item.index()).nextLong();
            return new SplittableRandom(mixed ^ placeholder.toString().hashCode() * 0x9E37_79B9_7F4A_7C15L);
        }
    }
}
