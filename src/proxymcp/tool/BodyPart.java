package proxymcp.tool;

import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.codec.ContentCoding;
import proxymcp.http.Fields;

/**
 * A part of a body, in one of its views. Making one is work for the pool; it takes the memory of the part, whatever the body's size.
 *
 * @param octets the part
 * @param available octets that the view has, as far as it was read: all of them if {@code isAllKnown}
 * @param isAllKnown whether the view was read to its end, or its length is known without
 * @param isText whether the octets are text
 * @param charset charset of the text
 * @param whyPartial why what is available is not the whole content; empty if it is
 */
record BodyPart(byte[] octets, long available, boolean isAllKnown, boolean isText, Charset charset, Optional<String> whyPartial) {
    /** Octets that decide whether a body is text, and in which charset. */
    private static final int SNIFF_BYTES = 256 << 10;

    /**
     * Reads a part.
     *
     * @param raw the octets as received rather than with content codings undone
     * @param offset octets of the view to leave out
     * @param length octets of the part at most
     */
    static BodyPart read(BodySource source, Fields fields, boolean raw, long offset, int length) {
        List<String> encoding = fields.all("Content-Encoding");
        String contentType = fields.first("Content-Type").orElse("");
        boolean coded = BodyStream.isCoded(ContentCoding.parse(encoding));
        try (BodyStream stream = BodyStream.open(source, raw ? List.of() : encoding)) {
            byte[] head = new byte[(int) Math.min(SNIFF_BYTES, coded ? SNIFF_BYTES : source.kept())];
            head = Arrays.copyOf(head, stream.read(head, 0, head.length));
            boolean wholeHead = head.length < SNIFF_BYTES;
            byte[] octets = part(stream, head, offset, length);
            long available = source.kept();
            boolean known = !coded || raw;
            if (!known) {
                stream.skipTo(BodyContent.DECODED_BYTES_MAX);
                // Whether there is more is known only after another octet.
                stream.read(new byte[1], 0, 1);
                known = stream.isEnded();
                available = stream.position();
            } else if (stream.failure().isPresent()) {
                available = stream.position();
            }
            Optional<String> why = source.whyNotWhole().isPresent() ? source.whyNotWhole() : stream.failure();
            boolean text = Charsets.isTextual(contentType, head) && !(raw && coded);
            Charset charset = wholeHead ? Charsets.choose(contentType, head) : Charsets.chooseByPrefix(contentType, head);
            return new BodyPart(octets, available, known, text, charset, why);
        }
    }

    private static byte[] part(BodyStream stream, byte[] head, long offset, int length) {
        byte[] octets = new byte[length];
        int filled = 0;
        if (offset < head.length) {
            filled = Math.min(length, head.length - (int) offset);
            System.arraycopy(head, (int) offset, octets, 0, filled);
        } else {
            stream.skipTo(offset);
        }
        return stream.position() < offset ? new byte[0] : Arrays.copyOf(octets, filled + stream.read(octets, filled, length - filled));
    }
}
