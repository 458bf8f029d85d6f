package proxymcp.decode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A decoder that may read some octets, and how sure that is. */
record Candidate(Decoder decoder, double confidence) {

    /** At most {@code count} of those that may read {@code in}: the one of its media type, then the others by confidence. */
    static List<Candidate> of(List<Decoder> decoders, DecodeInput in, int count) {
        List<Candidate> found = new ArrayList<>();
        for (Decoder decoder : decoders) {
            double confidence = in.mediaType().filter(type -> claims(decoder, type)).isPresent() ? 1 : recognised(decoder, in);
            if (confidence >= Decoder.RECOGNISED) {
                found.add(new Candidate(decoder, confidence));
            }
        }
        found.sort(Comparator.comparingDouble(Candidate::confidence).reversed());
        return found.subList(0, Math.min(count, found.size()));
    }

    /** A recognition that throws is a no: a plugin's mistake must not end the run. */
    private static double recognised(Decoder decoder, DecodeInput in) {
        try {
            return Math.clamp(decoder.recognise(in), 0.0, 1.0);
        } catch (RuntimeException e) {
            return 0;
        }
    }

    private static boolean claims(Decoder decoder, String type) {
        int plus = type.lastIndexOf('+');
        return decoder.mediaTypes().contains(type) || plus >= 0 && decoder.mediaTypes().contains(type.substring(plus));
    }
}
