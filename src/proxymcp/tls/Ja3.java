package proxymcp.tls;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * JA3 of a client: version, cipher suites, extensions, groups and point formats as decimal numbers, GREASE left out.
 *
 * @param text the five lists, divided by commas
 */
public record Ja3(String text) {

    /** The fingerprint with extensions in wire order. Current browsers shuffle them, so it differs each time. */
    public static Ja3 of(ClientHello hello) {
        return from(hello, Grease.extensionTypes(hello));
    }

    /** JA3N: the same with extensions in rising order, equal for each connection of one browser. */
    public static Ja3 normalized(ClientHello hello) {
        List<Integer> sorted = new ArrayList<>(Grease.extensionTypes(hello));
        Collections.sort(sorted);
        return from(hello, sorted);
    }

    /** JA3S: what a server chose, with its extensions in wire order. */
    static Ja3 ofServer(ServerHello hello) {
        return new Ja3(hello.legacyVersion() + "," + hello.cipherSuite() + "," + dashed(hello.extensionTypes()));
    }

    /** The text's MD5 in lower-case hex: the usual short form. */
    public String md5() {
        return Digests.md5(text);
    }

    private static Ja3 from(ClientHello hello, List<Integer> extensions) {
        return new Ja3(hello.legacyVersion()
                + "," + dashed(Grease.removed(hello.cipherSuites()))
                + "," + dashed(extensions)
                + "," + dashed(Grease.removed(hello.groups()))
                + "," + dashed(hello.pointFormats()));
    }

    private static String dashed(List<Integer> numbers) {
        StringBuilder text = new StringBuilder(numbers.size() * 6);
        for (int number : numbers) {
            if (!text.isEmpty()) {
                text.append('-');
            }
            text.append(number);
        }
        return text.toString();
    }
}
