package proxymcp.decode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import proxymcp.codec.CodingException;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;

/** Undoes one content coding with the streams of {@code codec}. */
final class CodingDecoder implements Decoder {
    private static final int BUFFER_BYTES = 16 << 10;
    /** Magic, method and the flags that RFC 1952 leaves at zero. */
    private static final double GZIP_MAGIC = 0.95;

    private final String token;
    private final String title;

    CodingDecoder(String token, String title) {
        this.token = token;
        this.title = title;
    }

    @Override
    public String id() {
        return token;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public Set<String> mediaTypes() {
        return token.equals("gzip") ? Set.of("application/gzip", "application/x-gzip", "+gzip") : Set.of();
    }

    @Override
    public String unavailable() {
        return Codings.isDecodable(token) ? "" : "no decoder for " + token + " on this machine";
    }

    /** Only gzip has a magic number that is long enough; the others are undone where the message names them. */
    @Override
    public double recognise(DecodeInput in) {
        boolean magic = token.equals("gzip") && in.length() >= 18
                && in.at(0) == 0x1f && in.at(1) == 0x8b && in.at(2) == 8 && (in.at(3) & 0xe0) == 0;
        return magic ? GZIP_MAGIC : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws IOException {
        try (InputStream decoded = Codings.decode(
                new ByteArrayInputStream(in.bytes(), in.offset(), in.length()), ContentCoding.parse(List.of(token)))) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = decoded.read(buffer); count >= 0; count = decoded.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (CodingException e) {
            throw new DecodeException(e.reason());
        }
        return DecodedLayer.written(in, DecodedLayer.Form.OCTETS);
    }
}
