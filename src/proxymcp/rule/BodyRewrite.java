package proxymcp.rule;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.codec.EditableText;
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
        Optional<String> obstacle = decoded.obstacle();
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
        EditableText text = EditableText.of(octets, contentType);
        byte[] whole = text.octets(replaced(text));
        return Arrays.equals(whole, octets) ? Optional.empty() : Optional.of(whole);
    }

    private String replaced(EditableText text) throws CharacterCodingException {
        String after = text.text();
        for (BodyEdits.Literal literal : edits.literals()) {
            Optional<String> match = found(literal.match(), text);
            int at = match.isPresent() ? after.indexOf(match.get()) : -1;
            if (at >= 0) {
                after = after.substring(0, at) + text.inText(literal.replacement()) + after.substring(at + match.get().length());
            }
        }
        for (BodyEdits.Expression expression : edits.expressions()) {
            after = expression.match().replaceAll(after, replacement(expression.replacement(), text), budget);
        }
        return after;
    }

    /** What a literal looks like in the body; empty if its charset has no such characters. */
    private static Optional<String> found(String match, EditableText text) {
        try {
            return Optional.of(text.inText(match));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** The same of an expression's replacement: its ASCII is grammar, and no octet of another character may become that. */
    private static String replacement(String replacement, EditableText text) throws CharacterCodingException {
        if (!text.ofOctets()) {
            return replacement;
        }
        StringBuilder octets = new StringBuilder();
        int at = 0;
        while (at < replacement.length()) {
            int end = at;
            while (end < replacement.length() && replacement.charAt(end) >= 0x80) {
                end++;
            }
            octets.append(text.inText(replacement.substring(at, end)).replace("\\", "\\\\").replace("$", "\\$"));
            if (end < replacement.length()) {
                octets.append(replacement.charAt(end));
            }
            at = end + 1;
        }
        return octets.toString();
    }
}
