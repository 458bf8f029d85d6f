package proxymcp.decode;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * CBOR (RFC 8949) and sequences of it (RFC 8742): octets as {@code {"$binary"}}, tags as {@code {"$tag": number, "value"}} but big integers, which are
 * numbers; {@code {"$simple": number}}, {@code {"$undefined": true}}; maps with other keys than strings as {@code {"$map": [[key, value]]}}.
 */
final class CborDecoder implements Decoder {

    @Override
    public String id() {
        return "cbor";
    }

    @Override
    public String title() {
        return "CBOR, one item or several (RFC 8949, RFC 8742)";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/cbor", "application/cbor-seq", "application/cwt", "application/cose", "+cbor", "+cbor-seq");
    }

    @Override
    public double recognise(DecodeInput in) {
        boolean container = in.length() > 5 && (in.at(0) >= 0x81 && in.at(0) <= 0xbf || in.at(0) == 0xd9 && in.at(1) == 0xd9 && in.at(2) == 0xf7);
        boolean whole = in.length() <= DecodeInput.LOOK_BYTES;
        return container ? new Items(new OctetReader(whole ? in : in.span(0, DecodeInput.LOOK_BYTES))).confidence(whole) : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        return new Items(new OctetReader(in)).decode(in);
    }

    /** The items of one input. */
    private static final class Items extends ItemReader {
        private static final int INDEFINITE = 31;
        private static final int BREAK = 0xff;
        /** Digits of longer ones take long to make. */
        private static final int BIG_INTEGER_BYTES_MAX = 4096;
        private static final int EPOCH_TIME = 1;
        private static final int POSITIVE = 2;
        private static final int NEGATIVE = 3;

        Items(OctetReader octets) {
            super(octets);
        }

        @Override
        protected boolean atBreak() throws DecodeException {
            if (octets.peek() != BREAK) {
                return false;
            }
            octets.octet();
            return true;
        }

        @Override
        protected JsonValue item(int depth) throws DecodeException {
            int at = octets.position();
            int head = octets.octet();
            int major = head >> 5;
            int info = head & 0x1f;
            if (info > 27 && (info != INDEFINITE || major < 2 || major > 5)) {
                throw new DecodeException(head == BREAK ? "a break outside an item of unknown length" : "additional information " + info
                        + " is not used with major type " + major, at);
            }
            boolean indefinite = info == INDEFINITE;
            long argument = indefinite || info < 24 ? info : octets.bigEndian(1 << info - 24);
            return switch (major) {
                case 0 -> Marks.unsigned(argument);
                case 1 -> negative(argument);
                case 2 -> Marks.binary(indefinite ? chunks(major) : octets.take(argument));
                case 3 -> Marks.text(indefinite ? chunks(major) : octets.take(argument));
                case 4 -> array(indefinite ? -1 : count(argument, at), depth);
                case 5 -> map(indefinite ? -1 : count(argument, at), depth);
                case 6 -> tagged(argument, depth);
                default -> simple(info, argument, at);
            };
        }

        private static JsonNumber negative(long argument) {
            return new JsonNumber(new BigInteger(Long.toUnsignedString(argument)).not().toString());
        }

        private static long count(long argument, int at) throws DecodeException {
            if (argument < 0) {
                throw new DecodeException("a count of " + Long.toUnsignedString(argument) + " items", at);
            }
            return argument;
        }

        private byte[] chunks(int major) throws DecodeException {
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            while (!atBreak()) {
                int at = octets.position();
                int head = octets.octet();
                int info = head & 0x1f;
                if (head >> 5 != major || info > 27) {
                    throw new DecodeException("a chunk of another type than its string", at);
                }
                byte[] chunk = octets.take(info < 24 ? info : octets.bigEndian(1 << info - 24));
                joined.write(chunk, 0, chunk.length);
            }
            return joined.toByteArray();
        }

        private JsonValue tagged(long tag, int depth) throws DecodeException {
            int at = octets.position();
            if (tag == POSITIVE || tag == NEGATIVE) {
                int head = octets.peek();
                if (head >> 5 == 2) {
                    octets.octet();
                    int info = head & 0x1f;
                    if (info > 27 && info != INDEFINITE) {
                        throw new DecodeException("additional information " + info + " is not used with major type 2", at);
                    }
                    return bigInteger(tag, info == INDEFINITE ? chunks(2) : octets.take(info < 24 ? info : octets.bigEndian(1 << info - 24)));
                }
            }
            JsonValue value = value(depth + 1);
            JsonObject.Builder tagged = JsonObject.builder().put("$tag", Marks.unsigned(tag)).put("value", value);
            return (tag == EPOCH_TIME && value instanceof JsonNumber seconds ? tagged.putIf("time", time(seconds)) : tagged).build();
        }

        private static JsonValue bigInteger(long tag, byte[] magnitude) {
            if (magnitude.length > BIG_INTEGER_BYTES_MAX) {
                return JsonObject.builder().put("$tag", tag).put("value", Marks.binary(magnitude)).build();
            }
            BigInteger value = new BigInteger(1, magnitude);
            return new JsonNumber((tag == NEGATIVE ? value.not() : value).toString());
        }

        private static Optional<String> time(JsonNumber seconds) {
            double about = seconds.asDouble();
            if (Math.abs(about) > 1e15) {
                return Optional.empty();
            }
            BigDecimal exact = new BigDecimal(seconds.text());
            long whole = (long) Math.floor(about);
            return Marks.instant(whole, exact.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue());
        }

        private JsonValue simple(int info, long argument, int at) throws DecodeException {
            return switch (info) {
                case 20, 21 -> JsonBoolean.of(info == 21);
                case 22 -> JsonNull.NULL;
                case 23 -> JsonObject.builder().put("$undefined", true).build();
                case 24 -> {
                    if (argument < 32) {
                        throw new DecodeException("simple value " + argument + " in two bytes", at);
                    }
                    yield JsonObject.builder().put("$simple", argument).build();
                }
                case 25 -> Marks.real(Float.float16ToFloat((short) argument));
                case 26 -> Marks.real(Float.intBitsToFloat((int) argument));
                case 27 -> Marks.real(Double.longBitsToDouble(argument));
                default -> JsonObject.builder().put("$simple", argument).build();
            };
        }
    }
}
