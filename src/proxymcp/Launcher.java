package proxymcp;

import proxymcp.cli.Main;

/**
 * The jar's entry class. It is compiled for Java 8, so that an older Java gets a sentence instead of a stack trace about
 * class file versions. {@link Main} is resolved only when it is called, after the check.
 */
public final class Launcher {
    private static final int FEATURE_MIN = 21;
    private static final int COULD_NOT_START = 3;

    private Launcher() {
    }

    /**
     * Starts proxy-mcp, or ends the process with exit code 3 when the running Java is too old.
     *
     * @param args the command line, handed to {@link Main} as it is
     * @throws Exception whatever {@link Main} throws
     */
    public static void main(String[] args) throws Exception {
        int feature = feature(System.getProperty("java.specification.version", "0"));
        if (feature < FEATURE_MIN) {
            System.err.println("proxy-mcp needs Java 21 or newer, this is " + feature
                    + " (" + System.getProperty("java.home") + ")");
            System.exit(COULD_NOT_START);
        }
        Main.main(args);
    }

    /**
     * Reads the feature number out of {@code java.specification.version}.
     *
     * @param version "1.8" and below, or "9" and above
     * @return 8 for "1.8", 25 for "25"; 0 when it is no number
     */
    static int feature(String version) {
        String number = version.startsWith("1.") ? version.substring(2) : version;
        try {
            return Integer.parseInt(number);
        } catch (NumberFormatException unknown) {
            return 0;
        }
    }
}
