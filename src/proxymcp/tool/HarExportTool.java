package proxymcp.tool;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import proxymcp.har.HarExport;
import proxymcp.har.HarWarning;
import proxymcp.json.Args;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.store.Session;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;

/** Writing a session as a HAR file. */
final class HarExportTool {
    static final Schema INPUT = Schema.of(SessionTools.SESSION_ID,
            Property.text("output_file", "gzip if it ends with .gz; unless given a new one in har/ of the home's folder files", 1, 4_096),
            Property.flag("include_bodies", "").defaultTo(true),
            Property.choice("sort", "", "asc", "desc").defaultTo("asc"),
            Property.flag("overwrite", "").defaultTo(false)).and(SessionFilter.FEW).andUntold(SessionFilter.OTHERS);

    private static final String FOLDER = "har";
    private static final String EXTENSION = ".har";
    private static final String GZIP = ".gz";
    private static final int DETAIL_CHARS = 200;
    private static final int GZIP_BUFFER_BYTES = 1 << 16;

    private final SessionControl sessions;
    private final FileAccess files;
    private final WorkPool pool;

    HarExportTool(SessionControl sessions, FileAccess files, WorkPool pool) {
        this.sessions = sessions;
        this.files = files;
        this.pool = pool;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_export_har", "Export a session as HAR",
                "Writes exchanges of a session that match all filters (as in proxy_query_session) to a HAR 1.2 file, every one of them; also while it is recorded.",
                Tool.Hints.ADD.overwriting(), SessionTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.text("sessionId"), ResultSchema.text("outputFile"), ResultSchema.integer("entries"),
                        ResultSchema.integer("bytes"), ResultSchema.array("warnings")),
                new ToolCall(this::export)));
    }

    private ToolOutcome export(Args args, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        SessionQuery query = SessionFilter.parse(args, args.string("sort").equals("desc"));
        return pool.run(context, () -> sessions.catalog().read(id, session -> {
            Export export = new Export(session, query, args.flag("include_bodies"), context);
            try {
                return ToolOutcome.success(export.to(args.optString("output_file"), args.flag("overwrite"), files));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }));
    }

    /** One export. Not for several threads. */
    private static final class Export {
        private final Session session;
        private final SessionQuery query;
        private final boolean includeBodies;
        private final CallContext context;
        private HarExport.Written written = new HarExport.Written(0, List.of());

        Export(Session session, SessionQuery query, boolean includeBodies, CallContext context) {
            this.session = session;
            this.query = query;
            this.includeBodies = includeBodies;
            this.context = context;
        }

        JsonObject to(Optional<String> name, boolean overwrite, FileAccess files) throws ToolFailure, IOException {
            String id = session.manifest().id().text();
            boolean gzip = name.isPresent() && name.get().toLowerCase(Locale.ROOT).endsWith(GZIP);
            FileAccess.Content content = out -> write(out, gzip);
            Path file = name.isPresent() ? files.write(context.origin(), "output_file", name.get(), content, overwrite)
                    : files.writeNew("output_file", FOLDER, id, EXTENSION, content);
            List<JsonValue> warnings = new ArrayList<>();
            for (HarWarning warning : written.warnings()) {
                warnings.add(rendered(warning));
            }
            return JsonObject.builder().put("sessionId", id).put("outputFile", file.toString()).put("entries", written.entries())
                    .put("bytes", Files.size(file)).put("warnings", warnings).build();
        }

        private void write(OutputStream file, boolean gzip) throws IOException {
            try (OutputTap out = new OutputTap(file); OutputStream packed = gzip ? new GZIPOutputStream(out, GZIP_BUFFER_BYTES) : out) {
                writeTo(packed, out);
            }
        }

        /** A session that cannot be read is none of the file's faults, and goes to whoever opened it. */
        private void writeTo(OutputStream packed, OutputTap out) throws IOException {
            try {
                written = HarExport.write(session, query, includeBodies, packed, new CallWatch(context, "entries written"));
            } catch (IOException e) {
                if (out.hasFailed()) {
                    throw e;
                }
                throw new UncheckedIOException(e);
            }
        }

        private static JsonObject rendered(HarWarning warning) {
            List<JsonValue> seqs = new ArrayList<>();
            for (long seq : warning.seqs()) {
                seqs.add(JsonNumber.of(seq));
            }
            return JsonObject.builder().put("kind", warning.kind()).put("count", warning.count()).put("seqs", seqs)
                    .put("detail", Shortened.text(warning.detail(), DETAIL_CHARS)).build();
        }
    }

    /** Passes octets on, and remembers whether that failed. */
    private static final class OutputTap extends OutputStream {
        private final OutputStream out;
        private boolean failed;

        OutputTap(OutputStream out) {
            this.out = out;
        }

        boolean hasFailed() {
            return failed;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            try {
                out.write(octets, offset, length);
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }
    }
}
