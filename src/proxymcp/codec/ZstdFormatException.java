package proxymcp.codec;

import java.io.IOException;

/** Data that contradicts the format of zstd; where it stood is added by whoever knows. */
final class ZstdFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message what was found, without the coding's name */
    ZstdFormatException(String message) {
        super(message);
    }
}
