package proxymcp.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The wire format of Protocol Buffers: a message as the list of its fields. A record with wire type 2 or a group holds octets, the others a number.
 *
 * @param number 1..2^29-1
 * @param kind what the record is on the wire
 * @param value the number; 0 for octets
 * @param octets what it holds; empty for a number
 * @param offset where the record begins in its message, in bytes
 */
record ProtoWire(int number, Kind kind, long value, byte[] octets, int offset) {

    /** What a record is on the wire, in the order of the wire types. */
    enum Kind { VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 }

    /** The fields of a message and, if it is broken, why; the fields before the break are true. */
    record Fields(List<ProtoWire> fields, Optional<DecodeException> failure) {}

    private static final int GROUPS_MAX = 64;
    private static final int FIELDS_MAX = 500_000;

    /** Reads to the end of {@code octets} or to the first octet that no message has. */
    static Fields read(byte[] octets) {
        OctetReader reader = new OctetReader(octets);
        List<ProtoWire> fields = new ArrayList<>();
        while (reader.left() > 0) {
            try {
                if (fields.size() == FIELDS_MAX) {
                    throw new DecodeException("stopped after " + FIELDS_MAX + " fields, the limit", reader.position());
                }
                fields.add(field(reader, octets, 0));
            } catch (DecodeException e) {
                return new Fields(fields, Optional.of(e));
            }
        }
        return new Fields(fields, Optional.empty());
    }

    /** A number of seven bits an octet, 1..10 octets, the least significant first. */
    static long varint(OctetReader reader) throws DecodeException {
        int at = reader.position();
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int octet = reader.octet();
            value |= (octet & 0x7fL) << shift;
            if (octet < 0x80) {
                if (shift == 63 && octet > 1) {
                    break;
                }
                return value;
            }
        }
        throw new DecodeException("a varint of more than 64 bits", at);
    }

    private static ProtoWire field(OctetReader reader, byte[] octets, int groups) throws DecodeException {
        int at = reader.position();
        long tag = varint(reader);
        long number = tag >>> 3;
        if (number < 1 || number >= 1 << 29) {
            throw new DecodeException("field number " + Long.toUnsignedString(number), at);
        }
        int field = (int) number;
        return switch ((int) tag & 7) {
            case 0 -> new ProtoWire(field, Kind.VARINT, varint(reader), new byte[0], at);
            case 1 -> new ProtoWire(field, Kind.FIXED64, reader.littleEndian(8), new byte[0], at);
            case 2 -> new ProtoWire(field, Kind.BYTES, 0, reader.take(varint(reader)), at);
            case 3 -> group(field, reader, octets, at, groups + 1);
            case 4 -> new ProtoWire(field, Kind.END_GROUP, groups == 0 ? orphan(at) : 0, new byte[0], at);
            case 5 -> new ProtoWire(field, Kind.FIXED32, reader.littleEndian(4), new byte[0], at);
            default -> throw new DecodeException("wire type " + (tag & 7) + ", which is not in use", at);
        };
    }

    private static long orphan(int at) throws DecodeException {
        throw new DecodeException("the end of a group that did not begin", at);
    }

    private static ProtoWire group(int number, OctetReader reader, byte[] octets, int at, int groups) throws DecodeException {
        if (groups > GROUPS_MAX) {
            throw new DecodeException("more than " + GROUPS_MAX + " groups inside one another, the limit", at);
        }
        int from = reader.position();
        while (true) {
            int end = reader.position();
            ProtoWire inner = field(reader, octets, groups);
            if (inner.kind() == Kind.END_GROUP) {
                if (inner.number() != number) {
                    throw new DecodeException("group " + number + " is ended as group " + inner.number(), end);
                }
                return new ProtoWire(number, Kind.GROUP, 0, Arrays.copyOfRange(octets, from, end), at);
            }
        }
    }
}
