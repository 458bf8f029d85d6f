package proxymcp.rule;

import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** How long an exchange is held. */
public sealed interface Delay {
    /** The longest there is. */
    long MILLIS_MAX = 600_000;

    /** Always the same. */
    record Fixed(long millis) implements Delay {
        /** @throws IllegalArgumentException if it is not in 0..600000 */
        public Fixed {
            require(millis >= 0 && millis <= MILLIS_MAX, "0..600000 ms");
        }
    }

    /** Any time from {@code minMillis} to {@code maxMillis}, both included, equally likely. */
    record Uniform(long minMillis, long maxMillis, OptionalLong seed) implements Delay {
        /** @throws IllegalArgumentException if it is no range within 0..600000 */
        public Uniform {
            require(minMillis >= 0 && minMillis <= maxMillis && maxMillis <= MILLIS_MAX, "0 <= minMs <= maxMs <= 600000");
        }
    }

    /** As networks behave: half of the times are below {@code medianMillis}, few are far above. */
    record LogNormal(long medianMillis, double sigma, OptionalLong seed) implements Delay {
        /** @throws IllegalArgumentException if the median is not in 1..600000, or sigma not in 0..5 */
        public LogNormal {
            require(medianMillis >= 1 && medianMillis <= MILLIS_MAX && sigma >= 0 && sigma <= 5, "medianMs in 1..600000, sigma in 0..5");
        }
    }

    /**
     * The delay of the {@code nth} exchange that a rule took, in milliseconds. With a seed, it depends on that and {@code nth} alone.
     */
    default long millis(long nth) {
        return switch (this) {
            case Fixed fixed -> fixed.millis();
            case Uniform uniform -> random(uniform.seed(), nth).nextLong(uniform.minMillis(), uniform.maxMillis() + 1);
            case LogNormal normal -> Math.min(MILLIS_MAX,
                    Math.round(normal.medianMillis() * Math.exp(normal.sigma() * random(normal.seed(), nth).nextGaussian())));
        };
    }

    private static RandomGenerator random(OptionalLong seed, long nth) {
        // Seeds that follow each other must not give values that do: SplittableRandom mixes its seed, the golden ratio spreads it.
        return seed.isPresent() ? new SplittableRandom(seed.getAsLong() + nth * 0x9E3779B97F4A7C15L) : ThreadLocalRandom.current();
    }

    private static void require(boolean held, String expected) {
        if (!held) {
            throw new IllegalArgumentException("expected " + expected);
        }
    }
}
