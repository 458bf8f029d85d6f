package proxymcp.decode.plugin;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import proxymcp.decode.Decoder;

/**
 * What a plugin says of itself, asked once.
 *
 * @param id its name in chains
 * @param title what it reads
 * @param mediaTypes what it is run for, in lower case
 * @param unavailable why it cannot run on this machine; empty if it can
 */
record PluginInfo(String id, String title, Set<String> mediaTypes, String unavailable) {
    private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,32}");
    private static final int TEXT_CHARS_MAX = 200;
    private static final int MEDIA_TYPES_MAX = 50;

    /**
     * Asks a decoder.
     *
     * @throws IllegalArgumentException if what it says cannot be used
     */
    static PluginInfo of(Decoder decoder) {
        String id = Optional.ofNullable(decoder.id()).orElse("");
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("its id is not 1 to 32 lower case letters, digits and hyphens");
        }
        Set<String> types = new TreeSet<>();
        for (String type : decoder.mediaTypes()) {
            types.add(type.toLowerCase(Locale.ROOT));
        }
        if (types.size() > MEDIA_TYPES_MAX) {
            throw new IllegalArgumentException("it names " + types.size() + " media types, more than " + MEDIA_TYPES_MAX);
        }
        return new PluginInfo(id, shortened(decoder.title()), types, shortened(decoder.unavailable()));
    }

    static String shortened(String text) {
        String given = Optional.ofNullable(text).orElse("");
        return given.length() <= TEXT_CHARS_MAX ? given : given.substring(0, TEXT_CHARS_MAX);
    }

    /** What several say. */
    record All(List<PluginInfo> usable, List<String> problems) {}
}
