package proxymcp.decode.plugin;

import java.util.Optional;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.LayerStatus;

/** What came of running a plugin's decoder, free of its classes. */
sealed interface PluginAnswer {

    /**
     * It read the input.
     *
     * @param bytes what it wrote, or its value as UTF-8
     * @param form what the bytes are
     * @param value whether it returned a value instead of writing
     * @param status {@link LayerStatus#DECODED} or {@link LayerStatus#PARTIAL}
     * @param reason why it is partial, or empty
     * @param offset where in the input the layer begins
     * @param consumed how many bytes of the input it spans
     * @param mediaType what the content is
     */
    record Read(byte[] bytes, DecodedLayer.Form form, boolean value, LayerStatus status, String reason, int offset, int consumed,
            Optional<String> mediaType) implements PluginAnswer {}

    /**
     * It threw.
     *
     * @param written what it had written before, a true beginning
     * @param reason one sentence without a full stop
     * @param offset where the input was wrong; -1 if that is not known
     * @param fault whether the plugin is to blame, and not the input
     */
    record Unread(byte[] written, String reason, long offset, boolean fault) implements PluginAnswer {}
}
