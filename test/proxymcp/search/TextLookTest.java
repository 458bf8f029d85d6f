package proxymcp.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.search.BodyLook.Verdict;
import proxymcp.store.SessionQuery;
import proxymcp.store.Unwatched;
import proxymcp.text.Repetitions;

/** Matches are found wherever a block or a window ends, in octets and in characters. */
@Timeout(60)
final class TextLookTest {
    /** What is read at a time, and the window of characters. */
    private static final int BLOCK = 64 << 10;

    private static BodyLook look(Wanted wanted) {
        return new BodyLook(new SearchRequest(wanted, SearchIn.BOTH, SessionQuery.ALL, Optional.empty(), 0, 1, 1, false, 20), Unwatched.NOBODY, System::nanoTime);
    }

    /** Hands out few octets at a time, and never the same number. */
    private static InputStream dripping(byte[] bytes) {
        return new ByteArrayInputStream(bytes) {
            private final Random random = new Random(bytes.length);

            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, 1 + random.nextInt(9_000)));
            }
        };
    }

    @Test
    void octetsAreFoundAcrossEveryBlock() throws IOException {
        for (String needle : List.of("q", "qr", "needle", "a longer needle, with more than a word in it")) {
            BodyLook look = look(new Wanted.Text(needle, false));
            BodyLook exact = look(new Wanted.Text(needle, true));
            for (int border = BLOCK; border <= 2 * BLOCK; border += BLOCK) {
                for (int at = border - 2 * needle.length(); at <= border + 2; at++) {
                    byte[] body = body(at, needle.toUpperCase(java.util.Locale.ROOT), 3 * BLOCK);
                    assertEquals(Verdict.MATCH, look.look(dripping(body), "text/plain", false), needle + " at " + at);
                    assertEquals(Verdict.NO_MATCH, exact.look(new ByteArrayInputStream(body), "text/plain", false), needle + " at " + at);
                    List<Snippet> snippets = new ArrayList<>();
                    look.snippets(dripping(body), "text/plain", snippets);
                    assertEquals(List.of(new Snippet(at, "...." + ".".repeat(19) + "[" + needle.toUpperCase(java.util.Locale.ROOT) + "]" + ".".repeat(20) + "...")), snippets,
                            needle + " at " + at);
                }
            }
        }
    }

    private static byte[] body(int at, String needle, int length) {
        byte[] body = ".".repeat(length).getBytes(StandardCharsets.US_ASCII);
        byte[] octets = needle.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(octets, 0, body, at, octets.length);
        return body;
    }

    @Test
    void charactersAreFoundAcrossEveryWindow() throws IOException {
        for (String needle : List.of("\u00e9", "caf\u00e9 na\u00efve", "\ud83d\ude00\u00e9")) {
            BodyLook look = look(new Wanted.Text(needle, false));
            for (Charset charset : List.of(StandardCharsets.UTF_16BE, StandardCharsets.UTF_8)) {
                for (int at = BLOCK - 200; at <= BLOCK + 400; at += 1 + Math.abs(at - BLOCK - 100) / 40) {
                    String body = ".".repeat(at) + needle + ".".repeat(2 * BLOCK);
                    String type = "text/plain; charset=" + charset;
                    assertEquals(Verdict.MATCH, look.look(dripping(body.getBytes(charset)), type, false), needle + " at " + at);
                    List<Snippet> snippets = new ArrayList<>();
                    look.snippets(dripping(body.getBytes(charset)), type, snippets);
                    assertEquals(List.of(new Snippet(at, "..." + ".".repeat(20) + "[" + needle + "]" + ".".repeat(20) + "...")), snippets);
                }
            }
        }
    }

    @Test
    void expressionsAreFoundAcrossEveryWindow() throws IOException {
        BodyLook look = look(Wanted.regex("(?<=<)n[a-z]+e(?=>)", false));
        int window = (1 << 20) + (64 << 10);
        for (int at = window - 40; at <= window + 220; at += 3) {
            byte[] body = body(at, "<needle>", window + 150_000);
            assertEquals(Verdict.MATCH, look.look(new ByteArrayInputStream(body), "text/plain", false), "at " + at);
        }
        BodyLook starts = look(Wanted.regex("^n|(?<!\\.)\\.\\z", false));
        assertEquals(Verdict.NO_MATCH, starts.look(new ByteArrayInputStream(".".repeat(3_000_000).getBytes(StandardCharsets.US_ASCII)), "text/plain", false));
    }

    @Test
    void everyMatchIsFoundOnceInItsPlace() throws IOException {
        Random random = new Random(9);
        for (int round = 0; round < 30; round++) {
            StringBuilder body = new StringBuilder();
            List<Snippet> expected = new ArrayList<>();
            while (body.length() < 4 * BLOCK) {
                body.append("-".repeat(random.nextInt(60_000)));
                expected.add(new Snippet(body.length(), "[x\u00e9]"));
                body.append("x\u00e9");
            }
            for (Wanted wanted : List.of(new Wanted.Text("X\u00c9", false), Wanted.regex("x[\u00e9]", true))) {
                Finder finder = wanted instanceof Wanted.Text text ? new TextFinder(text)
                        : new RegexFinder(((Wanted.Regex) wanted).pattern(), Unwatched.NOBODY, System::nanoTime);
                List<Snippet> found = new ArrayList<>();
                new TextLook(finder, Unwatched.NOBODY, 0).snippets(new StringReader(body.toString()), Integer.MAX_VALUE, found);
                assertEquals(expected, found.stream().map(one -> new Snippet(one.position(), one.context().replace("...", ""))).toList());
            }
        }
    }

    @Test
    void emptyMatchesEnd() throws IOException {
        List<Snippet> found = new ArrayList<>();
        new TextLook(new RegexFinder(((Wanted.Regex) Wanted.regex("b*", true)).pattern(), Unwatched.NOBODY, System::nanoTime), Unwatched.NOBODY, 1)
                .snippets(new StringReader("abba"), 10, found);
        assertEquals(List.of(new Snippet(0, "[]a..."), new Snippet(1, "a[bb]a"), new Snippet(3, "...b[]a"), new Snippet(4, "...a[]")), found);
    }

    @Test
    void needlesOfAnyOctetsAreFoundWhereTheyAre() {
        Random random = new Random(3);
        for (int round = 0; round < 20_000; round++) {
            byte[] text = new byte[random.nextInt(80)];
            byte[] needle = new byte[1 + random.nextInt(6)];
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) "aAbB\u0001\u0000\u00e1@`".charAt(random.nextInt(9));
            }
            for (int i = 0; i < needle.length; i++) {
                needle[i] = (byte) "aAbB\u0001\u0000\u00e1@`".charAt(random.nextInt(9));
            }
            int from = random.nextInt(text.length + 1);
            String plainText = new String(text, from, text.length - from, StandardCharsets.ISO_8859_1);
            String plainNeedle = new String(needle, StandardCharsets.ISO_8859_1);
            assertEquals(plainText.contains(plainNeedle), new OctetNeedle(needle, true).isIn(text, from, text.length), plainNeedle + " in " + plainText);
            assertEquals(lower(plainText).contains(lower(plainNeedle)), new OctetNeedle(needle, false).isIn(text, from, text.length),
                    plainNeedle + " in " + plainText);
        }
    }

    private static String lower(String text) {
        return text.replace('A', 'a').replace('B', 'b');
    }

    @Test
    void whatBroughtNothingToLightBeforeAFailureFails() throws IOException {
        InputStream failing = new InputStream() {
            private int left = 100_000;

            @Override
            public int read() throws IOException {
                if (left-- == 0) {
                    throw new IOException("the disk is gone");
                }
                return left == 50 ? 'q' : '.';
            }
        };
        assertEquals(Verdict.MATCH, look(new Wanted.Text("q", false)).look(failing, "", false));
        InputStream other = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the disk is gone");
            }
        };
        assertEquals("the disk is gone", org.junit.jupiter.api.Assertions.assertThrows(IOException.class,
                () -> look(new Wanted.Text("q", false)).look(other, "", false)).getMessage());
    }

    @Test
    void countsThatMultiplyAreRefused() {
        for (String fine : List.of("a{1000}", "[{9999}{9999}]{3}", "\\Q{9999}{9999}{9999}\\E", "\\{9999}\\{9999}", "(a{64}|b{64}){64}", "a{64}b{64}c{64}d{64}")) {
            assertEquals(Optional.empty(), Repetitions.complaint(fine), fine);
        }
        for (String refused : List.of("(a{1001}){1000}", "((a{101}){100}){100}", "a{2000000}", "(?:x(?:){9999}y){9999}", "(a{10,1001}b){1000,}")) {
            assertTrue(Repetitions.complaint(refused).isPresent(), refused);
            assertFalse(Repetitions.complaint(refused).get().isEmpty());
        }
    }
}
