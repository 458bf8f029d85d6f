package proxymcp.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Reads server-sent events as their octets pass, in pieces of any size (WHATWG HTML, section 9.2.6). Data is handed on as it comes, so that an event
 * of any length needs no memory; the other fields are cut at {@link #FIELD_BYTES_MAX}.
 *
 * <p>Not for several threads.
 */
public final class EventStreamParser {
    /** Takes what is found, in the order of the octets. */
    public interface Listener {
        /** Octets of the data of the event that comes; its lines are joined by line feeds. Valid during the call. */
        void data(byte[] bytes, int offset, int length);

        /**
         * The event is dispatched.
         *
         * @param type {@code message} where it names none
         * @param id the last event id of the stream
         * @param retryMillis the reconnection time that came with it
         * @param wireBytes octets from the end of the event before, its empty line with them
         */
        void event(String type, String id, OptionalLong retryMillis, long wireBytes);

        /** What was begun of an event is dropped: its end did not come, or it has no data. Comments and lone fields end so too. */
        void dropped(long wireBytes, boolean hadData);

        /** {@code event}, {@code id} or {@code retry} of the event that comes, as it stands there; whoever takes events need not look. */
        default void field(String name, String value) {}
    }

    /** Octets of a field but data that are kept. */
    public static final int FIELD_BYTES_MAX = 4 * 1024;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] LINE_FEED = {'\n'};
    private static final int RETRY_DIGITS_MAX = 18;

    private enum In { MARK, NAME, SPACE, DATA, VALUE, IGNORED }

    private final Listener listener;
    private In in = In.MARK;
    private int markAt;
    private boolean afterReturn;
    private byte[] held = new byte[32];
    private int heldBytes;
    private String field = "";
    private boolean hasData;
    private String type = "";
    private String id = "";
    private OptionalLong retry = OptionalLong.empty();
    private long wireBytes;

    /** @param listener takes events */
    public EventStreamParser(Listener listener) {
        this.listener = listener;
    }

    /** The next octets. */
    public void feed(byte[] bytes, int offset, int length) {
        int end = offset + length;
        for (int at = offset; at < end; ) {
            byte octet = bytes[at];
            if (afterReturn) {
                afterReturn = false;
                if (octet == '\n') {
                    wireBytes++;
                    at++;
                    continue;
                }
            }
            if (octet == '\r' || octet == '\n') {
                wireBytes++;
                at++;
                afterReturn = octet == '\r';
                line();
            } else if (in == In.DATA) {
                int stop = lineEnd(bytes, at, end);
                listener.data(bytes, at, stop - at);
                wireBytes += stop - at;
                at = stop;
            } else if (in == In.IGNORED) {
                int stop = lineEnd(bytes, at, end);
                wireBytes += stop - at;
                at = stop;
            } else {
                at += one(octet);
            }
        }
    }

    /** The stream ended: an event that is not ended by an empty line is dropped. */
    public void end() {
        if (wireBytes > 0) {
            if (in != In.NAME || heldBytes > 0) {
                line();
            }
            listener.dropped(wireBytes, hasData);
            reset();
        }
    }

    /** Whether something of an event that has not ended is here. */
    public boolean isWithin() {
        return wireBytes > 0;
    }

    private static int lineEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != '\r' && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    /** Takes an octet that ends no line; returns how many were used: none where it belongs to what comes behind a byte order mark. */
    private int one(byte octet) {
        switch (in) {
            case MARK -> {
                if (octet != BYTE_ORDER_MARK[markAt]) {
                    in = In.NAME;
                    for (int i = 0; i < markAt; i++) {
                        hold(BYTE_ORDER_MARK[i]);
                    }
                    return 0;
                }
                markAt++;
                in = markAt == BYTE_ORDER_MARK.length ? In.NAME : In.MARK;
            }
            case NAME -> {
                if (octet == ':') {
                    begin();
                } else {
                    hold(octet);
                }
            }
            case SPACE -> {
                in = field.equals("data") ? In.DATA : In.VALUE;
                if (octet != ' ') {
                    return 0;
                }
            }
            case VALUE -> hold(octet);
            case DATA, IGNORED -> throw new IllegalStateException("is read in pieces");
        }
        wireBytes++;
        return 1;
    }

    private void hold(byte octet) {
        if (heldBytes == held.length && held.length < FIELD_BYTES_MAX) {
            held = Arrays.copyOf(held, Math.min(FIELD_BYTES_MAX, held.length * 2));
        }
        if (heldBytes < held.length) {
            held[heldBytes++] = octet;
        }
    }

    private String named() {
        return new String(held, 0, heldBytes, StandardCharsets.UTF_8);
    }

    /** A colon ended the name of a field. */
    private void begin() {
        field = named();
        heldBytes = 0;
        in = switch (field) {
            case "data", "event", "id", "retry" -> In.SPACE;
            default -> In.IGNORED;
        };
        if (field.equals("data")) {
            dataLine();
        }
    }

    private void dataLine() {
        if (hasData) {
            listener.data(LINE_FEED, 0, 1);
        }
        hasData = true;
    }

    /** A line ended. */
    private void line() {
        if (in == In.MARK && markAt > 0) {
            in = In.IGNORED; // A beginning of a mark: no field has such a name.
        }
        if ((in == In.NAME || in == In.MARK) && heldBytes == 0) {
            dispatch();
        } else if (in == In.NAME) {
            field = named();
            heldBytes = 0;
            if (field.equals("data")) {
                dataLine();
            } else {
                take("");
            }
        } else if (in == In.VALUE || in == In.SPACE && !field.equals("data")) {
            take(named());
        }
        heldBytes = 0;
        in = In.NAME;
    }

    private void take(String value) {
        switch (field) {
            case "event" -> type = value;
            case "id" -> id = value.indexOf('\0') < 0 ? value : id;
            case "retry" -> retry = digits(value);
            default -> {
                return;
            }
        }
        listener.field(field, value);
    }

    private OptionalLong digits(String value) {
        if (value.isEmpty() || value.length() > RETRY_DIGITS_MAX) {
            return retry;
        }
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return retry;
            }
        }
        return OptionalLong.of(Long.parseLong(value));
    }

    private void dispatch() {
        if (hasData) {
            listener.event(type.isEmpty() ? "message" : type, id, retry, wireBytes);
        } else {
            listener.dropped(wireBytes, false);
        }
        reset();
    }

    private void reset() {
        hasData = false;
        type = "";
        retry = OptionalLong.empty();
        wireBytes = 0;
    }
}
