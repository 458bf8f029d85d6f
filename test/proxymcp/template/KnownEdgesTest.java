package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.store.Session;

/** Edges of ten applications, each with five sets of values, held against what the recordings were made with. */
@Timeout(120)
final class KnownEdgesTest {
    private static final int SEEDS = 5;

    @Test void edgesOfTenApplicationsAreFound(@TempDir Path home) throws Exception {
        int right = 0;
        int found = 0;
        int known = 0;
        List<String> wrong = new ArrayList<>();
        try (RecordedSessions sessions = new RecordedSessions(home)) {
            for (int seed = 1; seed <= SEEDS; seed++) {
                for (Map.Entry<String, RecordedApp> app : RecordedApps.all(seed).entrySet()) {
                    List<String> edges;
                    try (Session session = sessions.write(app.getValue().exchanges())) {
                        edges = RecordedSessions.edges(session);
                    }
                    known += app.getValue().truth().size();
                    found += edges.size();
                    for (String edge : edges) {
                        if (app.getValue().truth().contains(edge)) {
                            right++;
                        } else {
                            wrong.add(app.getKey() + " seed " + seed + ": " + edge + " is none");
                        }
                    }
                    for (String edge : app.getValue().truth()) {
                        if (!edges.contains(edge)) {
                            wrong.add(app.getKey() + " seed " + seed + ": " + edge + " is missing");
                        }
                    }
                }
            }
        }
        double precision = (double) right / found;
        double recall = (double) right / known;
        System.out.println(String.format(Locale.ROOT, "edges: %d known, %d found, precision %.3f, recall %.3f", known, found, precision, recall));
        String faults = String.join("\n", wrong);
        assertTrue(precision >= 0.97, () -> "precision " + precision + "\n" + faults);
        assertTrue(recall >= 0.95, () -> "recall " + recall + "\n" + faults);
    }

    @Test void theSameSessionGivesTheSameTemplate(@TempDir Path home) throws Exception {
        try (RecordedSessions sessions = new RecordedSessions(home)) {
            for (RecordedApp app : RecordedApps.all(3).values()) {
                try (Session session = sessions.write(app.exchanges())) {
                    FlowTemplate template = RecordedSessions.make(session);
                    assertEquals(template, RecordedSessions.make(session));
                    assertEquals(template, TemplateJson.read(TemplateJson.write(template)));
                }
            }
        }
    }
}
