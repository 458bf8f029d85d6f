package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Alignments held against what the maker of the sessions knows. {@code -Dproxymcp.diff.seed} begins elsewhere. */
@Timeout(120)
final class AlignerTest {
    private static final int ROUNDS = 6;
    private static final double LEAST = 0.99;

    private static List<Outline> outlines(List<AlignedSessions.Named> named) {
        return named.stream().map(AlignedSessions.Named::outline).toList();
    }

    @Test
    void sessionsAreAlignedAsTheyWereMade() {
        long first = Long.getLong("proxymcp.diff.seed", 1);
        List<String> short99 = new ArrayList<>();
        for (AlignedSessions.Order order : AlignedSessions.Order.values()) {
            for (boolean otherCounts : new boolean[] {false, true}) {
                for (int size : new int[] {4, 40}) {
                    AlignedSessions.Score score = new AlignedSessions.Score();
                    for (long seed = first; seed < first + ROUNDS; seed++) {
                        AlignedSessions made = new AlignedSessions(seed, order, otherCounts, size);
                        score.add(made.a(), made.b(), Aligner.align(outlines(made.a()), outlines(made.b())));
                    }
                    String line = String.format(Locale.ROOT, "order %s, %s counts, %d of a kind: %.4f, %s", order, otherCounts ? "other" : "equal", size,
                            score.accuracy(), score);
                    System.err.println(line);
                    if (score.accuracy() < LEAST) {
                        short99.add(line);
                    }
                }
            }
        }
        assertEquals(List.of(), short99);
    }
}
