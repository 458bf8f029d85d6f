package proxymcp.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;

/**
 * An exchange of the live buffer, fed by its connection's threads and read by any.
 *
 * <p>Each member has one writer (see {@link Recording}) and is published by a volatile write; a snapshot can therefore be taken without
 * holding anybody up.
 */
final class LiveExchange implements Recording {
    private final LiveBuffer buffer;
    private final long seq;
    private final ExchangeStart start;
    private final LiveBody requestBody;
    private final LiveBody responseBody;
    private volatile Route route;
    private volatile List<ResponseHead> informational = List.of();
    private volatile ResponseHead response;
    private volatile ExchangeEnd end;

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

    @Override
    public void requestBody(byte[] bytes, int offset, int length) {
        requestBody.append(bytes, offset, length);
    }

    @Override
    public void requestEnd(BodyEnd bodyEnd) {
        requestBody.end(bodyEnd);
    }

    @Override
    public void routed(Route newRoute) {
        route = newRoute;
    }

    @Override
    public void informational(ResponseHead head) {
        List<ResponseHead> heads = new ArrayList<>(informational);
        heads.add(head);
        informational = List.copyOf(heads);
    }

    @Override
    public void response(ResponseHead head) {
        response = head;
    }

    @Override
    public void responseBody(byte[] bytes, int offset, int length) {
        responseBody.append(bytes, offset, length);
    }

    @Override
    public void responseEnd(BodyEnd bodyEnd) {
        responseBody.end(bodyEnd);
    }

    @Override
    public void end(ExchangeEnd exchangeEnd) {
        end = exchangeEnd;
    }

    /** Gives up the kept octets of both bodies. */
    void evictBodies() {
        requestBody.evict();
        responseBody.evict();
    }

    Exchange snapshot() {
        ExchangeEnd ended = end;
        Outcome outcome = ended == null ? new Outcome.InFlight() : ended.outcome();
        return new Exchange(seq, start, requestBody.snapshot(), requestBody.trailers(), Optional.ofNullable(route), informational,
                Optional.ofNullable(response), responseBody.snapshot(), responseBody.trailers(), outcome,
                ended == null ? Timings.NONE : ended.timings(), ended == null ? List.of() : ended.rules(),
                ended == null ? List.of() : ended.notes());
    }
}
