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
import proxymcp.exchange.SentMessages;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.ProtocolException;
import proxymcp.http.ResponseHead;

/**
 * Puts one exchange together from its records. What is damaged is left out and named; only the request head must be there. Not for several
 * threads.
 */
final class ExchangeReader {
    private final LogReader log;
    private final LogReader shared;
    private final Supplier<LogReader> bodyReaders;
    private final List<String> damage = new ArrayList<>();

    private record ResponsePart(Optional<ResponseHead> head, Optional<Route> route) {}

    private record RequestPart(LogBody body, Fields trailers) {}

    private record EndPart(LogBody body, Fields trailers, Optional<Route> route, Outcome outcome, Optional<ExchangeCodec.EndFacts> facts) {}

    /**
     * @param log for what stands where the exchange was recorded
     * @param shared for what exchanges share, which stands anywhere; may be the same
     * @param bodyReaders makes a reader for each body that is opened
     */
    ExchangeReader(LogReader log, LogReader shared, Supplier<LogReader> bodyReaders) {
        this.log = log;
        this.shared = shared;
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
        RequestPart request = request(extent.getLong(at + RowLayout.REQUEST_END), new LogBody.Message(entry.seq(), startAt,
                RecordType.REQUEST_CHUNK));
        long responseAt = extent.getLong(at + RowLayout.RESPONSE);
        ResponsePart response = response(responseAt);
        long endAt = extent.getLong(at + RowLayout.END);
        EndPart end = end(endAt, entry, new LogBody.Message(entry.seq(), startAt, RecordType.RESPONSE_CHUNK));
        boolean informational = (RowLayout.state(extent, at) & RowLayout.HAS_INFORMATIONAL) != 0;
        Exchange exchange = new Exchange(entry.seq(), start, captured(request.body()), request.trailers(), response.route().or(end::route),
                informational ? informational(entry.seq(), startAt, responseAt == Position.NONE ? endAt : responseAt) : List.of(), response.head(), captured(end.body()),
                end.trailers(), end.outcome(), end.facts().map(ExchangeCodec.EndFacts::timings).orElse(Timings.NONE),
                end.facts().map(ExchangeCodec.EndFacts::rules).orElse(List.of()), end.facts().map(ExchangeCodec.EndFacts::notes)
                        .orElse(List.of()), end.facts().map(ExchangeCodec.EndFacts::sent).orElse(SentMessages.NONE));
        request.body().damage().ifPresent(reason -> damage.add(ExchangePart.REQUEST_BODY.damaged(reason)));
        end.body().damage().ifPresent(reason -> damage.add(ExchangePart.RESPONSE_BODY.damaged(reason)));
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
                    client.tls(), facts.urlAsWritten());
        } catch (PayloadReader.MalformedPayloadException | ProtocolException e) {
            throw log.malformed(position, e);
        }
    }

    private ExchangeCodec.ClientFacts client(long position) {
        try {
            if (position != Position.NONE) {
                return ExchangeCodec.client(shared.at(position, RecordType.CLIENT).payload());
            }
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            damage.add(ExchangePart.CLIENT.damaged(e.getMessage()));
        }
        return new ExchangeCodec.ClientFacts("", "", 0, Optional.<TlsInfo>empty());
    }

    private RequestPart request(long position, LogBody.Message message) {
        if (position == Position.NONE) {
            return new RequestPart(LogBody.none(bodyReaders, message), Fields.EMPTY);
        }
        try {
            PayloadReader in = log.at(position, RecordType.REQUEST_END).payload();
            long bodyAt = in.fixed();
            ExchangeCodec.BodyFacts facts = ExchangeCodec.body(in);
            return new RequestPart(LogBody.of(bodyReaders, message, readerOf(bodyAt, message, position), bodyAt, facts), facts.trailers());
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            damage.add(ExchangePart.REQUEST_END.damaged(e.getMessage()));
            return new RequestPart(LogBody.none(bodyReaders, message), Fields.EMPTY);
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
            damage.add(ExchangePart.RESPONSE_HEAD.damaged(e.getMessage()));
            return new ResponsePart(Optional.empty(), Optional.empty());
        }
    }

    private EndPart end(long position, IndexEntry entry, LogBody.Message message) {
        if (position == Position.NONE) {
            Outcome outcome = switch (entry.state()) {
                case IN_FLIGHT -> new Outcome.InFlight();
                case COMPLETE -> new Outcome.Complete();
                case INCOMPLETE -> new Outcome.Incomplete(entry.errorClass().orElse(ErrorClass.INTERNAL), "its end was not recorded");
            };
            return new EndPart(LogBody.none(bodyReaders, message), Fields.EMPTY, Optional.empty(), outcome, Optional.empty());
        }
        try {
            PayloadReader in = log.at(position, RecordType.END).payload();
            long bodyAt = in.fixed();
            long routeAt = in.fixed();
            ExchangeCodec.EndFacts facts = ExchangeCodec.end(in);
            LogBody body = facts.body().isPresent() ? LogBody.of(bodyReaders, message,
                    readerOf(bodyAt, message, position), bodyAt, facts.body().get())
                    : LogBody.none(bodyReaders, message);
            return new EndPart(body, facts.body().map(ExchangeCodec.BodyFacts::trailers).orElse(Fields.EMPTY), route(routeAt, facts.reused()),
                    facts.outcome(), Optional.of(facts));
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            damage.add(ExchangePart.END.damaged(e.getMessage()));
            Outcome outcome = new Outcome.Incomplete(ErrorClass.INTERNAL, "the record of its end is damaged");
            return new EndPart(LogBody.none(bodyReaders, message), Fields.EMPTY, Optional.empty(), outcome, Optional.empty());
        }
    }

    /** The reader for a body: an earlier exchange may have brought it. */
    private LogReader readerOf(long bodyAt, LogBody.Message message, long endAt) {
        return bodyAt > message.startAt() && bodyAt < endAt ? log : shared;
    }

    private Optional<Route> route(long position, boolean reused) {
        try {
            return position == Position.NONE ? Optional.empty()
                    : Optional.of(ExchangeCodec.route(shared.at(position, RecordType.ROUTE).payload(), reused));
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            damage.add(ExchangePart.ROUTE.damaged(e.getMessage()));
            return Optional.empty();
        }
    }

    /** Informational responses stand between the request head and the response; nothing refers to them, as they are rare. */
    private List<ResponseHead> informational(long seq, long from, long to) {
        List<ResponseHead> heads = new ArrayList<>();
        int last = to == Position.NONE ? Position.segment(from) : Position.segment(to);
        for (int number = Position.segment(from); number <= last; number++) {
            try {
                SegmentReader reader = log.segment(number);
                reader.seek(number == Position.segment(from) ? Position.offset(from) & 0xFFFF_FFFFL : SegmentHeader.BYTES);
                informational(seq, reader, to == Position.NONE ? Long.MAX_VALUE : to, heads);
            } catch (IOException | PayloadReader.MalformedPayloadException e) {
                damage.add(ExchangePart.INFORMATIONAL.damaged(e.getMessage()));
            }
        }
        return List.copyOf(heads);
    }

    private void informational(long seq, SegmentReader reader, long to, List<ResponseHead> heads)
            throws IOException, PayloadReader.MalformedPayloadException {
        for (SegmentReader.Found found = reader.next(); found != SegmentReader.Found.END && reader.recordPosition() < to; found = reader.next()) {
            boolean wanted = reader.isRecordHeader() && reader.seq() == seq && reader.type() == RecordType.INFORMATIONAL.code();
            if (wanted && found == SegmentReader.Found.DAMAGE) {
                damage.add(ExchangePart.INFORMATIONAL.damaged("one is damaged"));
            } else if (found == SegmentReader.Found.DAMAGE && !reader.isRecordHeader()) {
                damage.add(ExchangePart.INFORMATIONAL.damaged("octets are damaged where one may have stood"));
            } else if (wanted) {
                PayloadReader in = reader.payload();
                in.array();
                heads.add(ExchangeCodec.responseHead(in));
            }
        }
    }

    private static CapturedBody captured(LogBody body) {
        return new CapturedBody(new byte[0], 0, body.size(), body.sha256(), body.state(), false);
    }
}
