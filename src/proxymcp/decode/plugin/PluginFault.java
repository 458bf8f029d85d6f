package proxymcp.decode.plugin;

/** A plugin, not its input, was wrong. */
final class PluginFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean lasting;

    /**
     * A fault.
     *
     * @param reason one sentence without a full stop
     * @param lasting whether the decoder is not to be asked again
     */
    PluginFault(String reason, boolean lasting) {
        super(reason);
        this.lasting = lasting;
    }

    /** Whether the decoder is not to be asked again. */
    boolean lasting() {
        return lasting;
    }
}
