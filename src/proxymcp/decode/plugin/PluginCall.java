package proxymcp.decode.plugin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeException;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeSink;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.Decoder;
import proxymcp.decode.LayerStatus;
import proxymcp.json.Json;

/** Runs a plugin's decoder on the calling thread and turns whatever it does into an answer. */
final class PluginCall {
    private PluginCall() {}

    /** Runs it on a copy of the input, so that it can change nothing that others read. */
    static PluginAnswer decode(Decoder decoder, DecodeInput in, int bytesMax) {
        DecodeSink sink = new DecodeSink(bytesMax);
        try {
            return answer(decoder.decode(copy(in), sink), sink);
        } catch (IOException refused) {
            long offset = refused instanceof DecodeException known ? known.offset() : -1;
            return new PluginAnswer.Unread(sink.bytes(), Reason.message(refused), offset, false);
        } catch (Throwable thrown) {
            return new PluginAnswer.Unread(new byte[0], Reason.of(thrown), -1, true);
        }
    }

    /** Its confidence for a copy of the input. */
    static double recognise(Decoder decoder, DecodeInput in) {
        return decoder.recognise(copy(in));
    }

    private static DecodeInput copy(DecodeInput in) {
        return new DecodeInput(in.copy(), 0, in.length(), in.mediaType(), in.hints(), in.schema().map(byte[]::clone), in.side());
    }

    private static PluginAnswer answer(DecodedLayer layer, DecodeSink sink) throws IOException {
        return switch (layer.output()) {
            case DecodedLayer.Written(DecodedLayer.Form form) -> read(layer, sink, form, false);
            case DecodedLayer.Value(Content content) -> value(layer, content, new DecodeSink(sink.bytesMax()));
        };
    }

    private static PluginAnswer value(DecodedLayer layer, Content content, DecodeSink sink) throws IOException {
        DecodedLayer.Form form = switch (content) {
            case Content.Octets octets -> put(sink, octets.bytes(), DecodedLayer.Form.OCTETS);
            case Content.Text text -> put(sink, cut(text.text(), sink.bytesMax()).getBytes(StandardCharsets.UTF_8), DecodedLayer.Form.TEXT);
            case Content.Json json -> {
                Json.write(json.value(), sink);
                yield DecodedLayer.Form.JSON;
            }
        };
        return read(layer, sink, form, true);
    }

    private static DecodedLayer.Form put(DecodeSink sink, byte[] bytes, DecodedLayer.Form form) {
        try {
            sink.write(bytes);
        } catch (DecodeSink.FullException full) {
            // The sink remembers it.
        }
        return form;
    }

    /** One character more than fits, so that a longer text is seen to be one. */
    private static String cut(String text, int charsMax) {
        return text.length() > charsMax ? text.substring(0, charsMax + 1) : text;
    }

    /** A plugin may have let {@link DecodeSink.FullException} pass unseen: then what it takes for all is a beginning. */
    private static PluginAnswer read(DecodedLayer layer, DecodeSink sink, DecodedLayer.Form form, boolean value) {
        LayerStatus status = sink.overflowed() ? LayerStatus.PARTIAL : layer.status();
        String reason = sink.overflowed() ? "stopped after " + sink.bytesMax() + " bytes, the limit" : Reason.of(layer.reason());
        Optional<String> mediaType = layer.mediaType().map(Reason::of);
        return new PluginAnswer.Read(sink.bytes(), form, value, status, reason, layer.offset(), layer.consumed(), mediaType);
    }
}
