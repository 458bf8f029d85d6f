package proxymcp.tool;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import proxymcp.json.Json;
import proxymcp.json.JsonString;

/**
 * A part of a body as text, cut between characters so that the next part goes on where this one ends.
 *
 * @param text the characters, U+FFFD where octets do not fit the charset
 * @param end offset of the first octet that is not in {@code text}
 */
record TextSlice(String text, int end) {
    /**
     * Reads the longest part whose JSON string has at most {@code charsMax} characters.
     *
     * @param octets from where the part begins
     * @param isStart whether the body begins there too, perhaps with a byte order mark, which is no text
     * @param to where it ends at the latest; beyond {@code octets} there is nothing, so a cut character there becomes U+FFFD
     */
    static TextSlice of(byte[] octets, boolean isStart, int to, Charset charset, int charsMax) {
        int low = 0;
        int high = to;
        TextSlice best = decode(octets, isStart, Math.min(to, charsMax), charset);
        if (best.jsonChars() <= charsMax) {
            return best;
        }
        // An escaped character takes up to six; the length that fits is found by halving.
        high = best.end();
        best = new TextSlice("", 0);
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            TextSlice slice = decode(octets, isStart, middle, charset);
            if (slice.jsonChars() <= charsMax) {
                low = middle;
                best = slice;
            } else {
                high = middle - 1;
            }
        }
        return best;
    }

    private static TextSlice decode(byte[] octets, boolean isStart, int to, Charset charset) {
        if (to <= 0) {
            return new TextSlice("", 0);
        }
        CharsetDecoder decoder = charset.newDecoder().onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        ByteBuffer in = ByteBuffer.wrap(octets, 0, to);
        CharBuffer out = CharBuffer.allocate((int) (to * (double) decoder.maxCharsPerByte()) + 2);
        boolean atEnd = to == octets.length;
        decoder.decode(in, out, atEnd);
        if (atEnd) {
            decoder.flush(out);
        }
        String text = out.flip().toString();
        boolean marked = isStart && !text.isEmpty() && text.charAt(0) == '\uFEFF';
        return new TextSlice(marked ? text.substring(1) : text, in.position());
    }

    private int jsonChars() {
        return Json.text(new JsonString(text)).length();
    }
}
