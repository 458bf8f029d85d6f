package proxymcp.tool;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import proxymcp.codec.CodingException;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.codec.Preview;

/**
 * The octets of a body as a view has them, read once from first to last. What goes wrong on the way ends them and is told by
 * {@link #failure}; nothing is thrown. Not for several threads.
 */
final class BodyStream implements Closeable {
    private static final int SKIP_BYTES = 64 << 10;

    private Optional<String> failure = Optional.empty();
    private final InputStream in;
    private long position;
    private boolean ended;

    private BodyStream(InputStream in) {
        this.in = in;
    }

    /**
     * Begins to read.
     *
     * @param contentEncoding values of the message's {@code Content-Encoding}; empty for the octets as received
     */
    static BodyStream open(BodySource source, List<String> contentEncoding) {
        InputStream encoded;
        try {
            encoded = source.open();
        } catch (IOException e) {
            return failed(InputStream.nullInputStream(), damage(e));
        }
        List<ContentCoding> codings = ContentCoding.parse(contentEncoding);
        if (source.kept() == 0 || !isCoded(codings)) {
            return new BodyStream(encoded);
        }
        return codings.size() > 1 ? bounded(encoded, contentEncoding) : decoding(encoded, codings);
    }

    /** Whether the octets as received are something else than the content. */
    static boolean isCoded(List<ContentCoding> codings) {
        for (ContentCoding coding : codings) {
            if (!(coding instanceof ContentCoding.Identity)) {
                return true;
            }
        }
        return false;
    }

    private static BodyStream decoding(InputStream encoded, List<ContentCoding> codings) {
        try {
            return new BodyStream(Codings.decode(encoded, codings));
        } catch (IOException e) {
            return failed(encoded, reason(e));
        }
    }

    /** Several codings are undone in memory, within bounds: a chain of bombs would keep a decoder busy with data that yields nothing. */
    private static BodyStream bounded(InputStream encoded, List<String> contentEncoding) {
        try (encoded) {
            Preview preview = Codings.decodePreview(encoded.readNBytes(BodyContent.DECODED_BYTES_MAX), contentEncoding,
                    BodyContent.DECODED_BYTES_MAX);
            BodyStream stream = new BodyStream(new ByteArrayInputStream(preview.bytes()));
            stream.failure = BodyContent.why(preview.status());
            return stream;
        } catch (IOException e) {
            return failed(InputStream.nullInputStream(), damage(e));
        }
    }

    private static BodyStream failed(InputStream in, String reason) {
        BodyStream stream = new BodyStream(in);
        stream.failure = Optional.of(reason);
        stream.ended = true;
        return stream;
    }

    private static String damage(IOException e) {
        return "damaged on disk: " + e.getMessage();
    }

    private static String reason(IOException e) {
        if (!(e instanceof CodingException coding)) {
            return damage(e);
        }
        return switch (coding.kind()) {
            case CORRUPT -> "the data is not valid " + coding.coding() + ": " + coding.reason();
            case TRUNCATED -> coding.getMessage();
            case UNSUPPORTED -> "content coding " + coding.coding() + " is not decoded: " + coding.reason();
        };
    }

    /** Fills {@code target} from {@code offset} on; returns how many octets were there, less than asked for only at the end. */
    int read(byte[] target, int offset, int length) {
        int filled = 0;
        while (!ended && filled < length) {
            filled += readSome(target, offset + filled, length - filled);
        }
        return filled;
    }

    private int readSome(byte[] target, int offset, int length) {
        try {
            int count = in.read(target, offset, length);
            if (count < 0) {
                ended = true;
                return 0;
            }
            position += count;
            return count;
        } catch (IOException e) {
            ended = true;
            failure = Optional.of(reason(e));
            return 0;
        }
    }

    /** Goes on to {@code wanted}, or to the end if that comes first. */
    void skipTo(long wanted) {
        byte[] buffer = new byte[(int) Math.max(1, Math.min(SKIP_BYTES, wanted - position))];
        while (!ended && position < wanted) {
            read(buffer, 0, (int) Math.min(buffer.length, wanted - position));
        }
    }

    /** Octets read so far. */
    long position() {
        return position;
    }

    /** Whether the end was reached. */
    boolean isEnded() {
        return ended;
    }

    /** Why the view ends where it does, if not because the kept octets do. */
    Optional<String> failure() {
        return failure;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            return; // It was only read.
        }
    }
}
