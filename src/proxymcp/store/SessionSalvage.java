package proxymcp.store;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.json.JsonObject;

/**
 * Copies what is sound of a session into a new one. The source is only read, but for what opening a session always does: one that was left
 * unclean is recovered, which adds a segment and changes none.
 */
final class SessionSalvage {
    private static final String SALVAGED_FROM = "salvagedFrom";
    private static final int ATTEMPTS = 3;
    private static final long ROOM_MB = 64;

    private final SessionCatalog catalog;
    private final WorkWatch watch;

    SessionSalvage(SessionCatalog catalog, WorkWatch watch) {
        this.catalog = catalog;
        this.watch = watch;
    }

    /**
     * Salvages a session that nobody records.
     *
     * @param before its manifest before it was opened: it may know of exchanges that are lost
     * @throws CancellationException if nobody wants the result any more; nothing of it stays
     */
    Salvaged run(SessionId id, Path folder, Manifest before, Optional<String> name) throws IOException {
        long lastSeq = lastKnown(id, folder, before);
        // Opening reads no more of the log than it must: where damage is known of, all of it is looked for.
        List<Damage> damage = before.recovery().equals(Manifest.ERROR) ? lookForDamage(id) : List.of();
        for (int attempt = 1; ; attempt++) {
            Session source = catalog.open(id);
            try {
                return copy(source, damage.isEmpty() ? source.damage() : damage, Math.max(lastSeq, source.lastSeq()), name);
            } catch (BlockCheck.IndexDamagedException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                damage = catalog.recover(id).damage();
            } catch (ClosedChannelException e) {
                // The session was closed to make room for another one.
                if (attempt == ATTEMPTS || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }

    private static long lastKnown(SessionId id, Path folder, Manifest before) {
        long last = before.lastSeq();
        for (CheckpointInfo checkpoint : before.checkpoints()) {
            last = Math.max(last, checkpoint.seq());
        }
        return Math.max(last, Checkpoint.newest(folder, id).map(Checkpoint::lastSeq).orElse(0L));
    }

    private List<Damage> lookForDamage(SessionId id) throws IOException {
        try {
            return catalog.recover(id).damage();
        } catch (SessionException e) {
            if (e.code().equals("session_locked")) {
                return List.of(); // What cannot be locked can still be read.
            }
            throw e;
        } catch (IOException e) {
            return List.of(); // A disk that takes no writes is read whole when the session is opened.
        }
    }

    private Salvaged copy(Session source, List<Damage> damage, long lastSeq, Optional<String> name) throws IOException {
        Manifest old = source.manifest();
        SessionWriter target = catalog.createPatient(name.or(() -> Optional.of("salvaged: " + old.name().orElse(old.id().text()))), old.profile(),
                roomMb(source), settings(old));
        SalvageLosses losses = new SalvageLosses(damage);
        boolean whole = false;
        try {
            long copied = copyAll(source, target, losses, lastSeq);
            requireAllTaken(target);
            Manifest manifest = end(target);
            requireAllTaken(target);
            catalog.requireExisting(old.id());
            whole = true;
            return new Salvaged(manifest, old.id(), copied + losses.exchanges(), copied, losses.list(), losses.total());
        } finally {
            if (!whole) {
                discard(target);
            }
        }
    }

    private long copyAll(Session source, SessionWriter target, SalvageLosses losses, long lastSeq) throws IOException {
        ExchangeCopy copy = new ExchangeCopy(source, target, losses, watch);
        long copied = 0;
        for (long seq = 1; seq <= lastSeq; seq++) {
            if (watch.cancelled()) {
                throw new CancellationException("cancelled while a session was salvaged");
            }
            copied += copy.copy(seq) ? 1 : 0;
            requireAllTaken(target);
            watch.done(seq, lastSeq);
        }
        return copied;
    }

    /** A copy with losses of its own is none. */
    private static void requireAllTaken(SessionWriter target) throws SessionException {
        SessionStatus status = target.status();
        if (!status.losses().isNone()) {
            throw new SessionException("cannot_write", "the new session could not take everything: " + status.lastError().orElse("records were lost"));
        }
    }

    private Manifest end(SessionWriter target) throws SessionException {
        try {
            return catalog.end(target);
        } catch (IOException e) {
            throw new SessionException("cannot_write", "the new session could not be ended: " + e.getMessage());
        }
    }

    private void discard(SessionWriter target) {
        try {
            catalog.end(target);
        } catch (IOException e) {
            // It is deleted as it is.
        }
        try {
            catalog.delete(target.id());
        } catch (IOException e) {
            return; // What went wrong before is what the caller is told; the session is in the list.
        }
    }

    /** Cap of the new session, in MiB: it must hold whatever the source holds, however that was laid out. */
    private static long roomMb(Session source) throws IOException {
        long bytes = 0;
        for (Path segment : SegmentFiles.list(source.folder()).values()) {
            bytes += Files.size(segment);
        }
        return Math.max(source.manifest().maxDiskMb(), (2 * bytes >> 20) + ROOM_MB);
    }

    private static JsonObject settings(Manifest old) {
        JsonObject.Builder settings = JsonObject.builder();
        for (JsonObject.Member member : old.settings().members()) {
            if (!member.name().equals(SALVAGED_FROM)) {
                settings.put(member.name(), member.value());
            }
        }
        return settings.put(SALVAGED_FROM, old.id().text()).build();
    }
}
