package proxymcp.json;

/** One JSON value (RFC 8259). {@link Object#toString} of every case is its compact JSON text. */
public sealed interface JsonValue permits JsonObject, JsonArray, JsonString, JsonNumber, JsonBoolean, JsonNull {
}
