package proxymcp.har;

import java.io.IOException;
import java.util.Optional;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonPull;
import proxymcp.json.JsonValue;

/** Reads one entry: its members held, its bodies put aside. Not for several threads. */
final class HarReadEntry {
    /** Memory of an entry without its bodies. What is larger fits no record of a session anyway. */
    private static final long ENTRY_BYTES_MAX = 6 << 20;

    private final JsonPull json;
    private HarReadBodies bodies;
    private long left;
    private boolean tooLarge;

    HarReadEntry(JsonPull json) {
        this.json = json;
    }

    /** Memory of the entry that was read last, without its bodies. */
    long bytes() {
        return ENTRY_BYTES_MAX - left;
    }

    /**
     * Reads the entry at hand, whatever it is, to its end.
     *
     * @param into where its long texts go
     * @throws HarImportSkip if it cannot be imported; the next one can be read
     */
    JsonObject read(HarReadBodies into) throws IOException, HarImportSkip {
        bodies = into;
        bodies.clear();
        left = ENTRY_BYTES_MAX;
        tooLarge = false;
        if (json.peek() != JsonPull.Kind.OBJECT) {
            json.skip();
            throw new HarImportSkip("not_an_entry", "it is not an object");
        }
        JsonObject entry = object(HarReadShape.ENTRY);
        if (tooLarge) {
            throw new HarImportSkip("too_large", "it is larger than " + (ENTRY_BYTES_MAX >> 20) + " MiB without its bodies");
        }
        return entry;
    }

    private JsonObject object(HarReadShape shape) throws IOException {
        JsonObject.Builder members = JsonObject.builder();
        json.beginObject();
        for (Optional<String> found = json.nextName(); found.isPresent(); found = json.nextName()) {
            String name = found.get();
            HarReadShape inner = shape.nested().get(name);
            HarReadBodies.Slot slot = shape.streamed().get(name);
            if (inner != null && json.peek() == JsonPull.Kind.OBJECT) {
                members.put(name, object(inner));
            } else if (slot != null && json.peek() == JsonPull.Kind.STRING) {
                bodies.take(slot, json);
            } else if (shape.listed().contains(name) && json.peek() == JsonPull.Kind.ARRAY) {
                bodies.messages().take(name, json);
            } else if (shape.listed().contains(name)) {
                bodies.messages().pass(name, json);
            } else if (inner != null || slot != null || shape.kept().contains(name)) {
                keep(members, name);
            } else {
                json.skip();
            }
        }
        return members.build();
    }

    private void keep(JsonObject.Builder members, String name) throws IOException {
        long before = json.octets();
        Optional<JsonValue> value = json.value(Math.max(1, left));
        left -= json.octets() - before;
        if (value.isPresent() && left > 0) {
            members.put(name, value.get());
        } else {
            tooLarge = true;
        }
    }
}
