package proxymcp.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.http.BodyFraming;
import proxymcp.http.BodyReader;
import proxymcp.http.HeadParser;
import proxymcp.http.PrematureEndException;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/**
 * One request to an origin and its response.
 *
 * <p>Owner: the thread that calls {@link #send}. A long body is sent by a thread of its own, which ends with the call: closing the
 * connection wakes it.
 */
public final class UpstreamCall implements Closeable {
    private static final long NOT_YET = Long.MIN_VALUE;
    /** Informational responses to one request; all are kept, so their number has an end. */
    private static final int INFORMATIONAL_MAX = 100;

    private final Affinity affinity;
    private final Endpoint endpoint;
    private final RequestHead head;
    private final OutgoingBody body;
    private final CallEvents events;
    private final Dialling dialling = new Dialling();
    private final CountDownLatch bodySent = new CountDownLatch(1);
    private volatile Optional<UpstreamConnection> connection = Optional.empty();
    private volatile Optional<IOException> bodyFailure = Optional.empty();
    private volatile long sentNanos = NOT_YET;
    private long connectedNanos = NOT_YET;
    private long answeredNanos = NOT_YET;
    private Optional<ResponseHead> response = Optional.empty();
    private boolean answerBegun;
    private volatile boolean released;
    private volatile boolean closed;
    private boolean bodyThreadStarted;

    /**
     * @param affinity where the connection comes from
     * @param endpoint origin
     * @param head request head as it goes out, its framing fields matching what {@code body} writes
     * @param body request body
     * @param events told what happens
     */
    public UpstreamCall(Affinity affinity, Endpoint endpoint, RequestHead head, OutgoingBody body, CallEvents events) {
        this.affinity = affinity;
        this.endpoint = endpoint;
        this.head = head;
        this.body = body;
        this.events = events;
    }

    /**
     * Sends the request and waits for the final response head, or 101.
     *
     * <p>A kept connection that turns out to be closed is replaced once, if nothing of an answer was seen and the request can be sent
     * again (RFC 9110 section 9.2.2).
     *
     * @throws UpstreamException if there is no answer
     * @throws BodySourceException if the request body broke off where it came from
     */
    public ResponseHead send() throws IOException {
        boolean repeatable = head.isIdempotent() && body.isRepeatable();
        Way way = affinity.client().way(endpoint);
        boolean tunnelled = way.isForwarded() && wantsTunnel();
        Optional<UpstreamConnection> kept = tunnelled ? Optional.empty() : affinity.reuse(way, repeatable);
        if (kept.isPresent()) {
            try {
                return attempt(kept.get());
            } catch (IOException e) {
                kept.get().close();
                if (answerBegun || !repeatable || kept.get().timedOut() || e instanceof ProtocolException) {
                    throw translated(e);
                }
            }
        }
        UpstreamConnection fresh = dial(way, tunnelled);
        try {
            return attempt(fresh);
        } catch (IOException e) {
            fresh.close();
            throw translated(e);
        }
    }

    /**
     * A proxy that forwards requests ends an upgrade at itself; through a tunnel it reaches the origin. The offer of HTTP/2 that some
     * clients send with every request is left to be ignored.
     */
    private boolean wantsTunnel() {
        for (String protocol : head.fields().members("Upgrade")) {
            if (!protocol.equalsIgnoreCase("h2c")) {
                return true;
            }
        }
        return false;
    }

    private UpstreamConnection dial(Way way, boolean tunnelled) throws UpstreamException {
        try {
            return affinity.client().dial(way, tunnelled, dialling);
        } catch (UpstreamException e) {
            // Many proxies allow CONNECT to port 443 alone; some pass an upgrade on.
            if (!tunnelled || e.isTimeout() || e.errorClass() != ErrorClass.UPSTREAM_PROXY) {
                throw e;
            }
            return affinity.client().dial(way, false, dialling);
        }
    }

    /** What shows that an upstream proxy that forwards requests answered this one itself; call after {@link #send}. */
    public Optional<String> signOfProxy() {
        return connection().isForwarded() ? ProxyVerdict.signOfProxy(response.orElseThrow()) : Optional.empty();
    }

    /** The response body's octets; call after {@link #send}. */
    public BodyReader responseBody() throws ProtocolException {
        ResponseHead answer = response.orElseThrow(() -> new IllegalStateException("no response yet"));
        BodyFraming framing = BodyFraming.ofResponse(answer, head.method());
        return new BodyReader(connection().in(), framing, ProtocolException.Side.SERVER, affinity.client().limits().head());
    }

    /** The connection in use. */
    public UpstreamConnection connection() {
        return connection.orElseThrow(() -> new IllegalStateException("no connection yet"));
    }

    /** The connection in use, or in use last; empty if none was made. */
    public Optional<UpstreamConnection> connectionIfAny() {
        return connection;
    }

    /** When the connection was there, in nanoseconds of the client's clock. */
    public Optional<Long> connectedNanos() {
        return known(connectedNanos);
    }

    /** When the request's last octet was handed over. */
    public Optional<Long> sentNanos() {
        return known(sentNanos);
    }

    /** When the final response head began. */
    public Optional<Long> answeredNanos() {
        return known(answeredNanos);
    }

    /** Whether the request has been sent whole. */
    public boolean isRequestSent() {
        return sentNanos != NOT_YET;
    }

    /** What broke the request body, once it did. */
    public Optional<IOException> bodyFailure() {
        return bodyFailure;
    }

    /**
     * The response has been read whole: the connection is kept for the next request if both sides can.
     *
     * <p>An early response finds the request still being sent: an origin that keeps the connection is given the rest of it, as it may
     * read on; one that closes it is not.
     *
     * @param framing how the response body ended
     */
    public void finish(BodyFraming framing) throws IOException {
        UpstreamConnection used = connection();
        ResponseHead answer = response.orElseThrow();
        boolean keep = answer.keepsAlive() && head.keepsAlive() && !(framing instanceof BodyFraming.UntilClose) && answer.status() != 101;
        if (keep && !isRequestSent() && !head.fields().contains("Expect")) {
            awaitBody();
        }
        if (keep && isRequestSent()) {
            released = true;
            affinity.keep(used);
        } else {
            close();
        }
    }

    /** Ends the call where it is, also while a connection is being made; the connection is closed unless {@link #finish} kept it. Any thread may call. */
    @Override
    public void close() {
        closed = true;
        if (!released) {
            dialling.close();
            connection.ifPresent(UpstreamConnection::close);
        }
    }

    /** What went wrong on the way to or from the origin, in the terms of an exchange. */
    public IOException translated(IOException e) {
        if (bodyFailure.isPresent() && bodyFailure.get() instanceof BodySourceException source) {
            return source;
        }
        // Where a proxy forwards requests, its connection is the one that broke, for its own reasons or the origin's.
        Optional<UpstreamProxy> forwarder = connection.filter(UpstreamConnection::isForwarded).flatMap(used -> used.way().proxy());
        String where = forwarder.map(proxy -> "upstream proxy " + proxy.url() + ", asked for ").orElse("") + endpoint.hostAndPort();
        if (connection.isPresent() && connection.get().timedOut()) {
            return new UpstreamException(ErrorClass.TIMEOUT,
                    where + " was silent for " + affinity.client().limits().responseMillis() + " ms", e);
        }
        return switch (e) {
            case UpstreamException known -> known;
            case BodySourceException known -> known;
            case ProtocolException protocol -> new UpstreamException(ErrorClass.PROTOCOL, where + " sent a malformed response: "
                    + e.getMessage(), e);
            case PrematureEndException closed -> new UpstreamException(ErrorClass.CLOSED, where + ": " + e.getMessage(), e);
            case SSLException tls -> new UpstreamException(ErrorClass.TLS, "TLS with " + where + " broke: " + e.getMessage()
                    + (String.valueOf(e.getMessage()).contains("certificate_required") ? "; set a client certificate with proxy_set_origin_tls" : ""), e);
            case SocketException reset -> new UpstreamException(ErrorClass.RESET, where + " broke the connection: " + e.getMessage(), e);
            default -> new UpstreamException(ErrorClass.CLOSED, "connection to " + where + " failed: " + e.getMessage(), e);
        };
    }

    private ResponseHead attempt(UpstreamConnection candidate) throws IOException {
        candidate.begin();
        connection = Optional.of(candidate);
        if (closed) {
            throw new SocketException("the call was ended while it was dialling");
        }
        connectedNanos = affinity.client().now();
        events.routed(candidate.route());
        candidate.deadline().arm(responseMillis());
        sendRequest(candidate);
        for (int informational = 0; informational <= INFORMATIONAL_MAX; informational++) {
            answerBegun |= candidate.in().await();
            answeredNanos = affinity.client().now();
            ResponseHead answer = HeadParser.readResponse(candidate.in(), affinity.client().limits().head())
                    .orElseThrow(() -> new PrematureEndException("connection closed before a response"));
            if (answer.status() == 407 && candidate.isForwarded()) {
                throw ConnectHandshake.refusal(candidate.way().proxy().orElseThrow(), answer, head.method() + " " + endpoint.url("/"));
            }
            if (!answer.isInformational()) {
                response = Optional.of(answer);
                return answer;
            }
            events.informational(answer);
            candidate.deadline().arm(responseMillis());
        }
        throw ProtocolException.badResponse("more than " + INFORMATIONAL_MAX + " informational responses");
    }

    private void sendRequest(UpstreamConnection target) throws IOException {
        if (!body.isImmediate()) {
            target.out().head(target.onWire(head));
            bodyThreadStarted = true;
            Thread.ofVirtual().name("request-body").start(() -> sendBody(target));
            return;
        }
        try {
            target.out().head(target.onWire(head));
            body.writeTo(target.out(), () -> { });
            target.out().flush();
            sentNanos = affinity.client().now();
        } catch (BodySourceException e) {
            throw e;
        } catch (IOException e) {
            // An origin may answer and close before it has read everything; the answer is worth reading.
            if (target.isReused() || !hasAnswer(target)) {
                throw e;
            }
        }
    }

    private static boolean hasAnswer(UpstreamConnection target) {
        try {
            return target.in().await();
        } catch (IOException e) {
            return false; // The failure to write is the one to tell.
        }
    }

    /** Runs on a thread of its own. */
    private void sendBody(UpstreamConnection target) {
        try {
            target.out().flush();
            body.writeTo(target.out(), () -> target.deadline().arm(responseMillis()));
            target.out().flush();
            sentNanos = affinity.client().now();
        } catch (BodySourceException e) {
            bodyFailure = Optional.of(e);
            target.close(); // Wakes the thread that waits for an answer to a request that will never be whole.
        } catch (IOException e) {
            bodyFailure = Optional.of(e); // The origin stopped reading; it may have answered.
        } finally {
            bodySent.countDown();
        }
    }

    /**
     * Waits until no other thread works for this call. The caller has made sure that it ends: the request body's source and the
     * connection are closed, or will be by their deadlines.
     */
    public void awaitBodyThread() {
        if (bodyThreadStarted) {
            boolean interrupted = false;
            while (bodySent.getCount() > 0) {
                try {
                    bodySent.await();
                } catch (InterruptedException e) {
                    interrupted = true; // The wait is bounded by deadlines; the request to stop is handed on below.
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void awaitBody() throws IOException {
        try {
            // The body's own deadlines end it; this bound only guards against a source that trickles for ever.
            bodySent.await(responseMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UpstreamException(ErrorClass.PROXY_STOPPED, "stopped while a request body was sent", e);
        }
    }

    private long responseMillis() {
        return affinity.client().limits().responseMillis();
    }

    private static Optional<Long> known(long nanos) {
        return nanos == NOT_YET ? Optional.empty() : Optional.of(nanos);
    }
}
