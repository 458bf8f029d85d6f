package proxymcp.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.Recording;
import proxymcp.exchange.SentTap;
import proxymcp.http.BodyFraming;
import proxymcp.http.BodyReader;
import proxymcp.http.Fields;
import proxymcp.http.PrematureEndException;
import proxymcp.http.ProtocolException;
import proxymcp.http.WireReader;
import proxymcp.http.WireWriter;
import proxymcp.upstream.BodySourceException;
import proxymcp.upstream.OutgoingBody;

/**
 * A request body on its way from the client to the origin.
 *
 * <p>What the client has sent already is read before the origin hears of the request: malformed chunks then never reach it, and a short
 * body leaves in one write with the head and can be sent again.
 */
final class ProxiedBody implements OutgoingBody {
    /** How much is read ahead, in octets. */
    private static final int AHEAD_BYTES_MAX = 16 * 1024;

    private final ClientStream client;
    private final BodyReader body;
    private final boolean chunked;
    private final Recording recording;
    private final BodyTap tap;
    private final ProxyLimits limits;
    private final ByteArrayOutputStream ahead = new ByteArrayOutputStream(256);
    /** Set before the body is sent, where a rule changed the request. */
    private Optional<SentTap> sent = Optional.empty();
    private volatile boolean ended;

    ProxiedBody(ClientStream client, BodyFraming framing, Recording recording, ProxyLimits limits) {
        this.client = client;
        this.body = new BodyReader(client.in(), framing, ProtocolException.Side.CLIENT, limits.head());
        this.chunked = framing instanceof BodyFraming.Chunked;
        this.recording = recording;
        this.tap = new BodyTap(recording::requestBody);
        this.limits = limits;
    }

    /**
     * Reads what the client has sent so far, waiting for the first octets.
     *
     * @throws BodySourceException if the body is malformed or the client left
     */
    void readAhead() throws IOException {
        WireReader in = client.in();
        do {
            if (!next()) {
                return;
            }
            ahead.write(body.array(), body.offset(), body.length());
        } while (in.buffered() > 0 && ahead.size() < AHEAD_BYTES_MAX);
        if (body.ended() && !chunked) {
            next();
        }
    }

    /**
     * Reads on until the body has ended, or so much of it is here.
     *
     * @return whether it is here whole
     * @throws BodySourceException if the body is malformed or the client left
     */
    boolean hold(int bytesMax) throws IOException {
        while (!ended && ahead.size() <= bytesMax && next()) {
            ahead.write(body.array(), body.offset(), body.length());
        }
        return ended && ahead.size() <= bytesMax;
    }

    /** Reads what is left and keeps nothing of it. */
    void skip() throws IOException {
        while (!ended) {
            next();
        }
    }

    /** What was read ahead or held. */
    byte[] held() {
        return ahead.toByteArray();
    }

    /** Whether it goes out in chunks. */
    boolean isChunked() {
        return chunked;
    }

    /** Trailers of a body that has ended. */
    Fields trailers() {
        return body.trailers();
    }

    /** Has what goes out noted. */
    void noteSent(SentTap tapOfSent) {
        sent = Optional.of(tapOfSent);
    }

    /** Whether the client has sent all of it. */
    boolean isEnded() {
        return ended;
    }

    @Override
    public boolean isImmediate() {
        return ended && ahead.size() <= 2 * AHEAD_BYTES_MAX;
    }

    @Override
    public boolean isRepeatable() {
        return ended;
    }

    @Override
    public void writeTo(WireWriter out, Runnable progress) throws IOException {
        sent.ifPresent(SentTap::restart);
        if (ahead.size() > 0) {
            byte[] bytes = ahead.toByteArray();
            write(out, bytes, 0, bytes.length);
        }
        client.in().flushBeforeWaiting(out);
        try {
            while (!ended && next()) {
                write(out, body.array(), body.offset(), body.length());
                progress.run();
            }
        } finally {
            client.in().flushBeforeWaiting(WireWriter.NOWHERE);
        }
        if (chunked) {
            out.lastChunk(body.trailers());
        }
    }

    /** The exchange ended while the body had not: what came of it is kept as incomplete. */
    void abandon() {
        if (!ended) {
            recording.requestEnd(tap.end(false, Fields.EMPTY));
        }
    }

    private boolean next() throws IOException {
        client.deadline().arm(limits.bodyMillis());
        try {
            if (body.next()) {
                tap.pass(body.array(), body.offset(), body.length());
                return true;
            }
        } catch (ClientGoneException | ProtocolException | PrematureEndException e) {
            throw new BodySourceException(e);
        } finally {
            client.deadline().disarm();
        }
        recording.requestEnd(tap.end(true, body.trailers()));
        ended = true;
        return false;
    }

    private void write(WireWriter out, byte[] bytes, int offset, int length) throws IOException {
        if (sent.isPresent()) {
            sent.get().pass(bytes, offset, length);
        }
        if (chunked) {
            out.chunk(bytes, offset, length);
        } else {
            out.write(bytes, offset, length);
        }
    }
}
