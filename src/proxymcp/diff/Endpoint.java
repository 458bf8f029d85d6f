package proxymcp.diff;

import java.util.HashSet;
import java.util.Set;

/**
 * What requests of one kind have in common.
 *
 * @param method as sent
 * @param host lower-case host, with the port when it is not the scheme's default
 * @param template path whose variable segments are names in braces: {@code /v1/users/{id}}
 * @param operation GraphQL operation, JSON-RPC or SOAP method; empty if there is none
 */
public record Endpoint(String method, String host, String template, String operation) {
    /**
     * What the segments of a path of this endpoint are named: a parameter by its name, where no other has it, anything else by number from 1.
     *
     * @param count segments that the path has; if the template has another number of them all are named by number
     */
    String[] segmentNames(int count) {
        String[] names = numbers(count);
        String[] segments = template.substring(template.startsWith("/") ? 1 : 0).split("/", -1);
        if (segments.length != count) {
            return names;
        }
        Set<String> once = new HashSet<>();
        Set<String> often = new HashSet<>();
        for (String segment : segments) {
            if (!once.add(segment)) {
                often.add(segment);
            }
        }
        for (int i = 0; i < count; i++) {
            if (segments[i].startsWith("{") && segments[i].endsWith("}") && !often.contains(segments[i])) {
                names[i] = segments[i];
            }
        }
        return names;
    }

    /** {@code 1}, {@code 2} and so on. */
    static String[] numbers(int count) {
        String[] numbers = new String[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = Integer.toString(i + 1);
        }
        return numbers;
    }

    /** {@code GET api.example.com/v1/users/{id}}, and {@code #operation} behind a space where there is one. */
    @Override
    public String toString() {
        return method + " " + host + template + (operation.isEmpty() ? "" : " #" + operation);
    }
}
