package proxymcp.har;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.json.JsonOutput;

/**
 * How the octets of a body are written: as text where that brings them back, else in Base64.
 *
 * <p>A reader encodes the text of a HAR by the charset that the media type names, or else in UTF-8. Text in a charset that only its
 * octets tell of (a byte order mark, a {@code meta} element) is written as text all the same, for people, and the octets beside it.
 */
final class BodyForm {
    private final BodyOctets octets;
    /** What the text is in; empty for octets in Base64. */
    private final Optional<Charset> charset;
    /** Whether the string holds the octets as received though they are coded. */
    private final boolean asReceived;
    /** Whether the octets as received do not come back from the string. */
    private final boolean needsRaw;
    private final long contentBytes;

    private BodyForm(BodyOctets octets, Optional<Charset> charset, boolean asReceived, boolean needsRaw, long contentBytes) {
        this.octets = octets;
        this.charset = charset;
        this.asReceived = asReceived;
        this.needsRaw = needsRaw;
        this.contentBytes = contentBytes;
    }

    /**
     * Reads the octets once, as far as it takes to decide.
     *
     * @param contentType value of the message's {@code Content-Type}, empty if there was none
     * @param whole whether the octets are all of the body
     * @param keptBytes how many there are
     */
    static BodyForm of(BodyOctets octets, String contentType, boolean whole, long keptBytes) throws IOException {
        Optional<EndingStream> opened = octets.content();
        if (opened.isEmpty()) {
            return new BodyForm(octets, Optional.empty(), true, false, keptBytes);
        }
        try (EndingStream in = opened.get()) {
            byte[] head = in.readNBytes(BodyOctets.HELD_BYTES_MAX);
            boolean held = head.length < BodyOctets.HELD_BYTES_MAX;
            if (held) {
                octets.hold(head);
            }
            Optional<Charset> charset = Charsets.isTextual(contentType, head)
                    ? Optional.of(held && whole ? Charsets.choose(contentType, head) : Charsets.chooseByPrefix(contentType, head)) : Optional.empty();
            boolean exact = charset.isPresent() && isExact(octets, charset.get(), new SequenceInputStream(new ByteArrayInputStream(head), in));
            if (octets.isCoded()) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            if (octets.isTooLarge()) {
                return new BodyForm(octets, Optional.empty(), true, false, keptBytes);
            }
            boolean cut = charset.isPresent() && !exact && held && isCutUtf8(charset.get(), head, whole && octets.undecoded().isEmpty());
            boolean text = exact || cut;
            boolean needsRaw = octets.isCoded() && keptBytes > 0 || cut || text && !charset.get().equals(assumed(contentType));
            return new BodyForm(octets, text ? charset : Optional.empty(), false, needsRaw, octets.isCoded() ? in.count() : keptBytes);
        }
    }

    /** The charset that a reader of the file takes text back to octets by. */
    private static Charset assumed(String contentType) {
        return Charsets.ofParameter(contentType).orElse(StandardCharsets.UTF_8);
    }

    private static boolean isExact(BodyOctets octets, Charset charset, InputStream content) throws IOException {
        return RoundTrip.isExact(charset, content, () -> octets.content().orElseThrow());
    }

    /** Whether nothing is wrong with the text but that its last character was cut off. */
    private static boolean isCutUtf8(Charset charset, byte[] content, boolean whole) throws IOException {
        int kept = RoundTrip.wholeUtf8Bytes(content);
        return !whole && charset.equals(StandardCharsets.UTF_8) && kept < content.length
                && RoundTrip.isExact(charset, new ByteArrayInputStream(content, 0, kept), InputStream::nullInputStream);
    }

    /** Octets of the content as far as it could be had; of a body that was not decoded, those that were kept. */
    long contentBytes() {
        return contentBytes;
    }

    /** Whether the string holds the content: not that of a body that no decoder takes. */
    boolean isContent() {
        return !asReceived;
    }

    /** Whether the string is in Base64. */
    boolean isBase64() {
        return charset.isEmpty();
    }

    /** Whether the octets as received must be written too. */
    boolean needsRaw() {
        return needsRaw;
    }

    /** Writes the string. */
    void write(JsonOutput json) throws IOException {
        try (InputStream in = asReceived ? octets.wire() : octets.content().orElseThrow()) {
            if (charset.isEmpty()) {
                json.base64(in);
            } else if (octets.held().isPresent() && charset.get().equals(StandardCharsets.UTF_8)) {
                byte[] content = octets.held().get();
                json.text(new InputStreamReader(new ByteArrayInputStream(content, 0, RoundTrip.wholeUtf8Bytes(content)), StandardCharsets.UTF_8));
            } else {
                json.text(new InputStreamReader(in, charset.get()));
            }
        }
    }
}
