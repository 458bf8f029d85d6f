package proxymcp.store;

import java.util.Optional;

/** Parts of an exchange that can be damaged apart from the rest, and how they are named. */
enum ExchangePart {
    CLIENT("client", "client"),
    REQUEST_BODY("request_body", "request body"),
    REQUEST_END("request_body", "end of the request"),
    ROUTE("route", "route"),
    INFORMATIONAL("informational", "informational responses"),
    RESPONSE_HEAD("response_head", "response head"),
    RESPONSE_BODY("response_body", "response body"),
    END("end", "end"),
    STREAM("stream", "stream"),
    MESSAGES("messages", "messages");

    private static final String SEPARATOR = ": ";

    private final String id;
    private final String label;

    ExchangePart(String id, String label) {
        this.id = id;
        this.label = label;
    }

    /** Name for programs; the end of a request is what its body is known by. */
    String id() {
        return id;
    }

    /** A sentence of {@link StoredExchange#damage}. */
    String damaged(String reason) {
        return label + SEPARATOR + reason;
    }

    /** The part that a sentence of {@link StoredExchange#damage} is about. */
    static Optional<ExchangePart> of(String sentence) {
        for (ExchangePart part : values()) {
            if (sentence.startsWith(part.label + SEPARATOR)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }

    /** What a sentence of {@link StoredExchange#damage} says of this part. */
    String reason(String sentence) {
        return sentence.substring(label.length() + SEPARATOR.length());
    }
}
