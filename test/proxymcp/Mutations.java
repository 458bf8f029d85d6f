package proxymcp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Seeded changes to inputs that are right, for tests of parsers. {@code -Dproxymcp.fuzz.cases} sets how many cases a test tries (5,000),
 * {@code -Dproxymcp.fuzz.seed} repeats the run whose seed a failure printed. Octets are written as ISO 8859-1.
 */
public final class Mutations {
    /** How many cases a test tries. */
    public static final int CASES = Integer.getInteger("proxymcp.fuzz.cases", 5_000);

    private static final long SEED = Long.getLong("proxymcp.fuzz.seed", System.nanoTime());
    private static final int LONG = 3_000;

    private final List<byte[]> models;
    private final List<byte[]> pieces;

    /** What a parser must do with octets: anything but to throw what it does not declare to. */
    public interface Check {
        /** Parses {@code octets}; {@code random} is for choices of the test's own. */
        void accept(byte[] octets, Random random) throws Exception;
    }

    private Mutations(List<byte[]> models, List<byte[]> pieces) {
        this.models = models;
        this.pieces = pieces;
    }

    /**
     * Changes to {@code models}.
     *
     * @param pieces what the parser may stumble over, put in as a whole
     */
    public static Mutations of(List<byte[]> models, String... pieces) {
        return new Mutations(List.copyOf(models), Arrays.stream(pieces).map(piece -> piece.getBytes(StandardCharsets.ISO_8859_1)).toList());
    }

    /** The same for texts, in UTF-8. */
    public static Mutations ofTexts(List<String> models, String... pieces) {
        return of(models.stream().map(model -> model.getBytes(StandardCharsets.UTF_8)).toList(), pieces);
    }

    /** Tries {@link #CASES} cases. */
    public void run(Check check) {
        run(CASES, check);
    }

    /** Tries so many cases, which are expensive. */
    public void run(int cases, Check check) {
        Random random = new Random(SEED);
        for (int i = 0; i < cases; i++) {
            byte[] octets = mutated(random, models.get(random.nextInt(models.size())));
            try {
                check.accept(octets, random);
            } catch (Exception | Error e) {
                throw new AssertionError("seed " + SEED + ", case " + i + ", octets:\n" + new String(octets, StandardCharsets.ISO_8859_1), e);
            }
        }
    }

    private byte[] mutated(Random random, byte[] model) {
        byte[] octets = model;
        for (int changes = random.nextInt(4); changes >= 0; changes--) {
            int at = random.nextInt(octets.length + 1);
            byte[] piece = pieces.get(random.nextInt(pieces.size()));
            octets = switch (random.nextInt(8)) {
                case 0 -> flipped(random, octets);
                case 1 -> Arrays.copyOf(octets, at);
                case 2 -> spliced(octets, at, Math.min(octets.length, at + 1 + random.nextInt(8)), new byte[0]);
                case 3 -> spliced(octets, at, at, Arrays.copyOfRange(octets, at, Math.min(octets.length, at + random.nextInt(80))));
                case 4 -> spliced(octets, at, Math.min(octets.length, at + piece.length), piece);
                case 5 -> spliced(octets, at, at, "x".repeat(random.nextInt(LONG)).getBytes(StandardCharsets.ISO_8859_1));
                case 6 -> replaced(random, octets);
                default -> spliced(octets, at, at, piece);
            };
        }
        return octets;
    }

    private static byte[] flipped(Random random, byte[] octets) {
        byte[] copy = octets.clone();
        if (copy.length > 0) {
            copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
    }

    private static byte[] replaced(Random random, byte[] octets) {
        byte[] copy = octets.clone();
        if (copy.length > 0) {
            copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
        }
        return copy;
    }

    private static byte[] spliced(byte[] octets, int from, int to, byte[] piece) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(octets, 0, from);
        joined.writeBytes(piece);
        joined.write(octets, to, octets.length - to);
        return joined.toByteArray();
    }
}
