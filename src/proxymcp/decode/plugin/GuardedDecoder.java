package proxymcp.decode.plugin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeException;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeSink;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.Decoder;
import proxymcp.decode.DecoderInfo;
import proxymcp.decode.LayerStatus;

/** A plugin's decoder as the pipeline sees it: answers in time, throws nothing unexpected, and once it was too slow is not asked again. */
final class GuardedDecoder implements Decoder {
    private final PluginHost host;
    private final int index;
    private final PluginDescription description;
    private final String source;
    private final AtomicLong failures = new AtomicLong();
    private volatile String unavailable;

    /**
     * A decoder.
     *
     * @param index which of its host's
     * @param source the file name of its jar
     * @param refused why it is not to be used; empty if it is
     */
    GuardedDecoder(PluginHost host, int index, PluginDescription description, String source, String refused) {
        this.host = host;
        this.index = index;
        this.description = description;
        this.source = source;
        this.unavailable = refused.isEmpty() ? description.unavailable() : refused;
    }

    @Override
    public String id() {
        return description.id();
    }

    @Override
    public String title() {
        return description.title();
    }

    @Override
    public Set<String> mediaTypes() {
        return description.mediaTypes();
    }

    @Override
    public String unavailable() {
        return unavailable;
    }

    DecoderInfo info() {
        return new DecoderInfo(id(), title(), true, source, mediaTypes(), unavailable, failures.get());
    }

    /** It sees the first {@link DecodeInput#LOOK_BYTES} alone. */
    @Override
    public double recognise(DecodeInput in) {
        if (!unavailable.isEmpty()) {
            return 0;
        }
        try {
            return host.recognise(index, in.span(0, Math.min(in.length(), DecodeInput.LOOK_BYTES)));
        } catch (PluginFault fault) {
            count(fault);
            return 0;
        }
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws IOException {
        if (!unavailable.isEmpty()) {
            throw new DecodeException(unavailable);
        }
        try {
            return switch (host.decode(index, in, out.bytesMax() - out.size())) {
                case PluginAnswer.Read read -> layer(in, read, out);
                case PluginAnswer.Unread unread -> throw refusal(unread, out);
            };
        } catch (PluginFault fault) {
            count(fault);
            throw new DecodeException("plugin " + source + ": " + Reason.message(fault));
        }
    }

    private DecodeException refusal(PluginAnswer.Unread unread, DecodeSink out) throws IOException {
        if (unread.fault()) {
            failures.incrementAndGet();
            return new DecodeException("plugin " + source + ": " + unread.reason());
        }
        out.write(unread.written());
        return new DecodeException(unread.reason(), unread.offset());
    }

    private static DecodedLayer layer(DecodeInput in, PluginAnswer.Read read, DecodeSink out) throws IOException, PluginFault {
        if (read.offset() < 0 || read.consumed() < 0 || read.offset() > in.length() - read.consumed()) {
            throw new PluginFault("it said to have read " + read.consumed() + " bytes from " + read.offset() + " on, out of " + in.length(), false);
        }
        if (read.status() != LayerStatus.DECODED && read.status() != LayerStatus.PARTIAL) {
            throw new PluginFault("it answered with a layer that is " + read.status().word(), false);
        }
        DecodedLayer.Output output = new DecodedLayer.Written(read.form());
        if (read.value() && read.form() == DecodedLayer.Form.TEXT) {
            // Text that was returned is an end; text that was written may hold another layer.
            output = new DecodedLayer.Value(new Content.Text(new String(read.bytes(), StandardCharsets.UTF_8)));
        } else {
            out.write(read.bytes());
        }
        return new DecodedLayer(output, read.status(), read.reason(), read.offset(), read.consumed(), read.mediaType());
    }

    private void count(PluginFault fault) {
        failures.incrementAndGet();
        if (fault.lasting()) {
            unavailable = "disabled until the next start: " + Reason.message(fault);
        }
    }
}
