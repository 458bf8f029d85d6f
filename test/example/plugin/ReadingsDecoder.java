package example.plugin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import proxymcp.decode.DecodeException;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeSink;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.Decoder;

/**
 * A worked example of a plugin: readings of sensors, in a binary format of their maker.
 *
 * <p>A body is the octets {@code RDG1} and then readings to its end. A reading is one octet with the length of a name, the name in ASCII, and a value of
 * four octets, big end first, in thousandths.
 */
public final class ReadingsDecoder implements Decoder {
    private static final byte[] MAGIC = {'R', 'D', 'G', '1'};

    @Override
    public String id() {
        return "readings";
    }

    @Override
    public String title() {
        return "sensor readings";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/vnd.example.readings");
    }

    @Override
    public double recognise(DecodeInput in) {
        return hasMagic(in) ? 0.95 : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws IOException {
        if (!hasMagic(in)) {
            throw new DecodeException("it does not begin with RDG1", 0);
        }
        ByteBuffer octets = ByteBuffer.wrap(in.bytes(), in.offset() + MAGIC.length, in.length() - MAGIC.length);
        String separator = "{";
        while (octets.hasRemaining()) {
            int at = octets.position() - in.offset();
            int length = octets.get() & 0xff;
            if (octets.remaining() < length + 4) {
                // What was written until here counts as the beginning of the layer.
                throw new DecodeException("a reading that ends early", at);
            }
            byte[] name = new byte[length];
            octets.get(name);
            out.write((separator + "\"" + new String(name, StandardCharsets.US_ASCII) + "\":" + octets.getInt() / 1000.0)
                    .getBytes(StandardCharsets.US_ASCII));
            separator = ",";
        }
        out.write((separator.equals("{") ? "{}" : "}").getBytes(StandardCharsets.US_ASCII));
        return DecodedLayer.written(in, DecodedLayer.Form.JSON);
    }

    private static boolean hasMagic(DecodeInput in) {
        for (int i = 0; i < MAGIC.length; i++) {
            if (in.length() <= i || in.at(i) != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }
}
