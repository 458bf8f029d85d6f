package proxymcp.replay.queue.resp;

import java.io.IOException;
import java.util.Optional;

/** A command was not answered, or with an error. Messages name the server and the command, never an argument. */
public final class RespException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** No connection comes about: nobody listens, no route, no such name. */
        UNREACHABLE,
        /** No handshake of TLS comes about; the cause says why. */
        TLS,
        /** No answer in time. */
        TIMEOUT,
        /** The connection ended before the answer. */
        CLOSED,
        /** What came is no RESP. */
        MALFORMED,
        /** The server answers with an error: {@link #code}. */
        REFUSED
    }

    private final Reason reason;
    private final String code;
    private final boolean mayHaveRun;

    private RespException(Reason reason, String code, boolean mayHaveRun, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.code = code;
        this.mayHaveRun = mayHaveRun;
    }

    /** The connection could not be made: the command was not sent. */
    static RespException unsent(Reason reason, String message, Throwable cause) {
        return new RespException(reason, "", false, message, cause);
    }

    /** The connection failed after the command was sent, or while it was. */
    static RespException sent(Reason reason, String message, Throwable cause) {
        return new RespException(reason, "", true, message, cause);
    }

    /** The server answers {@code command} with an error. */
    static RespException refused(RespAddress address, String command, RespValue.Failure failure) {
        return new RespException(Reason.REFUSED, failure.code(), false, address.authority() + " answers " + command + " with "
                + failure.code() + " " + failure.sentence(), null);
    }

    /** Why it failed. */
    public Reason reason() {
        return reason;
    }

    /** The first word of the server's error, such as {@code WRONGPASS}; empty for other reasons. */
    public Optional<String> code() {
        return Optional.of(code).filter(word -> !word.isEmpty());
    }

    /** Whether the server may have done what the command says. */
    public boolean mayHaveRun() {
        return mayHaveRun;
    }
}
