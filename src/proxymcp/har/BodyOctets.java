package proxymcp.har;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.codec.BlockInput;
import proxymcp.codec.CodingException;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.codec.Preview;
import proxymcp.store.StoredBody;
import proxymcp.store.WorkWatch;

/**
 * The kept octets of one body, as received and with content codings undone, to be read as often as needed. Short ones are held, others come
 * from the log each time. Not for several threads.
 */
final class BodyOctets {
    /** Octets of a body that is held while its entry is written. */
    static final int HELD_BYTES_MAX = 1 << 16;
    /** Octets on either side of a chain of codings: what lies between two of them must not keep a decoder busy without yielding anything. */
    private static final int CHAIN_BYTES_MAX = 1 << 20;
    /** Decoded octets at most, so that a small bomb does not fill a disk: as many as these, and a hundred for each octet as received. */
    private static final long DECODED_BYTES_MAX = 64L << 20;
    private static final int DECODED_RATIO_MAX = 100;

    private final StoredBody body;
    private final List<String> contentEncoding;
    private final List<ContentCoding> codings;
    private final WorkWatch watch;
    private Optional<byte[]> heldWire = Optional.empty();
    private Optional<byte[]> heldContent = Optional.empty();
    private Optional<String> damage;
    private Optional<String> undecoded = Optional.empty();
    private boolean tooLarge;

    /**
     * @param contentEncoding values of the message's {@code Content-Encoding}
     * @param watch asked now and then whether the octets are still wanted
     */
    BodyOctets(StoredBody body, List<String> contentEncoding, WorkWatch watch) throws IOException {
        this.body = body;
        this.contentEncoding = contentEncoding;
        this.codings = ContentCoding.parse(contentEncoding).stream().filter(coding -> !(coding instanceof ContentCoding.Identity)).toList();
        this.watch = watch;
        this.damage = body.damage();
        if (body.kept() <= HELD_BYTES_MAX) {
            try (InputStream in = fromLog()) {
                heldWire = Optional.of(in.readNBytes(HELD_BYTES_MAX));
            }
        }
    }

    /** Whether the octets as received are something else than the content. */
    boolean isCoded() {
        return !codings.isEmpty();
    }

    /** Why not all kept octets can be read; known for what was read. */
    Optional<String> damage() {
        return damage;
    }

    /** Why the content is not all that the kept octets hold; known for what was read. */
    Optional<String> undecoded() {
        return undecoded;
    }

    /** Whether decoding was given up because there is too much of it. */
    boolean isTooLarge() {
        return tooLarge;
    }

    /** Keeps the whole content for the next time that it is read. */
    void hold(byte[] content) {
        heldContent = Optional.of(content);
    }

    /** The whole content, if it is held. */
    Optional<byte[]> held() {
        return heldContent;
    }

    /** The octets as received, as far as they can be read. */
    InputStream wire() {
        return heldWire.isPresent() ? new ByteArrayInputStream(heldWire.get()) : fromLog();
    }

    private InputStream fromLog() {
        if (body.damage().isPresent()) {
            return InputStream.nullInputStream();
        }
        try {
            return new EndingStream(new Watched(body.open(), watch), this::damaged);
        } catch (IOException e) {
            damaged(e);
            return InputStream.nullInputStream();
        }
    }

    private void damaged(IOException e) {
        damage = Optional.of(e.getMessage());
    }

    /** The content, as far as it can be had; empty if there is no decoder for it. */
    Optional<EndingStream> content() throws IOException {
        if (heldContent.isPresent()) {
            return Optional.of(new EndingStream(new ByteArrayInputStream(heldContent.get()), this::undecodable));
        }
        if (codings.size() > 1) {
            return chained();
        }
        try {
            long most = DECODED_BYTES_MAX + DECODED_RATIO_MAX * body.kept();
            InputStream content = isCoded() && body.kept() > 0 ? new Bounded(Codings.decode(wire(), codings), most) : wire();
            return Optional.of(new EndingStream(content, this::undecodable));
        } catch (CodingException e) {
            undecodable(e);
            return Optional.empty();
        }
    }

    private Optional<EndingStream> chained() throws IOException {
        try (InputStream in = wire()) {
            byte[] coded = in.readNBytes(CHAIN_BYTES_MAX + 1);
            if (coded.length <= CHAIN_BYTES_MAX) {
                Preview preview = Codings.decodePreview(coded, contentEncoding, CHAIN_BYTES_MAX);
                if (preview.status() instanceof Preview.Decoded) {
                    return Optional.of(new EndingStream(new ByteArrayInputStream(preview.bytes()), this::undecodable));
                }
            }
        }
        undecoded = Optional.of("several content codings are undone only where either side is whole and has at most " + CHAIN_BYTES_MAX
                + " octets");
        return Optional.empty();
    }

    private void undecodable(IOException e) {
        tooLarge = e instanceof TooLargeException;
        String reason = e.getMessage();
        if (e instanceof CodingException failed) {
            reason = switch (failed.kind()) {
                case CORRUPT -> "the data is not valid " + failed.coding() + ": " + failed.reason();
                case TRUNCATED -> failed.getMessage();
                case UNSUPPORTED -> "content coding " + failed.coding() + " is not decoded: " + failed.reason();
            };
        }
        undecoded = Optional.of(reason);
    }

    /** Reads what the log holds of a body, as long as it is wanted. */
    private static final class Watched extends InputStream {
        private final InputStream in;
        private final WorkWatch watch;

        Watched(InputStream in, WorkWatch watch) {
            this.in = in;
            this.watch = watch;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (watch.cancelled()) {
                throw new CancellationException("cancelled while a body was read");
            }
            return in.read(target, offset, length);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLargeException(long most) {
            super("it would have more than " + most + " octets");
        }
    }

    /** Fails where there are too many octets. */
    private static final class Bounded extends BlockInput {
        private final InputStream in;
        private final long most;
        private long count;

        Bounded(InputStream in, long most) {
            this.in = in;
            this.most = most;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = in.read(target, offset, length);
            count += Math.max(0, read);
            if (count > most) {
                throw new TooLargeException(most);
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
