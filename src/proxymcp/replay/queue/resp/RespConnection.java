package proxymcp.replay.queue.resp;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import proxymcp.tls.ClientTls;
import proxymcp.tls.TlsException;

/**
 * One connection to a server, logged in and with its database chosen. Owner: one thread; any other may {@link #close} it, which ends what the owner
 * waits for. After an exception other than {@link RespException.Reason#REFUSED} it is of no use: an answer that comes late would be taken for the
 * next one.
 */
public final class RespConnection implements Closeable {
    private static final int OUT_BYTES = 32_768;

    private final RespAddress address;
    private final RespSettings settings;
    private final TimedSocket timed;
    private final OutputStream out;
    private final RespParser in;

    private RespConnection(RespAddress address, RespSettings settings, TimedSocket timed) throws IOException {
        this.address = address;
        this.settings = settings;
        this.timed = timed;
        this.out = new BufferedOutputStream(timed.socket().getOutputStream(), OUT_BYTES);
        this.in = new RespParser(timed, settings.limits());
    }

    /**
     * Connects, does the handshake of TLS if the address says so, and greets: {@code HELLO 3} with the login, or {@code AUTH} where the server
     * does not know it, then {@code SELECT}.
     *
     * @throws RespException if it does not come about; none of the reasons left a command behind
     */
    public static RespConnection open(RespAddress address, RespSettings settings, LongSupplier nanoTime) throws RespException {
        TimedSocket timed = null;
        boolean open = false;
        try {
            Socket plain = new Socket();
            timed = new TimedSocket(plain, nanoTime, settings.connectMillis());
            plain.connect(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()), timed.leftMillis());
            plain.setTcpNoDelay(true);
            timed.use(plain);
            if (address.secure()) {
                secure(address, settings, timed);
            }
            RespConnection made = new RespConnection(address, settings, timed);
            made.greet();
            open = true;
            return made;
        } catch (RespException e) {
            throw e;
        } catch (TlsException e) {
            throw RespException.unsent(RespException.Reason.TLS, address.authority() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw notMade(address, settings, e);
        } finally {
            if (!open && timed != null) {
                closeQuietly(timed);
            }
        }
    }

    private static void secure(RespAddress address, RespSettings settings, TimedSocket timed) throws IOException {
        ClientTls tls = settings.tls().orElseThrow(() -> new IllegalStateException("rediss:// needs the settings of TLS"));
        timed.socket().setSoTimeout(timed.leftMillis());
        timed.use(tls.connect(timed.socket(), address.host(), address.port()).socket());
    }

    private static RespException notMade(RespAddress address, RespSettings settings, IOException e) {
        String at = address.authority();
        return switch (e) {
            case SocketTimeoutException late -> RespException.unsent(RespException.Reason.TIMEOUT,
                    at + " does not answer within " + settings.connectMillis() + " ms", e);
            case UnknownHostException unknown -> RespException.unsent(RespException.Reason.UNREACHABLE,
                    "host name " + address.host() + " does not resolve", e);
            case EOFException closed -> RespException.unsent(RespException.Reason.CLOSED, at + " closes the connection at once", e);
            case RespFormatException junk -> RespException.unsent(RespException.Reason.MALFORMED,
                    at + " does not speak the protocol of Redis: " + e.getMessage(), e);
            default -> RespException.unsent(RespException.Reason.UNREACHABLE, at + " cannot be reached: " + e.getMessage(), e);
        };
    }

    private void greet() throws IOException {
        RespCommand hello = RespCommand.of("HELLO", "3");
        address.password().ifPresent(password -> hello.add("AUTH").add(address.user().orElse("default")).add(password));
        if (exchange(hello) instanceof RespValue.Failure failure) {
            if (!isOld(failure)) {
                throw RespException.refused(address, "HELLO", failure);
            }
            logIn();
        }
        if (address.database() != 0) {
            demand(RespCommand.of("SELECT").add(address.database()));
        }
    }

    /** Whether {@code HELLO 3} is what the server does not know, and not the login. */
    private static boolean isOld(RespValue.Failure failure) {
        return failure.code().equals("NOPROTO") || failure.code().equals("ERR") && failure.sentence().startsWith("unknown command");
    }

    private void logIn() throws IOException {
        if (address.password().isPresent()) {
            RespCommand auth = RespCommand.of("AUTH");
            address.user().ifPresent(auth::add);
            demand(auth.add(address.password().get()));
        }
        // Servers that ask for a login tell so at the first command only.
        demand(RespCommand.of("PING"));
    }

    private void demand(RespCommand command) throws IOException {
        if (exchange(command) instanceof RespValue.Failure failure) {
            throw RespException.refused(address, command.name(), failure);
        }
    }

    private RespValue exchange(RespCommand command) throws IOException {
        command.writeTo(out);
        out.flush();
        return reply();
    }

    private RespValue reply() throws IOException {
        RespValue value = in.next();
        while (value instanceof RespValue.Push) {
            value = in.next();
        }
        return value;
    }

    /** What came of commands that were sent at once: an answer to each of the first ones, and what kept the others from having theirs. */
    record Answers(List<RespValue> values, Optional<RespException> failure) {}

    /** Sends all of {@code commands}, then reads an answer to each; errors of the server are answers. */
    Answers pipeline(List<RespCommand> commands) {
        List<RespValue> values = new ArrayList<>(commands.size());
        try {
            timed.allow(settings.replyMillis());
            for (RespCommand command : commands) {
                command.writeTo(out);
            }
            out.flush();
            while (values.size() < commands.size()) {
                values.add(reply());
            }
            return new Answers(values, Optional.empty());
        } catch (IOException e) {
            return new Answers(values, Optional.of(broken(commands.get(values.size()).name(), e)));
        }
    }

    private RespException broken(String command, IOException e) {
        String at = address.authority();
        return switch (e) {
            case SocketTimeoutException late -> RespException.sent(RespException.Reason.TIMEOUT,
                    at + " does not answer " + command + " within " + settings.replyMillis() + " ms", e);
            case RespFormatException junk -> RespException.sent(RespException.Reason.MALFORMED,
                    at + " answers " + command + " with what is no RESP: " + e.getMessage(), e);
            default -> RespException.sent(RespException.Reason.CLOSED, "the connection to " + at + " broke at " + command + ": " + e.getMessage(), e);
        };
    }

    /**
     * Sends one command.
     *
     * @throws RespException if no answer comes, or an error
     */
    public RespValue call(RespCommand command) throws RespException {
        Answers answers = pipeline(List.of(command));
        if (answers.failure().isPresent()) {
            throw answers.failure().get();
        }
        if (answers.values().get(0) instanceof RespValue.Failure failure) {
            throw RespException.refused(address, command.name(), failure);
        }
        return answers.values().get(0);
    }

    @Override
    public void close() {
        closeQuietly(timed);
    }

    private static void closeQuietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone already, which is what was wanted.
        }
    }
}
