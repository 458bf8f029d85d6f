package proxymcp.search;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import proxymcp.codec.Charsets;
import proxymcp.store.WorkWatch;

/** Looks through one body after another, whatever their length, in octets where that serves and else in characters. Not for several threads. */
final class BodyLook {
    /** What a look at a body says. */
    enum Verdict { MATCH, NO_MATCH, BINARY }

    private static final int BLOCK_BYTES = 64 << 10;
    private static final int NUL_BYTES = 512;
    private static final int DECLARING_BYTES = 1_024;
    private static final int GUESSING_BYTES = 8 << 10;
    static final int SNIPPETS_MAX = 3;

    private final Needles needles;
    private final TextLook text;
    private final WorkWatch watch;
    private byte[] block = new byte[BLOCK_BYTES];
    private int length;
    private boolean ended;

    BodyLook(SearchRequest request, WorkWatch watch, LongSupplier nanoTime) {
        this.needles = new Needles(request.wanted());
        Finder finder = switch (request.wanted()) {
            case Wanted.Text characters -> new TextFinder(characters);
            case Wanted.Regex regex -> new RegexFinder(regex.pattern(), watch, nanoTime);
        };
        this.text = new TextLook(finder, watch, request.contextChars());
        this.watch = watch;
    }

    /**
     * Whether a body matches.
     *
     * @param octets with content codings undone
     * @param contentType value of its field, empty without one
     * @param asText whether it is looked through even if it is binary
     * @throws IOException if nothing matches before reading fails
     */
    Verdict look(InputStream octets, String contentType, boolean asText) throws IOException {
        LenientStream content = new LenientStream(octets);
        begin(content);
        Optional<Charset> declared = declared(contentType);
        if (!asText && holdsNul() && declared.filter(Charsets::isWide).isEmpty()) {
            return Verdict.BINARY;
        }
        Needles.Needle needle = declared.isEmpty() && needles.ascii().isPresent() ? new Needles.Needle.Octets(needles.ascii().get())
                : needles.in(declared.orElseGet(() -> guess(contentType)));
        boolean match = switch (needle) {
            case Needles.Needle.Octets(OctetNeedle wanted) -> contains(content, wanted);
            case Needles.Needle.Nowhere nowhere -> false;
            case Needles.Needle.Characters characters -> text.matches(reader(content, declared.orElseGet(() -> guess(contentType))));
        };
        if (!match) {
            content.rethrow();
        }
        return match ? Verdict.MATCH : Verdict.NO_MATCH;
    }

    /** Adds the first matches of a body; those before a failure are added too. */
    void snippets(InputStream octets, String contentType, List<Snippet> snippets) throws IOException {
        LenientStream content = new LenientStream(octets);
        begin(content);
        text.snippets(reader(content, declared(contentType).orElseGet(() -> guess(contentType))), SNIPPETS_MAX, snippets);
        content.rethrow();
    }

    /** Whether a head's field lines match, which are octets from {@code from} on. */
    boolean look(byte[] head, int from) throws IOException {
        if (needles.ascii().isPresent()) {
            return needles.ascii().get().isIn(head, from, head.length);
        }
        return text.matches(reader(head, from));
    }

    /** Adds the first matches of a head's field lines. */
    void snippets(byte[] head, int from, List<Snippet> snippets) throws IOException {
        text.snippets(reader(head, from), SNIPPETS_MAX, snippets);
    }

    private static Reader reader(byte[] head, int from) {
        return new InputStreamReader(new ByteArrayInputStream(head, from, head.length - from), StandardCharsets.ISO_8859_1);
    }

    private void begin(InputStream content) throws IOException {
        length = 0;
        ended = false;
        fill(content);
    }

    private void fill(InputStream content) throws IOException {
        if (watch.cancelled()) {
            throw new CancellationException("cancelled while a body was searched");
        }
        while (!ended && length < block.length) {
            int count = content.read(block, length, block.length - length);
            ended = count < 0;
            length += Math.max(0, count);
        }
    }

    private Optional<Charset> declared(String contentType) {
        return Charsets.declared(contentType, Arrays.copyOf(block, Math.min(length, DECLARING_BYTES)));
    }

    private Charset guess(String contentType) {
        return Charsets.chooseByPrefix(contentType, Arrays.copyOf(block, Math.min(length, GUESSING_BYTES)));
    }

    private boolean holdsNul() {
        for (int i = 0, end = Math.min(length, NUL_BYTES); i < end; i++) {
            if (block[i] == 0) {
                return true;
            }
        }
        return false;
    }

    private Reader reader(InputStream content, Charset charset) {
        InputStream first = new ByteArrayInputStream(block, 0, length);
        return new InputStreamReader(ended ? first : new SequenceInputStream(first, content), charset);
    }

    private boolean contains(InputStream content, OctetNeedle needle) throws IOException {
        while (!needle.isIn(block, 0, length)) {
            if (ended) {
                return false;
            }
            if (2 * needle.length() > block.length) {
                block = Arrays.copyOf(block, BLOCK_BYTES + needle.length());
            }
            int kept = Math.min(length, needle.length() - 1);
            System.arraycopy(block, length - kept, block, 0, kept);
            length = kept;
            fill(content);
        }
        return true;
    }
}
