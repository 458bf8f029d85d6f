package proxymcp.har;

/** An entry that cannot become an exchange. */
final class HarImportSkip extends Exception {
    private static final long serialVersionUID = 1L;

    private final String kind;

    HarImportSkip(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    String kind() {
        return kind;
    }
}
