package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Client;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;

/**
 * Puts one exchange together from its records. What is damaged is left out and named; only the request head must be there. Not for several
 * threads.
 */
final class ExchangeReader {
    private final LogReader log;
    private final Supplier<LogReader> bodyReaders;
    private final List<String> damage = new ArrayList<>();

    private record ResponsePart(Optional<ResponseHead> head, Optional<Route> route) {}

    private record RequestPart(LogBody body, Fields trailers) {}

    private record EndPart(LogBody body, Fields trailers, Optional<Route> route, Outcome outcome, Optional<ExchangeCodec.EndFacts> facts) {}

    ExchangeReader(LogReader log, Supplier<LogReader> bodyReaders) {
        this.log = log;
        this.bodyReaders = bodyReaders;
    }

    /**
     * Reads the exchange of a row.
     *
     * @throws CorruptSegmentException if its request head is damaged
     */
    StoredExchange read(IndexEntry entry, ByteBuffer extent, int at) throws IOException {
        long startAt = extent.getLong(at + RowLayout.START);
        ExchangeStart start = start(startAt);
        RequestPart request = request(extent.getLong(at + RowLayout.REQUEST_END));
        long responseAt = extent.getLong(at + RowLayout.RESPONSE);
        ResponsePart response = response(responseAt);
        EndPart end = end(extent.getLong(at + RowLayout.END), entry);
        boolean informational = (RowLayout.state(extent, at) & RowLayout.HAS_INFORMATIONAL) != 0;
        Exchange exchange = new Exchange(entry.seq(), start, captured(request.body()), request.trailers(), response.route().or(end::route),
                informational ? informational(entry.seq(), startAt, responseAt) : List.of(), response.head(), captured(end.body()),
                end.trailers(), end.outcome(), end.facts().map(ExchangeCodec.EndFacts::timings).orElse(Timings.NONE),
                end.facts().map(ExchangeCodec.EndFacts::rules).orElse(List.of()), end.facts().map(ExchangeCodec.EndFacts::notes)
                        .orElse(List.of()));
        request.body().damage().ifPresent(reason -> damage.add("request body: " + reason));
        end.body().damage().ifPresent(reason -> damage.add("response body: " + reason));
        return new StoredExchange(entry, exchange, request.body(), end.body(), List.copyOf(damage));
    }

    private ExchangeStart start(long position) throws IOException {
        try {
            PayloadReader in = log.at(position, RecordType.START).payload();
            long clientAt = in.fixed();
            ExchangeCodec.StartFacts facts = ExchangeCodec.start(in);
            ExchangeCodec.ClientFacts client = client(clientAt);
            Client sender = new Client(client.address(), client.listener(), facts.source(), facts.targetId(), client.connectionId());
            return new ExchangeStart(facts.id(), facts.startedAtMillis(), sender, facts.endpoint(), WireHeads.request(facts.head(), facts.raw()),
                    client.tls());
        } catch (PayloadReader.MalformedPayloadException e) {
            throw log.malformed(position, e);
        }
    }

    private ExchangeCodec.ClientFacts client(long position) {
        try {
            if (position != Position.NONE) {
                return ExchangeCodec.client(log.at(position, RecordType.CLIENT).payload());
            }
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            damage.add("client: " + e.getMessage());
        }
        return new ExchangeCodec.ClientFacts("", "", 0, Optional.<TlsInfo>empty());
    }

    private RequestPart request(long position) {
        if (position == Position.NONE) {
            return new RequestPart(LogBody.none(bodyReaders), Fields.EMPTY);
        }
        try {
            PayloadReader in = log.at(position, RecordType.REQUEST_END).payload();
            long bodyAt = in.fixed();
            ExchangeCodec.BodyFacts facts = ExchangeCodec.body(in);
            return new RequestPart(LogBody.of(bodyReaders, log, bodyAt, facts), facts.trailers());
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            damage.add("end of the request: " + e.getMessage());
            return new RequestPart(LogBody.none(bodyReaders), Fields.EMPTY);
        }
    }

    private ResponsePart response(long position) {
        if (position == Position.NONE) {
            return new ResponsePart(Optional.empty(), Optional.empty());
        }
        try {
            PayloadReader in = log.at(position, RecordType.RESPONSE).payload();
            long routeAt = in.fixed();
            in.array();
            boolean reused = in.bool();
            ResponseHead head = ExchangeCodec.responseHead(in);
            return new ResponsePart(Optional.of(head), route(routeAt, reused));
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            damage.add("response head: " + e.getMessage());
            return new ResponsePart(Optional.empty(), Optional.empty());
        }
    }

    private EndPart end(long position, IndexEntry entry) {
        if (position == Position.NONE) {
            Outcome outcome = switch (entry.state()) {
                case IN_FLIGHT -> new Outcome.InFlight();
                case COMPLETE -> new Outcome.Complete();
                case INCOMPLETE -> new Outcome.Incomplete(entry.errorClass().orElse(ErrorClass.INTERNAL), "its end was not recorded");
            };
            return new EndPart(LogBody.none(bodyReaders), Fields.EMPTY, Optional.empty(), outcome, Optional.empty());
        }
        try {
            PayloadReader in = log.at(position, RecordType.END).payload();
            long bodyAt = in.fixed();
            long routeAt = in.fixed();
            ExchangeCodec.EndFacts facts = ExchangeCodec.end(in);
            LogBody body = facts.body().isPresent() ? LogBody.of(bodyReaders, log, bodyAt, facts.body().get()) : LogBody.none(bodyReaders);
            return new EndPart(body, facts.body().map(ExchangeCodec.BodyFacts::trailers).orElse(Fields.EMPTY), route(routeAt, facts.reused()),
                    facts.outcome(), Optional.of(facts));
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            damage.add("end: " + e.getMessage());
            Outcome outcome = new Outcome.Incomplete(ErrorClass.INTERNAL, "the record of its end is damaged");
            return new EndPart(LogBody.none(bodyReaders), Fields.EMPTY, Optional.empty(), outcome, Optional.empty());
        }
    }

    private Optional<Route> route(long position, boolean reused) {
        try {
            return position == Position.NONE ? Optional.empty()
                    : Optional.of(ExchangeCodec.route(log.at(position, RecordType.ROUTE).payload(), reused));
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            damage.add("route: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Informational responses stand between the request head and the response; nothing refers to them, as they are rare. */
    private List<ResponseHead> informational(long seq, long startAt, long responseAt) {
        List<ResponseHead> heads = new ArrayList<>();
        try {
            SegmentReader reader = log.segment(Position.segment(startAt));
            reader.seek(Position.offset(startAt) & 0xFFFF_FFFFL);
            boolean more = true;
            while (more) {
                SegmentReader.Found found = reader.next();
                more = found != SegmentReader.Found.END && (reader.recordPosition() < responseAt || responseAt == Position.NONE);
                if (found == SegmentReader.Found.RECORD && reader.seq() == seq && reader.type() == RecordType.INFORMATIONAL.code()) {
                    PayloadReader in = reader.payload();
                    in.array();
                    heads.add(ExchangeCodec.responseHead(in));
                }
            }
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            damage.add("informational responses: " + e.getMessage());
        }
        return List.copyOf(heads);
    }

    private static CapturedBody captured(LogBody body) {
        return new CapturedBody(new byte[0], 0, body.size(), body.sha256(), body.state(), false);
    }
}
