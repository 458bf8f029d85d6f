package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PayloadTest {
    private static final long[] INTEGERS = {0, 1, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295L, 4_294_967_296L, Long.MAX_VALUE, -1, -32, -33,
        -128, -129, -32_769, Long.MIN_VALUE};
    private static final int[] LENGTHS = {0, 1, 31, 32, 255, 256, 65_535, 65_536};

    @Test
    void integersComeBackInTheShortestFormsOfTheFormatPage() throws Exception {
        PayloadWriter out = new PayloadWriter(4);
        for (long value : INTEGERS) {
            out.integer(value);
        }
        assertEquals("00017fcd0080cd00ffcd0100cdffffce00010000ceffffffffd30000000100000000d37fffffffffffffffffe0d3ffffffffffffffdf"
                + "d3ffffffffffffff80d3ffffffffffffff7fd3ffffffffffff7fffd38000000000000000", HexFormat.of().formatHex(octets(out)));
        PayloadReader in = new PayloadReader(out.bytes(), 0, out.used());
        for (long value : INTEGERS) {
            assertEquals(value, in.integer());
        }
        assertEquals(0, in.remaining());
    }

    @Test
    void textsBinariesAndArraysOfAllLengthsComeBack() throws Exception {
        for (int length : LENGTHS) {
            PayloadWriter out = new PayloadWriter(4).text("x".repeat(length)).binary(new byte[length]).array(Math.min(length, 65_535))
                    .textOrNil(Optional.empty()).bool(true).bool(false).fixed(0x0102030405060708L);
            PayloadReader in = new PayloadReader(out.bytes(), 0, out.used());
            assertEquals(length + " " + length + " " + Math.min(length, 65_535) + " Optional.empty true false " + 0x0102030405060708L + " 0",
                    in.text().length() + " " + in.binary().length + " " + in.array() + " " + in.textOrNil() + " " + in.bool() + " " + in.bool()
                            + " " + in.fixed() + " " + in.remaining());
        }
    }

    @Test
    void aPayloadCutAnywhereIsMalformed() throws Exception {
        PayloadWriter out = new PayloadWriter(4).fixed(7).array(16).integer(70_000).text("x".repeat(40)).binary(new byte[300]).bool(true)
                .textOrNil(Optional.of("y")).text("z".repeat(300));
        readAll(new PayloadReader(out.bytes(), 0, out.used()));
        for (int cut = 0; cut < out.used(); cut++) {
            // Nothing behind the cut may be touched: the array ends there.
            byte[] bytes = Arrays.copyOf(out.bytes(), cut);
            int end = cut;
            assertThrows(PayloadReader.MalformedPayloadException.class, () -> readAll(new PayloadReader(bytes, 0, end)), "cut at " + cut);
        }
    }

    @Test
    void lengthsBeyondThePayloadAreMalformed() {
        for (String payload : new String[] {"dbffffffff00", "db7fffffff00", "c6ffffffff00", "c680000000", "d9ff00", "c4ff00", "bf00"}) {
            byte[] bytes = HexFormat.of().parseHex(payload);
            assertThrows(PayloadReader.MalformedPayloadException.class, () -> {
                PayloadReader in = new PayloadReader(bytes, 0, bytes.length);
                if (payload.startsWith("c")) {
                    in.binary();
                } else {
                    in.text();
                }
            }, payload);
        }
    }

    private static void readAll(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        in.fixed();
        in.array();
        in.integer();
        in.text();
        in.binary();
        in.bool();
        in.textOrNil();
        in.text();
    }

    private static byte[] octets(PayloadWriter out) {
        return Arrays.copyOf(out.bytes(), out.used());
    }
}
