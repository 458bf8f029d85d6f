package proxymcp.proxy;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import proxymcp.exchange.SentMessage;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireWriter;

/**
 * A response on its way to the client at a rule's pace: late, slowly, or not to its end.
 *
 * <p>Owner: the exchange's thread.
 */
final class PacedResponse {
    /** How long a wait goes on before the proxy and the client are looked at again. */
    private static final long SLICE_MILLIS = 50;
    /** Octets written at a time under a throttle; a tenth of a second's worth if that is less. */
    private static final int PIECE_BYTES_MAX = 8 * 1024;

    private final ProxyServices services;
    private final ClientStream client;
    private final ClientWatch watch;
    private final OptionalLong bytesPerSecond;
    private final OptionalLong bytesMax;
    private final SentTap tap = new SentTap();
    private Optional<ResponseHead> head = Optional.empty();
    private boolean chunked;
    private boolean ended;
    private long throttledSince;

    /**
     * @param bytesPerSecond octets of the body a second at most, at least 1
     * @param bytesMax octets of the body after which the connection is cut
     */
    PacedResponse(ProxyServices services, ClientStream client, ClientWatch watch, OptionalLong bytesPerSecond, OptionalLong bytesMax) {
        this.services = services;
        this.client = client;
        this.watch = watch;
        this.bytesPerSecond = bytesPerSecond;
        this.bytesMax = bytesMax;
    }

    /**
     * Waits, as a rule's delay does.
     *
     * @throws ClientGoneException if the client left meanwhile, or the proxy is being stopped
     */
    void delay(long millis) throws IOException {
        waitUntil(services.nanoTime().getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /**
     * Writes the head.
     *
     * @param inChunks whether the body goes out in chunks
     */
    void head(ResponseHead responseHead, boolean inChunks) throws IOException {
        head = Optional.of(responseHead);
        chunked = inChunks;
        client.out().head(responseHead);
        if (bytesPerSecond.isPresent() || bytesMax.isPresent()) {
            client.out().flush();
        }
        throttledSince = services.nanoTime().getAsLong();
    }

    /** Whether the head has gone out. */
    boolean isBegun() {
        return head.isPresent();
    }

    /**
     * Writes octets of the body.
     *
     * @throws CutByRuleException if the body is longer than the rule lets pass
     */
    void body(byte[] bytes, int offset, int length) throws IOException {
        int allowed = (int) Math.min(length, bytesMax.orElse(Long.MAX_VALUE) - tap.bytes());
        for (int at = 0; at < allowed; ) {
            int piece = Math.min(allowed - at, pieceBytes());
            write(bytes, offset + at, piece);
            at += piece;
            if (bytesPerSecond.isPresent()) {
                client.out().flush();
                waitUntil(throttledSince + (long) (tap.bytes() * 1e9 / bytesPerSecond.getAsLong()));
            }
        }
        if (allowed < length) {
            client.out().flush();
            throw new CutByRuleException("a rule cut the response after " + tap.bytes() + " octets of its body");
        }
    }

    /** Lets the client see what was written. */
    void flush() throws IOException {
        client.out().flush();
    }

    /** The body has passed whole. */
    void end(Fields trailers) throws IOException {
        if (chunked) {
            client.out().lastChunk(trailers);
        }
        client.out().flush();
        ended = true;
    }

    /** What the client got; empty if the head did not go out. */
    Optional<SentMessage> sent() {
        return head.map(sent -> tap.message("", SentTap.octets(sent), ended));
    }

    private int pieceBytes() {
        return bytesPerSecond.isEmpty() ? Integer.MAX_VALUE : (int) Math.clamp(bytesPerSecond.getAsLong() / 10, 1, PIECE_BYTES_MAX);
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        WireWriter out = client.out();
        if (chunked) {
            out.chunk(bytes, offset, length);
        } else {
            out.write(bytes, offset, length);
        }
        tap.pass(bytes, offset, length);
    }

    private void waitUntil(long nanos) throws IOException {
        for (long left = nanos - services.nanoTime().getAsLong(); left > 0; left = nanos - services.nanoTime().getAsLong()) {
            if (services.isStopping() || watch.clientLeft()) {
                throw new ClientGoneException(services.isStopping() ? "the proxy was stopped" : "client left while a rule had it wait",
                        new IOException("left"));
            }
            try {
                TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(SLICE_MILLIS)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClientGoneException("stopped", new IOException(e));
            }
        }
    }
}
