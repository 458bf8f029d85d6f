package proxymcp.tool;

import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.codec.Preview;
import proxymcp.exchange.CapturedBody;
import proxymcp.http.Fields;

/**
 * A captured body with its content codings undone, as far as it was kept and can be decoded. Making one is work for the pool.
 *
 * @param captured the body as it passed
 * @param contentType value of {@code Content-Type}, empty if there was none
 * @param octets the decoded octets; of a body that no decoder takes there are none
 * @param status how far decoding came
 */
record BodyContent(CapturedBody captured, String contentType, byte[] octets, Preview.Status status) {
    /** Decoded octets at most: a few kilobytes can decode to gigabytes, and each thread of the pool holds several copies at a time. */
    static final int DECODED_BYTES_MAX = (int) Math.min(16 << 20, Runtime.getRuntime().maxMemory() / 32);

    static BodyContent of(CapturedBody captured, Fields fields, int bytesMax) {
        Preview preview = Codings.decodePreview(captured.bytes(), fields.all("Content-Encoding"), bytesMax);
        return new BodyContent(captured, fields.first("Content-Type").orElse(""), preview.bytes(), preview.status());
    }

    boolean isText() {
        return Charsets.isTextual(contentType, octets);
    }

    /** The decoded octets as text. */
    String text() {
        return Charsets.textOfPrefix(contentType, octets);
    }

    /** The word for {@link #status} in results. */
    String decoding() {
        return switch (status) {
            case Preview.Decoded decoded -> "decoded";
            case Preview.Partial partial -> "partial";
            case Preview.Failed failed -> "failed";
            case Preview.Unsupported unsupported -> "unsupported";
        };
    }

    /** Why the decoded octets are not the whole content; empty if they are. */
    Optional<String> whyPartial() {
        Optional<String> capture = new BodySource.Live(captured).whyNotWhole();
        if (capture.isPresent()) {
            return capture;
        }
        return why(status);
    }

    /** Why decoding did not yield the whole content; empty if it did. */
    static Optional<String> why(Preview.Status status) {
        return switch (status) {
            case Preview.Decoded decoded -> Optional.empty();
            case Preview.Partial partial -> Optional.of(partial.reason());
            case Preview.Failed failed -> Optional.of("the data is not valid " + failed.coding() + ": " + failed.reason());
            case Preview.Unsupported unsupported ->
                    Optional.of("content coding " + unsupported.coding() + " is not decoded: " + unsupported.reason());
        };
    }
}
