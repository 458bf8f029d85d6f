package proxymcp.store;

import java.util.Optional;

/** What a record holds; the payloads are described in FORMAT.md. */
enum RecordType {
    /** A client connection, once for all its exchanges. */
    CLIENT(1),
    /** A connection to an origin, once for all its exchanges. */
    ROUTE(2),
    /** A whole body of at most 64 KiB, once for all exchanges that have it. */
    BODY(3),
    /** A request head: the exchange begins. */
    START(4),
    /** Octets of a long request body. */
    REQUEST_CHUNK(5),
    /** The request body ended. */
    REQUEST_END(6),
    /** A 1xx response head. */
    INFORMATIONAL(7),
    /** The final response head. */
    RESPONSE(8),
    /** Octets of a long response body. */
    RESPONSE_CHUNK(9),
    /** The response body, if any, and the exchange ended. */
    END(10),
    /** Something was not recorded. */
    LOSS(11),
    /** An index snapshot was taken here. */
    CHECKPOINT(12),
    /** The segment is complete. */
    SEAL(13),
    /** The session is complete. */
    SESSION_END(14),
    /** The exchange is a stream from here on. */
    STREAM(15),
    /** A message of a stream. */
    MESSAGE(16),
    /** Octets of a long message from the client. */
    PART_OUT(17),
    /** Octets of a long message from the server. */
    PART_IN(18),
    /** The stream ended. */
    STREAM_END(19);

    private static final RecordType[] BY_CODE = new RecordType[20];

    static {
        for (RecordType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;

    RecordType(int code) {
        this.code = code;
    }

    /** The byte on disk, never 0. */
    int code() {
        return code;
    }

    /** Whether records of this type hold a part of a long body or message. */
    boolean isChunk() {
        return this == REQUEST_CHUNK || this == RESPONSE_CHUNK || isPart();
    }

    /** Whether records of this type hold a part of a long message. */
    boolean isPart() {
        return this == PART_OUT || this == PART_IN;
    }

    /** The type with this byte; empty for one that a newer version wrote. */
    static Optional<RecordType> of(int code) {
        return code > 0 && code < BY_CODE.length ? Optional.ofNullable(BY_CODE[code]) : Optional.empty();
    }
}
