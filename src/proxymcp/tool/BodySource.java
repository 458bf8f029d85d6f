package proxymcp.tool;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import proxymcp.exchange.CapturedBody;
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
}
