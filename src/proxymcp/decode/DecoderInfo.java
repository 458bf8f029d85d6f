package proxymcp.decode;

import java.util.Set;

/**
 * One line of the list of decoders.
 *
 * @param id its name in chains
 * @param title what it reads
 * @param plugin whether it is a plugin
 * @param source {@code proxy-mcp}, or the file name of the plugin's jar
 * @param mediaTypes what it is run for
 * @param reason why it cannot be used; empty if it can
 * @param failures how often a plugin went wrong in this process: threw what it should not, was too slow, died or could not be loaded
 */
public record DecoderInfo(String id, String title, boolean plugin, String source, Set<String> mediaTypes, String reason, long failures) {

    /** The line of a built-in decoder. */
    static DecoderInfo builtin(Decoder decoder) {
        return new DecoderInfo(decoder.id(), decoder.title(), false, "proxy-mcp", decoder.mediaTypes(), decoder.unavailable(), 0);
    }

    /** The same, not to be used for this reason. */
    DecoderInfo refused(String why) {
        return new DecoderInfo(id, title, plugin, source, mediaTypes, why, failures);
    }

    /** Whether it can be used. */
    public boolean available() {
        return reason.isEmpty();
    }
}
