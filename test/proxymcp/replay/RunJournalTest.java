package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.JsonObject;

/** Journals on disks that are full or cannot force. */
@Timeout(60)
final class RunJournalTest {
    @TempDir
    Path folder;

    /** A file on a disk with so much room, and so many forces until one fails. */
    private static final class SmallDisk extends FileChannel {
        private final FileChannel file;
        private final long room;
        private int forcesLeft;

        SmallDisk(Path path, long room, int forces) throws IOException {
            this.file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            this.room = room;
            this.forcesLeft = forces;
        }

        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            int fits = (int) Math.min(bytes.remaining(), room - position);
            if (fits <= 0) {
                throw new IOException("No space left on device");
            }
            ByteBuffer part = bytes.slice(bytes.position(), fits);
            bytes.position(bytes.position() + fits);
            return file.write(part, position);
        }

        @Override
        public void force(boolean metadata) throws IOException {
            if (forcesLeft-- <= 0) {
                throw new IOException("Input/output error");
            }
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            file.truncate(size);
            return this;
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }

        @Override
        public int read(ByteBuffer bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] bytes, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] bytes, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel position(long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer bytes, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }
    }

    private Path file() {
        return folder.resolve("journal");
    }

    private RunReport run(String method, int count, SmallDisk disk, ScriptedSender sender) throws Exception {
        RunSettings settings = new RunSettings(1, RunSettings.DEFAULT.perHostConcurrency(), RunSettings.DEFAULT.ratePerSecond(), 1,
                RunSettings.DEFAULT.pacing(), RunSettings.DEFAULT.retry(), Optional.empty(), Optional.empty());
        return run(ScriptedSender.plan(ScriptedSender.items(count, method)), settings, disk, sender);
    }

    private RunReport run(Plan plan, RunSettings settings, SmallDisk disk, ScriptedSender sender) throws Exception {
        RunFolder.Header header = new RunFolder.Header(new ReplayId("replay_20260101000000_abcdefgh"), plan.sessionId(), 0, 0, plan.items().size(),
                plan.refreshItems().size(), plan.notes(), JsonObject.EMPTY);
        ReplayRun run = new ReplayRun(header, plan, new PreparedRun(settings, sender), RunTime.of(Clock.systemUTC()), new RunJournal(disk, 0), () -> { },
                new RunLedger(plan.items()), 0);
        run.begin();
        assertTrue(run.await(30_000));
        return run.report();
    }

    private static ScriptedSender ok() {
        return new ScriptedSender(RunTime.of(Clock.systemUTC()), (item, attempt) -> ScriptedSender.status(200));
    }

    @Test void onAFullDiskSafeRequestsGoOnAndTheReportSaysSo() throws Exception {
        RunReport report = run("GET", 50, new SmallDisk(file(), 400, 9), ok());
        assertEquals("done 50", report.state().id() + " " + report.successCount());
        assertEquals(Optional.of("the journal cannot be written: No space left on device"), report.note());
    }

    @Test void onAFullDiskNoUnsafeRequestIsSent() throws Exception {
        ScriptedSender sender = ok();
        RunReport report = run("POST", 50, new SmallDisk(file(), 600, 99), sender);
        assertEquals("aborted", report.state().id());
        assertTrue(report.reason().startsWith("the journal cannot be written, without which no unsafe request is sent: "), report.reason());
        assertEquals(report.executedCount(), sender.sent().size());
        assertEquals(50 - sender.sent().size(), report.skippedBuckets().get("aborted"));
        List<Long> sending = new ArrayList<>();
        CheckedLines.Found found = CheckedLines.read(file(), line -> {
            if (line.has("sending")) {
                sending.add(RunJournal.number(line, "sending"));
            }
        });
        assertEquals(sender.sent().size(), sending.size());
        assertEquals("0 false", found.damaged() + " " + found.torn());
    }

    @Test void withoutForceNoUnsafeRequestIsSent() throws Exception {
        ScriptedSender sender = ok();
        RunReport report = run("DELETE", 5, new SmallDisk(file(), 1 << 20, 2), sender);
        assertEquals(List.of("1/1", "2/1"), sender.sent());
        assertEquals("aborted {aborted=3}", report.state().id() + " " + report.skippedBuckets());
    }

    @Test void aRefreshThatCannotBeMadeDurableIsNotSent() throws Exception {
        for (String method : List.of("POST", "GET")) {
            ScriptedSender sender = new ScriptedSender(RunTime.of(Clock.systemUTC()),
                    (item, attempt) -> ScriptedSender.status(item.seq() == 1 && attempt == 1 ? 401 : 200));
            Plan plan = new Plan("20260101000000_abcdefgh", ScriptedSender.items(2, "GET"), List.of(ScriptedSender.item(2, method, "login")));
            RunSettings settings = new RunSettings(1, RunSettings.DEFAULT.perHostConcurrency(), RunSettings.DEFAULT.ratePerSecond(), 1,
                    RunSettings.DEFAULT.pacing(), RunSettings.DEFAULT.retry(), Optional.empty(),
                    Optional.of(new RunSettings.AuthRefresh(Set.of(401), List.of(3L))));
            RunReport report = run(plan, settings, new SmallDisk(file(), 1 << 20, 0), sender);
            assertEquals(method.equals("POST") ? "aborted [1/1]" : "done [1/1, 3/1, 1/2, 2/1]", report.state().id() + " " + sender.sent());
        }
    }

    @Test void afterAFailedForceNothingIsWrittenAnyMore() throws Exception {
        RunJournal journal = new RunJournal(new SmallDisk(file(), 1 << 20, 1), 0);
        journal.sending(0, 1);
        assertThrows(IOException.class, () -> journal.sending(1, 1));
        assertThrows(IOException.class, () -> journal.sending(2, 1));
        journal.cleared(2, 1);
        journal.close();
        assertEquals(2, Files.readAllLines(file()).size());
    }
}
