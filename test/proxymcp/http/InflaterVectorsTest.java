package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

/** Messages that zlib compressed with windows of several sizes, and those of every size (categories 12 and 13 of the Autobahn test suite). */
final class InflaterVectorsTest {
    /** Two messages that one compressor of zlib's made with a window of so many bits, each without its last four octets. */
    private record Vector(int bits, String first, String second) {}

    private static final List<Vector> VECTORS = List.of(
            new Vector(9, "7cc9b90902410000c0dc2ab684fd9f720c4e3df001cffe11739949e7be3fb710c3eb123eb72d5cf6f7f1098fed38ced7ed74ff5dc2655c"
                    + "c1555cc375dcc04ddcc2a5a84ccaac2ccaaa6ccaae1ccaa95cc81c954999954559954dd9954339950b59a23229b3b228abb229bb7228a7"
                    + "72216b542665561665553665570ee5542e648bcaa4cccaa2accaa6eccaa19ccaf53fbf00",
                    "7cc93b0e00101040c12bf9ec5ace8396c2fd13894423f1a69d93e26eae5ee768cf7adc801b7105577113aee166dc42ab0ed7e306dc882b"
                    + "b88a9b700d37e396cf6e00"),
            new Vector(10, "7cd2c96d42511444c1bda37821f84e6087e3c56790004bfee42f4400aef55975a96fd7c7b63ed7ef693d2fdb3a5dfff6e7ba6ffbfe73de"
                    + "3e6eef16688956688d366807b423da17dab7b6134632219a904d0827a413e209f98480424229a1e4772494124a09a584524229a194504a"
                    + "a82454122a0995844a4225a1925049a82454126a09b5845a422da196504ba825d4126a09b584464223a191d048682434121a098d844642"
                    + "f38fd00b",
                    "7cd2ab0d002100c0d09d80f29907b07782fd133c81eaba971e0fadd9ff6fbc26bad6a0356a4d5ad19ab516ad556bb38a5aa156a8156a85"
                    + "5aa156a8156a855af1b2da00"),
            new Vector(15, "7cd4c96d42510c40d17daa7825c41324e564f1192420523efd0b5140cefaae7c64fb767d6ceb73fd9ed6f3b2add3f56f7faefbb6ef3fe7"
                    + "ede3f66e81966885d6688376403ba27da17d6b76c248264413b209e18474423c219f105048282594dc1d09a584524229a194504a282594"
                    + "122a0995848ae725a1925049a82454122a0995845a422da19650f30349a825d4126a09b5845a4223a191d0486824347cd2121a098d8446"
                    + "42f38fd00b",
                    "7cd2ab0d002100c0d09d80f29907b07782fd133c81eaba971e0fadd9ff6fbc26bad6a0356a4d5ad19ab516ad556bb38a5aa156a8156a85"
                    + "5aa156a8156a855af1b2da00"));
    private static final long SEED = Long.getLong("proxymcp.fuzz.seed", System.nanoTime());
    private static final int CASES = Integer.getInteger("proxymcp.fuzz.cases", 5_000);

    private static byte[] inflated(MessageInflater inflater, byte[] compressed, int piece) throws DataFormatException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        inflater.begin();
        for (int at = 0; at < compressed.length; at += piece) {
            inflater.feed(compressed, at, Math.min(piece, compressed.length - at), out::write);
        }
        inflater.end(out::write);
        return out.toByteArray();
    }

    private static String text(MessageInflater inflater, byte[] compressed) throws DataFormatException {
        return Octets.text(inflated(inflater, compressed, 7));
    }

    /** What a sender makes of a message, its last four octets left out (RFC 7692 section 7.2.1). */
    private static byte[] deflated(Deflater deflater, byte[] message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[4_096];
        deflater.setInput(message);
        int count;
        do {
            count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
            out.write(buffer, 0, count);
        } while (count == buffer.length);
        return Arrays.copyOf(out.toByteArray(), out.size() - 4);
    }

    private static byte[] deflated(Deflater deflater, String message) {
        return deflated(deflater, Octets.bytes(message));
    }

    private static String lines(String which, int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append("line ").append(i).append(" of the ").append(which).append(" message\n");
        }
        return lines.toString();
    }

    @Test
    void windowsOfEverySize() throws DataFormatException {
        for (Vector vector : VECTORS) {
            try (MessageInflater inflater = new MessageInflater(false)) {
                assertEquals(lines("first", 0, 60), text(inflater, HexFormat.of().parseHex(vector.first())), "bits " + vector.bits());
                assertEquals(lines("second", 40, 60), text(inflater, HexFormat.of().parseHex(vector.second())), "bits " + vector.bits());
            }
        }
    }

    @Test
    void aWindowThatWasForgottenCannotBeReferredTo() {
        Vector vector = VECTORS.get(0);
        try (MessageInflater inflater = new MessageInflater(true)) {
            assertEquals(lines("first", 0, 60), text(inflater, HexFormat.of().parseHex(vector.first())));
            assertThrows(DataFormatException.class, () -> text(inflater, HexFormat.of().parseHex(vector.second())));
        } catch (DataFormatException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anEmptyMessageIsOneOctet() throws DataFormatException {
        try (MessageInflater inflater = new MessageInflater(false)) {
            assertEquals("", text(inflater, new byte[] {0}));
            assertEquals("", text(inflater, new byte[0]));
            assertEquals("Hello", text(inflater, HexFormat.of().parseHex("f248cdc9c90700")));
        }
    }

    @Test
    void messagesOfEverySizeInPieces() throws DataFormatException {
        // Categories 12 and 13: 16 octets to 128 KiB, a thousand messages would take long; 30 of each way do.
        for (boolean forgets : new boolean[] {true, false}) {
            for (int size : new int[] {16, 64, 256, 1_024, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072}) {
                Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
                Random random = new Random(size);
                try (MessageInflater inflater = new MessageInflater(forgets)) {
                    for (int i = 0; i < 30; i++) {
                        byte[] message = new byte[size];
                        for (int at = 0; at < size; at++) {
                            message[at] = (byte) ('a' + random.nextInt(1 + i));
                        }
                        byte[] compressed = deflated(deflater, message);
                        assertEquals(Octets.text(message), Octets.text(inflated(inflater, compressed, 1 + random.nextInt(9_000))));
                        if (forgets) {
                            deflater.reset();
                        }
                    }
                }
                deflater.end();
            }
        }
    }

    @Test
    void whateverComesIsReadOrRefused() {
        Random random = new Random(SEED);
        Deflater deflater = new Deflater(9, true);
        for (int i = 0; i < CASES; i++) {
            byte[] octets = deflated(deflater, lines("x", 0, random.nextInt(20)));
            deflater.reset();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                octets[random.nextInt(octets.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try (MessageInflater inflater = new MessageInflater(random.nextBoolean())) {
                text(inflater, octets);
                text(inflater, octets);
            } catch (DataFormatException e) {
                assertTrue(e.getMessage() == null || !e.getMessage().isEmpty());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", case " + i + ", octets " + HexFormat.of().formatHex(octets), e);
            }
        }
        deflater.end();
    }
}
