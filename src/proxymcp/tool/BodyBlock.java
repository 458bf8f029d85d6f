package proxymcp.tool;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.exchange.CapturedBody;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;

/** One body as a result shows it: a part of it as text or base64, or a file, and always why it is not the whole. */
final class BodyBlock {
    /** Characters kept free for the members beside the text. */
    private static final int REASON_CHARS = 300;
    /** Enough for any character, so that the next part begins further on. */
    private static final int TEXT_CHARS_MIN = 64;
    /** Octets behind a part, so that its last character is told from a cut one. */
    private static final int CHARACTER_BYTES_MAX = 8;
    /** A few megabytes can decode to terabytes: a file gets no more than this, or than the octets that passed. */
    private static final long DECODED_FILE_BYTES_MAX = 1L << 30;
    private static final int COPY_BYTES = 64 << 10;

    private static final String NO_BODY = "the message has no body";

    private final BodyArgs args;
    private final BodySource source;
    private final Fields fields;

    BodyBlock(BodyArgs args, BodySource source, Fields fields) {
        this.args = args;
        this.source = source;
        this.fields = source instanceof BodySource.Decoded decoded ? decoded.fields() : fields;
    }

    /** The block in at most {@code charsMax} characters, at least 600. */
    JsonObject render(int charsMax) {
        if (source.state() == CapturedBody.State.NONE) {
            return facts().put("complete", true).put("reason", NO_BODY).build();
        }
        int charsLeft = Math.max(TEXT_CHARS_MIN, charsMax - Json.text(facts().put("offset", args.offset()).build()).length() - REASON_CHARS);
        int wanted = Math.min(args.limit().orElse(Integer.MAX_VALUE), args.base64() ? charsLeft / 4 * 3 : charsLeft);
        BodyPart part = BodyPart.read(source, fields, args.raw(), args.offset(), wanted + CHARACTER_BYTES_MAX);
        JsonObject.Builder block = facts(part);
        byte[] octets = part.octets();
        int end = Math.min(octets.length, wanted);
        if (args.base64()) {
            byte[] shown = Arrays.copyOf(octets, end);
            return finish(block.put("length", end).put("base64", Base64.getEncoder().encodeToString(shown)), part, end);
        }
        if (!part.isText()) {
            return block.put("complete", false)
                    .put("reason", "binary content; ask for body_encoding base64, or name an output_file").build();
        }
        TextSlice slice = TextSlice.of(octets, args.offset() == 0, end, part.charset(), charsLeft);
        return finish(block.put("length", slice.end()).put("text", slice.text()), part, slice.end());
    }

    /**
     * Writes the part asked for to the output file, whatever its size, without holding it in memory.
     *
     * @throws ToolFailure if the file is refused, or {@code body_not_available} if there is nothing to write
     */
    JsonObject write(FileAccess files, CallContext context) throws ToolFailure {
        boolean raw = args.raw();
        try (BodyStream stream = BodyStream.open(source, raw ? List.of() : fields.all("Content-Encoding"))) {
            byte[] buffer = new byte[COPY_BYTES];
            stream.skipTo(args.offset());
            int first = stream.position() < args.offset() ? 0 : stream.read(buffer, 0, (int) Math.min(buffer.length, bytesMax()));
            if (first == 0) {
                throw new ToolFailure("body_not_available", "output_file: there is nothing to write: " + whyNothing(stream),
                        raw ? "" : "view raw takes the octets as received");
            }
            Path file = files.write(context.origin(), "output_file", args.outputFile().orElseThrow(),
                    out -> copy(stream, buffer, first, out, context), args.overwrite());
            long end = stream.position();
            // Whether there is more is known only after another octet.
            stream.read(buffer, 0, 1);
            Optional<String> why = source.whyNotWhole().isPresent() ? source.whyNotWhole() : stream.failure();
            BodyPart part = new BodyPart(new byte[0], stream.position(), stream.isEnded(), true, StandardCharsets.UTF_8, why);
            return finish(facts(part).put("length", end - args.offset()).put("outputFile", file.toString()), part, end - args.offset());
        }
    }

    private long bytesMax() {
        return args.limit().isPresent() ? args.limit().getAsInt()
                : args.raw() ? Long.MAX_VALUE : Math.max(DECODED_FILE_BYTES_MAX, source.kept());
    }

    private void copy(BodyStream stream, byte[] buffer, int first, OutputStream out, CallContext context) throws IOException {
        long left = bytesMax();
        for (int count = first; count > 0; count = stream.read(buffer, 0, (int) Math.min(buffer.length, left))) {
            out.write(buffer, 0, count);
            left -= count;
            if (context.cancelled()) {
                throw new CancellationException("cancelled while a body was written");
            }
            context.progress(stream.position() - args.offset(), "octets written");
        }
    }

    private String whyNothing(BodyStream stream) {
        if (stream.position() > 0) {
            return beyondTheEnd(stream.position());
        }
        if (source.state() == CapturedBody.State.NONE) {
            return NO_BODY;
        }
        return source.whyNotWhole().or(stream::failure).orElse("the body is empty");
    }

    private static String beyondTheEnd(long available) {
        return "body_offset is not below the " + available + " octets available";
    }

    private JsonObject.Builder facts() {
        JsonObject.Builder facts = JsonObject.builder().put("view", args.raw() ? "raw" : "decoded").put("size", source.size())
                .put("state", source.state().name().toLowerCase(Locale.ROOT)).putIf("sha256", source.sha256());
        return source instanceof BodySource.Decoded decoded
                ? facts.put("decoders", String.join("/", decoded.artifact().decoders())) : facts;
    }

    private JsonObject.Builder facts(BodyPart part) {
        JsonObject.Builder facts = facts();
        if (part.isAllKnown()) {
            facts.put("available", part.available());
        }
        return facts.put("offset", args.offset());
    }

    /** @param length octets shown or written */
    private JsonObject finish(JsonObject.Builder block, BodyPart part, long length) {
        long end = args.offset() + length;
        boolean more = end < part.available() || !part.isAllKnown();
        block.put("complete", !more && args.offset() == 0 && part.whyPartial().isEmpty());
        if (more) {
            block.put("reason", "part of the body; continue with body_offset nextOffset").put("nextOffset", end);
        } else if (part.whyPartial().isPresent()) {
            block.put("reason", Shortened.text(part.whyPartial().get(), REASON_CHARS / 3));
        } else if (args.offset() >= part.available() && args.offset() > 0) {
            block.put("reason", beyondTheEnd(part.available()));
        } else if (args.offset() > 0) {
            block.put("reason", "octets before body_offset are not shown");
        }
        return block.build();
    }
}
