package proxymcp.decode;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.JsonObject;

/** Protocol Buffers: by a {@code FileDescriptorSet} and the name of a message type, or without them with ranked readings of each field. */
final class ProtobufDecoder implements Decoder {
    private static final int BYTES_MIN = 16;
    private static final int FIELDS_MIN = 3;
    private static final int TEXT_CHARS_MIN = 4;
    private static final double SCORE_MIN = 0.75;
    private static final double BY_FIELDS = 0.6;

    @Override
    public String id() {
        return "protobuf";
    }

    @Override
    public String title() {
        return "Protocol Buffers, by a descriptor file or with ranked readings";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/x-protobuf", "application/protobuf", "application/vnd.google.protobuf", "application/x-google-protobuf",
                "application/proto", "+proto", "+protobuf");
    }

    @Override
    public double recognise(DecodeInput in) {
        if (in.length() < BYTES_MIN || in.length() > DecodeInput.LOOK_BYTES || Octets.readable(in.copy()).isPresent()) {
            return 0;
        }
        ProtoWire.Fields read = ProtoWire.read(in.copy());
        return read.failure().isEmpty() && isDesigned(read.fields()) ? BY_FIELDS : 0;
    }

    /** Whether fields are more than random octets are likely to be: several, with small numbers, and readable text among them. */
    private static boolean isDesigned(List<ProtoWire> fields) {
        boolean text = false;
        for (ProtoWire field : fields) {
            text |= field.kind() == ProtoWire.Kind.BYTES && field.octets().length >= TEXT_CHARS_MIN && Octets.readable(field.octets()).isPresent();
        }
        return text && fields.size() >= FIELDS_MIN && ProtoGuess.score(fields) >= SCORE_MIN;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        ProtoWire.Fields read = ProtoWire.read(in.copy());
        if (read.failure().isPresent() && read.fields().isEmpty()) {
            throw read.failure().get();
        }
        DecodedLayer layer = DecodedLayer.json(in, message(in, read.fields()));
        return read.failure().isEmpty() ? layer : layer.partial(read.failure().get().getMessage() + ", at byte " + read.failure().get().offset())
                .spanning(0, (int) read.failure().get().offset());
    }

    /** By the schema where one was given and says which type it is; ranked readings otherwise. */
    static JsonObject message(DecodeInput in, List<ProtoWire> fields) throws DecodeException {
        if (in.schema().isPresent()) {
            ProtoSchema schema = ProtoSchema.parse(in.schema().get());
            Optional<String> name = in.hint(DecodeInput.MESSAGE_TYPE);
            Optional<ProtoSchema.Message> type = name.isPresent() ? schema.message(name.get())
                    : schema.ofCall(in.hint(DecodeInput.TARGET).orElse(""), in.side()).or(schema::only);
            if (name.isPresent() && type.isEmpty()) {
                throw new DecodeException("the descriptor file has no message type " + name.get());
            }
            if (type.isPresent()) {
                return new ProtoMessage(schema).read(type.get(), fields, 0);
            }
        }
        return ProtoGuess.message(fields, 0);
    }
}
