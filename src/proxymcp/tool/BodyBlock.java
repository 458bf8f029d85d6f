package proxymcp.tool;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import proxymcp.exchange.CapturedBody;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallOrigin;

/** One body as a result shows it: a part of it as text or base64, or a file, and always why it is not the whole. */
final class BodyBlock {
    /** Characters kept free for the members beside the text. */
    private static final int REASON_CHARS = 300;
    /** Enough for any character, so that the next part begins further on. */
    private static final int TEXT_CHARS_MIN = 64;

    private static final String NO_BODY = "the message has no body";

    private final BodyArgs args;
    private final BodyContent content;
    private final byte[] view;
    private final Optional<String> whyPartial;

    BodyBlock(BodyArgs args, CapturedBody body, Fields fields) {
        this.args = args;
        this.content = BodyContent.of(body, fields, BodyContent.DECODED_BYTES_MAX);
        this.view = args.raw() ? body.bytes() : content.octets();
        this.whyPartial = args.raw() ? BodyContent.whyNotWhole(body) : content.whyPartial();
    }

    /** The block in at most {@code charsMax} characters, at least 600. */
    JsonObject render(int charsMax) {
        JsonObject.Builder block = facts();
        if (content.captured().state() == CapturedBody.State.NONE) {
            return block.put("complete", true).put("reason", NO_BODY).build();
        }
        int charsLeft = Math.max(TEXT_CHARS_MIN, charsMax - Json.text(block.build()).length() - REASON_CHARS);
        if (args.base64()) {
            int end = Math.min(args.end(view.length), args.offset() + charsLeft / 4 * 3);
            byte[] part = args.offset() < end ? Arrays.copyOfRange(view, args.offset(), end) : new byte[0];
            block.put("length", part.length).put("base64", Base64.getEncoder().encodeToString(part));
            return finish(block, args.offset() + part.length);
        }
        if (!content.isText() || args.raw() && isCoded()) {
            return block.put("complete", false)
                    .put("reason", "binary content; ask for body_encoding base64, or name an output_file").build();
        }
        TextSlice slice = TextSlice.of(view, args.offset(), args.end(view.length), content.charset(), charsLeft);
        block.put("length", slice.end() - args.offset()).put("text", slice.text());
        return finish(block, slice.end());
    }

    /**
     * Writes the part asked for to the output file.
     *
     * @throws ToolFailure if the file is refused, or {@code body_not_available} if there is nothing to write
     */
    JsonObject write(FileAccess files, CallOrigin origin) throws ToolFailure {
        int end = args.end(view.length);
        if (args.offset() >= end) {
            throw new ToolFailure("body_not_available", "output_file: there is nothing to write: " + whyNothing(),
                    args.raw() ? "" : "view raw takes the octets as received");
        }
        byte[] part = Arrays.copyOfRange(view, args.offset(), end);
        Path file = files.write(origin, "output_file", args.outputFile().orElseThrow(), part, args.overwrite());
        return finish(facts().put("length", part.length).put("outputFile", file.toString()), args.offset() + part.length);
    }

    private String whyNothing() {
        if (view.length > 0) {
            return beyondTheEnd();
        }
        return content.captured().state() == CapturedBody.State.NONE ? NO_BODY : whyPartial.orElse("the body is empty");
    }

    private String beyondTheEnd() {
        return "body_offset is not below the " + view.length + " octets available";
    }

    private JsonObject.Builder facts() {
        CapturedBody body = content.captured();
        JsonObject.Builder facts = JsonObject.builder().put("view", args.raw() ? "raw" : "decoded")
                .put("size", body.size()).put("state", body.state().name().toLowerCase(Locale.ROOT)).putIf("sha256", body.sha256());
        if (body.state() != CapturedBody.State.NONE) {
            facts.put("available", view.length).put("offset", args.offset());
        }
        return facts;
    }

    private JsonObject finish(JsonObject.Builder block, int end) {
        boolean more = end < view.length;
        boolean complete = !more && args.offset() == 0 && whyPartial.isEmpty();
        block.put("complete", complete);
        if (more) {
            block.put("reason", "part of the body; continue with body_offset nextOffset").put("nextOffset", end);
        } else if (whyPartial.isPresent()) {
            block.put("reason", Shortened.text(whyPartial.get(), REASON_CHARS / 3));
        } else if (args.offset() >= view.length && args.offset() > 0) {
            block.put("reason", beyondTheEnd());
        } else if (args.offset() > 0) {
            block.put("reason", "octets before body_offset are not shown");
        }
        return block.build();
    }

    /** Whether the octets as received are something else than the content. */
    private boolean isCoded() {
        return !Arrays.equals(view, content.octets());
    }
}
