package proxymcp.chrome;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What attaches to a browser's DevTools, and a whole program that does so. */
public enum AttachClient {
    /** Playwright in JavaScript. */
    PLAYWRIGHT_JS("playwright-js"),
    /** Playwright in Python. */
    PLAYWRIGHT_PYTHON("playwright-python"),
    /** Playwright in Java. */
    PLAYWRIGHT_JAVA("playwright-java"),
    /** Puppeteer. */
    PUPPETEER("puppeteer"),
    /** Selenium in Python. */
    SELENIUM("selenium"),
    /** The protocol itself, over a WebSocket of the JDK. */
    RAW("raw");

    private final String id;

    AttachClient(String id) {
        this.id = id;
    }

    /** How arguments and results name it. */
    public String id() {
        return id;
    }

    /** The client with an {@link #id}. */
    public static Optional<AttachClient> of(String id) {
        for (AttachClient client : values()) {
            if (client.id.equals(id)) {
                return Optional.of(client);
            }
        }
        return Optional.empty();
    }

    /** Every {@link #id}. */
    public static List<String> ids() {
        List<String> ids = new ArrayList<>();
        for (AttachClient client : values()) {
            ids.add(client.id);
        }
        return ids;
    }

    /** A whole program that attaches to {@code browser}, says what its first page is, and detaches. */
    public String program(CdpAnswer browser) {
        return text().replace("{httpUrl}", browser.tools().httpUrl()).replace("{wsUrl}", browser.webSocketUrl().orElse(""))
                .replace("{authority}", browser.tools().authority());
    }

    /** The programs are files of this jar, in the folder {@code attach} beside this class. */
    private String text() {
        try (InputStream in = AttachClient.class.getResourceAsStream("attach/" + id + ".txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // The jar was removed or changed while it runs.
        }
    }
}
