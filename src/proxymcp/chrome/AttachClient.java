package proxymcp.chrome;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What attaches to a browser's DevTools, and a whole program that does so. */
public enum AttachClient {
    /** Playwright in JavaScript. */
    PLAYWRIGHT_JS("playwright-js", """
            // npm install playwright-core; node attach.mjs
            import { chromium } from 'playwright-core';

            const browser = await chromium.connectOverCDP('%1$s');
            const context = browser.contexts()[0];
            const page = context.pages()[0] ?? await context.newPage();
            console.log(page.url(), await page.title());
            // Your steps here.
            await browser.close(); // Detaches; the browser goes on.
            """),
    /** Playwright in Python. */
    PLAYWRIGHT_PYTHON("playwright-python", """
            # pip install playwright; python attach.py
            from playwright.sync_api import sync_playwright

            with sync_playwright() as playwright:
                browser = playwright.chromium.connect_over_cdp("%1$s")
                context = browser.contexts[0]
                page = context.pages[0] if context.pages else context.new_page()
                print(page.url, page.title())
                # Your steps here.
                browser.close()  # Detaches; the browser goes on.
            """),
    /** Playwright in Java. */
    PLAYWRIGHT_JAVA("playwright-java", """
            // com.microsoft.playwright:playwright on the class path; java Attach.java
            import com.microsoft.playwright.*;
            import java.util.Map;

            public class Attach {
                public static void main(String[] args) {
                    Map<String, String> noDownload = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
                    try (Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(noDownload))) {
                        Browser browser = playwright.chromium().connectOverCDP("%1$s");
                        BrowserContext context = browser.contexts().get(0);
                        Page page = context.pages().isEmpty() ? context.newPage() : context.pages().get(0);
                        System.out.println(page.url() + " " + page.title());
                        // Your steps here.
                        browser.close(); // Detaches; the browser goes on.
                    }
                }
            }
            """),
    /** Puppeteer. */
    PUPPETEER("puppeteer", """
            // npm install puppeteer-core; node attach.mjs
            import puppeteer from 'puppeteer-core';

            const browser = await puppeteer.connect({ browserURL: '%1$s', defaultViewport: null });
            const page = (await browser.pages())[0] ?? await browser.newPage();
            console.log(page.url(), await page.title());
            // Your steps here.
            await browser.disconnect(); // The browser goes on.
            """),
    /** Selenium in Python. */
    SELENIUM("selenium", """
            # pip install selenium; python attach.py (needs the chromedriver of the browser's version)
            from selenium import webdriver

            options = webdriver.ChromeOptions()
            options.debugger_address = "%3$s"
            driver = webdriver.Chrome(options=options)
            print(driver.current_url, driver.title)
            # Your steps here.
            driver.quit()  # Ends chromedriver; the browser goes on.
            """),
    /** The protocol itself, over a WebSocket of the JDK. */
    RAW("raw", """
            // Needs a JDK alone: java Attach.java. Each message is JSON: {"id", "method", "params", "sessionId"}.
            import java.net.URI;
            import java.net.http.HttpClient;
            import java.net.http.WebSocket;
            import java.util.concurrent.*;

            public class Attach {
                public static void main(String[] args) throws Exception {
                    BlockingQueue<String> messages = new LinkedBlockingQueue<>();
                    StringBuilder message = new StringBuilder();
                    WebSocket socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create("%2$s"), new WebSocket.Listener() {
                        @Override public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
                            message.append(part);
                            if (last) {
                                messages.add(message.toString());
                                message.setLength(0);
                            }
                            from.request(1);
                            return null;
                        }
                    }).get();
                    socket.sendText("{\\"id\\": 1, \\"method\\": \\"Target.getTargets\\"}", true);
                    System.out.println(messages.take());
                    // Your steps here: Target.attachToTarget with "flatten": true gives the sessionId of a page.
                    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(); // The browser goes on.
                }
            }
            """);

    private final String id;
    private final String program;

    AttachClient(String id, String program) {
        this.id = id;
        this.program = program;
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
        return program.formatted(browser.tools().httpUrl(), browser.webSocketUrl().orElse(""), browser.tools().authority());
    }
}
