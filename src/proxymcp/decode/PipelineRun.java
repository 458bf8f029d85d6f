package proxymcp.decode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonValue;

/** One run of a {@link Pipeline}: the layers so far and what may still be written. Used by one thread. */
final class PipelineRun {
    /** All layers of a run together may hold that many times what one may. */
    private static final int TOTAL_FACTOR = 4;
    /** Decoders that are tried on the same octets before they count as opaque. */
    private static final int TRIES_MAX = 3;
    /** Levels of JSON values within one another, those inside their strings counted on: all of this is read by recursion, on threads with 1 MiB. */
    private static final int LEVELS_MAX = 400;

    private final Decoders registry;
    private final List<Decoder> decoders;
    private final DecodeRequest request;
    private final List<Layer> layers = new ArrayList<>();
    private long outputLeft;
    private int levels;

    PipelineRun(Decoders registry, DecodeRequest request) {
        this.registry = registry;
        this.decoders = registry.decoders();
        this.request = request;
        this.outputLeft = (long) request.outputBytesMax() * TOTAL_FACTOR;
    }

    List<Layer> layers() {
        return layers;
    }

    long outputLeft() {
        return outputLeft;
    }

    /** Goes one level down in a JSON value; false where that is too deep. */
    boolean enterLevel() {
        if (levels >= LEVELS_MAX) {
            return false;
        }
        levels++;
        return true;
    }

    void leaveLevel() {
        levels--;
    }

    DecodeRequest request() {
        return request;
    }

    /** Follows the chain that the caller gave. */
    Content follow(DecodeInput input) {
        DecodeInput in = input;
        Content content = plain(input);
        for (String id : request.chain()) {
            Optional<Decoder> decoder = registry.named(id);
            if (decoder.isEmpty()) {
                skip(id, in, "", "no decoder of this name");
                return plain(in);
            }
            Optional<Peeled> peeled = peel(decoder.get(), in, "", 1);
            if (peeled.isEmpty()) {
                return content instanceof Content.Octets ? plain(in) : content;
            }
            content = peeled.get().content();
            in = input.inner(octets(content));
        }
        return content instanceof Content.Octets ? plain(in) : content;
    }

    /** Chooses the decoders. */
    Content choose(DecodeInput input) {
        DecodeInput in = input;
        int depth = 0;
        if (input.length() > 0) {
            List<String> codings = codings(input);
            for (int i = codings.size() - 1; i >= 0 && depth < request.depthMax(); i--) {
                Optional<DecodeInput> undone = undo(codings.get(i), in);
                if (undone.isEmpty()) {
                    break;
                }
                in = undone.get();
                depth++;
            }
        }
        return below(in, depth, "");
    }

    /** Chooses the decoders of octets that lie under {@code depth} layers. */
    Content below(DecodeInput in, int depth, String path) {
        if (in.length() == 0 || depth >= request.depthMax()) {
            return plain(in);
        }
        for (Candidate candidate : Candidate.of(decoders, in, TRIES_MAX)) {
            Optional<Peeled> peeled = peel(candidate.decoder(), in, path, candidate.confidence());
            if (peeled.isPresent()) {
                return inside(peeled.get(), in, depth + 1, path);
            }
        }
        return plain(in);
    }

    private Content inside(Peeled peeled, DecodeInput in, int depth, String path) {
        return switch (peeled.content()) {
            case Content.Octets octets -> below(in.inner(octets.bytes()).typed(peeled.mediaType()), depth, path);
            case Content.Text text -> peeled.written() ? below(in.inner(octets(text)).typed(peeled.mediaType()), depth, path) : text;
            case Content.Json json -> new Content.Json(new InnerStrings(this, in, depth).replace(json.value(), path.isEmpty() ? "$" : path));
        };
    }

    private Optional<DecodeInput> undo(String token, DecodeInput in) {
        Optional<Decoder> decoder = registry.named(token.equals("x-gzip") ? "gzip" : token);
        if (decoder.isEmpty()) {
            skip(token, in, "", "no decoder for this content coding");
            return Optional.empty();
        }
        return peel(decoder.get(), in, "", 1).map(peeled -> {
            byte[] octets = octets(peeled.content());
            return new DecodeInput(octets, 0, octets.length, in.mediaType(), in.hints(), in.schema(), in.side());
        });
    }

    private static List<String> codings(DecodeInput input) {
        List<String> codings = new ArrayList<>();
        for (String token : input.hint(DecodeInput.CONTENT_ENCODING).orElse("").split(",")) {
            String coding = token.strip().toLowerCase(Locale.ROOT);
            if (!coding.isEmpty() && !coding.equals("identity")) {
                codings.add(coding);
            }
        }
        return codings;
    }

    /** Runs one decoder and notes the layer; empty if nothing came out. */
    private Optional<Peeled> peel(Decoder decoder, DecodeInput in, String path, double confidence) {
        if (!decoder.unavailable().isEmpty()) {
            skip(decoder.id(), in, path, decoder.unavailable());
            return Optional.empty();
        }
        DecodeSink sink = new DecodeSink((int) Math.min(request.outputBytesMax(), outputLeft));
        try {
            DecodedLayer layer = decoder.decode(in, sink);
            Content content = content(layer, sink);
            // JSON text is as long as what it was read from; to write it again would cost more than reading it did.
            boolean asRead = decoder instanceof JsonDecoder;
            note(decoder, in, path, confidence, layer, asRead ? layer.consumed() : octets(content).length);
            return Optional.of(new Peeled(content, layer.output() instanceof DecodedLayer.Written, layer.mediaType()));
        } catch (IOException | RuntimeException e) {
            return salvage(decoder, in, path, confidence, sink, e);
        }
    }

    /** What a decoder wrote before it threw is a true beginning. */
    private Optional<Peeled> salvage(Decoder decoder, DecodeInput in, String path, double confidence, DecodeSink sink, Exception e) {
        String reason = e instanceof IOException && e.getMessage() != null ? e.getMessage() : e.toString();
        boolean partial = sink.size() > 0 && e instanceof IOException;
        long offset = e instanceof DecodeException known && known.offset() > 0 ? known.offset() : 0;
        layers.add(new Layer(decoder.id(), path, partial ? LayerStatus.PARTIAL : LayerStatus.FAILED, confidence,
                in.length(), sink.size(), partial ? 0 : offset, reason));
        outputLeft -= sink.size();
        return partial ? Optional.of(new Peeled(new Content.Octets(sink.bytes()), true, Optional.empty())) : Optional.empty();
    }

    private void note(Decoder decoder, DecodeInput in, String path, double confidence, DecodedLayer layer, int outputBytes) {
        layers.add(new Layer(decoder.id(), path, layer.status(), confidence, layer.consumed(), outputBytes, layer.offset(), layer.reason()));
        outputLeft = Math.max(0, outputLeft - outputBytes);
    }

    private void skip(String id, DecodeInput in, String path, String reason) {
        layers.add(new Layer(id, path, LayerStatus.SKIPPED, 1, in.length(), 0, 0, reason));
    }

    private static Content content(DecodedLayer layer, DecodeSink sink) throws DecodeException {
        return switch (layer.output()) {
            case DecodedLayer.Value value -> value.content();
            case DecodedLayer.Written written -> switch (written.form()) {
                case OCTETS -> new Content.Octets(sink.bytes());
                case TEXT -> new Content.Text(new String(sink.bytes(), StandardCharsets.UTF_8));
                case JSON -> new Content.Json(parsed(sink.bytes()));
            };
        };
    }

    private static JsonValue parsed(byte[] text) throws DecodeException {
        try {
            return Json.parse(text, JsonLook.LIMITS);
        } catch (JsonException e) {
            throw new DecodeException("the decoder wrote invalid JSON: " + e.getMessage());
        }
    }

    /** Octets that no decoder takes: text if they look like it. */
    private static Content plain(DecodeInput in) {
        String contentType = in.hint(DecodeInput.CONTENT_TYPE).orElse(in.mediaType().orElse(""));
        byte[] octets = in.copy();
        return Charsets.isTextual(contentType, octets) ? new Content.Text(Charsets.text(contentType, octets)) : new Content.Octets(octets);
    }

    private static byte[] octets(Content content) {
        return switch (content) {
            case Content.Octets octets -> octets.bytes();
            case Content.Text text -> text.text().getBytes(StandardCharsets.UTF_8);
            case Content.Json json -> Json.bytes(json.value());
        };
    }

    /** What one decoder gave. */
    private record Peeled(Content content, boolean written, Optional<String> mediaType) {}
}
