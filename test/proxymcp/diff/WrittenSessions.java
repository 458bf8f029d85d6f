package proxymcp.diff;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import proxymcp.decode.Decoders;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.Unwatched;

/** Sessions that a test writes and compares. */
public final class WrittenSessions implements AutoCloseable {
    private final SessionCatalog catalog;
    private long sessions;

    /** Sessions below a folder. */
    public WrittenSessions(Path home) {
        catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
    }

    /** Writes a session; its seqs rise from 1 in the order given. */
    public Session write(List<WrittenExchange> exchanges) throws IOException {
        SessionWriter writer = catalog.createPatient(Optional.empty(), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
        sessions++;
        long number = 0;
        for (WrittenExchange exchange : exchanges) {
            exchange.record(writer.sink(), sessions, ++number);
        }
        catalog.end(writer);
        return catalog.open(writer.id());
    }

    static DiffReport compare(Session a, Session b, List<Session> baselines, DiffRequest request) throws IOException, DiffException {
        return new SessionDiff(Decoders.builtin()).run(a, b, baselines, request, Unwatched.NOBODY);
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
