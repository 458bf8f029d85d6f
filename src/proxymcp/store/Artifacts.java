package proxymcp.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import proxymcp.http.Fields;

/**
 * What bodies of a session were decoded to: files in its folder {@code artifacts}, named by the digest of the body and the version of the decoders.
 *
 * <p>They are derived from the log and may be deleted; they are not in it, as only its recorder appends to it. A file is written whole or not at all
 * and replaced by the next decoding of the same body. Any thread may call.
 */
public final class Artifacts {
    private static final String FOLDER = "artifacts";
    private static final String SUFFIX = ".bin";
    private static final int DIGEST_CHARS = 64;
    private static final int BUFFER_BYTES = 64 << 10;
    /** What all artifacts of a session may take. */
    private static final long TOTAL_BYTES_MAX = 512L << 20;

    private final StoreFiles files;
    private final Path session;
    private final SessionId id;

    Artifacts(StoreFiles files, Path session, SessionId id) {
        this.files = files;
        this.session = session;
        this.id = id;
    }

    /**
     * Keeps an artifact, in place of the one of the same body and version.
     *
     * @param version of the decoders
     * @return its name
     * @throws SessionException if the session's artifacts would take more than 512 MiB, or the session is gone
     * @throws IOException if it cannot be written
     */
    public String write(Artifact artifact, int version) throws IOException {
        byte[] bytes = ArtifactFile.encode(id, artifact);
        if (totalBytes() + bytes.length > TOTAL_BYTES_MAX) {
            throw new SessionException("artifacts_full", "the artifacts of session " + id + " take " + (TOTAL_BYTES_MAX >> 20) + " MiB, the limit");
        }
        makeFolder();
        String name = artifact.body() + "-" + version;
        Path file = folder().resolve(name + SUFFIX);
        try {
            files.replace(file, bytes);
        } catch (NoSuchFileException | FileAlreadyExistsException e) {
            // Another call decodes the same body at this moment, and its temporary file has the same name.
            if (read(file).isEmpty()) {
                throw e;
            }
        }
        return name;
    }

    /** The artifact of a body, if it is sound and was made of a message that said the same of it. */
    public Optional<Artifact> find(String body, String about) throws IOException {
        return find(newest(), body, about);
    }

    /** The same in a list that {@link #newest} gave: for many bodies in a row. */
    public Optional<Artifact> find(Map<String, Path> newest, String body, String about) throws IOException {
        Path file = newest.get(body);
        return file == null ? Optional.empty() : read(file).filter(found -> found.body().equals(body) && found.about().equals(about));
    }

    /** Each body that has an artifact, and the file of the one by the newest decoders. */
    public Map<String, Path> newest() throws IOException {
        Map<String, Path> newest = new HashMap<>();
        // Names of one body are equally long but for their versions, of which a longer one is higher.
        List<String> names = new ArrayList<>(list().keySet());
        names.sort(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
        for (String name : names) {
            newest.put(name.substring(0, DIGEST_CHARS), folder().resolve(name));
        }
        return newest;
    }

    /** Whether there are any. */
    public boolean isEmpty() throws IOException {
        return list().isEmpty();
    }

    /** What names a body here: the digest of what is kept of it, lower-case hex; for a body that is not whole it is read. */
    public static String nameOf(StoredBody body) throws IOException {
        if (body.sha256().isPresent() && body.kept() == body.size()) {
            return body.sha256().get();
        }
        MessageDigest digest = Sha256.start();
        try (InputStream in = body.open()) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** What a message says of its body: a decoding holds for the same octets under the same words. */
    public static String aboutOf(Fields fields) {
        return String.join(",", fields.all("Content-Encoding")) + "\n" + fields.first("Content-Type").orElse("");
    }

    /** The files by their names; those that are no artifacts are left alone. */
    SortedMap<String, Path> list() throws IOException {
        SortedMap<String, Path> found = new TreeMap<>();
        if (!Files.isDirectory(folder())) {
            return found;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder(), "*" + SUFFIX)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.length() > DIGEST_CHARS + SUFFIX.length() && name.charAt(DIGEST_CHARS) == '-') {
                    found.put(name, entry);
                }
            }
        } catch (NoSuchFileException e) {
            return found; // The session was deleted meanwhile.
        }
        return found;
    }

    /** One of {@link #list}; empty if it is damaged. */
    Optional<Artifact> read(Path file) throws IOException {
        try {
            return ArtifactFile.decode(id, Files.readAllBytes(file)).filter(found -> file.getFileName().toString().startsWith(found.body() + "-"));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private long totalBytes() throws IOException {
        long total = 0;
        for (Path file : list().values()) {
            total += Files.exists(file) ? Files.size(file) : 0;
        }
        return total;
    }

    /** Makes the folder, but never that of a session which was deleted. */
    private void makeFolder() throws IOException {
        try {
            Files.createDirectory(folder());
            StoreFiles.restrictFolder(folder());
            files.forceFolder(session);
        } catch (FileAlreadyExistsException e) {
            return;
        } catch (NoSuchFileException e) {
            throw new SessionException("unknown_session", "there is no session " + id);
        }
    }

    private Path folder() {
        return session.resolve(FOLDER);
    }
}
