package proxymcp.har;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import proxymcp.Programs;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;
import proxymcp.store.ExchangeText;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.StoreLimits;
import proxymcp.store.StoredBody;
import proxymcp.store.StoredExchange;
import proxymcp.store.Unwatched;
import proxymcp.store.WorkWatch;

/** A home into which a test imports, and what came of it as text. */
final class HarImports implements AutoCloseable {
    final Path home;
    final SessionCatalog catalog;

    HarImports(Path home) {
        this.home = home;
        this.catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
    }

    /** A file of ours. */
    static Path fixture(String name) {
        return Programs.fixtures().resolve("har/import").resolve(name);
    }

    Path file(String name, byte[] octets) throws IOException {
        return Files.write(Files.createDirectories(home.resolve("in")).resolve(name), octets);
    }

    Path file(String name, String text) throws IOException {
        return file(name, text.getBytes(StandardCharsets.UTF_8));
    }

    ImportedHar run(Path file) throws IOException {
        return run(file, false, OptionalLong.empty(), Unwatched.NOBODY);
    }

    ImportedHar run(Path file, boolean strict, OptionalLong maxDiskMb, WorkWatch watch) throws IOException {
        return new HarImport(catalog, home.resolve("tmp"), new HarImport.Request(file, "imported", strict, maxDiskMb), watch).run();
    }

    /** What a refused import says; no session and no file may stay. */
    String refusal(Path file, boolean strict) throws IOException {
        String said;
        int before = catalog.ids().size();
        try {
            said = "imported " + run(file, strict, OptionalLong.empty(), Unwatched.NOBODY);
        } catch (HarImportException e) {
            said = e.code() + ": " + e.getMessage();
        }
        return said + (catalog.ids().size() == before && isClean() ? "" : " and left something");
    }

    /** Whether no temporary file is there. */
    boolean isClean() throws IOException {
        if (!Files.exists(home.resolve("tmp"))) {
            return true;
        }
        try (Stream<Path> left = Files.list(home.resolve("tmp"))) {
            return left.findAny().isEmpty();
        }
    }

    List<StoredExchange> exchanges(ImportedHar imported) throws IOException {
        Session session = catalog.open(imported.session().id());
        List<StoredExchange> exchanges = new ArrayList<>();
        for (long seq = 1; seq <= session.lastSeq(); seq++) {
            session.exchange(seq).ifPresent(exchanges::add);
        }
        return exchanges;
    }

    /** URLs as the index has them, by seq. */
    List<String> indexedUrls(ImportedHar imported) throws IOException {
        List<String> urls = new ArrayList<>();
        for (StoredExchange stored : exchanges(imported)) {
            urls.add(stored.entry().host() + " " + stored.entry().url());
        }
        return urls;
    }

    /** Everything, without what an import draws by chance. */
    String whole(ImportedHar imported) throws IOException {
        StringBuilder text = new StringBuilder();
        for (StoredExchange stored : exchanges(imported)) {
            text.append(stored.exchange().seq()).append(' ').append(stored.exchange().start().url()).append('\n').append(ExchangeText.of(stored));
        }
        return text.toString();
    }

    /** Exchanges as a reader would note them down. */
    String shown(ImportedHar imported) throws IOException {
        StringBuilder text = new StringBuilder();
        for (StoredExchange stored : exchanges(imported)) {
            show(text, stored);
        }
        return text.toString();
    }

    private static void show(StringBuilder text, StoredExchange stored) throws IOException {
        Exchange exchange = stored.exchange();
        text.append(exchange.seq()).append(' ').append(exchange.start().head().method()).append(' ').append(exchange.start().url()).append(' ')
                .append(exchange.start().head().version()).append(" target ").append(exchange.start().head().target()).append('\n');
        lines(text, exchange.start().head().fields());
        body(text, stored.requestBody());
        if (exchange.response().isPresent()) {
            ResponseHead head = exchange.response().get();
            text.append("  ").append(head.version()).append(' ').append(head.status()).append(' ').append(head.reason()).append('\n');
            lines(text, head.fields());
        }
        body(text, stored.responseBody());
        if (exchange.outcome() instanceof Outcome.Incomplete(var errorClass, String reason)) {
            text.append("  ").append(errorClass.id()).append(": ").append(reason).append('\n');
        }
        exchange.endNotes().forEach(note -> text.append("  note: ").append(note).append('\n'));
    }

    private static void lines(StringBuilder text, Fields fields) {
        for (Fields.Line line : fields.lines()) {
            text.append("    ").append(line.name()).append(": ").append(line.value()).append('\n');
        }
    }

    private static void body(StringBuilder text, StoredBody body) throws IOException {
        if (body.state() == CapturedBody.State.NONE) {
            return;
        }
        byte[] octets = ExchangeText.octets(body);
        text.append("  body ").append(body.size() == octets.length ? "" : octets.length + " of ").append(body.size()).append(": ")
                .append(new String(octets, StandardCharsets.ISO_8859_1).replace("\r\n", "|")).append('\n');
    }

    /** Warnings, one a line. */
    static String warnings(ImportedHar imported) {
        StringBuilder text = new StringBuilder();
        for (ImportedHar.Warning warning : imported.warnings()) {
            text.append(warning.entry().isPresent() ? warning.entry().getAsInt() + " " : "").append(warning.kind()).append(": ")
                    .append(warning.message()).append('\n');
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
