package proxymcp.rpc;

import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** The id of a request: a string or an integer, which are never equal to each other ({@code 1} is not {@code "1"}). */
public sealed interface RpcId {
    /**
     * A string id.
     *
     * @param value any string
     */
    record Text(String value) implements RpcId {
        @Override
        public JsonValue json() {
            return new JsonString(value);
        }
    }

    /**
     * An integer id.
     *
     * @param value exact; 0 and negative numbers are ids
     */
    record Whole(long value) implements RpcId {
        @Override
        public JsonValue json() {
            return JsonNumber.of(value);
        }
    }

    /** The id as it goes into a response. */
    JsonValue json();

    /** Reads an id; empty for anything but a string and an integer that fits a long. */
    static Optional<RpcId> of(JsonValue value) {
        if (value instanceof JsonString string) {
            return Optional.of(new Text(string.value()));
        }
        if (value instanceof JsonNumber number) {
            OptionalLong whole = number.exactLong();
            return whole.isPresent() ? Optional.of(new Whole(whole.getAsLong())) : Optional.empty();
        }
        return Optional.empty();
    }
}
