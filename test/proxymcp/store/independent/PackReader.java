package proxymcp.store.independent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A payload as section 4 of FORMAT.md has it. */
final class PackReader {
    private final ByteBuffer bytes;

    PackReader(byte[] payload) {
        bytes = ByteBuffer.wrap(payload);
    }

    long fixed() {
        long value = bytes.order(ByteOrder.LITTLE_ENDIAN).getLong();
        bytes.order(ByteOrder.BIG_ENDIAN);
        return value;
    }

    byte[] octets(int count) {
        byte[] octets = new byte[count];
        bytes.get(octets);
        return octets;
    }

    byte[] rest() {
        return octets(bytes.remaining());
    }

    boolean skipNil() {
        if (bytes.get(bytes.position()) == (byte) 0xc0) {
            bytes.get();
            return true;
        }
        return false;
    }

    boolean bool() {
        return switch (head()) {
            case 0xc2 -> false;
            case 0xc3 -> true;
            default -> throw wrong("a bool");
        };
    }

    long integer() {
        int head = head();
        if (head <= 0x7f) {
            return head;
        }
        if (head >= 0xe0) {
            return head - 256;
        }
        return switch (head) {
            case 0xcd -> bytes.getShort() & 0xFFFFL;
            case 0xce -> bytes.getInt() & 0xFFFF_FFFFL;
            case 0xd3 -> bytes.getLong();
            default -> throw wrong("an integer");
        };
    }

    String text() {
        int head = head();
        int length = head >= 0xa0 && head <= 0xbf ? head - 0xa0 : switch (head) {
            case 0xd9 -> head();
            case 0xdb -> bytes.getInt();
            default -> throw wrong("a text");
        };
        return new String(octets(length), StandardCharsets.UTF_8);
    }

    Optional<String> optionalText() {
        return skipNil() ? Optional.empty() : Optional.of(text());
    }

    byte[] binary() {
        return octets(switch (head()) {
            case 0xc4 -> head();
            case 0xc6 -> bytes.getInt();
            default -> throw wrong("a binary");
        });
    }

    int array() {
        int head = head();
        if (head >= 0x90 && head <= 0x9f) {
            return head - 0x90;
        }
        if (head == 0xdc) {
            return bytes.getShort() & 0xFFFF;
        }
        throw wrong("an array");
    }

    private int head() {
        return bytes.get() & 0xFF;
    }

    private IllegalStateException wrong(String wanted) {
        return new IllegalStateException("no " + wanted + " before " + bytes.position());
    }
}
