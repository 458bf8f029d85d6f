package proxymcp.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads what {@link PayloadWriter} wrote. Everything is checked against the payload's end: a payload whose checksum fits can still have been
 * written by a newer program.
 */
final class PayloadReader {
    /** A payload that is not what its type says. */
    static final class MalformedPayloadException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedPayloadException(String message) {
            super(message);
        }
    }

    private final byte[] bytes;
    private int at;
    private final int end;

    PayloadReader(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.at = from;
        this.end = from + length;
    }

    int remaining() {
        return end - at;
    }

    int position() {
        return at;
    }

    long fixed() throws MalformedPayloadException {
        need(Long.BYTES);
        long value = RecordLayout.getLong(bytes, at);
        at += Long.BYTES;
        return value;
    }

    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(bytes, at, end);
        at = end;
        return rest;
    }

    byte[] raw(int count) throws MalformedPayloadException {
        need(count);
        byte[] raw = Arrays.copyOfRange(bytes, at, at + count);
        at += count;
        return raw;
    }

    int array() throws MalformedPayloadException {
        int head = octet();
        if ((head & 0xF0) == 0x90) {
            return head & 0x0F;
        }
        if (head == 0xdc) {
            return (int) big(2);
        }
        throw unexpected("an array", head);
    }

    boolean bool() throws MalformedPayloadException {
        int head = octet();
        if (head == 0xc2 || head == 0xc3) {
            return head == 0xc3;
        }
        throw unexpected("a boolean", head);
    }

    boolean skipNil() throws MalformedPayloadException {
        need(1);
        if ((bytes[at] & 0xFF) == 0xc0) {
            at++;
            return true;
        }
        return false;
    }

    long integer() throws MalformedPayloadException {
        int head = octet();
        if (head < 0x80) {
            return head;
        }
        if (head >= 0xe0) {
            return (byte) head;
        }
        return switch (head) {
            case 0xcd -> big(2);
            case 0xce -> big(4);
            case 0xd3 -> big(8);
            default -> throw unexpected("an integer", head);
        };
    }

    /** Length of the string that begins here; its octets follow at {@link #position}. */
    int textLength() throws MalformedPayloadException {
        int head = octet();
        int length;
        if ((head & 0xE0) == 0xa0) {
            length = head & 0x1F;
        } else if (head == 0xd9) {
            length = octet();
        } else if (head == 0xdb) {
            length = size();
        } else {
            throw unexpected("a string", head);
        }
        need(length);
        return length;
    }

    String text() throws MalformedPayloadException {
        int length = textLength();
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    Optional<String> textOrNil() throws MalformedPayloadException {
        return skipNil() ? Optional.empty() : Optional.of(text());
    }

    /** Length of the binary that begins here; its octets follow at {@link #position}. */
    int binaryLength() throws MalformedPayloadException {
        int head = octet();
        int length;
        if (head == 0xc4) {
            length = octet();
        } else if (head == 0xc6) {
            length = size();
        } else {
            throw unexpected("binary", head);
        }
        need(length);
        return length;
    }

    byte[] binary() throws MalformedPayloadException {
        return raw(binaryLength());
    }

    void skip(int count) throws MalformedPayloadException {
        need(count);
        at += count;
    }

    private int size() throws MalformedPayloadException {
        long size = big(4);
        if (size > end - at) {
            throw new MalformedPayloadException("a value of " + size + " bytes in a payload with " + (end - at) + " left");
        }
        return (int) size;
    }

    private int octet() throws MalformedPayloadException {
        need(1);
        return bytes[at++] & 0xFF;
    }

    private long big(int count) throws MalformedPayloadException {
        need(count);
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | bytes[at++] & 0xFF;
        }
        return value;
    }

    private void need(int count) throws MalformedPayloadException {
        if (count > end - at || count < 0) {
            throw new MalformedPayloadException("the payload ends " + (count - (end - at)) + " bytes early");
        }
    }

    private static MalformedPayloadException unexpected(String wanted, int head) {
        return new MalformedPayloadException("expected " + wanted + ", found MessagePack type 0x" + Integer.toHexString(head));
    }
}
