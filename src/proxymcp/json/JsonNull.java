package proxymcp.json;

/** The JSON literal {@code null}: present in a document, which is not the same as an absent member. */
public enum JsonNull implements JsonValue {
    /** The only instance. */
    NULL;

    @Override
    public String toString() {
        return "null";
    }
}
