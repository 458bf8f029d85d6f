package proxymcp.decode;

import java.util.Optional;
import proxymcp.json.JsonValue;

/**
 * What a decoder returns.
 *
 * @param output where the content is
 * @param status {@link LayerStatus#DECODED} or {@link LayerStatus#PARTIAL}; a decoder that can read nothing throws
 * @param reason why it is partial, one sentence without a full stop; empty if it is not
 * @param offset where in the input the layer begins, in bytes
 * @param consumed how many bytes of the input it spans, from {@code offset} on
 * @param mediaType what the content is, if the layer says so, in lower case and without parameters
 */
public record DecodedLayer(Output output, LayerStatus status, String reason, int offset, int consumed, Optional<String> mediaType) {

    /** What octets in a sink are. */
    public enum Form {
        /** Octets that may hold another layer. */
        OCTETS,
        /** Text in UTF-8. */
        TEXT,
        /** JSON text in UTF-8. */
        JSON
    }

    /** Where the content is. */
    public sealed interface Output {}

    /** In the sink. */
    public record Written(Form form) implements Output {}

    /** Here, and nothing was written to the sink. */
    public record Value(Content content) implements Output {}

    /** Checks the status. */
    public DecodedLayer {
        if (status != LayerStatus.DECODED && status != LayerStatus.PARTIAL) {
            throw new IllegalArgumentException("a layer that was not decoded is thrown, not returned: " + status);
        }
    }

    /** All of {@code in} was decoded; what was written to the sink is of that form. */
    public static DecodedLayer written(DecodeInput in, Form form) {
        return new DecodedLayer(new Written(form), LayerStatus.DECODED, "", 0, in.length(), Optional.empty());
    }

    /** All of {@code in} was decoded to a value. */
    public static DecodedLayer json(DecodeInput in, JsonValue value) {
        return new DecodedLayer(new Value(new Content.Json(value)), LayerStatus.DECODED, "", 0, in.length(), Optional.empty());
    }

    /** All of {@code in} was decoded to text. */
    public static DecodedLayer text(DecodeInput in, String text) {
        return new DecodedLayer(new Value(new Content.Text(text)), LayerStatus.DECODED, "", 0, in.length(), Optional.empty());
    }

    /** The same, as a true beginning only. */
    public DecodedLayer partial(String why) {
        return new DecodedLayer(output, LayerStatus.PARTIAL, why, offset, consumed, mediaType);
    }

    /** The same, over a part of the input. */
    public DecodedLayer spanning(int from, int bytes) {
        return new DecodedLayer(output, status, reason, from, bytes, mediaType);
    }

    /** The same, with the media type of its content. */
    public DecodedLayer of(String type) {
        return new DecodedLayer(output, status, reason, offset, consumed, Optional.of(type));
    }
}
