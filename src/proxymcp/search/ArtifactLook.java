package proxymcp.search;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.search.BodyLook.Verdict;
import proxymcp.store.Artifact;
import proxymcp.store.Artifacts;
import proxymcp.store.MessageReader.Side;
import proxymcp.store.Session;
import proxymcp.store.StoredBody;
import proxymcp.store.StoredExchange;

/** Looks through what bodies of a session were decoded to. A session without artifacts costs nothing. Not for several threads. */
final class ArtifactLook {
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Session session;
    private final Artifacts artifacts;
    private final Map<String, Path> newest;

    ArtifactLook(Session session) throws IOException {
        this.session = session;
        this.artifacts = session.artifacts();
        this.newest = artifacts.newest();
    }

    /** Whether what the body was decoded to matches. */
    boolean matches(long seq, Side side, BodyLook look) throws IOException {
        Optional<Artifact> artifact = artifact(seq, side);
        return artifact.isPresent() && look.look(new ByteArrayInputStream(artifact.get().content()), TEXT, true) == Verdict.MATCH;
    }

    /** Adds the first matches. */
    void snippets(long seq, Side side, BodyLook look, List<Snippet> snippets) throws IOException {
        Optional<Artifact> artifact = artifact(seq, side);
        if (artifact.isPresent()) {
            look.snippets(new ByteArrayInputStream(artifact.get().content()), TEXT, snippets);
        }
    }

    private Optional<Artifact> artifact(long seq, Side side) throws IOException {
        Optional<StoredExchange> found = newest.isEmpty() ? Optional.empty() : session.exchange(seq);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        StoredBody body = side == Side.REQUEST ? found.get().requestBody() : found.get().responseBody();
        Fields fields = side == Side.REQUEST ? found.get().exchange().requestContentFields() : found.get().exchange().responseContentFields();
        return body.damage().isPresent() ? Optional.empty() : artifacts.find(newest, Artifacts.nameOf(body), Artifacts.aboutOf(fields)).filter(Artifact::isText);
    }
}
