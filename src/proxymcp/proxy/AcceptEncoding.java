package proxymcp.proxy;

import java.util.List;
import java.util.Locale;
import proxymcp.codec.Codings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;

/** What becomes of the Accept-Encoding fields of requests. */
public enum AcceptEncoding {
    /** They pass as the client wrote them. */
    AS_SENT,
    /** Codings that this machine cannot decode are taken out, so that every response can be read and searched. */
    DECODABLE;

    private static final String FIELD = "Accept-Encoding";

    private final String id = name().toLowerCase(Locale.ROOT);

    /** The stable name in arguments: {@code as_sent}. */
    public String id() {
        return id;
    }

    /**
     * The head to send on. Order, weights and spelling of what stays are kept; a field of which nothing stays says {@code identity}.
     *
     * @param head for the origin
     * @param notes takes a sentence where something was taken out
     */
    RequestHead apply(RequestHead head, List<String> notes) {
        if (this == AS_SENT || !head.fields().contains(FIELD)) {
            return head;
        }
        Fields fields = head.fields();
        Fields.Builder kept = new Fields.Builder();
        boolean changed = false;
        for (int i = 0; i < fields.size(); i++) {
            String value = fields.value(i);
            String decodable = fields.isNamed(i, FIELD) ? decodable(value) : value;
            if (decodable.equals(value)) {
                kept.addLine(fields, i);
            } else {
                kept.add(fields.name(i), decodable);
                changed = true;
                notes.add("Accept-Encoding was \"" + value + "\" and was sent as \"" + decodable
                        + "\": what cannot be decoded here was taken out");
            }
        }
        return changed ? head.withFields(kept.build()) : head;
    }

    private static String decodable(String value) {
        StringBuilder kept = new StringBuilder();
        boolean removed = false;
        boolean any = false;
        for (String member : value.split(",", -1)) {
            if (!isWanted(member)) {
                removed = true;
            } else if (any || !removed || !member.isBlank()) {
                // What stood before the first member that stays belongs to one that went.
                kept.append(any ? "," + member : removed ? member.stripLeading() : member);
                any = true;
            }
        }
        return !removed ? value : kept.toString().isBlank() ? "identity" : kept.toString().strip();
    }

    /** An empty member says nothing, and one of weight 0 refuses a coding: both may stay. */
    private static boolean isWanted(String member) {
        int semicolon = member.indexOf(';');
        String coding = (semicolon < 0 ? member : member.substring(0, semicolon)).strip();
        return coding.isEmpty() || semicolon >= 0 && isZero(member.substring(semicolon + 1)) || Codings.isDecodable(coding);
    }

    /** Whether {@code parameter} is a weight of 0 (RFC 9110 section 12.4.2), such as {@code q=0.000}. */
    private static boolean isZero(String parameter) {
        String weight = parameter.strip();
        if (!weight.regionMatches(true, 0, "q=0", 0, 3)) {
            return false;
        }
        for (int i = 3; i < weight.length(); i++) {
            if (weight.charAt(i) != '0' && weight.charAt(i) != '.') {
                return false;
            }
        }
        return true;
    }
}
