package proxymcp.diff;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.codec.Preview;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeRequest;
import proxymcp.decode.DecodeResult;
import proxymcp.decode.Decoders;
import proxymcp.decode.Direction;
import proxymcp.decode.Layer;
import proxymcp.decode.LayerStatus;
import proxymcp.decode.Pipeline;
import proxymcp.exchange.Exchange;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.store.StoredBody;

/** Reads what a body says: as JSON, form, multipart, text by lines, or whatever decoders make of it. */
final class BodyFields {
    /** More than this of a body, coded or not, is not read: it counts as unknown. */
    static final int BYTES_MAX = 16 << 20;
    /** Larger bodies of octets are known by their digest alone. */
    private static final int DECODED_BYTES_MAX = 1 << 20;
    private static final int SIGNATURE_BYTES = 64;
    private static final DecodeRequest AUTOMATIC = new DecodeRequest(List.of(), DecodeRequest.DEPTH, 4 * DECODED_BYTES_MAX);

    private final Pipeline pipeline;
    private final InnerDocuments inner;
    private final FieldList fields;

    BodyFields(Decoders decoders, InnerDocuments inner, FieldList fields) {
        this.pipeline = new Pipeline(decoders);
        this.inner = inner;
        this.fields = fields;
    }

    /**
     * Reads a body.
     *
     * @param damaged whether something else that tells of the body could not be read
     * @return why it is not known whole; empty if it is, also where there is none
     */
    Optional<String> read(Side side, StoredBody body, Exchange exchange, boolean damaged) {
        Optional<String> obstacle = obstacle(body, damaged);
        if (obstacle.isPresent() || body.kept() == 0) {
            return obstacle;
        }
        Fields about = side == Side.REQUEST ? exchange.requestContentFields() : exchange.responseContentFields();
        byte[] octets;
        try (InputStream in = body.open()) {
            octets = in.readNBytes(BYTES_MAX);
        } catch (IOException e) {
            return Optional.of("it could not be read: " + e.getMessage());
        }
        Preview decoded = Codings.decodePreview(octets, about.all("Content-Encoding"), BYTES_MAX);
        return decoded.obstacle().isPresent() ? decoded.obstacle() : content(new Received(side, decoded.bytes(), about, exchange.start().url()));
    }

    /** What is known of a body whose content codings were undone. */
    private record Received(Side side, byte[] octets, Fields about, String url) {
        String contentType() {
            return about.first("Content-Type").orElse("");
        }

        String mediaType() {
            return Charsets.mediaType(contentType());
        }

        DecodeInput input() {
            Map<String, String> hints = new HashMap<>();
            hints.put(DecodeInput.TARGET, url);
            about.first("Content-Type").ifPresent(type -> hints.put(DecodeInput.CONTENT_TYPE, type));
            about.first("grpc-encoding").ifPresent(coding -> hints.put(DecodeInput.GRPC_ENCODING, coding));
            return new DecodeInput(octets, 0, octets.length, mediaType().isEmpty() ? Optional.empty() : Optional.of(mediaType()), hints, Optional.empty(),
                    side == Side.REQUEST ? Direction.REQUEST : Direction.RESPONSE);
        }
    }

    private static Optional<String> obstacle(StoredBody body, boolean damaged) {
        if (body.damage().isPresent()) {
            return Optional.of("it is damaged: " + body.damage().get());
        }
        if (damaged) {
            return Optional.of("what was recorded of it is damaged");
        }
        return switch (body.state()) {
            case NONE -> Optional.empty();
            case FLOWING -> Optional.of("it had not ended");
            case INCOMPLETE -> Optional.of("it was cut off after " + body.size() + " octets");
            case COMPLETE -> body.kept() < body.size() ? Optional.of("only " + body.kept() + " of " + body.size() + " octets were kept")
                    : body.size() > BYTES_MAX ? Optional.of("it is larger than " + BYTES_MAX + " octets") : Optional.empty();
        };
    }

    private Optional<String> content(Received body) {
        if (body.octets().length == 0) {
            return Optional.empty();
        }
        String type = body.mediaType();
        if (type.equals("application/x-www-form-urlencoded")) {
            new HeadFields(fields).pairs(body.side(), Part.FORM, Charsets.text(body.contentType(), body.octets()));
            return Optional.empty();
        }
        if (type.startsWith("multipart/") && multipart(body) || isLines(type) && jsonLines(body)) {
            return Optional.empty();
        }
        return switch (type) {
            case "text/event-stream", "application/jwt" -> other(body);
            default -> Charsets.isTextual(body.contentType(), body.octets()) ? text(body) : other(body);
        };
    }

    private Optional<String> text(Received body) {
        String text = Charsets.text(body.contentType(), body.octets());
        if (looksLikeJson(body.mediaType(), text)) {
            try {
                json(body.side(), Json.parse(text));
                return Optional.empty();
            } catch (JsonException e) {
                if (e.isLimit()) {
                    return Optional.of("it is JSON beyond what is read: " + e.getMessage());
                }
            }
            // JSON behind a prefix that keeps other sites from reading it, or a line of it each.
            Optional<JsonValue> value = guardedOrLines(body);
            if (value.isPresent()) {
                json(body.side(), value.get());
                return Optional.empty();
            }
        }
        lines(body.side(), text);
        return Optional.empty();
    }

    private Optional<JsonValue> guardedOrLines(Received body) {
        DecodeResult result = pipeline.run(body.input(), AUTOMATIC);
        for (Layer layer : result.layers()) {
            if (layer.path().isEmpty() && layer.status() == LayerStatus.DECODED && (layer.decoder().equals("xssi") || layer.decoder().equals("ndjson"))) {
                return result.content() instanceof Content.Json json ? Optional.of(json.value()) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static boolean looksLikeJson(String type, String text) {
        if (type.equals("application/json") || type.equals("text/json") || type.endsWith("+json")) {
            return true;
        }
        int at = 0;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() && (text.charAt(at) == '{' || text.charAt(at) == '[');
    }

    private void json(Side side, JsonValue value) {
        fields.add(new Document(side, Part.JSON, "", "", value));
        inner.inside(value, side, fields);
    }

    private static boolean isLines(String type) {
        return type.endsWith("ndjson") || type.endsWith("jsonl") || type.endsWith("jsonlines") || type.endsWith("json-lines")
                || type.endsWith("json-seq") || type.equals("application/stream+json");
    }

    private boolean jsonLines(Received body) {
        DecodeRequest lines = new DecodeRequest(List.of("ndjson"), 1, BYTES_MAX);
        if (pipeline.run(body.input(), lines).content() instanceof Content.Json json) {
            json(body.side(), json.value());
            return true;
        }
        return false;
    }

    /** Parts by name, each with its value or digest, and what else it says of itself as {@code name;filename} and {@code name;header}. */
    private boolean multipart(Received body) {
        DecodeRequest parts = new DecodeRequest(List.of("multipart"), 1, 2 * BYTES_MAX);
        if (!(pipeline.run(body.input(), parts).content() instanceof Content.Json json) || !(json.value() instanceof JsonObject object)
                || object.array("parts").isEmpty()) {
            return false;
        }
        int number = 0;
        for (JsonValue value : object.array("parts").get()) {
            number++;
            if (value instanceof JsonObject part) {
                part(body.side(), part, part.string("name").orElse("part " + number));
            }
        }
        return true;
    }

    private void part(Side side, JsonObject part, String name) {
        fields.addNamed(side, Part.MULTIPART, name, part.string("text").orElseGet(() -> part.string("base64").map(BodyFields::digestOfBase64).orElse("")));
        part.string("filename").ifPresent(file -> fields.addNamed(side, Part.MULTIPART, name + ";filename", file));
        for (JsonObject.Member header : part.object("headers").orElse(JsonObject.EMPTY).members()) {
            if (!header.name().equalsIgnoreCase("content-disposition") && header.value() instanceof JsonString value) {
                fields.addNamed(side, Part.MULTIPART, name + ";" + header.name().toLowerCase(Locale.ROOT), value.value());
            }
        }
    }

    private static String digestOfBase64(String base64) {
        return digest(Base64.getDecoder().decode(base64));
    }

    /** What is neither text nor JSON by its type: known by its digest, and by what decoders find in it. */
    private Optional<String> other(Received body) {
        String type = body.mediaType();
        boolean opaque = type.startsWith("image/") || type.startsWith("audio/") || type.startsWith("video/") || type.startsWith("font/");
        // A picture that can be read is a message in its place.
        boolean readable = opaque && isReadable(body.octets());
        fields.add(body.side(), Part.BODY, "", ValueType.OCTETS, digest(body.octets()) + (readable ? ", text" : ""));
        if (opaque || body.octets().length > DECODED_BYTES_MAX) {
            return Optional.empty();
        }
        switch (pipeline.run(body.input(), AUTOMATIC).content()) {
            case Content.Json json -> {
                JsonValue tree = ProtoTree.of(json.value());
                fields.add(new Document(body.side(), Part.LAYER, "", "", tree));
                inner.inside(tree, body.side(), fields);
            }
            case Content.Text text -> lines(body.side(), text.text());
            case Content.Octets octets -> { }
        }
        return Optional.empty();
    }

    /** Whether it begins with characters of ASCII alone, which no picture or sound does. */
    private static boolean isReadable(byte[] octets) {
        for (int i = 0; i < Math.min(octets.length, SIGNATURE_BYTES); i++) {
            boolean space = octets[i] == '\t' || octets[i] == '\n' || octets[i] == '\r';
            if (!space && (octets[i] < ' ' || octets[i] > '~')) {
                return false;
            }
        }
        return true;
    }

    private void lines(Side side, String text) {
        List<JsonValue> lines = new ArrayList<>();
        int from = 0;
        while (from <= text.length()) {
            int end = text.indexOf('\n', from);
            end = end < 0 ? text.length() : end;
            lines.add(new JsonString(text.substring(from, end)));
            from = end + 1;
        }
        fields.add(new Document(side, Part.BODY, "", "", new JsonArray(lines)));
    }

    private static String digest(byte[] octets) {
        try {
            String hex = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
            return octets.length + " octets, sha256 " + hex;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
