package proxymcp.store;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import proxymcp.exchange.Direction;
import proxymcp.store.LogReplay.Records;
import proxymcp.store.PayloadReader.MalformedPayloadException;

/**
 * Decodes each record in full, hashes bodies, and follows references. A record that fails is reported like one whose checksum does not fit.
 *
 * <p>Memory: eight octets for each connection and each stored body, and a digest for each long body in flight. Not for several threads.
 */
final class DeepChecks implements Records {
    /** A streamed body on its way. */
    private static final class Stream {
        private final MessageDigest digest = Sha256.start();
        private long bytes;
        private boolean broken;
    }

    /** The parts of a long message on its way. */
    private static final class Parts {
        private long first;
        private long last;
        private long bytes;
    }

    /** An exchange on its way. */
    private static final class Running {
        private final long start;
        private long requestEnd;
        private long response;
        private Optional<Stream> requestBody = Optional.empty();
        private Optional<Stream> responseBody = Optional.empty();
        /** Position of its last message; 0 without one. */
        private long lastMessage;
        private long lastIndex = -1;
        private final Parts out = new Parts();
        private final Parts in = new Parts();

        Running(long start) {
            this.start = start;
        }
    }

    private final DamageList damage;
    private final Optional<RowComparison> rows;
    private final Map<Long, Running> running = new HashMap<>();
    /** Positions of CLIENT, ROUTE and BODY records, ascending, as they come in that order. */
    private long[] shared = new long[1_024];
    private int sharedCount;

    /**
     * @param damage where references may lead to
     * @param rows compares exchanges that ended with the index, where that can be expected to agree
     */
    DeepChecks(DamageList damage, Optional<RowComparison> rows) {
        this.damage = damage;
        this.rows = rows;
    }

    @Override
    public void apply(RecordType type, long seq, long position, byte[] bytes, int at, int length, OpenExchanges.Open open)
            throws IOException, MalformedPayloadException {
        PayloadReader in = new PayloadReader(bytes, at, length);
        switch (type) {
            case CLIENT -> {
                ExchangeCodec.client(in);
                share(position);
            }
            case ROUTE -> {
                ExchangeCodec.route(in, false);
                share(position);
            }
            case BODY -> {
                share(position);
                body(in, bytes, at, length);
            }
            case START -> {
                running.put(seq, new Running(position));
                refer(seq, in.fixed());
                ExchangeCodec.StartFacts facts = ExchangeCodec.start(in);
                requireHead(() -> WireHeads.request(facts.head(), facts.raw()));
            }
            case REQUEST_CHUNK, RESPONSE_CHUNK -> chunk(type, seq, bytes, at, length);
            case REQUEST_END -> requestEnd(seq, position, in);
            case INFORMATIONAL -> {
                in.array();
                requireHead(() -> ExchangeCodec.responseHead(in));
            }
            case RESPONSE -> {
                refer(seq, in.fixed());
                in.array();
                in.bool();
                requireHead(() -> ExchangeCodec.responseHead(in));
                find(seq).ifPresent(exchange -> exchange.response = position);
            }
            case END -> end(seq, position, in);
            case STREAM -> StreamCodec.open(in);
            case PART_OUT, PART_IN -> part(type, seq, position, bytes, at, length);
            case MESSAGE -> message(seq, position, StreamCodec.message(in));
            case STREAM_END -> StreamCodec.end(in);
            case LOSS, CHECKPOINT, SESSION_END -> numbers(in);
            case SEAL -> { } // Compared with what stands before it.
        }
    }

    private interface Decoding {
        Object decode() throws IOException, MalformedPayloadException;
    }

    private static void requireHead(Decoding head) throws MalformedPayloadException {
        try {
            head.decode();
        } catch (IOException e) {
            throw new MalformedPayloadException("a message head that cannot be read: " + e.getMessage());
        }
    }

    private static void numbers(PayloadReader in) throws MalformedPayloadException {
        if (in.array() < 1) {
            throw new MalformedPayloadException("an empty record");
        }
        in.integer();
    }

    private Optional<Running> find(long seq) {
        return Optional.ofNullable(running.get(seq));
    }

    private void share(long position) {
        if (sharedCount == shared.length) {
            shared = Arrays.copyOf(shared, sharedCount * 2);
        }
        shared[sharedCount++] = position;
    }

    /** A reference leads to a record that was read, or to damage that is named already. */
    private void refer(long seq, long position) throws MalformedPayloadException {
        if (position != Position.NONE && Arrays.binarySearch(shared, 0, sharedCount, position) < 0 && !damage.refer(seq, position)) {
            throw new MalformedPayloadException("refers to segment " + Position.segment(position) + " at " + (Position.offset(position) & 0xFFFF_FFFFL)
                    + ", where no such record stands");
        }
    }

    private static void body(PayloadReader in, byte[] bytes, int at, int length) throws MalformedPayloadException {
        byte[] said = in.raw(LogBody.DIGEST_BYTES);
        MessageDigest digest = Sha256.start();
        digest.update(bytes, at + LogBody.DIGEST_BYTES, length - LogBody.DIGEST_BYTES);
        byte[] found = digest.digest();
        // A body of which the first octets alone were kept carries the digest of those; its end has that of the whole.
        if (!Arrays.equals(said, found)) {
            throw new MalformedPayloadException("the body is not what its digest says");
        }
    }

    private void chunk(RecordType type, long seq, byte[] bytes, int at, int length) {
        Optional<Running> exchange = find(seq);
        if (exchange.isEmpty()) {
            return; // Its beginning is damaged, which is named.
        }
        boolean request = type == RecordType.REQUEST_CHUNK;
        Stream stream = (request ? exchange.get().requestBody : exchange.get().responseBody).orElseGet(Stream::new);
        int count = length - ChunkLayout.DATA_OFFSET;
        stream.broken |= RecordLayout.getLong(bytes, at + ChunkLayout.BODY_OFFSET) != stream.bytes;
        stream.digest.update(bytes, at + ChunkLayout.DATA_OFFSET, count);
        stream.bytes += count;
        if (request) {
            exchange.get().requestBody = Optional.of(stream);
        } else {
            exchange.get().responseBody = Optional.of(stream);
        }
    }

    private void part(RecordType type, long seq, long position, byte[] bytes, int at, int length) throws MalformedPayloadException {
        Optional<Running> exchange = find(seq);
        if (exchange.isEmpty()) {
            return;
        }
        Parts parts = type == RecordType.PART_OUT ? exchange.get().out : exchange.get().in;
        long offset = RecordLayout.getLong(bytes, at + ChunkLayout.BODY_OFFSET);
        if (offset == 0) {
            parts.first = position;
            parts.bytes = 0;
        } else if (offset != parts.bytes && damage.isEmpty()) {
            throw new MalformedPayloadException("a part of a message does not join the one before");
        }
        parts.last = position;
        parts.bytes = offset + length - ChunkLayout.DATA_OFFSET;
    }

    /** What a message refers to was read before, or is damaged, which is named. */
    private void message(long seq, long position, StreamCodec.MessageFacts facts) throws MalformedPayloadException {
        Optional<Running> found = find(seq);
        if (found.isEmpty()) {
            return;
        }
        Running exchange = found.get();
        Parts parts = facts.message().direction() == Direction.OUT ? exchange.out : exchange.in;
        boolean apart = facts.lastPart() != Position.NONE;
        boolean fits = facts.previous() == exchange.lastMessage && facts.index() > exchange.lastIndex
                && (!apart || facts.firstPart() == parts.first && facts.lastPart() == parts.last && parts.bytes <= facts.message().payloadBytes());
        if (!fits && damage.isEmpty()) {
            throw new MalformedPayloadException("a message does not join what stands before it");
        }
        exchange.lastMessage = position;
        exchange.lastIndex = facts.index();
    }

    private void requestEnd(long seq, long position, PayloadReader in) throws IOException, MalformedPayloadException {
        long body = in.fixed();
        ExchangeCodec.BodyFacts facts = ExchangeCodec.body(in);
        Optional<Running> exchange = find(seq);
        if (exchange.isPresent()) {
            exchange.get().requestEnd = position;
            compare(seq, body, facts, exchange.get().requestBody);
        }
    }

    private void end(long seq, long position, PayloadReader in) throws IOException, MalformedPayloadException {
        long body = in.fixed();
        refer(seq, in.fixed());
        ExchangeCodec.EndFacts facts = ExchangeCodec.end(in);
        Optional<Running> exchange = find(seq);
        running.remove(seq);
        if (exchange.isEmpty()) {
            return;
        }
        if (facts.body().isPresent()) {
            compare(seq, body, facts.body().get(), exchange.get().responseBody);
        }
        if (rows.isPresent()) {
            Running ended = exchange.get();
            rows.get().compare(seq, ended.start, ended.requestEnd, ended.response, position, facts);
            rows.get().compareMessages(seq, ended.lastMessage);
        }
    }

    /** What a body's end says of it, beside the octets that were read. */
    private void compare(long seq, long position, ExchangeCodec.BodyFacts facts, Optional<Stream> stream) throws MalformedPayloadException {
        if (stream.isEmpty()) {
            refer(seq, position);
            return;
        }
        Stream read = stream.get();
        boolean whole = !read.broken && facts.kept() == facts.bytes() && read.bytes == facts.bytes() && !facts.shed();
        if (whole && facts.sha256().length == LogBody.DIGEST_BYTES && !Arrays.equals(facts.sha256(), read.digest.digest())) {
            throw new MalformedPayloadException("the body is not what its digest says");
        }
        if (!read.broken && !facts.shed() && read.bytes < facts.kept() && damage.isEmpty()) {
            throw new MalformedPayloadException("the body has " + read.bytes + " octets, its end says " + facts.kept());
        }
    }
}
