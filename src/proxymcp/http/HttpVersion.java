package proxymcp.http;

/** Protocol version of a message (RFC 9110 section 2.5). */
public enum HttpVersion {
    /** One request a connection unless {@code keep-alive} was agreed; no chunked coding. */
    HTTP_1_0("HTTP/1.0"),
    /** Persistent by default, chunked coding, {@code Host} required. */
    HTTP_1_1("HTTP/1.1"),
    /** Recorded elsewhere; not spoken here. */
    HTTP_2("HTTP/2"),
    /** Recorded elsewhere; not spoken here. */
    HTTP_3("HTTP/3");

    private final String text;

    HttpVersion(String text) {
        this.text = text;
    }

    /** As it stands in a start line, or would: {@code HTTP/1.1}, {@code HTTP/2}. */
    @Override
    public String toString() {
        return text;
    }
}
