package proxymcp.har;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Unrecorded;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonPull;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Manifest;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionStatus;
import proxymcp.store.SessionWriter;
import proxymcp.store.WorkWatch;

/**
 * Makes a session of a HAR file of any size, while other sessions may be recorded. All of it or nothing: of an import that fails or is cancelled
 * no session stays.
 *
 * <p>Programs differ in what they take for HAR: entries that cannot be understood are skipped and odd values repaired, each with a warning, unless
 * the caller is strict. Text that is not JSON is refused whole. Reads, decodes and waits for the disk: work for threads made for that. One
 * instance is for one import.
 */
public final class HarImport {
    /** Rows of the index that gaps between seqs may take, beside one for so many octets of the file. */
    private static final long GAP_ROWS_FREE = 65_536;
    private static final int OCTETS_PER_GAP_ROW = 16;
    /** Chrome 130, of October 2024, and its betas leave out secrets unless told otherwise. */
    private static final long SANITIZED_SINCE_MILLIS = 1_725_148_800_000L;

    /**
     * What to import.
     *
     * @param file a HAR, plain or in gzip, or a zip archive that holds one
     * @param name of the session
     * @param strict whether the first entry that is not as it should be refuses the file
     * @param maxDiskMb cap of the session; empty for as much as the file needs
     */
    public record Request(Path file, String name, boolean strict, OptionalLong maxDiskMb) {}

    private final SessionCatalog catalog;
    private final Path temporary;
    private final Request request;
    private final WorkWatch watch;
    private final HarImportReport report;
    private Optional<SessionWriter> session = Optional.empty();
    private long lastSeq;
    private long gapRows;
    private long renumbered;
    private OptionalLong first = OptionalLong.empty();
    private OptionalLong last = OptionalLong.empty();

    /**
     * An import that has not begun.
     *
     * @param catalog where the session goes
     * @param temporary folder for bodies while it is not known what they are
     * @param watch told of octets read, out of all
     */
    public HarImport(SessionCatalog catalog, Path temporary, Request request, WorkWatch watch) {
        this.catalog = catalog;
        this.temporary = temporary;
        this.request = request;
        this.watch = watch;
        this.report = new HarImportReport(request.strict());
    }

    /**
     * Imports the file.
     *
     * @throws HarImportException if the file is refused, or the session has no room for it
     * @throws IOException if the file cannot be read, or the session not be written
     * @throws java.util.concurrent.CancellationException if {@code watch} says so
     */
    public ImportedHar run() throws IOException {
        boolean whole = false;
        try (HarReadFile file = HarReadFile.open(request.file(), request.maxDiskMb(), watch); InputStream text = file.text()) {
            JsonPull json = new JsonPull(text);
            HarReadLog log = new HarReadLog(json);
            HarReadEntry reader = new HarReadEntry(json);
            HarImportEntry entries = new HarImportEntry(file, report, watch);
            try (HarImportOrder order = new HarImportOrder(temporary, ready -> record(ready, entries, json.octets()))) {
                log.run(() -> each(json, reader, entries, order, file));
                order.end();
            }
            if (renumbered > 0) {
                report.fileNotice("new_seq", renumbered + " exchanges have other seqs than in the session that was exported");
            }
            begin(file);
            ImportedHar.Exporter exporter = log.exporter();
            if (exporter.kind().equals("chrome") && last.orElse(0) >= SANITIZED_SINCE_MILLIS && !entries.hasSeenSecrets()) {
                report.fileNotice("sanitized", "no entry has a Cookie, Set-Cookie or Authorization field: Chrome leaves them out unless the HAR is "
                        + "exported with sensitive data");
            }
            ImportedHar imported = new ImportedHar(end(), exporter, report.entries(), report.skipped(), report.errors(), first, last,
                    report.warnings(), report.counts());
            whole = true;
            return imported;
        } finally {
            if (!whole) {
                discard();
            }
        }
    }

    private void each(JsonPull json, HarReadEntry reader, HarImportEntry entries, HarImportOrder order, HarReadFile file) throws IOException {
        report.nextEntry();
        HarReadBodies bodies = order.bodies();
        boolean taken = false;
        try {
            long replaced = json.replaced();
            JsonObject entry = reader.read(bodies);
            if (json.replaced() > replaced) {
                report.repair("bad_text", (json.replaced() - replaced) + " halves of surrogate pairs stand alone; they became U+FFFD");
            }
            HarImportEntry.Ready ready = entries.ready(entry, bodies, begin(file).manifest().startedAtMillis());
            taken = true;
            order.add(ready, bodies, reader.bytes());
        } catch (HarImportSkip skipped) {
            report.skip(skipped);
        } finally {
            if (!taken) {
                order.release(bodies);
            }
        }
    }

    private void record(HarImportEntry.Ready ready, HarImportEntry entries, long octetsRead) throws IOException {
        report.backAt(ready.number());
        SessionWriter writer = session.orElseThrow();
        Recording recording = writer.openAt(nextSeq(ready.seq(), octetsRead), ready.start());
        if (recording != Unrecorded.INSTANCE) {
            entries.record(ready, recording);
        }
        requireAllTaken(writer);
        long started = ready.start().startedAtMillis();
        first = OptionalLong.of(Math.min(started, first.orElse(started)));
        last = OptionalLong.of(Math.max(started, last.orElse(started)));
    }

    /** The session, which begins with the first entry: what is no HAR leaves none. */
    private SessionWriter begin(HarReadFile file) throws IOException {
        if (session.isEmpty()) {
            JsonObject settings = JsonObject.builder().put("importedFrom", request.file().toString()).build();
            session = Optional.of(catalog.createPatient(Optional.of(request.name()), CaptureProfile.FULL,
                    request.maxDiskMb().orElseGet(file::roomMb), settings));
        }
        return session.get();
    }

    /**
     * The seq under which we exported it, if that follows; the next one for all others. Gaps take room in the index, which a short file must not
     * make large.
     */
    private long nextSeq(OptionalLong wanted, long octetsRead) {
        long next = lastSeq + 1;
        if (wanted.isPresent() && wanted.getAsLong() != next) {
            long gap = wanted.getAsLong() - next;
            if (gap > 0 && gap <= GAP_ROWS_FREE + octetsRead / OCTETS_PER_GAP_ROW - gapRows) {
                gapRows += gap;
                next = wanted.getAsLong();
            } else {
                renumbered++;
            }
        }
        lastSeq = next;
        return next;
    }

    private Manifest end() throws IOException {
        SessionWriter writer = session.orElseThrow();
        Manifest manifest = catalog.end(writer);
        requireAllTaken(writer);
        return manifest;
    }

    /** An import with losses is none. */
    private static void requireAllTaken(SessionWriter writer) throws HarImportException {
        SessionStatus status = writer.status();
        if (!status.losses().isNone()) {
            throw new HarImportException("disk_limit", "the session could not take everything: " + status.lastError().orElse("records were lost"));
        }
    }

    private void discard() {
        if (session.isEmpty()) {
            return;
        }
        try {
            catalog.end(session.get());
        } catch (IOException e) {
            // It is deleted as it is.
        }
        try {
            catalog.delete(session.get().id());
        } catch (IOException e) {
            return; // What went wrong before is what the caller is told; the session is in the list.
        }
    }
}
