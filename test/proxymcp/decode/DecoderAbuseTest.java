package proxymcp.decode;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import proxymcp.Mutations;

/** Every built-in decoder on octets that nobody would send: it reads them or says why not, without the pipeline's net under it. */
@Timeout(7_200)
final class DecoderAbuseTest {
    private static final List<String> SEEDS = List.of("{\"a\":[1,\"x\",{\"b\":null}]}", "a=1&b=%20", "data: x\nid: 1\n\n", "--X\r\nA: b\r\n\r\nc\r\n--X--",
            "<html><a href='x'>y</a><!-- z --></html>", "query Q($a: [T!]) { x(a: \"s\") { ...F } } fragment F on T { y }", "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.",
            ")]}'\n{\"a\":1}", "%7B%22a%22%7D", "7b2261223a317d", Base64.getEncoder().encodeToString(new byte[40]), "{\"query\":\"{a}\"}\n{\"b\":2}");

    @TestFactory
    List<DynamicTest> nothingButAnExplicitFailureComesOut() {
        return Decoders.builtin().decoders().stream().filter(decoder -> decoder.unavailable().isEmpty())
                .map(decoder -> DynamicTest.dynamicTest(decoder.id(), () -> abuse(decoder))).toList();
    }

    private static void abuse(Decoder decoder) {
        Random random = new Random(decoder.id().hashCode() + Long.getLong("proxymcp.fuzz.seed", 0));
        for (int i = 0; i < Mutations.CASES; i++) {
            byte[] octets = octets(random, i);
            // The span lies inside other octets, which must not be read.
            byte[] around = new byte[octets.length + 7];
            System.arraycopy(octets, 0, around, 3, octets.length);
            DecodeInput whole = i % 2 == 0 ? DecodeInput.of(around) : DecodeInput.of(around, "multipart/form-data; boundary=X");
            DecodeInput in = whole.span(3, octets.length);
            double confidence = assertDoesNotThrow(() -> decoder.recognise(in));
            assertTrue(confidence >= 0 && confidence <= 1, decoder.id() + " " + confidence);
            DecodeSink sink = new DecodeSink(random.nextInt(2_000));
            assertDoesNotThrow(() -> decode(decoder, in, sink), () -> Base64.getEncoder().encodeToString(octets));
        }
    }

    private static void decode(Decoder decoder, DecodeInput in, DecodeSink sink) {
        try {
            DecodedLayer layer = decoder.decode(in, sink);
            assertTrue(layer.offset() >= 0 && layer.consumed() >= 0 && layer.offset() + layer.consumed() <= in.length(), layer.toString());
        } catch (IOException e) {
            assertTrue(e.getMessage() != null && !e.getMessage().isBlank(), "a failure has a reason");
        }
    }

    private static byte[] octets(Random random, int i) {
        if (i % 3 == 0) {
            byte[] octets = new byte[random.nextInt(60)];
            random.nextBytes(octets);
            return octets;
        }
        byte[] octets = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(StandardCharsets.UTF_8);
        for (int n = random.nextInt(4); n > 0; n--) {
            octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
        }
        return Arrays.copyOf(octets, random.nextInt(octets.length + 1));
    }
}
