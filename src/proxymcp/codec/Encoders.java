package proxymcp.codec;

import com.aayushatharva.brotli4j.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Applies one content coding to octets in memory. */
final class Encoders {
    /** Dense enough to be worth it, and quick: the eleventh level of br takes seconds for a megabyte. */
    private static final int BROTLI_QUALITY = 5;

    private Encoders() {}

    /** @throws CodingException of kind {@code UNSUPPORTED} if there is no encoder */
    static byte[] encode(byte[] content, ContentCoding coding) throws IOException {
        return switch (coding) {
            case ContentCoding.Gzip gzip -> {
                ByteArrayOutputStream coded = new ByteArrayOutputStream();
                try (OutputStream out = new GZIPOutputStream(coded)) {
                    out.write(content);
                }
                yield coded.toByteArray();
            }
            case ContentCoding.Deflate deflate -> {
                ByteArrayOutputStream coded = new ByteArrayOutputStream();
                try (OutputStream out = new DeflaterOutputStream(coded)) {
                    out.write(content);
                }
                yield coded.toByteArray();
            }
            case ContentCoding.Brotli brotli -> {
                BrotliDecoder.requireNative();
                yield Encoder.compress(content, Encoder.Parameters.create(BROTLI_QUALITY));
            }
            case ContentCoding.Identity identity -> content;
            case ContentCoding.Zstd zstd -> throw noEncoder(zstd);
            case ContentCoding.Unknown unknown -> throw noEncoder(unknown);
        };
    }

    private static CodingException noEncoder(ContentCoding coding) {
        return new CodingException(CodingException.Kind.UNSUPPORTED, coding.token(), "no encoder for this coding");
    }
}
