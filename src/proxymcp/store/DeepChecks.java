package proxymcp.store;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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

    /** An exchange on its way. */
    private static final class Running {
        private final long start;
        private long requestEnd;
        private long response;
        private Optional<Stream> requestBody = Optional.empty();
        private Optional<Stream> responseBody = Optional.empty();

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
