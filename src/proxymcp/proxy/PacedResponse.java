package proxymcp.proxy;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentTap;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireWriter;
import proxymcp.rule.Pace;

/**
 * A response on its way to the client at a rule's pace: slowly, or not to its end.
 *
 * <p>Owner: the exchange's thread.
 */
final class PacedResponse {
    /** Octets written at a time under a throttle; a tenth of a second's worth if that is less. */
    private static final int PIECE_BYTES_MAX = 8 * 1024;

    private final ProxyServices services;
    private final ClientStream client;
    private final ClientWait wait;
    private final OptionalLong bytesPerSecond;
    private final OptionalLong bytesMax;
    private final SentTap tap = new SentTap();
    private Optional<ResponseHead> head = Optional.empty();
    private boolean chunked;
    private boolean ended;
    private long throttledSince;

    /** @param pace its throttle and its bound hold; its delay is over */
    PacedResponse(ProxyServices services, ClientStream client, ClientWait wait, Pace pace) {
        this.services = services;
        this.client = client;
        this.wait = wait;
        this.bytesPerSecond = pace.throttleBytesPerSecond();
        this.bytesMax = pace.abortAfterBytes();
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
                wait.until(throttledSince + (long) (tap.bytes() * 1e9 / bytesPerSecond.getAsLong()));
            }
        }
        if (allowed < length) {
            client.out().flush();
            boolean unended = chunked || head.isPresent() && head.get().fields().contains("Content-Length");
            throw new CutByRuleException("a rule cut the response after " + tap.bytes() + " octets of its body", unended);
        }
    }

    /** Has what was written reach the client now. */
    void flush() throws IOException {
        client.out().flush();
    }

    /** Whether the client left while nobody read from it. */
    boolean clientLeft() {
        return wait.clientLeft();
    }

    /** What it writes to, for whoever has it flushed before a wait. */
    WireWriter writer() {
        return client.out();
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
        return head.map(sent -> tap.message("", WireWriter.octets(sent), ended));
    }

    private int pieceBytes() {
        return bytesPerSecond.isEmpty() ? Integer.MAX_VALUE : Math.clamp(bytesPerSecond.getAsLong() / 10, 1, PIECE_BYTES_MAX);
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
}
