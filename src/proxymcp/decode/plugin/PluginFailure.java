package proxymcp.decode.plugin;

/** A plugin did not do what was asked of it; the message says why, a clause without a full stop. */
final class PluginFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** What follows from a failure. */
    enum Weight {
        /** It is counted. */
        COUNTED,
        /** The plugin is not run any more. */
        DISABLING
    }

    private final Weight weight;

    PluginFailure(String message, Weight weight) {
        super(message);
        this.weight = weight;
    }

    Weight weight() {
        return weight;
    }
}
