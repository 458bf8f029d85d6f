package proxymcp.chrome;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The command line of a browser.
 *
 * @param words program and arguments
 * @param sandbox whether renderers are confined
 */
record BrowserCommand(List<String> words, boolean sandbox) {
    /** Arguments that would lead it past the proxy, or hide it from us. */
    private static final Set<String> OURS = Set.of("no-proxy-server", "winhttp-proxy-resolver", "host-rules", "user-data-dir",
            "ignore-certificate-errors-spki-list", "enable-quic", "origin-to-force-quic-on");
    /** How more of them begin: the proxy's address could be diverted by rules for names, and versions of browsers have other words for a proxy. */
    private static final List<String> OURS_BEGIN = List.of("proxy-", "host-resolver-", "remote-debugging-");
    private static final String DISABLE_FEATURES = "disable-features";
    private static final String NO_SANDBOX = "no-sandbox";

    /**
     * A host for the requests that no argument turns off: for components that are wanted at once, and for the accounts of its maker. It is not
     * proxied, and does not exist (RFC 6761 section 6.4).
     */
    private static final String NOWHERE = "no-request.invalid";

    /** What a browser does by itself is kept out of sessions: they hold what pages do. */
    private static final List<String> QUIET = List.of("--no-first-run", "--no-default-browser-check", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-domain-reliability", "--disable-breakpad",
            "--disable-crash-reporter", "--metrics-recording-only", "--disable-client-side-phishing-detection", "--no-pings",
            "--no-service-autorun", "--disable-search-engine-choice-screen", "--password-store=basic", "--use-mock-keychain",
            "--component-updater=url-source=https://" + NOWHERE + "/", "--gaia-url=https://" + NOWHERE);
    private static final String QUIET_FEATURES = "OptimizationHints,MediaRouter,DialMediaRouteProvider,Translate,AutofillServerCommunication,"
            + "CertificateTransparencyComponentUpdater,InterestFeedContentSuggestions,NetworkTimeServiceQuerying";

    /**
     * Puts a command line together.
     *
     * @param program the browser
     * @param profile its user data folder
     * @param folder what belongs to it, which its command line names so that it is found again
     * @param proxyPort the port that is its own
     * @param spki of the certificate authority, as Chromium's list takes it
     * @throws TargetException {@code bad_argument}
     */
    static BrowserCommand of(LaunchOptions options, Path program, Path profile, TargetFolder folder, int proxyPort, String spki)
            throws TargetException {
        checkUrl(options.url());
        List<String> words = new ArrayList<>(List.of(program.toString()));
        StringBuilder features = new StringBuilder(QUIET_FEATURES);
        boolean sandbox = true;
        for (String given : options.args()) {
            String argument = trimmed(given);
            String name = name(argument);
            if (name.equals(DISABLE_FEATURES)) {
                features.append(',').append(argument.substring(argument.indexOf('=') + 1)); // Of two, the last one alone would count.
                continue;
            }
            sandbox &= !name.equals(NO_SANDBOX);
            words.add(argument);
        }
        words.addAll(QUIET);
        words.add("--" + DISABLE_FEATURES + "=" + features);
        words.addAll(List.of("--proxy-server=http://127.0.0.1:" + proxyPort, "--proxy-bypass-list=<-loopback>;" + NOWHERE, "--disable-quic",
                "--ignore-certificate-errors-spki-list=" + spki, "--remote-debugging-address=127.0.0.1", "--remote-debugging-port=0",
                "--user-data-dir=" + profile, TargetFolders.MARKER + folder.path()));
        if (options.headless()) {
            words.add("--headless=new");
        }
        if (options.incognito()) {
            words.add(options.kind() == BrowserKind.EDGE ? "--inprivate" : "--incognito");
        }
        options.windowSize().ifPresent(size -> words.add("--window-size=" + size.width() + "," + size.height()));
        if (isLinux()) {
            words.add("--disable-dev-shm-usage"); // Containers give 64 MiB there, and pages crash.
            if (sandbox && isRoot()) {
                sandbox = false;
                words.add("--" + NO_SANDBOX); // It refuses to start otherwise.
            }
        }
        words.add(options.url());
        return new BrowserCommand(words, sandbox);
    }

    private static void checkUrl(String url) throws TargetException {
        if (!url.matches("(?s)[a-zA-Z][a-zA-Z0-9+.-]*:.*") || url.chars().anyMatch(Character::isISOControl)) {
            throw new TargetException("bad_argument", "url: expected an absolute URL such as https://example.com/", "");
        }
    }

    /** What Chromium makes of an argument before it looks at it: "--no-proxy-server " is that argument too, and "-- " ends all others. */
    private static String trimmed(String argument) {
        int begin = 0;
        int end = argument.length();
        while (begin < end && isBlank(argument.charAt(begin))) {
            begin++;
        }
        while (end > begin && isBlank(argument.charAt(end - 1))) {
            end--;
        }
        return argument.substring(begin, end);
    }

    private static boolean isBlank(char c) {
        return c <= ' ' || Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    /** The name of an argument, without dashes and value. */
    private static String name(String argument) throws TargetException {
        if (!argument.startsWith("--") || argument.length() == 2) {
            throw new TargetException("bad_argument", "args: each must begin with -- and a name, got \"" + argument + "\"",
                    "the first page is given by url");
        }
        String name = trimmed(argument.substring(2).split("=", 2)[0].toLowerCase(Locale.ROOT));
        if (OURS.contains(name) || OURS_BEGIN.stream().anyMatch(name::startsWith)) {
            throw new TargetException("bad_argument", "args: --" + name + " is set here already, so that traffic is captured",
                    name.equals("user-data-dir") ? "give user_data_dir" : "leave it out");
        }
        return name;
    }

    private static boolean isLinux() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | RuntimeException e) {
            return System.getProperty("user.name", "").equals("root"); // No such files on this system.
        }
    }
}
