package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Property;

/**
 * The parameters that read bodies, the same in every tool that does.
 *
 * @param which bodies wanted
 * @param offset octets of the view to leave out
 * @param limit octets of the view at most; empty for as many as fit
 * @param base64 octets as base64 rather than text
 * @param raw the octets as received rather than with content codings undone
 * @param outputFile where the view is written instead of into the result
 * @param overwrite whether an existing file is replaced
 */
record BodyArgs(Which which, long offset, OptionalInt limit, boolean base64, boolean raw, Optional<String> outputFile, boolean overwrite) {
    /** A character is at most this many octets, so that a page of text always gets on. */
    private static final int LIMIT_MIN = 16;
    private static final int LIMIT_MAX = 1 << 30;
    private static final long OFFSET_MAX = 1L << 50;

    static final List<Property> PROPERTIES = List.of(
            Property.choice("body", "Bodies to return", "none", "request", "response", "both").defaultTo("none"),
            Property.integer("body_offset", "Octets of the body to skip", 0, OFFSET_MAX).defaultTo(0),
            Property.integer("body_limit", "Most octets of a body; else as many as max_chars allows", LIMIT_MIN, LIMIT_MAX),
            Property.choice("body_encoding", "base64 is for binary", "text", "base64").defaultTo("text"),
            Property.choice("view", "decoded undoes content codings, and shows what proxy_decode_exchange kept", "decoded", "raw").defaultTo("decoded"),
            Property.text("output_file", "Write the one body chosen here instead; relative to the home's folder files", 1, 4_096),
            Property.flag("overwrite", "").defaultTo(false));

    /** The same for a tool whose description refers to proxy_get_exchange, where they are explained: the list of tools has to be short. */
    static final List<Property> UNEXPLAINED = unexplained();

    private static List<Property> unexplained() {
        List<Property> all = new ArrayList<>();
        for (Property property : PROPERTIES) {
            all.add(property.toldElsewhere());
        }
        return List.copyOf(all);
    }

    /** One of {@link #PROPERTIES}, described for a tool that reads something else in the same way. */
    static Property property(String name, String description) {
        for (Property property : PROPERTIES) {
            if (property.name().equals(name)) {
                return property.describedAs(description);
            }
        }
        throw new IllegalArgumentException(name);
    }

    /** Which bodies. */
    enum Which {
        /** Neither. */
        NONE,
        /** That of the request. */
        REQUEST,
        /** That of the response. */
        RESPONSE,
        /** Both. */
        BOTH;

        boolean hasRequest() {
            return this == REQUEST || this == BOTH;
        }

        boolean hasResponse() {
            return this == RESPONSE || this == BOTH;
        }
    }

    static BodyArgs parse(Args args) throws BadArgument {
        Which which = args.choice("body", Which.class);
        Optional<String> outputFile = args.optString("output_file");
        if (outputFile.isPresent() && which != Which.REQUEST && which != Which.RESPONSE) {
            throw new BadArgument("output_file", "expected body to be \"request\" or \"response\" with it, got \""
                    + args.string("body") + "\"");
        }
        return new BodyArgs(which, args.longInteger("body_offset"), args.optInteger("body_limit"),
                args.string("body_encoding").equals("base64"), args.string("view").equals("raw"), outputFile, args.flag("overwrite"));
    }
}
