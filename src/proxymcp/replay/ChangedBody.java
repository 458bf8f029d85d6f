package proxymcp.replay;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.codec.Preview;
import proxymcp.http.Fields;

/** The body of one request while it is changed: its content is decoded when it is first asked for, and coded again at the end. Not for several threads. */
final class ChangedBody {
    /** Octets that a body may have, coded and decoded, to be changed. */
    static final int BYTES_MAX = 8 << 20;

    private static final String CONTENT_ENCODING = "Content-Encoding";

    private final Fields received;
    private final ReplayBody recorded;
    private Optional<byte[]> original = Optional.empty();
    private Optional<byte[]> content = Optional.empty();

    /** @param received the fields that describe the recorded body */
    ChangedBody(Fields received, ReplayBody recorded) {
        this.received = received;
        this.recorded = recorded;
    }

    /** Whether the request has a body, be it empty. */
    boolean isPresent() {
        return content.isPresent() || !(recorded instanceof ReplayBody.None);
    }

    /**
     * The content as it is now, content codings undone.
     *
     * @throws ChangeException if it cannot be had
     */
    byte[] content() throws ChangeException {
        if (content.isEmpty()) {
            byte[] octets = octets();
            Preview decoded = Codings.decodePreview(octets, received.all(CONTENT_ENCODING), BYTES_MAX);
            if (decoded.obstacle().isPresent()) {
                throw new ChangeException("request.body: it cannot be decoded to be changed: " + decoded.obstacle().get());
            }
            original = Optional.of(decoded.bytes());
            content = original;
        }
        return content.get();
    }

    /** Takes other content, content coding not yet applied. */
    void set(byte[] octets) {
        content = Optional.of(octets);
    }

    /**
     * What is sent: the recorded body where nothing changed.
     *
     * @param sent the fields that it goes out with
     * @throws ChangeException if it cannot be coded as they say
     */
    ReplayBody coded(Fields sent) throws ChangeException {
        List<String> coding = sent.all(CONTENT_ENCODING);
        boolean same = content.isEmpty() || original.isPresent() && Arrays.equals(original.get(), content.get());
        if (same && (content.isEmpty() || coding.equals(received.all(CONTENT_ENCODING)))) {
            return recorded;
        }
        try {
            return new ReplayBody.Held(Codings.encode(content.get(), ContentCoding.parse(coding)));
        } catch (IOException e) {
            throw new ChangeException("request.body: the changed content cannot be coded as Content-Encoding says: " + e.getMessage());
        }
    }

    private byte[] octets() throws ChangeException {
        if (recorded.size() > BYTES_MAX) {
            throw new ChangeException("request.body: it has " + recorded.size() + " octets, and at most " + BYTES_MAX
                    + " can be changed; limit the override with match");
        }
        try (InputStream in = recorded.open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ChangeException("request.body: the recorded body cannot be read: " + e.getMessage());
        }
    }
}
