package proxymcp.decode.plugin;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeException;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeSink;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.Direction;
import proxymcp.decode.LayerStatus;
import proxymcp.json.Json;
import proxymcp.json.JsonException;

/** What a process and its child with plugins say to each other: numbers big end first, octets and UTF-8 texts behind their length. */
final class Wire {
    /** What is asked. */
    static final int LOAD = 1;
    static final int RECOGNISE = 2;
    static final int DECODE = 3;
    /** How it is answered: as asked, by a plugin that cannot read its input, or by one that failed. */
    static final int DONE = 0;
    static final int UNREADABLE = 1;
    static final int FAILED = 2;

    /** Texts are short; a child that says otherwise has gone mad. */
    private static final int TEXT_BYTES_MAX = 64 << 10;
    private static final int COUNT_MAX = 1_000;

    private Wire() {}

    static void text(DataOutputStream out, String text) throws IOException {
        octets(out, text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(DataInputStream in) throws IOException {
        return new String(octets(in, TEXT_BYTES_MAX), StandardCharsets.UTF_8);
    }

    static void octets(DataOutputStream out, byte[] octets) throws IOException {
        out.writeInt(octets.length);
        out.write(octets);
    }

    static byte[] octets(DataInputStream in, int bytesMax) throws IOException {
        return in.readNBytes(count(in, bytesMax));
    }

    private static int count(DataInputStream in, int most) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > most) {
            throw new IOException("a count of " + count + ", more than " + most);
        }
        return count;
    }

    private static void optional(DataOutputStream out, Optional<String> text) throws IOException {
        out.writeBoolean(text.isPresent());
        if (text.isPresent()) {
            text(out, text.get());
        }
    }

    private static Optional<String> optional(DataInputStream in) throws IOException {
        return in.readBoolean() ? Optional.of(text(in)) : Optional.empty();
    }

    /** @param bytesMax octets of the input that are sent; the others are not looked at */
    static void input(DataOutputStream out, DecodeInput input, int bytesMax) throws IOException {
        int length = Math.min(input.length(), bytesMax);
        out.writeInt(length);
        out.write(input.bytes(), input.offset(), length);
        optional(out, input.mediaType());
        out.writeInt(input.hints().size());
        for (Map.Entry<String, String> hint : input.hints().entrySet()) {
            text(out, hint.getKey());
            text(out, hint.getValue());
        }
        out.writeBoolean(input.schema().isPresent());
        if (input.schema().isPresent()) {
            octets(out, input.schema().get());
        }
        out.writeInt(input.side().ordinal());
    }

    static DecodeInput input(DataInputStream in) throws IOException {
        byte[] octets = octets(in, Integer.MAX_VALUE - 8);
        Optional<String> mediaType = optional(in);
        Map<String, String> hints = new HashMap<>();
        for (int left = count(in, COUNT_MAX); left > 0; left--) {
            hints.put(text(in), text(in));
        }
        Optional<byte[]> schema = in.readBoolean() ? Optional.of(octets(in, Integer.MAX_VALUE - 8)) : Optional.empty();
        return new DecodeInput(octets, 0, octets.length, mediaType, hints, schema, Direction.values()[count(in, Direction.values().length - 1)]);
    }

    static void infos(DataOutputStream out, PluginInfo.All all) throws IOException {
        out.writeInt(all.usable().size());
        for (PluginInfo info : all.usable()) {
            text(out, info.id());
            text(out, info.title());
            out.writeInt(info.mediaTypes().size());
            for (String type : info.mediaTypes()) {
                text(out, type);
            }
            text(out, info.unavailable());
        }
        out.writeInt(all.problems().size());
        for (String problem : all.problems()) {
            text(out, problem);
        }
    }

    static PluginInfo.All infos(DataInputStream in) throws IOException {
        List<PluginInfo> usable = new ArrayList<>();
        for (int left = count(in, COUNT_MAX); left > 0; left--) {
            String id = text(in);
            String title = text(in);
            Set<String> types = new TreeSet<>();
            for (int more = count(in, COUNT_MAX); more > 0; more--) {
                types.add(text(in));
            }
            usable.add(new PluginInfo(id, title, types, text(in)));
        }
        List<String> problems = new ArrayList<>();
        for (int left = count(in, COUNT_MAX); left > 0; left--) {
            problems.add(text(in));
        }
        return new PluginInfo.All(usable, problems);
    }

    static void failure(DataOutputStream out, DecodeException e, DecodeSink sink) throws IOException {
        out.writeLong(e.offset());
        text(out, PluginInfo.shortened(e.getMessage()));
        octets(out, sink.bytes());
    }

    static DecodeException failure(DataInputStream in, DecodeSink sink) throws IOException {
        long offset = in.readLong();
        String reason = text(in);
        sink.write(octets(in, sink.bytesMax()));
        return new DecodeException(reason, offset);
    }

    static void layer(DataOutputStream out, DecodedLayer layer, DecodeSink sink) throws IOException {
        out.writeBoolean(layer.status() == LayerStatus.PARTIAL);
        text(out, PluginInfo.shortened(layer.reason()));
        out.writeInt(layer.offset());
        out.writeInt(layer.consumed());
        optional(out, layer.mediaType());
        out.writeBoolean(layer.output() instanceof DecodedLayer.Written);
        switch (layer.output()) {
            case DecodedLayer.Written written -> {
                out.writeInt(written.form().ordinal());
                octets(out, sink.bytes());
            }
            case DecodedLayer.Value value -> {
                switch (value.content()) {
                    case Content.Octets octets -> value(out, DecodedLayer.Form.OCTETS, octets.bytes());
                    case Content.Text text -> value(out, DecodedLayer.Form.TEXT, text.text().getBytes(StandardCharsets.UTF_8));
                    case Content.Json json -> value(out, DecodedLayer.Form.JSON, Json.bytes(json.value()));
                }
            }
        }
    }

    private static void value(DataOutputStream out, DecodedLayer.Form form, byte[] octets) throws IOException {
        out.writeInt(form.ordinal());
        octets(out, octets);
    }

    static DecodedLayer layer(DataInputStream in, DecodeSink sink) throws IOException {
        LayerStatus status = in.readBoolean() ? LayerStatus.PARTIAL : LayerStatus.DECODED;
        String reason = text(in);
        int offset = in.readInt();
        int consumed = in.readInt();
        Optional<String> mediaType = optional(in);
        boolean written = in.readBoolean();
        DecodedLayer.Form form = DecodedLayer.Form.values()[count(in, DecodedLayer.Form.values().length - 1)];
        byte[] octets = octets(in, sink.bytesMax());
        DecodedLayer.Output output;
        if (written) {
            sink.write(octets);
            output = new DecodedLayer.Written(form);
        } else {
            output = new DecodedLayer.Value(content(form, octets));
        }
        return new DecodedLayer(output, status, reason, offset, consumed, mediaType);
    }

    private static Content content(DecodedLayer.Form form, byte[] octets) throws IOException {
        return switch (form) {
            case OCTETS -> new Content.Octets(octets);
            case TEXT -> new Content.Text(new String(octets, StandardCharsets.UTF_8));
            case JSON -> {
                try {
                    yield new Content.Json(Json.parse(octets));
                } catch (JsonException e) {
                    throw new IOException("JSON that is none: " + e.getMessage(), e);
                }
            }
        };
    }
}
