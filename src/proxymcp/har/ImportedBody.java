package proxymcp.har;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * A body of an entry, before its octets are looked at.
 *
 * @param octets where they are
 * @param size octets that passed, as far as the file says so; -1 if it does not
 * @param sha256 digest of all that passed, if the file has it
 * @param complete whether it ended as its framing says
 * @param trailers trailer section
 * @param fields fields that describe it
 * @param ours whether we wrote the entry
 */
record ImportedBody(Octets octets, long size, Optional<byte[]> sha256, boolean complete, Fields trailers, Fields fields, boolean ours) {
    private static final String MISSING = "body_missing";

    /** Where octets are. */
    sealed interface Octets {
        /** The file does not have them. */
        record None() implements Octets {}

        /** In base64. */
        record Base64(HarReadSpill text) implements Octets {}

        /** As text. */
        record Text(HarReadSpill text) implements Octets {}

        /** In a file of the archive. */
        record Attached(String name) implements Octets {}
    }

    /** The request body; empty if there was none. */
    static Optional<ImportedBody> ofRequest(JsonObject request, Fields fields, Fields trailers, ImportedParts parts) throws HarImportException {
        boolean ours = parts.ours();
        JsonObject data = request.object("postData").orElse(JsonObject.EMPTY);
        if (ours) {
            return ours(request, data, HarReadBodies.Slot.REQUEST_TEXT, HarReadBodies.Slot.REQUEST_RAW, fields, trailers, parts);
        }
        Optional<HarReadSpill> text = parts.bodies().get(HarReadBodies.Slot.REQUEST_TEXT);
        JsonArray params = data.array("params").orElse(JsonArray.EMPTY);
        long size = parts.values().count(request, "bodySize");
        if (text.isPresent() && (text.get().size() > 0 || params.values().isEmpty())) {
            boolean none = text.get().size() == 0 && (size <= 0 && isBodiless(request.string("method").orElse("")));
            return none ? Optional.empty() : Optional.of(found(text(data, text.get(), parts), -1, fields));
        }
        if (data.string("_file").isPresent()) {
            return Optional.of(found(new Octets.Attached(data.string("_file").get()), -1, fields));
        }
        if (!params.values().isEmpty()) {
            parts.makeBody(data, params, fields);
            return Optional.of(found(new Octets.Text(parts.bodies().get(HarReadBodies.Slot.REQUEST_TEXT).orElseThrow()), -1, fields));
        }
        if (size > 0) {
            parts.report().notice(MISSING, "the request body of " + size + " octets is not in the file");
            return Optional.of(found(new Octets.None(), size, fields));
        }
        return Optional.empty();
    }

    private static boolean isBodiless(String method) {
        return switch (method.toUpperCase(Locale.ROOT)) {
            case "GET", "HEAD", "OPTIONS", "TRACE", "DELETE", "CONNECT" -> true;
            default -> false;
        };
    }

    /** The response body; empty if there was none. */
    static Optional<ImportedBody> ofResponse(JsonObject response, Optional<ResponseHead> head, boolean toHead, Fields trailers, ImportedParts parts)
            throws HarImportException {
        JsonObject content = response.object("content").orElse(JsonObject.EMPTY);
        Fields fields = head.map(ResponseHead::fields).orElse(Fields.EMPTY);
        if (parts.ours()) {
            return ours(response, content, HarReadBodies.Slot.RESPONSE_TEXT, HarReadBodies.Slot.RESPONSE_RAW, fields, trailers, parts);
        }
        long size = parts.values().count(content, "size");
        Optional<HarReadSpill> text = parts.bodies().get(HarReadBodies.Slot.RESPONSE_TEXT);
        if (text.isPresent() && (head.isPresent() || text.get().size() > 0)) {
            boolean cut = content.string("comment").orElse("").toLowerCase(Locale.ROOT).contains("truncated");
            boolean none = text.get().size() == 0 && hasNoContent(head, toHead);
            return none ? Optional.empty() : Optional.of(found(text(content, text.get(), parts), cut ? size : -1, fields));
        }
        if (content.string("_file").isPresent()) {
            return Optional.of(found(new Octets.Attached(content.string("_file").get()), -1, fields));
        }
        long known = size > 0 || response.object("content").isPresent() && size == 0 ? size : parts.values().count(response, "bodySize");
        if (known > 0 && !hasNoContent(head, toHead)) {
            parts.report().notice(MISSING, "the response body of " + known + " octets is not in the file");
            return Optional.of(found(new Octets.None(), known, fields));
        }
        return size == 0 && head.isPresent() && !hasNoContent(head, toHead) ? Optional.of(found(new Octets.None(), 0, fields)) : Optional.empty();
    }

    /** RFC 9110 section 6.4.1. */
    private static boolean hasNoContent(Optional<ResponseHead> head, boolean toHead) {
        int status = head.map(ResponseHead::status).orElse(0);
        return toHead || status < 200 || status == 204 || status == 304;
    }

    private static ImportedBody found(Octets octets, long size, Fields fields) {
        return new ImportedBody(octets, size, Optional.empty(), true, Fields.EMPTY, fields, false);
    }

    private static Octets text(JsonObject holder, HarReadSpill text, ImportedParts parts) throws HarImportException {
        String encoding = holder.string("encoding").or(() -> holder.string("_encoding")).orElse("").strip().toLowerCase(Locale.ROOT);
        if (!encoding.equals("base64")) {
            return new Octets.Text(text);
        }
        if (text.isOnlyBase64()) {
            return new Octets.Base64(text);
        }
        parts.report().repair("bad_base64", "a body is said to be in base64, and is not; it was taken as text");
        return new Octets.Text(text);
    }

    private static Optional<ImportedBody> ours(JsonObject message, JsonObject holder, HarReadBodies.Slot text, HarReadBodies.Slot raw, Fields fields,
            Fields trailers, ImportedParts parts) throws HarImportException {
        Optional<JsonObject> facts = message.object("_rawBody");
        if (facts.isEmpty()) {
            return Optional.empty();
        }
        Octets octets = new Octets.None();
        Optional<HarReadSpill> received = parts.bodies().get(raw);
        if (received.isPresent() && received.get().isOnlyBase64()) {
            octets = new Octets.Base64(received.get());
        } else if (received.isPresent()) {
            parts.report().repair("bad_base64", "_rawBody.base64 is not in base64; it was left out");
        } else if (parts.bodies().get(text).isPresent()) {
            octets = text(holder, parts.bodies().get(text).get(), parts);
        }
        JsonValue complete = facts.get().get("complete").orElse(JsonNull.NULL);
        return Optional.of(new ImportedBody(octets, Math.max(0, parts.values().count(facts.get(), "bytes")), sha256(facts.get()),
                complete.equals(JsonBoolean.TRUE), trailers, fields, true));
    }

    private static Optional<byte[]> sha256(JsonObject facts) {
        String hex = facts.string("sha256").orElse("");
        try {
            return hex.length() == 64 ? Optional.of(HexFormat.of().parseHex(hex)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // It is computed where all octets are there.
        }
    }
}
