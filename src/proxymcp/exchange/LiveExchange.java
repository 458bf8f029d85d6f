package proxymcp.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/**
 * An exchange of the live buffer, fed by its connection's threads and read by any.
 *
 * <p>Each member has one writer (see {@link Recording}) and is published by a volatile write; a snapshot can therefore be taken without
 * holding anybody up.
 */
final class LiveExchange implements Recording {
    /** What an exchange takes beside the octets of its heads, and a field line beside its own. */
    private static final int OBJECTS_BYTES = 1_024;
    private static final int LINE_BYTES = 16;

    private final LiveBuffer buffer;
    private final long seq;
    private final ExchangeStart start;
    private final LiveBody requestBody;
    private final LiveBody responseBody;
    private volatile Route route;
    private volatile List<ResponseHead> informational = List.of();
    private volatile ResponseHead response;
    private volatile ExchangeEnd end;
    private volatile LiveStream stream;
    /** Accounted for; guarded by this object's monitor, as is {@link #left}. */
    private long headBytes;
    private boolean left;

    LiveExchange(LiveBuffer buffer, long seq, ExchangeStart start) {
        this.buffer = buffer;
        this.seq = seq;
        this.start = start;
        this.requestBody = new LiveBody(buffer);
        this.responseBody = new LiveBody(buffer);
    }

    long seq() {
        return seq;
    }

    ExchangeStart start() {
        return start;
    }

    Optional<LiveStream> stream() {
        return Optional.ofNullable(stream);
    }

    /** The buffer holds it now, so that its head counts. */
    void opened() {
        RequestHead head = start.head();
        account(OBJECTS_BYTES + head.method().length() + head.target().length() + head.raw().length + lines(head.fields())
                + tls(start.clientTls()));
    }

    private void account(long bytes) {
        synchronized (this) {
            if (left) {
                return;
            }
            headBytes += bytes;
        }
        // Outside the lock: it may make exchanges leave, this one too.
        buffer.headBytesKept(bytes);
    }

    private static long head(ResponseHead head) {
        return head.raw().length + lines(head.fields());
    }

    private static long lines(Fields fields) {
        return (long) fields.size() * LINE_BYTES;
    }

    private static long trailers(Fields trailers) {
        long bytes = lines(trailers);
        for (int i = 0; i < trailers.size(); i++) {
            bytes += trailers.name(i).length() + trailers.value(i).length();
        }
        return bytes;
    }

    private static long tls(Optional<TlsInfo> tls) {
        if (tls.isEmpty()) {
            return 0;
        }
        long bytes = tls.get().clientHello().length;
        for (byte[] certificate : tls.get().certificates()) {
            bytes += certificate.length;
        }
        return bytes;
    }

    /** What a rule made of a message is kept beside the head, and given up with it. */
    private static long sent(Optional<SentMessage> message) {
        return message.isPresent() ? message.get().head().length + message.get().body().length : 0;
    }

    @Override
    public void requestBody(byte[] bytes, int offset, int length) {
        requestBody.append(bytes, offset, length);
    }

    @Override
    public void requestEnd(BodyEnd bodyEnd) {
        requestBody.end(bodyEnd);
        account(trailers(bodyEnd.trailers()));
    }

    @Override
    public void routed(Route newRoute) {
        route = newRoute;
        account(tls(newRoute.tls()));
    }

    @Override
    public void informational(ResponseHead head) {
        List<ResponseHead> heads = new ArrayList<>(informational);
        heads.add(head);
        informational = List.copyOf(heads);
        account(head(head));
    }

    @Override
    public void response(ResponseHead head) {
        response = head;
        account(head(head));
    }

    @Override
    public void responseBody(byte[] bytes, int offset, int length) {
        responseBody.append(bytes, offset, length);
    }

    @Override
    public void responseEnd(BodyEnd bodyEnd) {
        responseBody.end(bodyEnd);
        account(trailers(bodyEnd.trailers()));
    }

    @Override
    public void streamOpened(StreamOpen open) {
        stream = new LiveStream(open);
    }

    @Override
    public void message(StreamMessage message) {
        LiveStream known = stream;
        if (known != null && !hasLeft()) {
            buffer.messages().add(this, known, message);
            if (hasLeft()) {
                buffer.messages().leave(this); // It left meanwhile, perhaps before the message was there.
            }
        }
    }

    private synchronized boolean hasLeft() {
        return left;
    }

    @Override
    public void streamClosed(StreamEnd streamEnd) {
        stream().ifPresent(known -> known.close(streamEnd));
    }

    @Override
    public void end(ExchangeEnd exchangeEnd) {
        stream().ifPresent(LiveStream::cut);
        end = exchangeEnd;
        account(sent(exchangeEnd.sent().request()) + sent(exchangeEnd.sent().response()));
    }

    /** The stream that it is, as known now: through a tunnel nothing passes but its bodies. */
    Optional<StreamSummary> summary() {
        Optional<StreamSummary> summary = stream().map(LiveStream::summary);
        return summary.isPresent() && summary.get().kind() == StreamKind.TUNNEL
                ? Optional.of(summary.get().withBytes(responseBody.size(), requestBody.size())) : summary;
    }

    /** Gives up the kept octets of both bodies. */
    void evictBodies() {
        requestBody.evict();
        responseBody.evict();
    }

    /** Gives up all that is kept: the buffer does not hold it any more. */
    void leave() {
        evictBodies();
        long given;
        synchronized (this) {
            left = true;
            given = headBytes;
            headBytes = 0;
        }
        buffer.headBytesKept(-given);
        if (stream != null) {
            buffer.messages().leave(this);
        }
    }

    Exchange snapshot() {
        ExchangeEnd ended = end;
        Outcome outcome = ended == null ? new Outcome.InFlight() : ended.outcome();
        return new Exchange(seq, start, requestBody.snapshot(), requestBody.trailers(), Optional.ofNullable(route), informational,
                Optional.ofNullable(response), responseBody.snapshot(), responseBody.trailers(), outcome,
                ended == null ? Timings.NONE : ended.timings(), ended == null ? List.of() : ended.rules(),
                ended == null ? List.of() : ended.notes(), ended == null ? SentMessages.NONE : ended.sent(),
                summary());
    }
}
