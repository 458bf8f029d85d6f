package proxymcp.decode;

import java.util.Set;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * MessagePack: binary as {@code {"$binary"}}, extensions as {@code {"$ext": type, "data"}}, timestamps as {@code {"$timestamp"}}, maps with keys that are
 * not strings as {@code {"$map": [[key, value]]}}, several values as {@code {"$sequence"}}.
 */
final class MessagePackDecoder implements Decoder {

    @Override
    public String id() {
        return "msgpack";
    }

    @Override
    public String title() {
        return "MessagePack, with extensions and timestamps";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/msgpack", "application/x-msgpack", "application/vnd.msgpack", "application/messagepack", "+msgpack");
    }

    @Override
    public double recognise(DecodeInput in) {
        boolean container = in.length() > 5 && (in.at(0) >= 0x81 && in.at(0) <= 0x9f || in.at(0) >= 0xdc && in.at(0) <= 0xdf);
        boolean whole = in.length() <= DecodeInput.LOOK_BYTES;
        return container ? new Items(new OctetReader(whole ? in : in.span(0, DecodeInput.LOOK_BYTES))).confidence(whole) : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        return new Items(new OctetReader(in)).decode(in);
    }

    /** The items of one input. */
    private static final class Items extends ItemReader {
        private static final int TIMESTAMP = -1;
        private static final long NANOS_MAX = 999_999_999;

        Items(OctetReader octets) {
            super(octets);
        }

        @Override
        protected JsonValue item(int depth) throws DecodeException {
            int at = octets.position();
            int head = octets.octet();
            if (head < 0x80 || head >= 0xe0) {
                return JsonNumber.of((byte) head);
            } else if (head < 0x90) {
                return map(head & 0x0f, depth);
            } else if (head < 0xa0) {
                return array(head & 0x0f, depth);
            } else if (head < 0xc0) {
                return Marks.text(octets.take(head & 0x1f));
            }
            return switch (head) {
                case 0xc0 -> JsonNull.NULL;
                case 0xc2, 0xc3 -> JsonBoolean.of(head == 0xc3);
                case 0xc4, 0xc5, 0xc6 -> Marks.binary(octets.take(octets.bigEndian(1 << head - 0xc4)));
                case 0xc7, 0xc8, 0xc9 -> extension(octets.bigEndian(1 << head - 0xc7));
                case 0xca -> Marks.real(Float.intBitsToFloat((int) octets.bigEndian(4)));
                case 0xcb -> Marks.real(Double.longBitsToDouble(octets.bigEndian(8)));
                case 0xcc, 0xcd, 0xce, 0xcf -> Marks.unsigned(octets.bigEndian(1 << head - 0xcc));
                case 0xd0 -> JsonNumber.of((byte) octets.bigEndian(1));
                case 0xd1 -> JsonNumber.of((short) octets.bigEndian(2));
                case 0xd2 -> JsonNumber.of((int) octets.bigEndian(4));
                case 0xd3 -> JsonNumber.of(octets.bigEndian(8));
                case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> extension(1 << head - 0xd4);
                case 0xd9, 0xda, 0xdb -> Marks.text(octets.take(octets.bigEndian(1 << head - 0xd9)));
                case 0xdc, 0xdd -> array(octets.bigEndian(2 << head - 0xdc), depth);
                case 0xde, 0xdf -> map(octets.bigEndian(2 << head - 0xde), depth);
                default -> throw new DecodeException("0xc1 begins no MessagePack value", at);
            };
        }

        private JsonValue extension(long length) throws DecodeException {
            int type = (byte) octets.octet();
            byte[] data = octets.take(length);
            if (type == TIMESTAMP && (length == 4 || length == 8 || length == 12)) {
                OctetReader fields = new OctetReader(data);
                long nanos = length == 12 ? fields.bigEndian(4) : 0;
                long seconds = fields.bigEndian(length == 4 ? 4 : 8);
                if (length == 8) {
                    nanos = seconds >>> 34;
                    seconds &= (1L << 34) - 1;
                }
                if (nanos <= NANOS_MAX) {
                    return Marks.timestamp(seconds, nanos);
                }
            }
            return JsonObject.builder().put("$ext", type).put("data", Marks.base64(data)).build();
        }
    }
}
