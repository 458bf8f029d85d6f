package proxymcp.rule;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.codec.Preview;
import proxymcp.http.Fields;
import proxymcp.text.GivenUpException;
import proxymcp.text.TimeBudget;
import proxymcp.text.TimeLimit;

/** Replaces in one body. */
final class BodyRewrite {
    private static final String CONTENT_ENCODING = "Content-Encoding";
    /** How much more time expressions have for each MiB: what is slow on a short text is hopeless on a long one, yet a long one is slow to read. */
    private static final int TIMES_PER_MEBIBYTE = 2;
    private static final String UNCHANGED = "the body was not changed: ";

    private final BodyEdits edits;
    private final TimeLimit limit;
    private TimeBudget budget;

    BodyRewrite(BodyEdits edits, TimeLimit limit) {
        this.edits = edits;
        this.limit = limit;
        this.budget = limit.begin();
    }

    Edited<BodyEdits.Content> of(byte[] octets, Fields received, Fields sent) {
        BodyEdits.Content content = new BodyEdits.Content(octets, sent);
        List<String> coding = received.all(CONTENT_ENCODING);
        Preview decoded = Codings.decodePreview(octets, coding, BodyEdits.DECODED_BYTES_MAX);
        Optional<String> obstacle = switch (decoded.status()) {
            case Preview.Decoded all -> Optional.empty();
            case Preview.Partial partial -> Optional.of(partial.reason());
            case Preview.Failed failed -> Optional.of(failed.coding() + ": " + failed.reason());
            case Preview.Unsupported unsupported -> Optional.of(unsupported.coding() + ": " + unsupported.reason());
        };
        if (obstacle.isPresent()) {
            return Edited.same(content, UNCHANGED + obstacle.get());
        }
        budget = limit.times(1 + TIMES_PER_MEBIBYTE * (decoded.bytes().length >> 20)).begin();
        try {
            Optional<byte[]> replaced = replaced(decoded.bytes(), received.first("Content-Type").orElse(""));
            boolean coded = coding.equals(sent.all(CONTENT_ENCODING));
            return replaced.isEmpty() && coded ? Edited.same(content)
                    : encoded(replaced.orElse(decoded.bytes()), sent, ContentCoding.parse(sent.all(CONTENT_ENCODING)));
        } catch (GivenUpException e) {
            return Edited.timedOut(content, UNCHANGED + "an expression " + e.getMessage());
        } catch (CharacterCodingException e) {
            return Edited.same(content, UNCHANGED + "it is no text in its charset, or the charset lacks characters of the replacement");
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
        Charset charset = charset(octets, contentType);
        int mark = byteOrderMarkBytes(octets, charset);
        byte[] content = Arrays.copyOfRange(octets, mark, octets.length);
        Optional<String> text = strict(content, charset);
        byte[] after;
        if (text.isPresent()) {
            after = encode(replaced(text.get(), Optional.empty()), charset);
        } else if (Charsets.isWide(charset)) {
            throw new CharacterCodingException();
        } else {
            // Not text in its charset: octets stand for themselves, so that those around a replacement stay as they are.
            String raw = new String(content, StandardCharsets.ISO_8859_1);
            after = encode(replaced(raw, Optional.of(charset)), StandardCharsets.ISO_8859_1);
        }
        if (Arrays.equals(after, content)) {
            return Optional.empty();
        }
        byte[] whole = Arrays.copyOf(octets, mark + after.length);
        System.arraycopy(after, 0, whole, mark, after.length);
        return Optional.of(whole);
    }

    private static Charset charset(byte[] octets, String contentType) {
        Charset charset = Charsets.choose(contentType, octets);
        if (Charsets.declared(contentType, octets).isEmpty() && isJson(Charsets.mediaType(contentType))) {
            // RFC 8259 section 8.1: JSON has no charset parameter and is UTF-8.
            return StandardCharsets.UTF_8;
        }
        // The JDK's UTF-16 writes a mark where none was; without one it reads the big end first (RFC 2781 section 4.3).
        return charset.equals(StandardCharsets.UTF_16) ? StandardCharsets.UTF_16BE : charset;
    }

    private static boolean isJson(String mediaType) {
        return mediaType.equals("application/json") || mediaType.endsWith("+json");
    }

    /** A mark stays where it is and is no part of the text: {@code ^} stands behind it. */
    private static int byteOrderMarkBytes(byte[] octets, Charset charset) {
        boolean marked = charset.equals(StandardCharsets.UTF_8) || charset.equals(StandardCharsets.UTF_16LE)
                || charset.equals(StandardCharsets.UTF_16BE);
        byte[] mark = marked ? "\ufeff".getBytes(charset) : new byte[0];
        return octets.length >= mark.length && Arrays.equals(octets, 0, mark.length, mark, 0, mark.length) ? mark.length : 0;
    }

    /** @param octetsOf the charset that literals and replacements are coded in, where the text's characters stand for octets */
    private String replaced(String text, Optional<Charset> octetsOf) throws CharacterCodingException {
        String after = text;
        for (BodyEdits.Literal literal : edits.literals()) {
            Optional<String> match = found(literal.match(), octetsOf);
            int at = match.isPresent() ? after.indexOf(match.get()) : -1;
            if (at >= 0) {
                after = after.substring(0, at) + asOctets(literal.replacement(), octetsOf) + after.substring(at + match.get().length());
            }
        }
        for (BodyEdits.Expression expression : edits.expressions()) {
            after = expression.match().replaceAll(after, replacement(expression.replacement(), octetsOf), budget);
        }
        return after;
    }

    /** What a literal looks like in the body; empty if its charset has no such characters. */
    private static Optional<String> found(String match, Optional<Charset> octetsOf) {
        try {
            return Optional.of(asOctets(match, octetsOf));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static String asOctets(String text, Optional<Charset> octetsOf) throws CharacterCodingException {
        return octetsOf.isEmpty() ? text : new String(encode(text, octetsOf.get()), StandardCharsets.ISO_8859_1);
    }

    /** The same of an expression's replacement: its ASCII is grammar, and no octet of another character may become that. */
    private static String replacement(String text, Optional<Charset> octetsOf) throws CharacterCodingException {
        if (octetsOf.isEmpty()) {
            return text;
        }
        StringBuilder octets = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && text.charAt(end) >= 0x80) {
                end++;
            }
            octets.append(asOctets(text.substring(at, end), octetsOf).replace("\\", "\\\\").replace("$", "\\$"));
            if (end < text.length()) {
                octets.append(text.charAt(end));
            }
            at = end + 1;
        }
        return octets.toString();
    }

    private static Optional<String> strict(byte[] octets, Charset charset) {
        try {
            String text = charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets)).toString();
            // Some charsets have several forms of one text; what does not come back the same is kept as octets.
            return Arrays.equals(encode(text, charset), octets) ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static byte[] encode(String text, Charset charset) throws CharacterCodingException {
        if (!charset.canEncode()) {
            throw new CharacterCodingException();
        }
        ByteBuffer encoded = charset.newEncoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT).encode(CharBuffer.wrap(text));
        byte[] octets = new byte[encoded.remaining()];
        encoded.get(octets);
        return octets;
    }
}
