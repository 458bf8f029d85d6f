package proxymcp.tool;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.StreamEntry;
import proxymcp.exchange.Streams;
import proxymcp.json.Args;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.store.Session;
import proxymcp.store.SessionId;

/** Where streams are, and how the ids that callers use lead to them. Not for several threads. */
final class StreamSource {
    /** What is done with streams; work for the pool. */
    interface Work {
        ToolOutcome of(StreamSource source) throws Exception;
    }

    private interface SeqOf {
        OptionalLong of(UUID id) throws IOException;
    }

    private interface IdOf {
        Optional<String> of(long seq) throws IOException;
    }

    private final Streams streams;
    private final SeqOf seqs;
    private final IdOf ids;
    private final Map<Long, String> known = new HashMap<>();

    private StreamSource(Streams streams, SeqOf seqs, IdOf ids) {
        this.streams = streams;
        this.seqs = seqs;
        this.ids = ids;
    }

    /** The streams of a session. */
    static StreamSource of(Session session) {
        return new StreamSource(session.streams(), session::seqOf, seq -> session.find(seq).map(entry -> entry.id().toString()));
    }

    /** The streams of the live buffer. */
    static StreamSource of(LiveBuffer live) {
        Streams streams = live.streams();
        return new StreamSource(streams, id -> {
            Optional<Exchange> found = live.find(id);
            return found.isPresent() ? OptionalLong.of(found.get().seq()) : OptionalLong.empty();
        }, seq -> streams.find(seq).map(entry -> entry.exchangeId().toString()));
    }

    /** Does {@code work} on the streams of argument {@code session_id}, or on those of the live buffer without one. */
    static ToolOutcome on(Args args, CallContext context, LiveBuffer live, SessionControl sessions, WorkPool pool, Work work) throws Exception {
        if (!args.given("session_id")) {
            return pool.run(context, () -> work.of(of(live)));
        }
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        return pool.run(context, () -> sessions.catalog().read(id, session -> work.of(of(session))));
    }

    Streams streams() {
        return streams;
    }

    /** The id of the stream of exchange {@code seq}; empty if it is not kept any more. */
    String id(long seq) throws IOException {
        String id = known.get(seq);
        if (id == null) {
            id = ids.of(seq).orElse("");
            known.put(seq, id);
        }
        return id;
    }

    /**
     * The stream with this id.
     *
     * @throws ToolFailure {@code unknown_stream}
     */
    StreamEntry stream(String id) throws IOException, ToolFailure {
        OptionalLong seq;
        try {
            seq = seqs.of(UUID.fromString(id));
        } catch (IllegalArgumentException notAnId) {
            seq = OptionalLong.empty();
        }
        Optional<StreamEntry> found = seq.isPresent() ? streams.find(seq.getAsLong()) : Optional.empty();
        return found.orElseThrow(() -> new ToolFailure("unknown_stream", "There is no stream with this id", "proxy_list_ws_streams lists them"));
    }

    /**
     * A message of a stream.
     *
     * @throws ToolFailure {@code unknown_frame}
     */
    MessageEntry message(StreamEntry stream, long index) throws IOException, ToolFailure {
        return streams.message(stream.seq(), index).orElseThrow(() -> new ToolFailure("unknown_frame", "The stream has no frame " + index
                + ", or does not keep it any more", "proxy_get_ws_frames with stream_id lists the indexes"));
    }
}
