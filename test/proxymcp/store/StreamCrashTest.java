package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.Streams;

/** Processes that record streams and are killed at random moments: every message that was written is there, and the streams were cut. */
final class StreamCrashTest {
    private static final int ROUNDS = Integer.getInteger("proxymcp.crash.rounds", 4);

    @TempDir
    Path home;

    @Test
    @Timeout(value = 24, unit = TimeUnit.HOURS)
    void killedProcessLosesNoMessageThatWasWritten() throws Exception {
        long seed = Long.getLong("proxymcp.crash.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            try {
                round(random);
            } catch (AssertionError | IOException e) {
                throw new AssertionError("round " + round + " of seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private void round(Random random) throws Exception {
        Process child = new ProcessBuilder(Programs.java().toString(), "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), StreamCrashChild.class.getName(), home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader said = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII));
        SessionId id = new SessionId(said.readLine());
        String last = said.readLine();
        for (int lines = random.nextInt(20); lines > 0; lines--) {
            last = said.readLine();
        }
        child.destroyForcibly().waitFor();
        check(id, last.split(" "));
    }

    private void check(SessionId id, String[] written) throws IOException {
        try (SessionCatalog catalog = new SessionCatalog(home, CrashChild.LIMITS, Clock.systemUTC())) {
            Session session = catalog.open(id);
            Streams streams = session.streams();
            long checked = 0;
            for (long seq = 1; seq <= StreamCrashChild.STREAMS; seq++) {
                assertEquals(Optional.of(EndedBy.RECORDING), streams.find(seq).orElseThrow().summary().endedBy());
                long[] next = new long[2];
                for (MessageEntry entry : streams.messages(MessageQuery.of(seq), Optional.empty(), Integer.MAX_VALUE - 1).items().stream()
                        .sorted(java.util.Comparator.comparingLong(MessageEntry::index)).toList()) {
                    long number = next[entry.direction().ordinal()]++;
                    assertEquals(number, entry.time());
                    assertArrayEquals(StreamCrashChild.payload(seq, entry.direction(), number), streams.payload(entry).readAllBytes());
                }
                for (Direction direction : Direction.values()) {
                    long known = Long.parseLong(written[(int) (seq - 1) * 2 + direction.ordinal()]);
                    assertTrue(next[direction.ordinal()] >= known, known + " were written, " + next[direction.ordinal()] + " are there");
                    checked += known;
                }
            }
            assertTrue(checked > 0);
            assertEquals(List.of(), session.damage().stream().filter(Damage::isHarmful).toList());
            assertEquals(Manifest.RECOVERED, session.manifest().recovery());
            assertEquals(List.of(), catalog.verify(id, VerifyLevel.DEEP, Unwatched.NOBODY).damage().stream().filter(Damage::isHarmful).toList());
            catalog.delete(id);
        }
    }
}
