package proxymcp.tls;

import java.util.ArrayList;
import java.util.List;

/** GREASE (RFC 8701): values that mean nothing and differ in each connection, so that no fingerprint counts them. */
final class Grease {
    private Grease() {}

    /** Whether {@code value} is 0x0A0A, 0x1A1A, and so on to 0xFAFA. */
    static boolean is(int value) {
        return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
    }

    /** {@code values} without GREASE, in the same order. */
    static List<Integer> removed(List<Integer> values) {
        List<Integer> rest = new ArrayList<>(values.size());
        for (int value : values) {
            if (!is(value)) {
                rest.add(value);
            }
        }
        return rest;
    }

    /** The numbers of the hello's extensions without GREASE, in wire order. */
    static List<Integer> extensionTypes(ClientHello hello) {
        List<Integer> types = new ArrayList<>(hello.extensions().size());
        for (ClientHello.Extension extension : hello.extensions()) {
            types.add(extension.type());
        }
        return removed(types);
    }
}
