package proxymcp.codec;

import java.io.IOException;
import java.io.InputStream;

/** An input stream whose octets come by {@link #read(byte[], int, int)}: reading one alone is the same, and slower. */
public abstract class BlockInput extends InputStream {
    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public abstract int read(byte[] target, int offset, int length) throws IOException;
}
