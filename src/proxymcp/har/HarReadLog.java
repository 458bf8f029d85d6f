package proxymcp.har;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonPull;
import proxymcp.json.JsonValue;

/** Walks through a HAR text and hands its entries on, one by one. Not for several threads. */
final class HarReadLog {
    private static final long CREATOR_BYTES_MAX = 64 << 10;
    /** What programs call themselves, in lower case, and what they are known as here; the first that fits counts. */
    private static final String[][] EXPORTERS = {
        {"proxy-mcp", "proxy-mcp"}, {"webinspector", "chrome"}, {"firefox", "firefox"}, {"webkit web inspector", "safari"}, {"playwright", "playwright"},
        {"puppeteer", "puppeteer"}, {"browsermob", "browsermob"}, {"mitmproxy", "mitmproxy"}, {"fiddler", "fiddler"}, {"charles", "charles"},
        {"http toolkit", "http-toolkit"}, {"proxyman", "proxyman"}, {"burp", "burp"}, {"insomnia", "insomnia"}, {"postman", "postman"},
        {"internet explorer", "internet-explorer"}, {"webpagetest", "webpagetest"}, {"httpwatch", "httpwatch"}, {"slack", "slack"}, {"k6", "k6"}};

    /** Reads the entry that comes next, to its end. */
    interface EachEntry {
        /** Reads it. */
        void read() throws IOException;
    }

    private final JsonPull json;
    private JsonObject creator = JsonObject.EMPTY;
    private boolean logSeen;
    private boolean entriesSeen;

    HarReadLog(JsonPull json) {
        this.json = json;
    }

    /**
     * Reads the whole text.
     *
     * @throws HarImportException {@code bad_json}, with line and column; {@code not_har}
     */
    void run(EachEntry each) throws IOException {
        try {
            json.begin();
            if (json.peek() != JsonPull.Kind.OBJECT) {
                throw notHar("its JSON text is not an object");
            }
            json.beginObject();
            for (Optional<String> name = json.nextName(); name.isPresent(); name = json.nextName()) {
                if (name.get().equals("log") && json.peek() == JsonPull.Kind.OBJECT) {
                    logSeen = true;
                    log(each);
                } else {
                    json.skip();
                }
            }
            json.end();
        } catch (JsonException e) {
            throw new HarImportException("bad_json", "the file is not valid JSON: " + e.getMessage(), e);
        }
        if (!logSeen) {
            throw notHar("it has no object \"log\"");
        }
        if (!entriesSeen) {
            throw notHar("its log has no array \"entries\"");
        }
    }

    private static HarImportException notHar(String reason) {
        return new HarImportException("not_har", "the file is no HAR: " + reason);
    }

    private void log(EachEntry each) throws IOException {
        json.beginObject();
        for (Optional<String> name = json.nextName(); name.isPresent(); name = json.nextName()) {
            if (name.get().equals("creator")) {
                JsonValue value = json.value(CREATOR_BYTES_MAX).orElse(JsonNull.NULL);
                creator = value instanceof JsonObject object ? object : JsonObject.EMPTY;
            } else if (name.get().equals("entries") && json.peek() == JsonPull.Kind.ARRAY) {
                entriesSeen = true;
                json.beginArray();
                while (json.nextItem()) {
                    each.read();
                }
            } else {
                json.skip();
            }
        }
    }

    /** Who wrote the file, once it has been read. */
    ImportedHar.Exporter exporter() {
        String name = creator.string("name").orElse("");
        String lower = name.toLowerCase(Locale.ROOT);
        String kind = "unknown";
        for (int i = EXPORTERS.length - 1; i >= 0; i--) {
            kind = lower.contains(EXPORTERS[i][0]) ? EXPORTERS[i][1] : kind;
        }
        return new ImportedHar.Exporter(name, creator.string("version").orElse(""), kind);
    }
}
