package example;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import proxymcp.decode.DecodeException;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeSink;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.Decoder;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * A plugin to start from. It reads what a made-up thermometer sends, all numbers big-endian:
 *
 * <pre>
 *   4 bytes   "RDG1"
 *   2 bytes   how many readings follow
 *   each:     4 bytes  seconds since 1970
 *             2 bytes  tenths of a degree Celsius, signed
 *             1 byte   length of the sensor's name, then the name in UTF-8
 * </pre>
 */
public final class ReadingsDecoder implements Decoder {
    private static final int HEAD_BYTES = 6;
    private static final int READING_BYTES_MIN = 7;

    /** Called when the jar is loaded. */
    public ReadingsDecoder() {
    }

    @Override
    public String id() {
        return "readings";
    }

    @Override
    public String title() {
        return "readings of thermometers";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/x-readings");
    }

    /** Four letters that nothing else begins with are enough to be sure. */
    @Override
    public double recognise(DecodeInput in) {
        return in.length() >= HEAD_BYTES && in.look().startsWith("RDG1") ? 0.95 : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        if (recognise(in) == 0) {
            throw new DecodeException("does not begin with RDG1 and a count", 0);
        }
        ByteBuffer octets = ByteBuffer.wrap(in.bytes(), in.offset(), in.length()).slice();
        int count = octets.getShort(4) & 0xffff;
        octets.position(HEAD_BYTES);
        List<JsonValue> readings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (octets.remaining() < READING_BYTES_MIN || octets.remaining() < READING_BYTES_MIN + (octets.get(octets.position() + 6) & 0xff)) {
                // What was read so far is true: better than nothing.
                return DecodedLayer.json(in, new JsonArray(readings)).partial("ends within reading " + (i + 1) + " of " + count);
            }
            readings.add(reading(octets));
        }
        return DecodedLayer.json(in, new JsonArray(readings)).spanning(0, octets.position());
    }

    private static JsonObject reading(ByteBuffer octets) {
        Instant time = Instant.ofEpochSecond(octets.getInt() & 0xffff_ffffL);
        double degrees = octets.getShort() / 10.0;
        byte[] name = new byte[octets.get() & 0xff];
        octets.get(name);
        return JsonObject.builder().put("sensor", new String(name, StandardCharsets.UTF_8)).put("time", time.toString())
                .put("celsius", JsonNumber.of(degrees)).build();
    }
}
