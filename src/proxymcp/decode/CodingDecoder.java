package proxymcp.decode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import proxymcp.codec.CodingException;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;

/** Undoes one content coding with the streams of {@code codec}. */
final class CodingDecoder implements Decoder {
    private static final int BUFFER_BYTES = 16 << 10;
    private static final double MARKED = 0.95;

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
        return token.equals("gzip") ? Set.of("application/gzip", "application/x-gzip", "+gzip")
                : token.equals("zstd") ? Set.of("application/zstd", "+zstd") : Set.of();
    }

    @Override
    public String unavailable() {
        return Codings.problem(token);
    }

    /** br has no mark of its own: it is undone where the message names it. */
    @Override
    public double recognise(DecodeInput in) {
        if (in.length() < 8 || in.at(0) != 0x1f && in.at(0) != 0x78 && in.at(0) != 0x28) {
            return 0;
        }
        byte[] opening = Arrays.copyOfRange(in.bytes(), in.offset(), in.offset() + Math.min(in.length(), DecodeInput.LOOK_BYTES));
        boolean mark = switch (token) {
            case "gzip" -> Octets.isGzip(opening);
            case "deflate" -> Octets.isZlib(opening);
            case "zstd" -> Octets.isZstd(opening);
            default -> false;
        };
        return mark ? MARKED : 0;
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
