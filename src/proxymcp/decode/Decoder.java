package proxymcp.decode;

import java.io.IOException;
import java.util.Set;

/**
 * Reads one format. Built in, or a plugin found by {@link java.util.ServiceLoader}; then it has a public constructor without arguments.
 *
 * <p>One object serves several threads at once, so it keeps no state between calls.
 */
public interface Decoder {

    /** A confidence from which the pipeline runs a decoder that nobody asked for. */
    double RECOGNISED = 0.5;

    /** Its name in chains and results: lower case letters, digits and hyphens, 1..32. */
    String id();

    /** What it reads, in a few words. */
    String title();

    /** Media types that it is run for, in lower case and without parameters; {@code +name} stands for all with that suffix. */
    Set<String> mediaTypes();

    /**
     * How sure it is, by looking, that the octets are of its format. Cheap: it reads no more than {@link DecodeInput#LOOK_BYTES}, and a plugin is
     * given no more. A wrong yes puts a
     * false layer before the reader, so that a format which random octets or plain words can fit asks for more than its own grammar.
     *
     * @return 0 (no) to 1; below {@link #RECOGNISED} the pipeline runs it only where the media type or a chain says so
     */
    double recognise(DecodeInput in);

    /**
     * Reads the octets: as a value in what it returns, or by writing to {@code out}.
     *
     * @throws DecodeException if they are not of its format; what was written before counts as a partial layer
     * @throws IOException from {@code out}, to be let pass
     */
    DecodedLayer decode(DecodeInput in, DecodeSink out) throws IOException;

    /** Why it cannot run on this machine, one sentence without a full stop; empty if it can. */
    default String unavailable() {
        return "";
    }
}
