package proxymcp.tool;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.Streams;
import proxymcp.http.Fields;
import proxymcp.store.Artifact;
import proxymcp.store.StoredBody;

/** A body that can be shown, wherever it is kept. */
sealed interface BodySource {
    /** How far it came. */
    CapturedBody.State state();

    /** Octets that passed. */
    long size();

    /** Octets that were kept, from the first on, and can be read. */
    long kept();

    /** Digest of all that passed, lower-case hex; empty if it is not known. */
    Optional<String> sha256();

    /** Why the kept octets are not all of the body; empty if they are. */
    Optional<String> whyNotWhole();

    /** The kept octets. */
    InputStream open() throws IOException;

    /** Why a body that was kept whole may still lack its end; empty if it does not. */
    private static Optional<String> whyEnded(CapturedBody.State state) {
        return switch (state) {
            case NONE, COMPLETE -> Optional.empty();
            case FLOWING -> Optional.of("the body still flows");
            case INCOMPLETE -> Optional.of("the body was cut off");
        };
    }

    /** A body of the live buffer. */
    record Live(CapturedBody body) implements BodySource {
        @Override
        public CapturedBody.State state() {
            return body.state();
        }

        @Override
        public long size() {
            return body.size();
        }

        @Override
        public long kept() {
            return body.length();
        }

        @Override
        public Optional<String> sha256() {
            return body.sha256();
        }

        @Override
        public Optional<String> whyNotWhole() {
            if (body.evicted()) {
                return Optional.of("the live buffer gave the octets up for newer exchanges");
            }
            return body.isWhole() ? whyEnded(body.state())
                    : Optional.of("the live buffer kept the first " + body.length() + " of " + body.size() + " octets");
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(body.array(), 0, body.length());
        }
    }

    /** A body of a session. */
    record Stored(StoredBody body) implements BodySource {
        @Override
        public CapturedBody.State state() {
            return body.state();
        }

        @Override
        public long size() {
            return body.size();
        }

        @Override
        public long kept() {
            return body.damage().isPresent() ? 0 : body.kept();
        }

        @Override
        public Optional<String> sha256() {
            return body.sha256();
        }

        @Override
        public Optional<String> whyNotWhole() {
            if (body.damage().isPresent()) {
                return Optional.of("damaged on disk: " + body.damage().get());
            }
            return body.kept() == body.size() ? whyEnded(body.state())
                    : Optional.of("the session kept the first " + body.kept() + " of " + body.size() + " octets");
        }

        @Override
        public InputStream open() throws IOException {
            return body.damage().isPresent() ? InputStream.nullInputStream() : body.open();
        }
    }

    /**
     * The payload of a message of a stream.
     *
     * @param kept octets that can be read
     * @param damage why those behind them cannot, if that is why
     */
    record Payload(Streams streams, MessageEntry entry, long kept, Optional<String> damage) implements BodySource {
        private static final int PIECE_BYTES = 64 << 10;

        /** Counts what can be read, which reads it. */
        static Payload of(Streams streams, MessageEntry entry) {
            byte[] piece = new byte[PIECE_BYTES];
            long kept = 0;
            try (InputStream in = streams.payload(entry)) {
                for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                    kept += count;
                }
                return new Payload(streams, entry, kept, Optional.empty());
            } catch (IOException e) {
                return new Payload(streams, entry, kept, Optional.of(String.valueOf(e.getMessage())));
            }
        }

        @Override
        public CapturedBody.State state() {
            return CapturedBody.State.COMPLETE;
        }

        @Override
        public long size() {
            return entry.payloadBytes();
        }

        @Override
        public Optional<String> sha256() {
            return Optional.empty();
        }

        @Override
        public Optional<String> whyNotWhole() {
            if (damage.isPresent()) {
                return Optional.of("damaged on disk: " + damage.get());
            }
            return kept == size() ? Optional.empty() : Optional.of("the first " + kept + " of " + size() + " octets were kept");
        }

        @Override
        public InputStream open() throws IOException {
            return streams.payload(entry);
        }
    }

    /** What a body of a session was decoded to, in its place. */
    record Decoded(Artifact artifact, BodySource body) implements BodySource {
        private static final Fields TEXT = Fields.of(List.of(new Fields.Line("Content-Type", "text/plain; charset=utf-8")));
        private static final Fields OCTETS = Fields.of(List.of(new Fields.Line("Content-Type", "application/octet-stream")));

        /** Fields that describe the content. */
        Fields fields() {
            return artifact.isText() ? TEXT : OCTETS;
        }

        @Override
        public CapturedBody.State state() {
            return body.state();
        }

        @Override
        public long size() {
            return body.size();
        }

        @Override
        public long kept() {
            return artifact.content().length;
        }

        @Override
        public Optional<String> sha256() {
            return body.sha256();
        }

        @Override
        public Optional<String> whyNotWhole() {
            return body.whyNotWhole().or(() -> artifact.complete() ? Optional.empty() : Optional.of("decoded in part; proxy_decode_exchange says why"));
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(artifact.content());
        }
    }
}
