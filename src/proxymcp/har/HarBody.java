package proxymcp.har;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.exchange.CapturedBody;
import proxymcp.http.Fields;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonOutput;
import proxymcp.store.StoredBody;
import proxymcp.store.WorkWatch;

/** One body as an entry shows it. Not for several threads. */
final class HarBody {
    private final StoredBody body;
    private final String contentType;
    private final BodyOctets octets;
    private final boolean included;
    private final Optional<BodyForm> form;

    private HarBody(StoredBody body, String contentType, BodyOctets octets, boolean included, Optional<BodyForm> form) {
        this.body = body;
        this.contentType = contentType;
        this.octets = octets;
        this.included = included;
        this.form = form;
    }

    /**
     * Looks at a body.
     *
     * @param fields fields of its message
     * @param included whether its octets are to be written
     */
    static HarBody of(StoredBody body, Fields fields, boolean included, WorkWatch watch) throws IOException {
        BodyOctets octets = new BodyOctets(body, fields.all("Content-Encoding"), watch);
        String contentType = fields.first("Content-Type").orElse("");
        // Without octets to write it is decoded all the same where that tells how many there would be.
        boolean looked = isKept(body) && (included || octets.isCoded());
        return new HarBody(body, contentType, octets, included,
                looked ? Optional.of(BodyForm.of(octets, contentType, body.kept() == body.size(), body.kept())) : Optional.empty());
    }

    private static boolean isKept(StoredBody body) {
        return body.state() != CapturedBody.State.NONE && (body.kept() > 0 || body.size() == 0) && body.damage().isEmpty();
    }

    /** Whether the message had a body, be it an empty one. */
    boolean isPresent() {
        return body.state() != CapturedBody.State.NONE;
    }

    /** Octets that passed. */
    long bytes() {
        return body.size();
    }

    /** Octets of the content; those that passed where it cannot be decoded. */
    long contentBytes() {
        return octets.isCoded() && form.isPresent() && form.get().isContent() ? form.get().contentBytes() : body.size();
    }

    /** Octets that the content coding saved; empty without one, or if it could not be undone to the end. */
    OptionalLong compression() {
        boolean decoded = octets.isCoded() && form.isPresent() && form.get().isContent() && octets.undecoded().isEmpty()
                && body.kept() == body.size() && body.size() > 0;
        return decoded ? OptionalLong.of(form.get().contentBytes() - body.size()) : OptionalLong.empty();
    }

    /** Value of {@code Content-Type}, or a word for none. */
    String mimeType(String unknown) {
        return contentType.isEmpty() ? unknown : contentType;
    }

    /** The content, if it is whole and short enough to be looked into. */
    Optional<byte[]> shortContent() {
        return included ? octets.held() : Optional.empty();
    }

    /** Whether its octets are written. */
    boolean isWritten() {
        return included && form.isPresent();
    }

    /**
     * Writes {@code text}, if there are octets for it.
     *
     * @param encodingName member that says of Base64 that it is
     */
    void writeText(JsonOutput json, String encodingName) throws IOException {
        if (isWritten()) {
            form.get().write(json.name("text"));
            if (form.get().isBase64()) {
                json.member(encodingName, "base64");
            }
        }
    }

    /** Writes {@code _rawBody}, if there was one: what passed, what was kept, and the octets as received where the text does not give them. */
    void writeFacts(JsonOutput json) throws IOException {
        if (!isPresent()) {
            return;
        }
        json.name("_rawBody").beginObject().members(JsonObject.builder().put("bytes", body.size()).put("kept", body.kept())
                .putIf("sha256", body.sha256()).put("complete", body.state() == CapturedBody.State.COMPLETE).build());
        if (isWritten() && form.get().needsRaw()) {
            try (InputStream in = octets.wire()) {
                json.name("base64").base64(in);
            }
        }
        json.endObject();
    }

    /** Why not all of it is shown as it was; empty if it is. Known once it was written. */
    Optional<String> comment() {
        if (!isPresent()) {
            return Optional.empty();
        }
        if (damage().isPresent()) {
            return Optional.of("damaged on disk: " + damage().get());
        }
        if (!included) {
            return Optional.of("bodies were left out");
        }
        StringBuilder text = new StringBuilder();
        if (isCut()) {
            text.append(body.kept() == 0 ? "none of " + body.size() + " octets were kept"
                    : "the first " + body.kept() + " of " + body.size() + " octets");
        } else if (body.state() != CapturedBody.State.COMPLETE) {
            text.append("the body was cut off");
        }
        if (octets.undecoded().isPresent()) {
            text.append(text.isEmpty() ? "" : "; ").append(octets.undecoded().get());
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text.toString());
    }

    /** Whether fewer octets were kept than passed. */
    boolean isCut() {
        return body.kept() < body.size();
    }

    /** Why kept octets cannot be read; known for what was read. */
    Optional<String> damage() {
        return octets.damage();
    }

    /** Why the content is not all that the kept octets hold. */
    Optional<String> undecoded() {
        return octets.undecoded();
    }
}
