package proxymcp.tls;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads the beginning of a client's stream: a ClientHello, or what shows that there is none. */
public final class ClientHelloReader {
    private static final int BUFFER_BYTES = 4096;

    private ClientHelloReader() {}

    /** What the stream begins with. {@code bytesRead} is all that was taken from it, to be handed on. */
    public sealed interface Beginning {
        /** All bytes that were read, in order. They can reach past the ClientHello. */
        byte[] bytesRead();
    }

    /** A whole ClientHello. */
    public record Tls(ClientHello hello, byte[] bytesRead) implements Beginning {}

    /** Something that is not TLS; no more was read than it took to tell. Empty if the stream ended at once. */
    public record NotTls(byte[] bytesRead) implements Beginning {}

    /** It began as TLS, and then ended, broke, or grew beyond 64 KiB. */
    public record Malformed(String problem, byte[] bytesRead) implements Beginning {}

    /**
     * Reads until the ClientHello is whole or cannot be one. The first byte is enough to tell most other protocols.
     *
     * @param in the client's stream from its beginning; read in pieces as they come
     * @throws IOException if reading fails, a timeout of the socket included
     */
    public static Beginning read(InputStream in) throws IOException {
        HelloRecords records = new HelloRecords(HelloRecords.CLIENT_HELLO);
        byte[] buffer = new byte[BUFFER_BYTES];
        while (true) {
            int count = in.read(buffer);
            if (count < 0) {
                byte[] read = records.bytes();
                return read.length == 0 ? new NotTls(read) : new Malformed("the stream ended inside the ClientHello", read);
            }
            switch (records.feed(buffer, 0, count)) {
                case HelloRecords.NeedMore needMore -> { }
                case HelloRecords.NotTls notTls -> {
                    return new NotTls(records.bytes());
                }
                case HelloRecords.Broken broken -> {
                    return new Malformed(broken.problem(), records.bytes());
                }
                case HelloRecords.Complete complete -> {
                    return parsed(complete, records.bytes());
                }
            }
        }
    }

    private static Beginning parsed(HelloRecords.Complete complete, byte[] read) {
        try {
            byte[] records = Arrays.copyOf(read, complete.streamBytes());
            return new Tls(ClientHello.parse(complete.message(), records), read);
        } catch (MalformedHelloException e) {
            return new Malformed(e.getMessage(), read);
        }
    }
}
