package proxymcp.har;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonOutput;
import proxymcp.json.JsonString;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.ExchangeScan;
import proxymcp.store.IndexEntry;
import proxymcp.store.Manifest;
import proxymcp.store.MessageReader;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredExchange;
import proxymcp.store.WorkWatch;

/**
 * Writes exchanges of a session as a HAR 1.2 file.
 *
 * <p>Works on a session that is being recorded: what has not ended is written as far as it came. Damaged parts are left out, with a comment
 * on their entry. Reads files and decodes bodies: work for threads made for that.
 */
public final class HarExport {
    private HarExport() {}

    /**
     * What was written.
     *
     * @param entries how many entries
     * @param warnings what they do not have as it was
     */
    public record Written(long entries, List<HarWarning> warnings) {}

    /**
     * Writes all exchanges that match, in the query's order.
     *
     * @param includeBodies whether the octets of bodies are written, and messages of streams
     * @param out where the file goes; not closed
     * @param watch told of entries written, out of all
     * @throws CancellationException if {@code watch} says so
     * @throws IOException if the session cannot be read, or {@code out} takes no more
     */
    public static Written write(Session session, SessionQuery query, boolean includeBodies, OutputStream out, WorkWatch watch) throws IOException {
        JsonOutput json = new JsonOutput(out);
        WarningList warnings = new WarningList();
        long total = session.query(query, 0, 0, Optional.empty()).total();
        long[] written = new long[1];
        json.beginObject().name("log").beginObject().members(head(session.manifest())).name("entries").beginArray();
        try (ExchangeScan exchanges = session.exchanges(); MessageReader messages = session.messages()) {
            EntryWriter entries = new EntryWriter(json, includeBodies, watch, warnings, messages);
            session.forEach(query, found -> {
                if (watch.cancelled()) {
                    throw new CancellationException("cancelled while a session was exported");
                }
                if (write(exchanges, found, entries)) {
                    watch.done(++written[0], total);
                }
                return true;
            });
        }
        json.endArray().endObject().endObject().flush();
        return new Written(written[0], warnings.warnings());
    }

    private static boolean write(ExchangeScan exchanges, IndexEntry found, EntryWriter entries) throws IOException {
        Optional<StoredExchange> stored;
        try {
            stored = exchanges.exchange(found.seq());
        } catch (CorruptSegmentException e) {
            entries.write(found, e.getMessage());
            return true;
        }
        if (stored.isPresent()) {
            entries.write(stored.get());
        }
        return stored.isPresent();
    }

    private static JsonObject head(Manifest manifest) {
        String version = Optional.ofNullable(HarExport.class.getPackage().getImplementationVersion()).orElse("unknown");
        JsonObject session = JsonObject.builder().put("id", manifest.id().text()).putOrNull("name", manifest.name().map(JsonString::new))
                .put("captureProfile", manifest.profile().id()).put("startedAt", manifest.startedAtMillis()).put("settings", manifest.settings())
                .build();
        return JsonObject.builder().put("version", "1.2").put("creator", JsonObject.builder().put("name", "proxy-mcp").put("version", version).build())
                .put("_session", session).put("pages", new JsonArray(List.of())).build();
    }
}
