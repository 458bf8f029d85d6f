package proxymcp.decode.plugin;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import proxymcp.decode.Decoder;

/**
 * What a plugin's decoder says of itself, asked once when it is loaded.
 *
 * @param id its name in chains
 * @param title what it reads
 * @param mediaTypes what it is run for, in lower case
 * @param unavailable why it cannot run here; empty if it can
 */
record PluginDescription(String id, String title, Set<String> mediaTypes, String unavailable) {
    private static final int TITLE_CHARS_MAX = 200;
    private static final int MEDIA_TYPES_MAX = 64;

    /** Checks the id and bounds the rest. */
    PluginDescription {
        if (id == null || !id.matches("[a-z0-9-]{1,32}")) {
            throw new IllegalArgumentException("its id is not 1..32 lower case letters, digits and hyphens: " + Reason.of(id));
        }
        if (mediaTypes.size() > MEDIA_TYPES_MAX) {
            throw new IllegalArgumentException("it names more than " + MEDIA_TYPES_MAX + " media types");
        }
        Set<String> lower = new LinkedHashSet<>();
        for (String type : mediaTypes) {
            lower.add(Reason.of(type).toLowerCase(Locale.ROOT));
        }
        title = title == null ? "" : title.substring(0, Math.min(title.length(), TITLE_CHARS_MAX));
        mediaTypes = Set.copyOf(lower);
        unavailable = unavailable == null ? "" : Reason.of(unavailable);
    }

    /** Asks a decoder, which may throw anything. */
    static PluginDescription of(Decoder decoder) {
        return new PluginDescription(decoder.id(), decoder.title(), decoder.mediaTypes(), decoder.unavailable());
    }
}
