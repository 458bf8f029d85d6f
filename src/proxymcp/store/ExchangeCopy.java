package proxymcp.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.Outcome;
import proxymcp.http.Fields;

/** Records exchanges of one session in another, as they were, under the same seq and id. Not for several threads. */
final class ExchangeCopy {
    private static final int PIECE_BYTES = 64 << 10;
    private static final String RECORDS = "records";

    private final Session source;
    private final SessionWriter target;
    private final SalvageLosses losses;
    private final WorkWatch watch;
    private final byte[] piece = new byte[PIECE_BYTES];
    /** What the exchange at hand has lost: part and reason. */
    private final Map<String, String> lost = new LinkedHashMap<>();

    private interface Octets {
        void take(byte[] bytes, int offset, int length);
    }

    ExchangeCopy(Session source, SessionWriter target, SalvageLosses losses, WorkWatch watch) {
        this.source = source;
        this.target = target;
        this.losses = losses;
        this.watch = watch;
    }

    /**
     * Copies an exchange as far as it can be read.
     *
     * @return false if nothing of it can
     * @throws SessionException if the new session does not take it
     * @throws IOException if the index of the source is damaged, or closed
     */
    boolean copy(long seq) throws IOException {
        Optional<StoredExchange> stored;
        try {
            stored = source.exchange(seq);
        } catch (IOException e) {
            rethrowFault(e);
            losses.exchange(seq, e.getMessage());
            return false;
        }
        if (stored.isEmpty()) {
            losses.exchange(seq, "the log has no record of its beginning: that was lost, or never recorded");
            return false;
        }
        lost.clear();
        nameDamage(stored.get());
        StoreRecording to = open(stored.get().exchange(), seq);
        copy(stored.get(), to);
        lost.forEach((part, reason) -> losses.part(seq, part, reason));
        if (!lost.isEmpty() || stored.get().entry().shed()) {
            to.lacksParts();
        }
        return true;
    }

    private StoreRecording open(Exchange exchange, long seq) throws SessionException {
        if (target.openAt(seq, exchange.start()) instanceof StoreRecording recording) {
            return recording;
        }
        throw new SessionException("cannot_write", "the new session does not take exchange " + seq);
    }

    private void nameDamage(StoredExchange stored) throws IOException {
        IndexEntry entry = stored.entry();
        for (String sentence : stored.damage()) {
            Optional<ExchangePart> part = ExchangePart.of(sentence);
            lost.putIfAbsent(part.map(ExchangePart::id).orElse(RECORDS), part.map(known -> known.reason(sentence)).orElse(sentence));
            if (part.equals(Optional.of(ExchangePart.END)) && entry.responseBytes() > 0) {
                lost.putIfAbsent(ExchangePart.RESPONSE_BODY.id(), "the record that leads to it is damaged");
            }
        }
        boolean running = stored.exchange().outcome() instanceof Outcome.InFlight;
        if (running) {
            lost.putIfAbsent(ExchangePart.END.id(), "it had not ended where the log ends");
        }
        if (lost.isEmpty()) {
            long end = source.endOf(entry.seq());
            losses.touching(entry.seq(), Position.of(entry.segment(), (int) entry.offset()), end == Position.NONE ? Long.MAX_VALUE : end)
                    .ifPresent(damage -> lost.put(RECORDS, "segment " + damage.segment() + " is damaged at " + damage.offset()
                            + " for " + damage.length() + " octets, where records of this exchange stood or may have stood"));
        }
    }

    private void copy(StoredExchange stored, StoreRecording to) throws IOException {
        Exchange exchange = stored.exchange();
        copyBody(stored.requestBody(), exchange.requestTrailers(), ExchangePart.REQUEST_BODY, to, to::requestBody)
                .ifPresent(to::requestEnd);
        exchange.route().ifPresent(to::routed);
        exchange.informational().forEach(to::informational);
        exchange.response().ifPresent(to::response);
        copyBody(stored.responseBody(), exchange.responseTrailers(), ExchangePart.RESPONSE_BODY, to, to::responseBody)
                .ifPresent(to::responseEnd);
        if (exchange.stream().isPresent()) {
            new StreamCopy(source, watch).copy(exchange, to).ifPresent(reason -> lost.putIfAbsent(ExchangePart.MESSAGES.id(), reason));
        }
        Outcome outcome = switch (exchange.outcome()) {
            case Outcome.Complete complete -> complete;
            case Outcome.Incomplete incomplete -> incomplete;
            case Outcome.InFlight running -> new Outcome.Incomplete(ErrorClass.PROXY_STOPPED,
                    "the recording process ended while the exchange ran");
        };
        to.end(new ExchangeEnd(outcome, exchange.timings(), exchange.rules(), exchange.endNotes(), exchange.sent()));
    }

    /**
     * Copies a body as far as it can be read.
     *
     * @return its end; empty if there was no body
     */
    private Optional<BodyEnd> copyBody(StoredBody body, Fields trailers, ExchangePart part, StoreRecording to, Octets octets) throws IOException {
        if (body.state() == CapturedBody.State.NONE) {
            return Optional.empty();
        }
        long copied = 0;
        try (InputStream in = body.open()) {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                octets.take(piece, 0, count);
                copied += count;
                requireWanted();
            }
        } catch (IOException e) {
            rethrowFault(e);
            lost.put(part.id(), copied + " of " + body.kept() + " octets could be read: " + e.getMessage());
        }
        if (body.sha256().isEmpty()) {
            to.streamBodies();
        }
        byte[] digest = HexFormat.of().parseHex(body.sha256().orElse(""));
        return Optional.of(new BodyEnd(body.size(), digest, body.state() == CapturedBody.State.COMPLETE, trailers));
    }

    private void requireWanted() {
        if (watch.cancelled()) {
            throw new CancellationException("cancelled while a session was salvaged");
        }
    }

    /** Some failures are not the log's: what was copied so far is not worth keeping. */
    private static void rethrowFault(IOException e) throws IOException {
        if (e instanceof BlockCheck.IndexDamagedException || e instanceof ClosedChannelException) {
            throw e;
        }
    }
}
