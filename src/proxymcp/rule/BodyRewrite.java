package proxymcp.rule;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.codec.Preview;
import proxymcp.http.Fields;
import proxymcp.text.GivenUpException;
import proxymcp.text.TimeLimit;

/** Replaces in one body. */
final class BodyRewrite {
    private static final String CONTENT_ENCODING = "Content-Encoding";
    private static final String UNCHANGED = "the body was not changed: ";

    private final BodyEdits edits;
    private final TimeLimit limit;

    BodyRewrite(BodyEdits edits, TimeLimit limit) {
        this.edits = edits;
        this.limit = limit;
    }

    Edited<BodyEdits.Content> of(BodyEdits.Content content) {
        List<String> coding = content.fields().all(CONTENT_ENCODING);
        Preview decoded = Codings.decodePreview(content.octets(), coding, BodyEdits.DECODED_BYTES_MAX);
        Optional<String> obstacle = switch (decoded.status()) {
            case Preview.Decoded all -> Optional.empty();
            case Preview.Partial partial -> Optional.of(partial.reason());
            case Preview.Failed failed -> Optional.of(failed.reason());
            case Preview.Unsupported unsupported -> Optional.of(unsupported.coding() + ": " + unsupported.reason());
        };
        if (obstacle.isPresent()) {
            return Edited.same(content, UNCHANGED + obstacle.get());
        }
        try {
            Optional<byte[]> replaced = replaced(decoded.bytes(), content.fields().first("Content-Type").orElse(""));
            return replaced.isEmpty() ? Edited.same(content) : encoded(replaced.get(), content.fields(), ContentCoding.parse(coding));
        } catch (GivenUpException e) {
            return Edited.timedOut(content, UNCHANGED + "an expression " + e.getMessage());
        } catch (CharacterCodingException e) {
            return Edited.same(content, UNCHANGED + "the replacement has characters that its charset has not");
        }
    }

    private static Edited<BodyEdits.Content> encoded(byte[] octets, Fields fields, List<ContentCoding> codings) {
        try {
            return Edited.changed(new BodyEdits.Content(Codings.encode(octets, codings), fields));
        } catch (IOException e) {
            return new Edited<>(new BodyEdits.Content(octets, fields.without(CONTENT_ENCODING)), true,
                    Optional.of("the changed body was sent without content coding: " + e.getMessage()), false);
        }
    }

    /** The octets after all replacements; empty if nothing was found. */
    private Optional<byte[]> replaced(byte[] octets, String contentType) throws CharacterCodingException {
        Charset charset = Charsets.choose(contentType, octets);
        Optional<String> text = strict(octets, charset);
        if (text.isPresent()) {
            String after = replaced(text.get(), false);
            return after.equals(text.get()) ? Optional.empty() : Optional.of(encode(after, charset));
        }
        // Not text in its charset: octets stand for themselves, so that those around a replacement stay as they are.
        String raw = new String(octets, StandardCharsets.ISO_8859_1);
        String after = replaced(raw, true);
        return after.equals(raw) ? Optional.empty() : Optional.of(encode(after, StandardCharsets.ISO_8859_1));
    }

    private String replaced(String text, boolean raw) {
        String after = text;
        for (BodyEdits.Literal literal : edits.literals()) {
            String match = raw ? asOctets(literal.match()) : literal.match();
            int at = after.indexOf(match);
            if (at >= 0) {
                after = after.substring(0, at) + (raw ? asOctets(literal.replacement()) : literal.replacement())
                        + after.substring(at + match.length());
            }
        }
        for (BodyEdits.Expression expression : edits.expressions()) {
            after = expression.match().replaceAll(after, raw ? asOctets(expression.replacement()) : expression.replacement(), limit);
        }
        return after;
    }

    private static String asOctets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static Optional<String> strict(byte[] octets, Charset charset) {
        try {
            String text = charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets)).toString();
            // Some charsets have several forms of one text; what does not come back the same is kept as octets.
            return java.util.Arrays.equals(encode(text, charset), octets) ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private static byte[] encode(String text, Charset charset) throws CharacterCodingException {
        ByteBuffer encoded = charset.newEncoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT).encode(java.nio.CharBuffer.wrap(text));
        byte[] octets = new byte[encoded.remaining()];
        encoded.get(octets);
        return octets;
    }
}
