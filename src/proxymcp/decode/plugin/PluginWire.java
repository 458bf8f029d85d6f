package proxymcp.decode.plugin;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.Direction;
import proxymcp.decode.LayerStatus;

/**
 * What this process and that of a plugin write to each other. A frame is the length of its content (4 bytes, big-endian) and the content:
 *
 * <pre>
 *   the child first      contents    descriptions, problems
 *   then, in turns       question    kind (1 recognise, 2 decode), decoder, bytesMax, input
 *                        answer      kind (1 confidence, 2 read, 3 unread, 4 fault), and what belongs to it
 * </pre>
 */
final class PluginWire {
    /** Room for everything in a frame but octets of bodies. */
    static final int ROOM_BYTES = 1 << 20;
    /** A longer input is not sent. */
    static final int INPUT_BYTES_MAX = 64 << 20;

    /**
     * A question.
     *
     * @param decode whether to decode, not to recognise
     * @param decoder which of the jar
     * @param bytesMax what may come out
     * @param in what to read
     */
    record Question(boolean decode, int decoder, int bytesMax, DecodeInput in) {}

    private interface Part {
        void write(DataOutputStream out) throws IOException;
    }

    private PluginWire() {}

    /** Writes a frame. */
    static void send(DataOutputStream out, byte[] content) throws IOException {
        out.writeInt(content.length);
        out.write(content);
        out.flush();
    }

    /**
     * Reads a frame.
     *
     * @throws EOFException if there is none
     * @throws IOException also if it is longer than {@code bytesMax}
     */
    static DataInputStream receive(DataInputStream in, int bytesMax) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > bytesMax) {
            throw new IOException("a frame of " + length + " bytes");
        }
        byte[] content = in.readNBytes(length);
        if (content.length < length) {
            throw new EOFException();
        }
        return new DataInputStream(new ByteArrayInputStream(content));
    }

    static byte[] contents(PluginHost.Contents contents) {
        return content(out -> {
            out.writeInt(contents.descriptions().size());
            for (PluginDescription description : contents.descriptions()) {
                text(out, description.id());
                text(out, description.title());
                texts(out, List.copyOf(description.mediaTypes()));
                text(out, description.unavailable());
            }
            texts(out, contents.problems());
        });
    }

    static PluginHost.Contents contents(DataInputStream in) throws IOException {
        List<PluginDescription> descriptions = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            String id = text(in);
            String title = text(in);
            Set<String> mediaTypes = new LinkedHashSet<>(texts(in));
            descriptions.add(new PluginDescription(id, title, mediaTypes, text(in)));
        }
        return new PluginHost.Contents(descriptions, texts(in));
    }

    static byte[] question(Question question) {
        DecodeInput in = question.in();
        return content(out -> {
            out.writeByte(question.decode() ? 2 : 1);
            out.writeInt(question.decoder());
            out.writeInt(question.bytesMax());
            out.writeByte(in.side().ordinal());
            texts(out, in.mediaType().isPresent() ? List.of(in.mediaType().get()) : List.of());
            out.writeInt(in.hints().size());
            for (Map.Entry<String, String> hint : in.hints().entrySet()) {
                text(out, hint.getKey());
                text(out, hint.getValue());
            }
            out.writeBoolean(in.schema().isPresent());
            octets(out, in.schema().orElse(new byte[0]));
            out.writeInt(in.length());
            out.write(in.bytes(), in.offset(), in.length());
        });
    }

    static Question question(DataInputStream in) throws IOException {
        boolean decode = in.readByte() == 2;
        int decoder = in.readInt();
        int bytesMax = in.readInt();
        Direction side = Direction.values()[in.readByte()];
        Optional<String> mediaType = texts(in).stream().findFirst();
        Map<String, String> hints = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = text(in);
            hints.put(name, text(in));
        }
        Optional<byte[]> schema = Optional.of(in.readBoolean()).filter(there -> there).map(there -> new byte[0]);
        byte[] schemaOctets = octets(in);
        byte[] bytes = octets(in);
        return new Question(decode, decoder, bytesMax,
                new DecodeInput(bytes, 0, bytes.length, mediaType, hints, schema.map(there -> schemaOctets), side));
    }

    static byte[] confidence(double confidence) {
        return content(out -> {
            out.writeByte(1);
            out.writeDouble(confidence);
        });
    }

    static byte[] fault(String reason) {
        return content(out -> {
            out.writeByte(4);
            text(out, reason);
        });
    }

    static byte[] answer(PluginAnswer answer) {
        return switch (answer) {
            case PluginAnswer.Read read -> content(out -> {
                out.writeByte(2);
                out.writeByte(read.form().ordinal());
                out.writeBoolean(read.value());
                out.writeByte(read.status().ordinal());
                text(out, read.reason());
                out.writeInt(read.offset());
                out.writeInt(read.consumed());
                texts(out, read.mediaType().isPresent() ? List.of(read.mediaType().get()) : List.of());
                octets(out, read.bytes());
            });
            case PluginAnswer.Unread unread -> content(out -> {
                out.writeByte(3);
                text(out, unread.reason());
                out.writeLong(unread.offset());
                out.writeBoolean(unread.fault());
                octets(out, unread.written());
            });
        };
    }

    static double confidence(DataInputStream in) throws IOException, PluginFault {
        require(in, 1);
        return in.readDouble();
    }

    static PluginAnswer answer(DataInputStream in) throws IOException, PluginFault {
        in.mark(1);
        if (in.readByte() == 3) {
            String reason = text(in);
            long offset = in.readLong();
            boolean fault = in.readBoolean();
            return new PluginAnswer.Unread(octets(in), reason, offset, fault);
        }
        in.reset();
        require(in, 2);
        DecodedLayer.Form form = DecodedLayer.Form.values()[in.readByte()];
        boolean value = in.readBoolean();
        LayerStatus status = LayerStatus.values()[in.readByte()];
        String reason = text(in);
        int offset = in.readInt();
        int consumed = in.readInt();
        Optional<String> mediaType = texts(in).stream().findFirst();
        return new PluginAnswer.Read(octets(in), form, value, status, reason, offset, consumed, mediaType);
    }

    private static void require(DataInputStream in, int kind) throws IOException, PluginFault {
        int found = in.readByte();
        if (found == 4) {
            throw new PluginFault(Reason.of(text(in)), false);
        }
        if (found != kind) {
            throw new IOException("an answer of kind " + found);
        }
    }

    private static byte[] content(Part part) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            part.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private static void octets(DataOutputStream out, byte[] octets) throws IOException {
        out.writeInt(octets.length);
        out.write(octets);
    }

    private static byte[] octets(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a part of " + length + " bytes");
        }
        return in.readNBytes(length);
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        octets(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(octets(in), StandardCharsets.UTF_8);
    }

    private static void texts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            text(out, text);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            texts.add(text(in));
        }
        return texts;
    }
}
