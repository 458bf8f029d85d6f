package proxymcp.template;

/** What an answer has to be, so that steps that depend on it go on. */
public sealed interface Assert {
    /** This status code. */
    record Status(int code) implements Assert {}

    /** A field line of this name. */
    record HasHeader(String name) implements Assert {}

    /** A value that is not {@code null} at this place of its JSON. */
    record HasJson(String path) implements Assert {}
}
