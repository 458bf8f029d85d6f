package proxymcp.tool;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.har.HarImport;
import proxymcp.har.HarImportException;
import proxymcp.har.ImportedHar;
import proxymcp.json.Args;
import proxymcp.json.Json;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;

/** HAR files as sessions. */
final class HarImportTool {
    static final Schema INPUT = Schema.of(Property.text("har_file", "A HAR file; also .har.gz, or a .har.zip with bodies", 1, 4_096).required(),
            Property.text("session_name", "", 1, 200),
            Property.flag("strict", "Refuse a file with a bad entry instead of repairing it").defaultTo(false),
            Property.integer("max_disk_mb", "Refuse a file that makes a larger session", 1, 16_777_216),
            ListBudget.MAX_CHARS);

    private static final int NAME_CHARS_MAX = 200;
    private static final List<String> ENDINGS = List.of(".gz", ".zip", ".har", ".harp", ".json");

    private final SessionControl sessions;
    private final FileAccess files;
    private final WorkPool pool;
    private final SessionView view;

    HarImportTool(SessionControl sessions, FileAccess files, WorkPool pool) {
        this.sessions = sessions;
        this.files = files;
        this.pool = pool;
        this.view = new SessionView(sessions);
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_import_har", "Import a HAR file",
                "Makes a session of a HAR file that a browser, another tool or proxy_export_har wrote; warnings name what was repaired.",
                Tool.Hints.ADD, SessionTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.object("session"), ResultSchema.object("importSummary"), ResultSchema.flag("complete"),
                        ResultSchema.text("reason").optional()),
                new ToolCall(this::importHar, SessionTools.REFUSED)));
    }

    private ToolOutcome importHar(Args args, CallContext context) throws Exception {
        Path file = files.toRead(context.origin(), "har_file", args.string("har_file"));
        HarImport.Request request = new HarImport.Request(file, args.optString("session_name").orElseGet(() -> name(file)), args.flag("strict"),
                args.optLong("max_disk_mb"));
        ImportedHar imported;
        try {
            imported = pool.run(context,
                    () -> new HarImport(sessions.catalog(), files.temporary(), request, new CallWatch(context, "octets read")).run());
        } catch (HarImportException e) {
            throw new ToolFailure(e.code(), "har_file: " + e.getMessage(), hint(e.code()));
        }
        return ToolOutcome.success(render(file, imported, args.integer("max_chars")));
    }

    private static String hint(String code) {
        return switch (code) {
            case "bad_entry" -> "without strict the entry is skipped or repaired, with a warning";
            case "disk_limit", "inflates_too_far" -> "give a larger max_disk_mb, or leave it out";
            default -> "";
        };
    }

    /** The file's name without what tells that it is a HAR. */
    private static String name(Path file) {
        String name = file.getFileName().toString();
        for (String ending : ENDINGS) {
            if (name.length() > ending.length() && name.toLowerCase(Locale.ROOT).endsWith(ending)) {
                name = name.substring(0, name.length() - ending.length());
            }
        }
        String whole = "har-import-" + name;
        return whole.length() > NAME_CHARS_MAX ? whole.substring(0, NAME_CHARS_MAX) : whole;
    }

    private JsonObject render(Path file, ImportedHar imported, int charsMax) throws Exception {
        JsonObject session = view.whole(imported.session());
        ImportedHar.Exporter exporter = imported.exporter();
        JsonObject.Builder counts = JsonObject.builder();
        long total = 0;
        for (Map.Entry<String, Long> count : imported.warningCounts().entrySet()) {
            counts.put(count.getKey(), count.getValue());
            total += count.getValue();
        }
        JsonObject facts = JsonObject.builder().put("sourceFile", file.toString())
                .put("exporter", JsonObject.builder().put("name", Shortened.text(exporter.name(), NAME_CHARS_MAX))
                        .put("version", Shortened.text(exporter.version(), NAME_CHARS_MAX)).put("kind", exporter.kind()).build())
                .put("totalEntries", imported.total()).put("importedEntries", imported.total() - imported.skipped())
                .put("skippedEntries", imported.skipped()).put("errorCount", imported.errors())
                .put("firstTimestamp", time(imported.firstMillis())).put("lastTimestamp", time(imported.lastMillis()))
                .put("warningsTotal", total).put("warningCounts", counts.build()).build();
        ListBudget warnings = new ListBudget(Math.max(2_000, charsMax - Json.text(session).length() - Json.text(facts).length()));
        for (ImportedHar.Warning warning : imported.warnings()) {
            if (!warnings.add(warning(warning))) {
                break;
            }
        }
        boolean complete = warnings.size() == total;
        JsonObject.Builder result = JsonObject.builder().put("session", session)
                .put("importSummary", JsonObject.builder().putAll(facts).put("warnings", warnings.items()).build()).put("complete", complete);
        if (!complete) {
            result.put("reason", "warnings holds the first " + warnings.size() + " of " + total + "; warningCounts counts all");
        }
        return result.build();
    }

    private static JsonObject warning(ImportedHar.Warning warning) {
        JsonObject.Builder members = JsonObject.builder();
        warning.entry().ifPresent(entry -> members.put("entry", entry));
        return members.put("kind", warning.kind()).put("message", warning.message()).build();
    }

    private static JsonValue time(OptionalLong millis) {
        return millis.isPresent() ? JsonNumber.of(millis.getAsLong()) : JsonNull.NULL;
    }
}
