package proxymcp.proxy;

import java.io.IOException;

/** The client's connection broke, or its deadline closed it. */
final class ClientGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    ClientGoneException(String message, IOException cause) {
        super(message, cause);
    }
}
