package proxymcp.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import proxymcp.codec.BlockInput;

/**
 * What a client sends with a ticket of the origin before it knows who answers: 0-RTT (RFC 8446 section 4.2.10). We cannot read it, and JSSE,
 * which has no 0-RTT, does not skip it but fails. A server may also ask for a second ClientHello instead, and then skips all records of
 * application data before that: so JSSE is made to ask, by naming only groups that the client offers without a key share.
 */
final class EarlyData {
    /** More than servers allow for in a ticket. Behind it JSSE sees what comes. */
    static final int SKIPPED_BYTES_MAX = 1 << 20;

    private static final int RECORD_HEADER_BYTES = 5;
    private static final int RECORD_TYPE_CHANGE_CIPHER_SPEC = 20;
    private static final int RECORD_TYPE_APPLICATION_DATA = 23;

    private EarlyData() {}

    /** Whether the client says that it sends some. */
    static boolean isIn(ClientHello hello) {
        for (ClientHello.Extension extension : hello.extensions()) {
            if (extension.type() == ClientHello.EARLY_DATA) {
                return true;
            }
        }
        return false;
    }

    /** Groups that make JSSE ask for a second hello, by their names there; none if the client leaves no such choice. */
    static String[] groupsToAskFor(ClientHello hello) throws MalformedHelloException {
        Set<Integer> shared = new HashSet<>(hello.keyShareGroups());
        List<String> names = new ArrayList<>();
        for (Group group : Group.values()) {
            if (hello.groups().contains(group.number) && !shared.contains(group.number)) {
                names.add(group.name().toLowerCase(Locale.ROOT));
            }
        }
        return names.toArray(new String[0]);
    }

    /** Groups under JSSE's names, with their numbers of the IANA registry. */
    private enum Group {
        X25519(29), SECP256R1(23), SECP384R1(24), SECP521R1(25), X448(30), FFDHE2048(256), FFDHE3072(257);

        private final int number;

        Group(int number) {
            this.number = number;
        }
    }

    /**
     * The client's octets up to the end of the record that follows its early data; it ends there, and no further octet was taken.
     *
     * @param read what was taken of the connection so far
     * @param helloBytes how many of these are the first hello's records
     * @param connection what comes after {@code read}
     */
    static InputStream skipped(byte[] read, int helloBytes, InputStream connection) {
        InputStream hello = new ByteArrayInputStream(read, 0, helloBytes);
        InputStream after = new ByteArrayInputStream(Arrays.copyOfRange(read, helloBytes, read.length));
        return new SequenceInputStream(new SequenceInputStream(hello, new Skipping(after, connection)), after);
    }

    /** The records before the second hello but application data, and the first record of that. */
    private static final class Skipping extends BlockInput {
        private final InputStream after;
        private final InputStream in;
        private InputStream record = InputStream.nullInputStream();
        private long skippedBytes;
        private boolean done;

        Skipping(InputStream after, InputStream connection) {
            this.after = after;
            this.in = new SequenceInputStream(after, connection);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = record.read(target, offset, length);
            while (count < 0 && !done) {
                record = new ByteArrayInputStream(nextRecord());
                count = record.read(target, offset, length);
            }
            return count;
        }

        private byte[] nextRecord() throws IOException {
            while (true) {
                byte[] header = in.readNBytes(RECORD_HEADER_BYTES);
                int length = header.length < RECORD_HEADER_BYTES ? 0 : (header[3] & 0xff) << 8 | header[4] & 0xff;
                byte[] payload = in.readNBytes(length);
                int type = header.length == 0 ? -1 : header[0];
                if (type == RECORD_TYPE_APPLICATION_DATA && skippedBytes <= SKIPPED_BYTES_MAX && payload.length == length) {
                    skippedBytes += RECORD_HEADER_BYTES + length;
                    continue;
                }
                done = type != RECORD_TYPE_CHANGE_CIPHER_SPEC;
                byte[] whole = Arrays.copyOf(header, header.length + payload.length);
                System.arraycopy(payload, 0, whole, header.length, payload.length);
                return whole;
            }
        }

        @Override
        public int available() throws IOException {
            return record.available() + (done ? 0 : after.available());
        }
    }
}
