package proxymcp.har;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonObject;
import proxymcp.store.WorkWatch;

/** Makes an exchange of each entry. Whether it can be one is known before anything is recorded. Not for several threads. */
final class HarImportEntry {
    /** Longer URLs hold their data themselves; what a session keeps of them has to fit a record. */
    private static final int URL_CHARS_MAX = 800_000;
    private static final int URL_SHOWN_CHARS = 60;

    private final HarReadFile file;
    private final HarImportReport report;
    private final HarImportBody octets;
    private final ImportedValues values;
    private final WorkWatch watch;
    private boolean secretsSeen;

    /**
     * An entry that can be recorded.
     *
     * @param number of the entry in the file, from 1
     * @param seq under which we exported it
     */
    record Ready(int number, ExchangeStart start, OptionalLong seq, Optional<ImportedBody> requestBody, Optional<Route> route, List<ResponseHead> informational,
            Optional<ResponseHead> response, Optional<ImportedBody> responseBody, Optional<ImportedStream> stream, ExchangeEnd end) {}

    HarImportEntry(HarReadFile file, HarImportReport report, WorkWatch watch) {
        this.file = file;
        this.report = report;
        this.octets = new HarImportBody(file, report, watch);
        this.values = new ImportedValues(report);
        this.watch = watch;
    }

    /** Whether an entry had cookies or credentials: programs that strip secrets leave none. */
    boolean hasSeenSecrets() {
        return secretsSeen;
    }

    /**
     * Reads an entry.
     *
     * @param bodies its long texts and messages, which must be held until it is recorded
     * @param nowMillis when an entry began that does not say so
     * @throws HarImportSkip if it cannot become an exchange
     */
    Ready ready(JsonObject entry, HarReadBodies bodies, long nowMillis) throws IOException, HarImportSkip {
        JsonObject request = entry.object("request").orElseThrow(() -> new HarImportSkip("no_request", "it has no request"));
        JsonObject response = entry.object("response").orElse(JsonObject.EMPTY);
        ImportedOwn own = new ImportedOwn(entry, report, values);
        List<String> headNotes = new ArrayList<>();
        ImportedHeads heads = new ImportedHeads(report, values, headNotes);
        String url = url(request, headNotes);
        ImportedUrl parts = ImportedUrl.parse(url, own.isOurs())
                .orElseThrow(() -> new HarImportSkip("bad_url", "its URL is not absolute: " + shown(url)));
        if (parts.isOdd() && !own.isOurs()) {
            report.repair("bad_url", "the host of its URL cannot be understood: " + shown(url));
        }
        RequestHead head = heads.request(request, parts.target(), response.string("httpVersion"), own.isOurs());
        Optional<ResponseHead> answer = heads.response(response, request.string("httpVersion"), own.isOurs());
        secretsSeen |= holdsSecrets(head.fields()) || answer.isPresent() && answer.get().fields().contains("Set-Cookie");
        Fields requestTrailers = heads.trailers(request);
        Fields responseTrailers = heads.trailers(response);
        ImportedParts tools = new ImportedParts(bodies, values, report, own.isOurs());
        Optional<ImportedBody> requestBody = ImportedBody.ofRequest(request, head.fields(), requestTrailers, tools);
        Optional<ImportedBody> responseBody = ImportedBody.ofResponse(response, answer, head.method().equals("HEAD"), responseTrailers, tools);
        List<String> notes = own.notes(notesOf(head, answer));
        notes.addAll(headNotes);
        note(requestBody, Exchange.REQUEST_HELD_DECODED, notes);
        note(responseBody, Exchange.RESPONSE_HELD_DECODED, notes);
        Outcome outcome = ImportedOutcome.of(entry, answer, report);
        Timings timings = own.timings();
        ImportedSent sent = new ImportedSent(entry, report);
        ExchangeStart start = start(entry, own, parts, url, head, nowMillis);
        Optional<ImportedStream> stream = ImportedStream.of(entry, head, answer, bodies.messages(), start.startedAtMillis(), report);
        return new Ready(report.entries(), start, own.seq(), requestBody, own.route(parts.endpoint()), heads.informational(entry), answer,
                responseBody, stream, new ExchangeEnd(outcome, timings, sent.rules(), List.copyOf(notes), sent.messages()));
    }

    private String url(JsonObject request, List<String> notes) throws HarImportException, HarImportSkip {
        String url = request.string("url").orElseThrow(() -> new HarImportSkip("bad_url", "its request has no URL"));
        if (url.length() <= URL_CHARS_MAX) {
            return url;
        }
        String text = "the URL has " + url.length() + " characters in the HAR file; the first " + URL_CHARS_MAX + " are kept";
        report.repair("long_url", text);
        notes.add(text);
        return url.substring(0, URL_CHARS_MAX);
    }

    private static String shown(String url) {
        return url.length() > URL_SHOWN_CHARS ? url.substring(0, URL_SHOWN_CHARS) + "…" : url;
    }

    private static boolean holdsSecrets(Fields fields) {
        return fields.contains("Cookie") || fields.contains("Authorization");
    }

    private static List<String> notesOf(RequestHead head, Optional<ResponseHead> answer) {
        List<String> notes = new ArrayList<>(head.notes());
        answer.ifPresent(known -> notes.addAll(known.notes()));
        return notes;
    }

    private void note(Optional<ImportedBody> body, String note, List<String> notes) throws IOException {
        if (body.isPresent()) {
            requireAttachment(body.get());
            if (octets.isHeldDecoded(body.get())) {
                notes.add(note);
            }
        }
    }

    private void requireAttachment(ImportedBody body) throws IOException {
        if (body.octets() instanceof ImportedBody.Octets.Attached(String name) && !file.hasAttachment(name)) {
            report.repair("body_missing", file.isArchive() ? "the body is in a file that the archive does not have: " + shown(name)
                    : "the body is in a file beside the HAR, which is not read; import them in one zip archive");
        }
    }

    private ExchangeStart start(JsonObject entry, ImportedOwn own, ImportedUrl parts, String url, RequestHead head, long nowMillis)
            throws HarImportException, HarImportSkip {
        OptionalLong started = values.date(entry, "startedDateTime");
        if (started.isEmpty()) {
            report.repair("bad_date", "startedDateTime is missing or no date; it became the time of the import");
        }
        ExchangeStart start = new ExchangeStart(own.id(), started.orElse(nowMillis), own.client(), parts.endpoint(), head, own.tls("client"));
        if (start.url().equals(url)) {
            return start;
        }
        // Three octets a character at most, and the target stands in the same record.
        if (head.target().length() + 3L * url.length() > ImportedHeads.HEAD_BYTES_MAX) {
            throw new HarImportSkip("too_large", "its URL of " + url.length() + " characters is in a form that no request target is, and too long to keep");
        }
        return new ExchangeStart(start.id(), start.startedAtMillis(), start.client(), start.endpoint(), head, start.clientTls(), Optional.of(url));
    }

    /** Records what {@link #ready} has read. */
    void record(Ready ready, Recording to) throws IOException {
        if (ready.requestBody().isPresent()) {
            BodyEnd end = octets.feed(ready.requestBody().get(), to::requestBody);
            to.requestEnd(end);
        }
        ready.route().ifPresent(to::routed);
        ready.informational().forEach(to::informational);
        ready.response().ifPresent(to::response);
        if (ready.responseBody().isPresent()) {
            BodyEnd end = octets.feed(ready.responseBody().get(), to::responseBody);
            to.responseEnd(end);
        }
        if (ready.stream().isPresent()) {
            ready.stream().get().record(to, values, report, watch);
        }
        to.end(ready.end());
    }
}
