package proxymcp.replay.queue.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.codec.BlockInput;

/** Answers as the protocol's text writes them, in every split; what is none, or too much; and junk. */
@Timeout(60)
final class RespParserTest {
    private static final int CASES = Integer.getInteger("proxymcp.fuzz.cases", 20_000);
    private static final long SEED = Long.getLong("proxymcp.fuzz.seed", System.nanoTime());
    private static final RespLimits SMALL = new RespLimits(64, 4_096, 4);

    /** Each form of RESP2 and RESP3, from the examples of their specifications, and what it says. */
    private static final Map<String, RespValue> FORMS = Map.ofEntries(
            Map.entry("+OK\r\n", new RespValue.Status("OK")),
            Map.entry("-WRONGTYPE Operation against a key\r\n", new RespValue.Failure("WRONGTYPE", "Operation against a key")),
            Map.entry("-ERR\r\n", new RespValue.Failure("ERR", "")),
            Map.entry(":1000\r\n", new RespValue.Whole(1_000)),
            Map.entry(":-9223372036854775808\r\n", new RespValue.Whole(Long.MIN_VALUE)),
            Map.entry(":+5\r\n", new RespValue.Whole(5)),
            Map.entry("$5\r\nhello\r\n", bulk("hello")),
            Map.entry("$0\r\n\r\n", bulk("")),
            Map.entry("$4\r\na\r\nb\r\n", bulk("a\r\nb")),
            Map.entry("$-1\r\n", new RespValue.Nil()),
            Map.entry("*-1\r\n", new RespValue.Nil()),
            Map.entry("*0\r\n", new RespValue.Many(List.of())),
            Map.entry("*3\r\n$5\r\nhello\r\n$-1\r\n*1\r\n:1\r\n",
                    new RespValue.Many(List.of(bulk("hello"), new RespValue.Nil(), new RespValue.Many(List.of(new RespValue.Whole(1)))))),
            Map.entry("_\r\n", new RespValue.Nil()),
            Map.entry("#t\r\n", new RespValue.Flag(true)),
            Map.entry("#f\r\n", new RespValue.Flag(false)),
            Map.entry(",1.23\r\n", new RespValue.Real(1.23)),
            Map.entry(",10\r\n", new RespValue.Real(10)),
            Map.entry(",-1.5e-7\r\n", new RespValue.Real(-1.5e-7)),
            Map.entry(",inf\r\n", new RespValue.Real(Double.POSITIVE_INFINITY)),
            Map.entry(",-inf\r\n", new RespValue.Real(Double.NEGATIVE_INFINITY)),
            Map.entry(",nan\r\n", new RespValue.Real(Double.NaN)),
            Map.entry("(3492890328409238509324850943850943825024385\r\n",
                    new RespValue.Big(new BigInteger("3492890328409238509324850943850943825024385"))),
            Map.entry("!21\r\nSYNTAX invalid syntax\r\n", new RespValue.Failure("SYNTAX", "invalid syntax")),
            Map.entry("=15\r\ntxt:Some string\r\n", new RespValue.Verbatim("txt", "Some string")),
            Map.entry("%2\r\n+first\r\n:1\r\n+second\r\n:2\r\n", new RespValue.Pairs(List.of(new RespValue.Status("first"), new RespValue.Whole(1),
                    new RespValue.Status("second"), new RespValue.Whole(2)))),
            Map.entry("~2\r\n+a\r\n#t\r\n", new RespValue.Many(List.of(new RespValue.Status("a"), new RespValue.Flag(true)))),
            Map.entry(">2\r\n+message\r\n+x\r\n", new RespValue.Push(List.of(new RespValue.Status("message"), new RespValue.Status("x")))),
            Map.entry("|1\r\n+key-popularity\r\n%1\r\n$1\r\na\r\n,0.1923\r\n*1\r\n|1\r\n+ttl\r\n:3600\r\n:7\r\n",
                    new RespValue.Many(List.of(new RespValue.Whole(7)))));

    private static RespValue bulk(String text) {
        return new RespValue.Bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Octets that come in pieces of at most so many. */
    private static InputStream pieces(byte[] octets, int most) {
        InputStream all = new ByteArrayInputStream(octets);
        return new BlockInput() {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return all.read(target, offset, Math.min(length, most));
            }
        };
    }

    @Test void everyFormIsReadInPiecesOfAnySize() throws IOException {
        for (Map.Entry<String, RespValue> form : FORMS.entrySet()) {
            byte[] twice = octets(form.getKey() + form.getKey());
            for (int most = 1; most <= twice.length; most++) {
                RespParser parser = new RespParser(pieces(twice, most), RespLimits.DEFAULT);
                assertEquals(form.getValue(), parser.next(), form.getKey());
                assertEquals(form.getValue(), parser.next(), form.getKey());
                assertThrows(EOFException.class, parser::next);
            }
        }
    }

    @Test void anAnswerThatBreaksOffIsAnEndOfFile() {
        for (String form : FORMS.keySet()) {
            byte[] all = octets(form);
            for (int cut = 0; cut < all.length; cut++) {
                byte[] begin = Arrays.copyOf(all, cut);
                assertThrows(EOFException.class, () -> new RespParser(new ByteArrayInputStream(begin), RespLimits.DEFAULT).next(),
                        () -> form + " cut at " + begin.length);
            }
        }
    }

    @Test void whatIsNoRespIsRefused() {
        for (String bad : List.of("HTTP/1.1 400 Bad Request\r\n", "\r\n", "?\r\n", "$?\r\n", "*?\r\n", "$-2\r\n", "$+1\r\na\r\n", "$\r\n", "*\r\n",
                "$1\r\nab\r\n", "$3\r\nab\r\n\r\n", "+a\n", "+a\rb\r\n", ":\r\n", ":1.5\r\n", ":9223372036854775808\r\n", "_x\r\n", "#x\r\n", "#\r\n",
                ",0x1p3\r\n", ",NaN\r\n", ",1d\r\n", ",\r\n", "(1.5\r\n", "(\r\n", "=3\r\ntxt\r\n", "=5\r\ntxt;a\r\n", "!-1\r\n", "%-1\r\n", "~-1\r\n",
                "*1\r\n*1\r\nx\r\n")) {
            assertThrows(RespFormatException.class, () -> new RespParser(new ByteArrayInputStream(octets(bad)), RespLimits.DEFAULT).next(), bad);
        }
    }

    /** A bare length of almost any size is refused before anything is reserved for it: the heap of the tests would not hold these. */
    @Test void hostileLengthsCostNothing() {
        for (String bad : List.of("$2147483639\r\n", "$4294967296\r\n", "$99999999999999999999\r\n", "*2147483639\r\n", "*99999999999999999999\r\n",
                "%2147483639\r\n", "~2147483639\r\n", ">2147483639\r\n", "|2147483639\r\n", "=2147483639\r\n", "!2147483639\r\n",
                "*100\r\n$9000\r\n", "*1000\r\n", "*1\r\n".repeat(6) + ":1\r\n", "+" + "a".repeat(65) + "\r\n", ":" + "0".repeat(80) + "\r\n")) {
            assertThrows(RespFormatException.class, () -> new RespParser(new ByteArrayInputStream(octets(bad)), SMALL).next(), bad);
        }
        long before = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        for (int i = 0; i < 100; i++) {
            assertThrows(EOFException.class, () -> new RespParser(new ByteArrayInputStream(octets("$268000000\r\nabc")), RespLimits.DEFAULT).next());
            assertThrows(EOFException.class, () -> new RespParser(new ByteArrayInputStream(octets("*8000000\r\n")), RespLimits.DEFAULT).next());
        }
        assertTrue(Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory() - before < 512L << 20, "memory was reserved");
    }

    @Test void theLimitIsThatOfOneAnswerAndNotOfTheConnection() throws IOException {
        String answer = "$1000\r\n" + "a".repeat(1_000) + "\r\n";
        RespParser parser = new RespParser(new ByteArrayInputStream(octets(answer.repeat(20))), SMALL);
        for (int i = 0; i < 20; i++) {
            assertEquals(bulk("a".repeat(1_000)), parser.next());
        }
    }

    /** Junk is read or refused, and the same in whatever pieces it comes. {@code -Dproxymcp.fuzz.seed} repeats a run. */
    @Test void junkIsReadOrRefused() {
        Random random = new Random(SEED);
        List<String> models = FORMS.keySet().stream().sorted().toList();
        for (int i = 0; i < CASES; i++) {
            byte[] junk = mutated(random, octets(models.get(random.nextInt(models.size())) + models.get(random.nextInt(models.size()))));
            try {
                String atOnce = reading(junk, Integer.MAX_VALUE);
                assertEquals(atOnce, reading(junk, 1));
                assertEquals(atOnce, reading(junk, 1 + random.nextInt(7)));
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", case " + i + ": " + new String(junk, StandardCharsets.ISO_8859_1), e);
            }
        }
    }

    private static byte[] mutated(Random random, byte[] octets) {
        byte[] junk = octets.clone();
        String types = "+-:$*_#,(!=%~>|\r\n0123456789";
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(junk.length);
            junk[at] = random.nextBoolean() ? (byte) types.charAt(random.nextInt(types.length())) : (byte) random.nextInt();
        }
        return Arrays.copyOf(junk, 1 + random.nextInt(junk.length));
    }

    private static String reading(byte[] junk, int most) throws IOException {
        RespParser parser = new RespParser(pieces(junk, most), SMALL);
        StringBuilder read = new StringBuilder();
        try {
            while (true) {
                RespValue value = parser.next();
                read.append(value).append(value.asText()).append(value.asNumber()).append(value.texts()).append(value.at("a")).append('\n');
            }
        } catch (RespFormatException | EOFException e) {
            return read.append(e.getMessage()).toString();
        }
    }
}
