package proxymcp.tls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Walks through a handshake message; every step past its end is a {@link MalformedHelloException}. */
final class HelloReader {
    private final byte[] message;
    private final int limit;
    private int position;

    HelloReader(byte[] message) {
        this(message, 0, message.length);
    }

    private HelloReader(byte[] message, int from, int limit) {
        this.message = message;
        this.position = from;
        this.limit = limit;
    }

    boolean hasRemaining() {
        return position < limit;
    }

    int uint8(String what) throws MalformedHelloException {
        return message[advance(1, what)] & 0xff;
    }

    int uint16(String what) throws MalformedHelloException {
        int at = advance(2, what);
        return (message[at] & 0xff) << 8 | message[at + 1] & 0xff;
    }

    int uint24(String what) throws MalformedHelloException {
        return uint8(what) << 16 | uint16(what);
    }

    byte[] bytes(int count, String what) throws MalformedHelloException {
        int at = advance(count, what);
        return Arrays.copyOfRange(message, at, at + count);
    }

    /** A part whose length stands before it in one byte. */
    HelloReader part8(String what) throws MalformedHelloException {
        return part(uint8(what), what);
    }

    /** A part whose length stands before it in two bytes. */
    HelloReader part16(String what) throws MalformedHelloException {
        return part(uint16(what), what);
    }

    /** All that is left, as numbers of two bytes. */
    List<Integer> allUint16(String what) throws MalformedHelloException {
        List<Integer> numbers = new ArrayList<>((limit - position) / 2);
        while (hasRemaining()) {
            numbers.add(uint16(what));
        }
        return List.copyOf(numbers);
    }

    /** All that is left, as numbers of one byte. */
    List<Integer> allUint8(String what) throws MalformedHelloException {
        List<Integer> numbers = new ArrayList<>(limit - position);
        while (hasRemaining()) {
            numbers.add(uint8(what));
        }
        return List.copyOf(numbers);
    }

    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(message, position, limit);
        position = limit;
        return rest;
    }

    private HelloReader part(int length, String what) throws MalformedHelloException {
        int at = advance(length, what);
        return new HelloReader(message, at, at + length);
    }

    private int advance(int count, String what) throws MalformedHelloException {
        if (limit - position < count) {
            throw new MalformedHelloException(position,
                    what + " needs " + count + " bytes, " + (limit - position) + " are left");
        }
        int at = position;
        position += count;
        return at;
    }
}
