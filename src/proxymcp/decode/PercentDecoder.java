package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** Text with percent-escapes. A URL has some too, and reads best as it is: only text that is full of them, or holds JSON, is a layer of its own. */
final class PercentDecoder implements Decoder {
    private static final int ESCAPES_MIN = 4;
    private static final double MEANT = 0.7;

    @Override
    public String id() {
        return "percent";
    }

    @Override
    public String title() {
        return "percent-encoded text (RFC 3986)";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of();
    }

    @Override
    public double recognise(DecodeInput in) {
        int length = Math.min(in.length(), DecodeInput.LOOK_BYTES);
        if (length < 3 * ESCAPES_MIN || !isPrintable(in, length)) {
            return 0;
        }
        int escapes = PercentCoding.escapes(in.bytes(), in.offset(), length);
        if (escapes < ESCAPES_MIN || in.look().startsWith("http")) {
            return 0;
        }
        Optional<String> text = Octets.readable(PercentCoding.octets(in.look(), false));
        boolean full = escapes * 3 * 5 >= length;
        return text.isPresent() && (JsonLook.beginsLikeOne(text.get()) || full) ? MEANT : 0;
    }

    private static boolean isPrintable(DecodeInput in, int length) {
        for (int i = 0; i < length; i++) {
            int c = in.at(i);
            if (c <= ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        byte[] octets = PercentCoding.octets(new String(in.bytes(), in.offset(), in.length(), StandardCharsets.UTF_8), false);
        if (octets.length == in.length()) {
            throw new DecodeException("no percent-escapes");
        }
        out.write(octets);
        DecodedLayer layer = DecodedLayer.written(in, DecodedLayer.Form.OCTETS);
        boolean broken = PercentCoding.escapes(in.bytes(), in.offset(), in.length()) < 0;
        return broken ? layer.partial("some percent signs begin no escape; they stay") : layer;
    }
}
