package proxymcp.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Undoes content codings, as a stream or as a bounded preview. */
public final class Codings {
    /** More than real messages have; each coding costs a decoder and can multiply the work. */
    static final int CODINGS_MAX = 5;

    /**
     * Bytes that pass between two codings of a preview. A chain of bombs can otherwise keep a decoder busy for hours with
     * data that yields nothing.
     */
    static final long INTERMEDIATE_BYTES_MAX = 16L << 20;

    /** The same for a whole body, which is read once. */
    private static final long BETWEEN_BYTES_MAX = 256L << 20;

    private static final int BUFFER_BYTES = 8192;

    private Codings() {}

    /**
     * A stream of the content with all codings undone.
     *
     * <p>Reading throws {@link CodingException} where the data is corrupt or ends early, after everything before that was
     * delivered. Bytes after the end of the coded data are ignored, as browsers do.
     *
     * @param encoded the coded content; closed with the result
     * @param codings in the order they were applied
     * @throws CodingException of kind {@code UNSUPPORTED} when one of the codings has no decoder; nothing was read then
     * @throws IOException if reading {@code encoded} fails
     */
    public static InputStream decode(InputStream encoded, List<ContentCoding> codings) throws IOException {
        return chain(encoded, codings, Long.MAX_VALUE);
    }

    /**
     * The same, for content of any size from anyone: where several codings were applied, no more than 256 MiB pass between two of them. Reading
     * throws an exception that {@link #isLimit} knows there.
     */
    public static InputStream decodeBounded(InputStream encoded, List<ContentCoding> codings) throws IOException {
        return chain(encoded, codings, BETWEEN_BYTES_MAX);
    }

    /** Whether reading ended as too much passed between two codings. */
    public static boolean isLimit(IOException e) {
        return e instanceof BoundedInputStream.LimitException;
    }

    /**
     * Decodes what a preview holds of a body. Never throws: whatever is wrong is in the result's status.
     *
     * @param encoded a prefix of the body, or all of it; nothing at all decodes to nothing, whatever the codings
     *     (answers to HEAD name a coding and have no content)
     * @param contentEncoding the values of the message's {@code Content-Encoding} field lines, in order
     * @param bytesMax at most that many decoded bytes are returned, 0 or more
     */
    public static Preview decodePreview(byte[] encoded, List<String> contentEncoding, int bytesMax) {
        if (bytesMax < 0) {
            throw new IllegalArgumentException("bytesMax: expected 0 or more, got " + bytesMax);
        }
        List<ContentCoding> codings = ContentCoding.parse(contentEncoding);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(Math.min(bytesMax, BUFFER_BYTES));
        Preview.Status status = encoded.length == 0
                ? new Preview.Decoded()
                : decodeInto(decoded, encoded, codings, bytesMax);
        return new Preview(decoded.toByteArray(), status);
    }

    /** Whether this machine can undo the coding named {@code token}, in any case. */
    public static boolean isDecodable(String token) {
        List<ContentCoding> codings = ContentCoding.parse(List.of(token));
        return codings.size() == 1 && switch (codings.get(0)) {
            case ContentCoding.Gzip gzip -> true;
            case ContentCoding.Deflate deflate -> true;
            case ContentCoding.Brotli brotli -> BrotliDecoder.nativeProblem().isEmpty();
            case ContentCoding.Zstd zstd -> true;
            case ContentCoding.Identity identity -> true;
            case ContentCoding.Unknown unknown -> false;
        };
    }

    /** Why this machine cannot undo the coding named {@code token}; empty if it can. */
    public static String problem(String token) {
        if (isDecodable(token)) {
            return "";
        }
        return token.equals("br") ? BrotliDecoder.nativeProblem() : "no decoder for this coding";
    }

    /**
     * Applies codings to octets in memory.
     *
     * @param codings in the order they are applied
     * @throws CodingException of kind {@code UNSUPPORTED} when one of the codings has no encoder, in general or on this machine
     * @throws IOException if an encoder fails
     */
    public static byte[] encode(byte[] content, List<ContentCoding> codings) throws IOException {
        byte[] coded = content;
        for (ContentCoding coding : codings) {
            coded = Encoders.encode(coded, coding);
        }
        return coded;
    }

    /**
     * Applies the codings that a message names.
     *
     * @param contentEncoding the values of its {@code Content-Encoding} field lines, in order
     * @throws CodingException of kind {@code UNSUPPORTED} when one of the codings has no encoder, in general or on this machine
     * @throws IOException if an encoder fails
     */
    public static byte[] encodeAs(byte[] content, List<String> contentEncoding) throws IOException {
        return encode(content, ContentCoding.parse(contentEncoding));
    }

    private static Preview.Status decodeInto(
            ByteArrayOutputStream decoded, byte[] encoded, List<ContentCoding> codings, int bytesMax) {
        try (InputStream in = chain(new ByteArrayInputStream(encoded), codings, INTERMEDIATE_BYTES_MAX)) {
            byte[] buffer = new byte[Math.max(1, Math.min(bytesMax, BUFFER_BYTES))];
            while (decoded.size() < bytesMax) {
                int count = in.read(buffer, 0, Math.min(buffer.length, bytesMax - decoded.size()));
                if (count < 0) {
                    return new Preview.Decoded();
                }
                decoded.write(buffer, 0, count);
            }
            return in.read() < 0 ? new Preview.Decoded() : limitReached(bytesMax);
        } catch (CodingException e) {
            return switch (e.kind()) {
                case CORRUPT -> new Preview.Failed(e.reason(), e.coding());
                case TRUNCATED -> new Preview.Partial(e.getMessage());
                case UNSUPPORTED -> new Preview.Unsupported(e.reason(), e.coding());
            };
        } catch (BoundedInputStream.LimitException e) {
            return new Preview.Partial(e.getMessage());
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static Preview.Status limitReached(int bytesMax) {
        return new Preview.Partial("stopped after " + bytesMax + " decoded bytes, the limit");
    }

    private static InputStream chain(InputStream encoded, List<ContentCoding> codings, long intermediateBytesMax)
            throws IOException {
        if (codings.size() > CODINGS_MAX) {
            throw new CodingException(CodingException.Kind.UNSUPPORTED, codings.get(CODINGS_MAX).token(),
                    "more than " + CODINGS_MAX + " content codings on one message");
        }
        for (ContentCoding coding : codings) {
            refuseUnsupported(coding);
        }
        InputStream in = encoded;
        for (int i = codings.size() - 1; i >= 0; i--) {
            in = decoder(in, codings.get(i));
            if (i > 0 && intermediateBytesMax != Long.MAX_VALUE) {
                in = new BoundedInputStream(in, intermediateBytesMax);
            }
        }
        return in;
    }

    private static void refuseUnsupported(ContentCoding coding) throws CodingException {
        if (coding instanceof ContentCoding.Unknown) {
            throw new CodingException(CodingException.Kind.UNSUPPORTED, coding.token(), "no decoder for this coding");
        }
        if (coding instanceof ContentCoding.Brotli) {
            BrotliDecoder.requireNative();
        }
    }

    private static InputStream decoder(InputStream in, ContentCoding coding) throws IOException {
        return switch (coding) {
            case ContentCoding.Gzip gzip -> new GzipDecoder(in);
            case ContentCoding.Deflate deflate -> new DeflateDecoder(in);
            case ContentCoding.Brotli brotli -> new BrotliDecoder(in);
            case ContentCoding.Zstd zstd -> new ZstdDecoder(in);
            case ContentCoding.Identity identity -> in;
            case ContentCoding.Unknown unknown -> throw new IllegalStateException("refused before: " + unknown.token());
        };
    }
}
