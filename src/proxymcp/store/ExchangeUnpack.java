package proxymcp.store;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Client;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.Timings;

/** Records what an {@link ExchangePack} holds. One thread. */
public final class ExchangeUnpack {
    /** No record is longer; a length beyond it is none. */
    private static final int FRAME_BYTES_MAX = RecordLayout.MAX_PAYLOAD_BYTES;

    private final ExchangeSink sink;
    private final List<Recorded> recorded = new ArrayList<>();
    private Optional<ExchangeCodec.ClientFacts> client = Optional.empty();
    private Optional<Recording> open = Optional.empty();
    private Optional<Route> route = Optional.empty();

    /**
     * An exchange that was recorded.
     *
     * @param id its id
     * @param seq its seq in the session; 0 if the sink has none
     */
    public record Recorded(UUID id, long seq) {}

    private ExchangeUnpack(ExchangeSink sink) {
        this.sink = sink;
    }

    /**
     * Records all exchanges of {@code packed}, in order. One that is cut off ends as incomplete.
     *
     * @return those that were begun
     * @throws IOException if the octets are none of a pack, or cannot be read; what was recorded before stays
     */
    public static List<Recorded> record(InputStream packed, ExchangeSink sink) throws IOException {
        ExchangeUnpack unpack = new ExchangeUnpack(sink);
        try (DataInputStream in = new DataInputStream(packed)) {
            frames(in, unpack::take);
        } catch (PayloadReader.MalformedPayloadException e) {
            throw new IOException("the exchange cannot be read: " + e.getMessage(), e);
        } finally {
            unpack.open.ifPresent(cut -> cut.end(new ExchangeEnd(new Outcome.Incomplete(ErrorClass.INTERNAL, "not all of it came from the worker"),
                    Timings.NONE, List.of(), List.of())));
        }
        return List.copyOf(unpack.recorded);
    }

    /**
     * Id of the last exchange of {@code packed}; empty if it has none.
     *
     * @throws IOException if the octets are none of a pack, or cannot be read
     */
    public static Optional<UUID> lastId(InputStream packed) throws IOException {
        List<UUID> ids = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(packed)) {
            frames(in, (type, payload) -> {
                if (type == RecordType.START) {
                    PayloadReader reader = new PayloadReader(payload, 0, payload.length);
                    reader.fixed();
                    ids.add(ExchangeCodec.start(reader).id());
                }
            });
        } catch (PayloadReader.MalformedPayloadException e) {
            throw new IOException("the exchange cannot be read: " + e.getMessage(), e);
        }
        return ids.isEmpty() ? Optional.empty() : Optional.of(ids.getLast());
    }

    /** Takes one record of a pack. */
    private interface Taker {
        void take(RecordType type, byte[] payload) throws IOException, PayloadReader.MalformedPayloadException;
    }

    private static void frames(DataInputStream in, Taker taker) throws IOException, PayloadReader.MalformedPayloadException {
        for (int code = in.read(); code >= 0; code = in.read()) {
            int length = in.readInt();
            if (length < 0 || length > FRAME_BYTES_MAX) {
                throw new PayloadReader.MalformedPayloadException("a record of " + length + " octets");
            }
            byte[] payload = in.readNBytes(length);
            if (payload.length < length) {
                throw new EOFException("the exchange ends within a record");
            }
            Optional<RecordType> type = RecordType.of(code);
            if (type.isPresent()) {
                taker.take(type.get(), payload);
            }
        }
    }

    private Recording open() throws PayloadReader.MalformedPayloadException {
        return open.orElseThrow(() -> new PayloadReader.MalformedPayloadException("a record before the head of its exchange"));
    }

    private void take(RecordType type, byte[] payload) throws IOException, PayloadReader.MalformedPayloadException {
        PayloadReader in = new PayloadReader(payload, 0, payload.length);
        switch (type) {
            case CLIENT -> client = Optional.of(ExchangeCodec.client(in));
            case START -> begin(in);
            case ROUTE -> route = Optional.of(ExchangeCodec.route(in, false));
            case REQUEST_CHUNK -> open().requestBody(payload, 0, payload.length);
            case RESPONSE_CHUNK -> open().responseBody(payload, 0, payload.length);
            case REQUEST_END -> {
                in.fixed();
                open().requestEnd(end(ExchangeCodec.body(in)));
            }
            case INFORMATIONAL -> {
                in.array();
                open().informational(ExchangeCodec.responseHead(in));
            }
            case RESPONSE -> response(in);
            case STREAM -> open().streamOpened(StreamCodec.open(in));
            case MESSAGE -> open().message(StreamCodec.message(in).message());
            case STREAM_END -> open().streamClosed(StreamCodec.end(in).end());
            case END -> end(in);
            case BODY, LOSS, CHECKPOINT, SEAL, SESSION_END, PART_OUT, PART_IN -> { }
        }
    }

    private void begin(PayloadReader in) throws IOException, PayloadReader.MalformedPayloadException {
        in.fixed();
        ExchangeCodec.StartFacts facts = ExchangeCodec.start(in);
        ExchangeCodec.ClientFacts from = client.orElseThrow(() -> new PayloadReader.MalformedPayloadException("an exchange without a client"));
        Recording recording = sink.open(new ExchangeStart(facts.id(), facts.startedAtMillis(),
                new Client(from.address(), from.listener(), facts.source(), facts.targetId(), from.connectionId()), facts.endpoint(),
                WireHeads.request(facts.head(), facts.raw()), from.tls(), facts.urlAsWritten()));
        open = Optional.of(recording);
        route = Optional.empty();
        recorded.add(new Recorded(facts.id(), recording.storedSeq().orElse(0)));
    }

    private void response(PayloadReader in) throws IOException, PayloadReader.MalformedPayloadException {
        in.fixed();
        in.array();
        routed(in.bool());
        open().response(ExchangeCodec.responseHead(in));
    }

    private void routed(boolean reused) throws PayloadReader.MalformedPayloadException {
        if (route.isPresent()) {
            Route way = route.get();
            open().routed(new Route(way.upstreamProxy(), way.serverAddress(), way.connectionId(), reused, way.tls()));
            route = Optional.empty();
        }
    }

    private void end(PayloadReader in) throws IOException, PayloadReader.MalformedPayloadException {
        in.fixed();
        in.fixed();
        ExchangeCodec.EndFacts facts = ExchangeCodec.end(in);
        routed(facts.reused());
        Recording ended = open();
        facts.body().ifPresent(body -> ended.responseEnd(end(body)));
        open = Optional.empty();
        ended.end(new ExchangeEnd(facts.outcome(), facts.timings(), facts.rules(), facts.notes(), facts.sent()));
    }

    private static BodyEnd end(ExchangeCodec.BodyFacts body) {
        return new BodyEnd(body.bytes(), body.sha256(), body.complete(), body.trailers());
    }
}
