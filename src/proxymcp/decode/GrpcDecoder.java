package proxymcp.decode;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonLimits;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * gRPC bodies: {@code {"messages": [{bytes, compressed?, message | base64}], "trailers"?}}. The trailers of gRPC itself are those of HTTP; those of
 * gRPC-Web stand in the body, in a frame with the highest bit set, and its text form is base64 in which padding may stand at the end of every part.
 */
final class GrpcDecoder implements Decoder {
    private static final int HEAD_BYTES = 5;
    private static final int TRAILERS = 0x80;
    private static final int MESSAGES_MAX = 100_000;
    private static final JsonLimits JSON = new JsonLimits(200, 16 << 20);

    private final boolean web;

    private GrpcDecoder(boolean web) {
        this.web = web;
    }

    static GrpcDecoder grpc() {
        return new GrpcDecoder(false);
    }

    static GrpcDecoder web() {
        return new GrpcDecoder(true);
    }

    @Override
    public String id() {
        return web ? "grpc-web" : "grpc";
    }

    @Override
    public String title() {
        return web ? "gRPC-Web frames and trailers, also in base64" : "gRPC frames";
    }

    @Override
    public Set<String> mediaTypes() {
        String base = "application/" + id();
        return web ? Set.of(base, base + "+proto", base + "+json", base + "-text", base + "-text+proto") : Set.of(base, base + "+proto", base + "+json");
    }

    /** Frames are told by the media type: five octets of a length say too little. */
    @Override
    public double recognise(DecodeInput in) {
        return 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        boolean text = web && (in.mediaType().filter(type -> type.contains("-text")).isPresent() || in.length() > 0 && in.at(0) >= '+' && in.at(0) < TRAILERS);
        OctetReader reader = text ? new OctetReader(fromText(in)) : new OctetReader(in);
        List<JsonValue> messages = new ArrayList<>();
        JsonObject.Builder body = JsonObject.builder();
        String why = "";
        int good = 0;
        long[] room = {out.bytesMax()};
        while (reader.left() > 0 && why.isEmpty()) {
            good = reader.position();
            try {
                if (messages.size() == MESSAGES_MAX) {
                    throw new DecodeException("stopped after " + MESSAGES_MAX + " messages, the limit", good);
                }
                int flags = reader.octet();
                if ((flags & ~1) != 0 && !(web && (flags & ~1) == TRAILERS)) {
                    throw new DecodeException("a frame with flags 0x" + Integer.toHexString(flags), good);
                }
                byte[] payload = reader.take(reader.bigEndian(4));
                if (flags >= TRAILERS) {
                    body.put("trailers", trailers(unpacked(in, flags, payload, room)));
                } else {
                    messages.add(message(in, flags, payload, room));
                }
            } catch (DecodeException e) {
                why = e.getMessage() + ", in the frame at byte " + good;
                if (messages.isEmpty()) {
                    throw new DecodeException(e.getMessage(), text ? -1 : good);
                }
            }
        }
        DecodedLayer layer = DecodedLayer.json(in, body.put("messages", messages).build());
        return why.isEmpty() ? layer : layer.partial(why).spanning(0, text ? in.length() : good);
    }

    private static JsonObject message(DecodeInput in, int flags, byte[] payload, long[] room) {
        JsonObject.Builder frame = JsonObject.builder().put("bytes", payload.length);
        if (flags == 1) {
            frame.put("compressed", true);
        }
        byte[] octets = payload;
        try {
            octets = unpacked(in, flags, payload, room);
            if (in.mediaType().orElse("").endsWith("+json")) {
                return frame.put("message", Json.parse(octets, JSON)).build();
            }
            ProtoWire.Fields read = ProtoWire.read(octets);
            if (read.failure().isPresent()) {
                throw read.failure().get();
            }
            return frame.put("message", ProtobufDecoder.message(in, read.fields())).build();
        } catch (DecodeException | JsonException e) {
            return frame.put("problem", String.valueOf(e.getMessage())).put("base64", Marks.base64(octets)).build();
        }
    }

    /** The payload without its compression, within what all messages together may still hold. */
    private static byte[] unpacked(DecodeInput in, int flags, byte[] payload, long[] room) throws DecodeException {
        if ((flags & 1) == 0) {
            return payload;
        }
        String coding = in.hint(DecodeInput.GRPC_ENCODING).orElse("gzip");
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (InputStream plain = Codings.decode(new ByteArrayInputStream(payload), ContentCoding.parse(List.of(coding)))) {
            byte[] piece = new byte[8192];
            for (int count = plain.read(piece); count >= 0; count = plain.read(piece)) {
                room[0] -= count;
                if (room[0] < 0) {
                    throw new DecodeException("the compressed messages hold more than the limit");
                }
                whole.write(piece, 0, count);
            }
        } catch (DecodeException e) {
            throw e;
        } catch (IOException e) {
            throw new DecodeException("the message is not in " + coding + ": " + e.getMessage());
        }
        return whole.toByteArray();
    }

    private static JsonObject trailers(byte[] payload) {
        JsonObject.Builder trailers = JsonObject.builder();
        for (String line : new String(payload, StandardCharsets.ISO_8859_1).split("\r?\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                trailers.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
            }
        }
        return trailers.build();
    }

    private static byte[] fromText(DecodeInput in) throws DecodeException {
        String text = new String(in.bytes(), in.offset(), in.length(), StandardCharsets.ISO_8859_1).replaceAll("\\s", "");
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        int from = 0;
        try {
            while (from < text.length()) {
                int padding = text.indexOf('=', from);
                int end = padding < 0 ? text.length() : padding;
                octets.writeBytes(Base64.getDecoder().decode(text.substring(from, end)));
                while (end < text.length() && text.charAt(end) == '=') {
                    end++;
                }
                from = end;
            }
        } catch (IllegalArgumentException e) {
            throw new DecodeException("not base64: " + e.getMessage(), from);
        }
        return octets.toByteArray();
    }
}
