package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** What stands before JSON so that a page cannot load it as a script: {@code )]}'} and the like. */
final class PrefixDecoder implements Decoder {
    private static final List<String> PREFIXES = List.of(")]}',", ")]}'", ")]}", "while(1);", "while (1);", "for(;;);", "for (;;);", "{}&&", "throw 1;",
            "&&&START&&&", "/*-secure-");
    private static final int SPACE_MAX = 8;

    @Override
    public String id() {
        return "xssi";
    }

    @Override
    public String title() {
        return "a prefix that guards JSON: )]}' while(1); for(;;);";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of();
    }

    @Override
    public double recognise(DecodeInput in) {
        return in.length() < 4 || ")wf{t&/ \r\n".indexOf(in.at(0)) < 0 || endOfPrefix(in) < 0 ? 0 : 1;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        int end = endOfPrefix(in);
        if (end < 0) {
            throw new DecodeException("no such prefix", 0);
        }
        out.write(in.bytes(), in.offset() + end, in.length() - end);
        return DecodedLayer.written(in, DecodedLayer.Form.OCTETS).of("application/json");
    }

    /** Where the prefix ends and JSON begins; -1 if it is none. */
    private static int endOfPrefix(DecodeInput in) {
        String opening = new String(in.bytes(), in.offset(), Math.min(in.length(), 256), StandardCharsets.ISO_8859_1);
        int start = skipSpace(opening, 0);
        for (String prefix : PREFIXES) {
            if (opening.startsWith(prefix, start)) {
                int end = skipSpace(opening, start + prefix.length());
                return JsonLook.beginsLikeOne(opening.substring(end)) ? end : -1;
            }
        }
        return -1;
    }

    private static int skipSpace(String text, int from) {
        int at = from;
        while (at < text.length() && at < from + SPACE_MAX && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }
}
