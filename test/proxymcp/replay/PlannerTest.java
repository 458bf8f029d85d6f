package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Endpoint;
import proxymcp.replay.FilledSession.Sample;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoreLimits;

/** What is chosen, in which order, and what of it is left out. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class PlannerTest {
    @TempDir
    private Path home;

    private static SessionQuery query(Optional<String> urlContains, boolean descending) {
        return new SessionQuery(Optional.empty(), Optional.empty(), urlContains, Optional.empty(), Optional.empty(), Optional.empty(),
                OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), descending);
    }

    private static Selection matching(Optional<String> urlContains, boolean descending, List<SeqRange> ranges, long offset, int limit) {
        return new Selection.Matching(query(urlContains, descending), ranges, offset, limit);
    }

    private static List<Long> seqs(FilledSession filled, Selection selection) throws IOException, PlanException {
        List<Long> seqs = new ArrayList<>();
        Plan plan = new Planner(filled.session(), SendSettings.DEFAULT).plan(selection, List.of());
        for (PlanItem item : plan.items()) {
            assertEquals(seqs.size(), item.index());
            assertEquals(FilledSession.id(item.seq()), item.exchangeId());
            seqs.add(item.seq());
        }
        return seqs;
    }

    private static Optional<Skip.Reason> skipped(FilledSession filled, long seq, Safety safety) throws IOException, PlanException {
        SendSettings usual = SendSettings.DEFAULT;
        SendSettings settings = new SendSettings(safety, usual.target(), usual.timeoutMillis(), usual.insecureUpstream(), usual.caFile(),
                usual.upstreamUrl(), usual.useRules());
        return new Planner(filled.session(), settings).plan(new Selection.Seqs(List.of(seq)), List.of()).items().get(0).skipped().map(Skip::reason);
    }

    @Test void seqsAndIdsComeInTheOrderGivenAndTwiceIfNamedTwice() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            for (int i = 1; i <= 5; i++) {
                filled.add(Sample.get("a.test", "/" + i));
            }
            assertEquals(List.of(4L, 1L, 4L), seqs(filled, new Selection.Seqs(List.of(4L, 1L, 4L))));
            assertEquals(List.of(5L, 2L, 5L), seqs(filled, new Selection.Ids(List.of(FilledSession.id(5), FilledSession.id(2), FilledSession.id(5)))));
        }
    }

    @Test void filtersRangesOffsetLimitAndOrderHoldTogether() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            for (int i = 1; i <= 20; i++) {
                filled.add(Sample.get("a.test", i % 2 == 0 ? "/even" : "/odd"));
            }
            assertEquals(List.of(4L, 6L), seqs(filled, matching(Optional.of("even"), false, List.of(), 1, 2)));
            assertEquals(List.of(20L, 18L), seqs(filled, matching(Optional.of("even"), true, List.of(), 0, 2)));
            assertEquals(List.of(2L, 18L, 20L), seqs(filled,
                    matching(Optional.of("even"), false, List.of(new SeqRange(1, 3), new SeqRange(17, 99)), 0, 100)));
            assertEquals(List.of(), seqs(filled, matching(Optional.of("nowhere"), false, List.of(), 0, 100)));
        }
    }

    private static List<String> notes(FilledSession filled, Selection selection) throws IOException, PlanException {
        return new Planner(filled.session(), SendSettings.DEFAULT).plan(selection, List.of()).notes();
    }

    @Test void whatASelectionLosesIsNoted() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            for (int i = 1; i <= 5; i++) {
                filled.add(Sample.get("a.test", i == 3 ? "/odd" : "/" + i));
            }
            Optional<String> any = Optional.empty();
            assertEquals(List.of(), notes(filled, matching(any, false, List.of(), 0, 5)));
            assertEquals(List.of(), notes(filled, matching(any, true, List.of(new SeqRange(2, 5)), 2, 2)));
            assertEquals(List.of("seq_ranges: 4-9 goes on behind the last seq of the session, 5"),
                    notes(filled, matching(any, false, List.of(new SeqRange(1, 2), new SeqRange(4, 9)), 0, 100)));
            assertEquals(List.of("limit: more than these 2 match; give a higher limit, or go on with offset 3"),
                    notes(filled, matching(any, false, List.of(), 1, 2)));
            assertEquals(List.of("no exchange of session " + filled.session().manifest().id() + " matches"),
                    notes(filled, matching(Optional.of("nowhere"), false, List.of(), 0, 9)));
            assertEquals(List.of("offset: 7 leaves out all that match, which are 1"), notes(filled, matching(Optional.of("odd"), false, List.of(), 7, 9)));
            assertEquals(List.of(), notes(filled, new Selection.Seqs(List.of(5L, 5L))));
        }
    }

    @Test void whatDamageTookOutOfARangeIsNoted() throws Exception {
        Path folder;
        try (FilledSession filled = new FilledSession(home)) {
            for (int i = 1; i <= 5; i++) {
                filled.add(Sample.get("a.test", "/number" + i));
            }
            folder = filled.end();
        }
        Path log = folder.resolve("segment-000001.seg");
        byte[] octets = Files.readAllBytes(log);
        octets[new String(octets, StandardCharsets.ISO_8859_1).indexOf("/number2")]++;
        Files.write(log, octets);
        try (DirectoryStream<Path> derived = Files.newDirectoryStream(folder, "{index,checkpoint}*")) {
            for (Path file : derived) {
                Files.delete(file);
            }
        }
        try (SessionCatalog catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            Session session = catalog.open(SessionId.parse(folder.getFileName().toString()).orElseThrow());
            assertEquals(Optional.empty(), session.find(2));
            Plan plan = new Planner(session, SendSettings.DEFAULT).plan(matching(Optional.empty(), false,
                    List.of(new SeqRange(1, 3), new SeqRange(2, 4)), 0, 100), List.of());
            assertEquals(List.of(1L, 3L, 4L), plan.items().stream().map(PlanItem::seq).toList());
            assertEquals(List.of("seq_ranges: the session has lost 1 of these exchanges"), plan.notes());
        }
    }

    @Test void whatDoesNotExistIsNamed() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            filled.add(Sample.get("a.test", "/"));
            for (Selection selection : List.of(new Selection.Seqs(List.of(1L, 77L)), new Selection.Ids(List.of(FilledSession.id(77))),
                    matching(Optional.empty(), false, List.of(new SeqRange(77, 80)), 0, 10))) {
                String named = selection instanceof Selection.Ids ? FilledSession.id(77).toString() : "77";
                PlanException e = assertThrows(PlanException.class, () -> seqs(filled, selection));
                assertTrue(e.getMessage().contains(named), e.getMessage());
            }
            PlanException refresh = assertThrows(PlanException.class, () -> new Planner(filled.session(), SendSettings.DEFAULT)
                    .plan(new Selection.Seqs(List.of(1L)), List.of(9L)));
            assertTrue(refresh.getMessage().startsWith("on_auth_expired.refresh_seqs: "), refresh.getMessage());
        }
    }

    @Test void unsafeRequestsArePlannedAndLeftOutUnlessAllowed() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            filled.add(Sample.get("a.test", "/").method("POST")).add(Sample.get("a.test", "/").method("DELETE"))
                    .add(Sample.get("a.test", "/").method("PURGE")).add(Sample.get("a.test", "/graphql?query=%6dutation%20%7B%20a%20%7D&x=1"))
                    .add(Sample.get("a.test", "/graphql?query=%7B%20mutationCount%20%7D")).add(Sample.get("a.test", "/").method("OPTIONS"));
            Safety none = Safety.SAFE_ONLY;
            for (long seq = 1; seq <= 4; seq++) {
                assertEquals(Optional.of(Skip.Reason.UNSAFE), skipped(filled, seq, none), "seq " + seq);
                assertEquals(Optional.empty(), skipped(filled, seq, new Safety(true, Set.of())));
            }
            assertEquals(Optional.empty(), skipped(filled, 5, none));
            assertEquals(Optional.empty(), skipped(filled, 6, none));
            Safety post = new Safety(false, Set.of("POST"));
            assertEquals(Optional.empty(), skipped(filled, 1, post));
            assertEquals(Optional.of(Skip.Reason.UNSAFE), skipped(filled, 2, post));
        }
    }

    @Test void refreshItemsAreNotHeldBackAndGoOnBehindTheItems() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            filled.add(Sample.get("a.test", "/login").method("POST")).add(Sample.get("a.test", "/data"));
            Plan plan = new Planner(filled.session(), SendSettings.DEFAULT).plan(new Selection.Seqs(List.of(2L)), List.of(1L));
            assertEquals(Optional.empty(), plan.refreshItems().get(0).skipped());
            assertEquals(1, plan.refreshItems().get(0).index());
            assertEquals(0, plan.skippedCount());
        }
    }

    @Test void whatCannotBeSentAsItWasIsSkippedWithItsReason() throws Exception {
        Safety all = new Safety(true, Set.of());
        try (FilledSession filled = new FilledSession(home)) {
            filled.add(Sample.get("a.test", "a.test:443").method("CONNECT").to(new Endpoint(Endpoint.TUNNEL, "a.test", 443)))
                    .add(Sample.get("a.test", "/ws").ended(101, true)).add(Sample.get("a.test", "/f").to(new Endpoint("ftp", "a.test", 21)))
                    .add(Sample.get("a.test", "/").method("POST").body("half", false).ended(0, false));
            assertEquals(Optional.of(Skip.Reason.TUNNEL), skipped(filled, 1, all));
            assertEquals(Optional.of(Skip.Reason.UPGRADE), skipped(filled, 2, all));
            assertEquals(Optional.of(Skip.Reason.NOT_HTTP), skipped(filled, 3, all));
            assertEquals(Optional.of(Skip.Reason.INCOMPLETE_REQUEST), skipped(filled, 4, all));
        }
    }

    @Test void previewSessionsGiveShortBodiesAndRefuseOthers() throws Exception {
        Safety all = new Safety(true, Set.of());
        try (FilledSession filled = new FilledSession(home, CaptureProfile.PREVIEW)) {
            filled.add(Sample.get("a.test", "/").method("POST").body("short", true)).add(Sample.get("a.test", "/").method("POST").body("x".repeat(5_000), true))
                    .add(Sample.get("a.test", "/"));
            assertEquals(Optional.empty(), skipped(filled, 1, all));
            assertEquals(Optional.of(Skip.Reason.BODY_NOT_CAPTURED), skipped(filled, 2, all));
            assertEquals(Optional.empty(), skipped(filled, 3, all));
        }
    }

    @Test void aTargetReplacesSchemeHostAndPortAlone() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            filled.add(Sample.get("a.test", "/p?q=http://x/")).add(Sample.get("a.test", "*").method("OPTIONS"));
            SendSettings usual = SendSettings.DEFAULT;
            SendSettings moved = new SendSettings(usual.safety(), Optional.of(new Target(new Endpoint("https", "::1", 8443))), 1_000, Optional.empty(),
                    Optional.empty(), Optional.empty(), false);
            Plan plan = new Planner(filled.session(), moved).plan(new Selection.Seqs(List.of(1L)), List.of());
            assertEquals("https://[::1]:8443/p?q=http://x/", plan.items().get(0).targetUrl());
            assertEquals("https://[::1]:8443", plan.items().get(0).origin());
        }
    }

    /** The log is taken away before: what is planned comes from the index. */
    @Test void aHundredThousandArePlannedWithoutTheLog() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            Sample sample = Sample.get("a.test", "/same");
            for (int i = 0; i < 100_000; i++) {
                filled.add(sample);
            }
            Path folder = filled.end();
            filled.session();
            try (var files = Files.newDirectoryStream(folder, "segment-*.seg")) {
                int deleted = 0;
                for (Path file : files) {
                    Files.delete(file);
                    deleted++;
                }
                assertTrue(deleted > 0);
            }
            Plan plan = new Planner(filled.session(), SendSettings.DEFAULT).plan(matching(Optional.empty(), false, List.of(), 0, Selection.ITEMS_MAX),
                    List.of());
            assertEquals(100_000, plan.items().size());
            PlanItem first = plan.items().get(0);
            PlanItem last = plan.items().get(99_999);
            assertSame(first.method(), last.method());
            assertSame(last.originalUrl(), last.targetUrl());
            assertEquals(100_000, last.seq());
        }
    }
}
