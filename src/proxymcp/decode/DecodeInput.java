package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a decoder is given: a run of octets and what the message said about them.
 *
 * @param bytes the octets lie in here; never written to
 * @param offset where they begin
 * @param length how many there are
 * @param mediaType the media type that the message gives them, in lower case and without parameters; only for the first layer below the content codings
 * @param hints what else is known, by the names below; unknown names are ignored
 * @param schema a schema that the caller gave as a file, such as a protobuf {@code FileDescriptorSet}
 * @param side which half of the exchange it is
 */
public record DecodeInput(
        byte[] bytes,
        int offset,
        int length,
        Optional<String> mediaType,
        Map<String, String> hints,
        Optional<byte[]> schema,
        Direction side) {

    /** The whole value of {@code Content-Type}, with parameters. */
    public static final String CONTENT_TYPE = "contentType";
    /** The values of {@code Content-Encoding}, joined by commas. */
    public static final String CONTENT_ENCODING = "contentEncoding";
    /** The name of a message type in {@link #schema}. */
    public static final String MESSAGE_TYPE = "messageType";
    /** The request target as sent. */
    public static final String TARGET = "target";
    /** The value of {@code grpc-encoding}. */
    public static final String GRPC_ENCODING = "grpcEncoding";

    /** Octets that {@link Decoder#recognise} may look at. */
    public static final int LOOK_BYTES = 64 << 10;

    /** Checks the span. */
    public DecodeInput {
        if (offset < 0 || length < 0 || offset > bytes.length - length) {
            throw new IllegalArgumentException("span " + offset + "+" + length + " is not inside " + bytes.length + " bytes");
        }
        mediaType = mediaType.map(type -> type.toLowerCase(Locale.ROOT));
        hints = Map.copyOf(hints);
    }

    /** All of {@code bytes}, about which nothing is known. */
    public static DecodeInput of(byte[] bytes) {
        return new DecodeInput(bytes, 0, bytes.length, Optional.empty(), Map.of(), Optional.empty(), Direction.RESPONSE);
    }

    /** All of {@code bytes}, of a media type in lower case and without parameters. */
    public static DecodeInput of(byte[] bytes, String mediaType) {
        return new DecodeInput(bytes, 0, bytes.length, Optional.of(mediaType), Map.of(CONTENT_TYPE, mediaType), Optional.empty(), Direction.RESPONSE);
    }

    /** The octet at {@code index}, 0..255, counted from the first of the span. */
    public int at(int index) {
        if (index < 0 || index >= length) {
            throw new IndexOutOfBoundsException(index);
        }
        return bytes[offset + index] & 0xff;
    }

    /** A copy of the octets. */
    public byte[] copy() {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }

    /** The hint named {@code name}; empty if it was not given. */
    public Optional<String> hint(String name) {
        return Optional.ofNullable(hints.get(name));
    }

    /** The first {@link #LOOK_BYTES} octets as Latin-1, one character an octet. */
    public String look() {
        return new String(bytes, offset, Math.min(length, LOOK_BYTES), StandardCharsets.ISO_8859_1);
    }

    /** Other octets of the same message, about which the media type says nothing. */
    public DecodeInput inner(byte[] octets) {
        return new DecodeInput(octets, 0, octets.length, Optional.empty(), Map.of(), schema, side);
    }

    /** The same octets with a media type. */
    public DecodeInput typed(Optional<String> type) {
        return new DecodeInput(bytes, offset, length, type, hints, schema, side);
    }

    /** A part of the octets, with the same media type and hints. */
    public DecodeInput span(int from, int count) {
        if (from < 0 || count < 0 || from > length - count) {
            throw new IllegalArgumentException("span " + from + "+" + count + " is not inside " + length + " bytes");
        }
        return new DecodeInput(bytes, offset + from, count, mediaType, hints, schema, side);
    }
}
