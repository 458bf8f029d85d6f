package proxymcp.tls;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * A connected socket that looks at what is read from it until it has seen the ServerHello, and otherwise does what the
 * socket below does. JSSE shows neither the message nor its extensions, which JA3S is made from.
 *
 * <p>Read by one thread at a time, as JSSE does.
 */
final class ServerHelloTap extends Socket {
    private static final int RECORD_TYPE_CHANGE_CIPHER_SPEC = 20;
    private static final int CHANGE_CIPHER_SPEC_BYTES = 6;

    private final Socket below;
    private final InputStream in;
    private Optional<HelloRecords> waiting = Optional.of(new HelloRecords(HelloRecords.SERVER_HELLO));
    private Optional<ByteArrayOutputStream> afterRetry = Optional.empty();
    private Optional<ServerHello> seen = Optional.empty();

    ServerHelloTap(Socket below) throws IOException {
        this.below = below;
        this.in = new Tapped(below.getInputStream());
    }

    /** The server's choice; empty before it came, and if it could not be read. */
    Optional<ServerHello> serverHello() {
        return seen;
    }

    private final class Tapped extends FilterInputStream {
        Tapped(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = super.read(target, offset, length);
            if (count > 0 && waiting.isPresent()) {
                look(waiting.get(), target, offset, count);
            } else if (count > 0 && afterRetry.isPresent()) {
                lookAfterRetry(target, offset, count);
            }
            return count;
        }
    }

    private void look(HelloRecords records, byte[] bytes, int offset, int count) {
        switch (records.feed(bytes, offset, count)) {
            case HelloRecords.NeedMore needMore -> { }
            case HelloRecords.NotTls notTls -> waiting = Optional.empty();
            case HelloRecords.Broken broken -> waiting = Optional.empty();
            case HelloRecords.Complete complete -> take(records, complete);
        }
    }

    private void take(HelloRecords records, HelloRecords.Complete complete) {
        waiting = Optional.empty();
        try {
            ServerHello hello = ServerHello.parse(complete.message());
            if (hello.retry()) {
                byte[] read = records.bytes();
                afterRetry = Optional.of(new ByteArrayOutputStream());
                lookAfterRetry(read, complete.streamBytes(), read.length - complete.streamBytes());
            } else {
                seen = Optional.of(hello);
            }
        } catch (MalformedHelloException e) {
            // JSSE finds the same fault and says so; here it only means that there is no JA3S.
            seen = Optional.empty();
        }
    }

    /** The ServerHello proper may have a ChangeCipherSpec before it (RFC 8446 appendix D.4). */
    private void lookAfterRetry(byte[] bytes, int offset, int count) {
        ByteArrayOutputStream gathered = afterRetry.orElseThrow();
        gathered.write(bytes, offset, count);
        byte[] all = gathered.toByteArray();
        if (all.length == 0 || all[0] == RECORD_TYPE_CHANGE_CIPHER_SPEC && all.length < CHANGE_CIPHER_SPEC_BYTES) {
            return;
        }
        int skipped = all[0] == RECORD_TYPE_CHANGE_CIPHER_SPEC ? CHANGE_CIPHER_SPEC_BYTES : 0;
        afterRetry = Optional.empty();
        HelloRecords second = new HelloRecords(HelloRecords.SERVER_HELLO);
        waiting = Optional.of(second);
        look(second, all, skipped, all.length - skipped);
    }

    @Override
    public InputStream getInputStream() {
        return in;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return below.getOutputStream();
    }

    @Override
    public void close() throws IOException {
        below.close();
    }

    @Override
    public void shutdownInput() throws IOException {
        below.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        below.shutdownOutput();
    }

    @Override
    public boolean isConnected() {
        return below.isConnected();
    }

    @Override
    public boolean isBound() {
        return below.isBound();
    }

    @Override
    public boolean isClosed() {
        return below.isClosed();
    }

    @Override
    public boolean isInputShutdown() {
        return below.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return below.isOutputShutdown();
    }

    @Override
    public InetAddress getInetAddress() {
        return below.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return below.getLocalAddress();
    }

    @Override
    public int getPort() {
        return below.getPort();
    }

    @Override
    public int getLocalPort() {
        return below.getLocalPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return below.getRemoteSocketAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return below.getLocalSocketAddress();
    }

    @Override
    public SocketChannel getChannel() {
        return below.getChannel();
    }

    @Override
    public void setSoTimeout(int timeoutMillis) throws SocketException {
        below.setSoTimeout(timeoutMillis);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return below.getSoTimeout();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        below.setTcpNoDelay(on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return below.getTcpNoDelay();
    }

    @Override
    public void setSoLinger(boolean on, int lingerSeconds) throws SocketException {
        below.setSoLinger(on, lingerSeconds);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return below.getSoLinger();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        below.setKeepAlive(on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return below.getKeepAlive();
    }

    @Override
    public void setReceiveBufferSize(int bytes) throws SocketException {
        below.setReceiveBufferSize(bytes);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return below.getReceiveBufferSize();
    }

    @Override
    public void setSendBufferSize(int bytes) throws SocketException {
        below.setSendBufferSize(bytes);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return below.getSendBufferSize();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        below.setReuseAddress(on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return below.getReuseAddress();
    }

    @Override
    public void setTrafficClass(int trafficClass) throws SocketException {
        below.setTrafficClass(trafficClass);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return below.getTrafficClass();
    }

    @Override
    public void sendUrgentData(int octet) throws IOException {
        below.sendUrgentData(octet);
    }

    @Override
    public String toString() {
        return below.toString();
    }
}
