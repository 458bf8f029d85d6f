package proxymcp.har;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.codec.Preview;
import proxymcp.exchange.BodyEnd;
import proxymcp.store.WorkWatch;

/** Hands the octets of a body over, piece by piece. Not for several threads. */
final class HarImportBody {
    private static final int PIECE_BYTES = 64 << 10;
    private static final int LOOK_BYTES = 16 << 10;
    private static final byte[] UNKNOWN = new byte[0];

    private final HarReadFile file;
    private final HarImportReport report;
    private final WorkWatch watch;
    private final byte[] piece = new byte[PIECE_BYTES];

    /** Takes octets. */
    interface Octets {
        /** Takes {@code length} octets. */
        void take(byte[] bytes, int offset, int length);
    }

    HarImportBody(HarReadFile file, HarImportReport report, WorkWatch watch) {
        this.file = file;
        this.report = report;
        this.watch = watch;
    }

    /** Whether the octets are the content, though the fields say that they are coded: so it is in every HAR file but ours. */
    boolean isHeldDecoded(ImportedBody body) throws IOException {
        List<String> encoding = body.fields().all("Content-Encoding");
        boolean coded = false;
        for (ContentCoding coding : ContentCoding.parse(encoding)) {
            coded |= !(coding instanceof ContentCoding.Identity);
        }
        if (body.ours() || !coded) {
            return false;
        }
        try (InputStream in = open(body)) {
            byte[] beginning = in.readNBytes(PIECE_BYTES);
            if (beginning.length == 0 || body.octets() instanceof ImportedBody.Octets.Text) {
                return beginning.length > 0;
            }
            Preview preview = Codings.decodePreview(beginning, encoding, LOOK_BYTES);
            return preview.bytes().length == 0 || preview.status() instanceof Preview.Failed;
        }
    }

    /** Hands all octets over; what ends the body says what is known of it. */
    BodyEnd feed(ImportedBody body, Octets to) throws IOException {
        MessageDigest sha256 = sha256();
        long count = 0;
        try (InputStream in = open(body)) {
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                sha256.update(piece, 0, read);
                to.take(piece, 0, read);
                count += read;
                if (watch.cancelled()) {
                    throw new CancellationException("cancelled while a HAR file was imported");
                }
            }
        }
        long size = Math.max(count, body.size());
        if (body.ours() && count > body.size()) {
            report.repair("bad_body", "_rawBody.bytes is " + body.size() + ", and there are " + count + " octets");
        }
        if (count < size) {
            return new BodyEnd(size, body.sha256().orElse(UNKNOWN), body.complete(), body.trailers());
        }
        byte[] digest = sha256.digest();
        if (body.sha256().isPresent() && !Arrays.equals(digest, body.sha256().get())) {
            report.repair("bad_body", "the octets of a body do not have the digest that _rawBody.sha256 says");
        }
        return new BodyEnd(size, digest, body.complete(), body.trailers());
    }

    private InputStream open(ImportedBody body) throws IOException {
        return switch (body.octets()) {
            case ImportedBody.Octets.None none -> InputStream.nullInputStream();
            case ImportedBody.Octets.Base64(HarReadSpill text) -> new HarReadBase64(text.open());
            case ImportedBody.Octets.Text(HarReadSpill text) -> text(text, body);
            case ImportedBody.Octets.Attached(String name) -> file.attachment(name).orElseGet(InputStream::nullInputStream);
        };
    }

    /** The octets of a text in the charset that it was sent in, or in UTF-8 where that lacks a character. */
    private InputStream text(HarReadSpill utf8, ImportedBody body) throws IOException {
        Charset charset = charset(utf8, body);
        if (charset.equals(StandardCharsets.UTF_8) || charset.equals(StandardCharsets.US_ASCII)) {
            return utf8.open();
        }
        return new HarReadEncoded(utf8.open(), charset);
    }

    private Charset charset(HarReadSpill utf8, ImportedBody body) throws IOException {
        String contentType = body.fields().first("Content-Type").orElse("");
        Optional<Charset> charset = Charsets.ofParameter(contentType);
        if (charset.isEmpty() && !body.ours()) {
            try (InputStream in = utf8.open()) {
                charset = Optional.of(Charsets.chooseByPrefix(contentType, in.readNBytes(LOOK_BYTES)));
            }
        }
        Charset wanted = charset.orElse(StandardCharsets.UTF_8);
        if (canEncode(utf8, wanted)) {
            return wanted;
        }
        report.notice("charset", "a body has characters that its charset " + wanted.name() + " lacks; it was taken in UTF-8");
        return StandardCharsets.UTF_8;
    }

    private static boolean canEncode(HarReadSpill utf8, Charset charset) {
        if (charset.equals(StandardCharsets.UTF_8) || charset.equals(StandardCharsets.US_ASCII)) {
            return true; // What is not ASCII is written in UTF-8 all the same.
        }
        if (!charset.canEncode()) {
            return false;
        }
        try (Reader text = new InputStreamReader(utf8.open(), StandardCharsets.UTF_8); Writer nowhere = writer(charset, OutputStream.nullOutputStream())) {
            text.transferTo(nowhere);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Writer writer(Charset charset, OutputStream to) {
        return new OutputStreamWriter(to, encoder(charset));
    }

    private static CharsetEncoder encoder(Charset charset) {
        return charset.newEncoder().onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
