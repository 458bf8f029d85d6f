package proxymcp.parity;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import proxymcp.diff.MadeUpWords;

/** Whether references and file names in heads mean the same: written in another way, or with what is made for each answer within them. */
final class Targets {
    /** Parameters whose values nobody sends twice (RFC 6749, OpenID Connect, pages by cursor). */
    private static final Set<String> FRESH = Set.of("state", "code", "nonce", "session_state", "cursor", "after", "before", "page_token", "pagetoken", "continuation",
            "ticket", "token", "id_token", "access_token", "sig", "signature", "request_id", "samlrequest", "samlresponse", "relaystate", "code_challenge");
    private static final int FRESH_CHARS_MIN = 6;
    private static final Pattern TIME = Pattern.compile("(19|20)[0-9]{2}-?(0[1-9]|1[0-2])-?([0-2][0-9]|3[01])[T_ .-]?[0-9]{2}[:._-]?[0-9]{2}([:._-]?[0-9]{2})?Z?"
            + "|1[0-9]{9}([0-9]{3})?");
    private static final Pattern DATE = Pattern.compile("(19|20)[0-9]{2}-?(0[1-9]|1[0-2])-?([0-2][0-9]|3[01])");

    private Targets() {}

    /** A reference in parts: scheme and authority in lower case and empty where it has none. */
    private record Reference(String scheme, String authority, String rest) {
        static Reference of(String text) {
            int colon = text.indexOf("://");
            boolean absolute = colon > 0 && text.substring(0, colon).chars().allMatch(Character::isLetterOrDigit);
            if (!absolute && !text.startsWith("//")) {
                return new Reference("", "", text);
            }
            String scheme = absolute ? text.substring(0, colon).toLowerCase(Locale.ROOT) : "";
            int start = absolute ? colon + 3 : 2;
            int end = start;
            while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            String authority = text.substring(start, end).toLowerCase(Locale.ROOT);
            String port = scheme.equals("http") ? ":80" : scheme.equals("https") ? ":443" : " ";
            String rest = text.substring(end);
            return new Reference(scheme, authority.endsWith(port) ? authority.substring(0, authority.length() - port.length()) : authority,
                    rest.startsWith("/") ? rest : "/" + rest);
        }
    }

    /**
     * Whether two references lead to the same.
     *
     * @param host whose answer they are in, with the port when it is not the scheme's default
     */
    static boolean isSame(String host, String one, String two) {
        Reference first = Reference.of(one.strip());
        Reference second = Reference.of(two.strip());
        boolean samePlace = first.authority.equals(second.authority) ? first.scheme.equals(second.scheme) || first.scheme.isEmpty() || second.scheme.isEmpty()
                : first.authority.isEmpty() && second.authority.equals(host) || second.authority.isEmpty() && first.authority.equals(host);
        return samePlace && isSameRest(first.rest, second.rest);
    }

    private static boolean isSameRest(String one, String two) {
        if (one.equals(two) || MadeUpWords.differAlone(one, two)) {
            return true;
        }
        String[] first = one.split("[?#]", 2);
        String[] second = two.split("[?#]", 2);
        boolean samePath = first[0].equals(second[0]) || MadeUpWords.differAlone(first[0], second[0]);
        return samePath && first.length == 2 && second.length == 2 && areSameParameters(first[1].split("[&#]", -1), second[1].split("[&#]", -1));
    }

    private static boolean areSameParameters(String[] one, String[] two) {
        for (int i = 0; i < one.length && i < two.length; i++) {
            int equals = one[i].indexOf('=');
            int equalsOther = two[i].indexOf('=');
            boolean same = one[i].equals(two[i]) || MadeUpWords.differAlone(one[i], two[i]);
            if (!same && (equals < 0 || equals != equalsOther || !one[i].regionMatches(0, two[i], 0, equals)
                    || !areFresh(one[i].substring(0, equals), one[i].substring(equals + 1), two[i].substring(equals + 1)))) {
                return false;
            }
        }
        return one.length == two.length;
    }

    /** A short value, or a word, is one of those that mean something. */
    private static boolean areFresh(String name, String one, String two) {
        return FRESH.contains(name.toLowerCase(Locale.ROOT)) && one.length() >= FRESH_CHARS_MIN && two.length() >= FRESH_CHARS_MIN && !isWord(one) && !isWord(two);
    }

    private static boolean isWord(String value) {
        return value.chars().noneMatch(c -> c >= '0' && c <= '9') && (value.equals(value.toLowerCase(Locale.ROOT)) || value.equals(value.toUpperCase(Locale.ROOT)));
    }

    /** Whether two values of {@code Link} (RFC 8288) have the same relations to the same. */
    static boolean areSameLinks(String host, String one, String two) {
        String[] first = one.split("[<>]", -1);
        String[] second = two.split("[<>]", -1);
        boolean same = first.length == second.length;
        for (int i = 0; same && i < first.length; i++) {
            same = i % 2 == 1 ? isSame(host, first[i], second[i]) : first[i].equals(second[i]);
        }
        return same;
    }

    /** How two file names, or what stands around them, differ: not but for the time they were made at, by a date, or else. */
    static Severity fileNames(String one, String two) {
        if (one.equalsIgnoreCase(two) || MadeUpWords.differAlone(one, two) || without(TIME, one).equals(without(TIME, two))) {
            return Severity.NONE;
        }
        // Made each day, or of that day: who reads it decides.
        return without(DATE, one).equals(without(DATE, two)) ? Severity.LOW : Severity.MEDIUM;
    }

    private static String without(Pattern pattern, String text) {
        return pattern.matcher(text).replaceAll("#");
    }

    /** The fields that hold references or file names. */
    static List<String> fields() {
        return List.of("location", "link", "content-disposition");
    }
}
