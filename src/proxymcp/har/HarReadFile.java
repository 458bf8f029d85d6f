package proxymcp.har;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import proxymcp.codec.BlockInput;
import proxymcp.store.WorkWatch;

/**
 * A HAR file as it lies on the disk: plain, in gzip, or in a zip archive with bodies beside it, told apart by their first octets. Nothing is ever
 * unpacked to the disk, and what is inflated is bounded. Tells how far reading got. Not for several threads.
 */
final class HarReadFile implements Closeable {
    /** JSON takes six octets at most for one of a body. */
    private static final int JSON_BYTES_PER_OCTET = 6;
    private static final long MIB = 1 << 20;
    private static final long ROOM_MB = 64;
    /** A log takes more than the text it comes from where entries are tiny. */
    private static final int GROWTH = 4;
    /** Real archives of text shrink to a fiftieth at most. */
    private static final int INFLATION = 100;
    private static final int ZIP_ENTRIES_MAX = 1_000_000;

    private final WorkWatch watch;
    private final long bytes;
    private final boolean packed;
    private final long inflatedMax;
    private final Optional<ZipFile> zip;
    private final Optional<ZipEntry> har;
    private final Path file;
    private long inflated;

    private HarReadFile(Path file, long bytes, boolean packed, long inflatedMax, Optional<ZipFile> zip, Optional<ZipEntry> har, WorkWatch watch) {
        this.file = file;
        this.bytes = bytes;
        this.packed = packed;
        this.inflatedMax = inflatedMax;
        this.zip = zip;
        this.har = har;
        this.watch = watch;
    }

    /**
     * Opens a file.
     *
     * @param maxDiskMb room that the session may take, if the caller said so: then no more is inflated than could fill it
     * @throws HarImportException {@code unsupported_file} if it is an archive that holds no HAR, or several
     */
    static HarReadFile open(Path file, OptionalLong maxDiskMb, WorkWatch watch) throws IOException {
        byte[] magic;
        try (InputStream in = Files.newInputStream(file)) {
            magic = in.readNBytes(4);
        }
        long bytes = Files.size(file);
        long inflatedMax = maxDiskMb.isPresent() ? maxDiskMb.getAsLong() * MIB * JSON_BYTES_PER_OCTET : ROOM_MB * MIB + bytes * INFLATION;
        boolean gzip = magic.length > 1 && (magic[0] & 0xFF) == 0x1F && (magic[1] & 0xFF) == 0x8B;
        boolean archive = magic.length == 4 && magic[0] == 'P' && magic[1] == 'K';
        if (!archive) {
            return new HarReadFile(file, bytes, gzip, inflatedMax, Optional.empty(), Optional.empty(), watch);
        }
        ZipFile zip = openZip(file);
        try {
            return new HarReadFile(file, bytes, true, inflatedMax, Optional.of(zip), Optional.of(harIn(zip)), watch);
        } catch (IOException e) {
            zip.close();
            throw e;
        }
    }

    private static ZipFile openZip(Path file) throws IOException {
        try {
            return new ZipFile(file.toFile());
        } catch (ZipException e) {
            throw new HarImportException("unsupported_file", "the zip archive cannot be read: " + e.getMessage(), e);
        }
    }

    private static ZipEntry harIn(ZipFile zip) throws HarImportException {
        if (zip.size() > ZIP_ENTRIES_MAX) {
            throw new HarImportException("unsupported_file", "the zip archive has " + zip.size() + " files, more than " + ZIP_ENTRIES_MAX);
        }
        List<ZipEntry> found = new ArrayList<>();
        for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements();) {
            ZipEntry entry = entries.nextElement();
            if (entry.getName().equals("har.har")) {
                return entry; // The name that Playwright gives; bodies beside it may be called anything.
            }
            if (!entry.isDirectory() && entry.getName().toLowerCase(Locale.ROOT).endsWith(".har")) {
                found.add(entry);
            }
        }
        if (found.size() != 1) {
            throw new HarImportException("unsupported_file", found.isEmpty() ? "the zip archive holds no file whose name ends in .har"
                    : "the zip archive holds " + found.size() + " files whose names end in .har; unpack it and import one");
        }
        return found.get(0);
    }

    /** MiB that a session made of the file surely has room in. */
    long roomMb() {
        return ROOM_MB + GROWTH * (packed ? inflatedMax : bytes) / MIB;
    }

    /** The JSON text, read once. */
    InputStream text() throws IOException {
        if (zip.isPresent()) {
            ZipEntry entry = har.orElseThrow();
            return new Watched(zip.get().getInputStream(entry), entry.getSize(), true);
        }
        InputStream raw = new Watched(Files.newInputStream(file), bytes, false);
        try {
            // GZIPInputStream asks whether more is there to find the next member; a buffer answers that.
            return packed ? new Watched(new GZIPInputStream(new BufferedInputStream(raw, 64 << 10), 64 << 10), 0, true) : raw;
        } catch (ZipException e) {
            throw new HarImportException("unsupported_file", "the gzip data cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether bodies may stand beside the text. */
    boolean isArchive() {
        return zip.isPresent();
    }

    /** Whether the archive has a file of this name. */
    boolean hasAttachment(String name) {
        ZipEntry entry = zip.isPresent() ? zip.get().getEntry(name) : null;
        return entry != null && !entry.isDirectory();
    }

    /**
     * A body that stands beside the text. Names are looked up in the archive and nowhere else.
     *
     * @return empty if the archive has no file of this name
     */
    Optional<InputStream> attachment(String name) throws IOException {
        return hasAttachment(name) ? Optional.of(new Watched(zip.get().getInputStream(zip.get().getEntry(name)), 0, true)) : Optional.empty();
    }

    @Override
    public void close() throws IOException {
        if (zip.isPresent()) {
            zip.get().close();
        }
    }

    /** Looks after each piece whether it is still wanted, and counts. */
    private final class Watched extends BlockInput {
        private final InputStream in;
        private final long total;
        private final boolean inflates;
        private long done;

        /** @param total octets there are, for progress; 0 to tell of none */
        Watched(InputStream in, long total, boolean inflates) {
            this.in = in;
            this.total = total;
            this.inflates = inflates;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (watch.cancelled()) {
                throw new CancellationException("cancelled while a HAR file was imported");
            }
            int count = readSome(target, offset, length);
            if (count > 0) {
                done += count;
                inflated += inflates ? count : 0;
                if (inflated > inflatedMax) {
                    throw new HarImportException("inflates_too_far", "the file inflates to more than " + inflatedMax
                            + " octets; if that is meant, give max_disk_mb");
                }
                if (total > 0) {
                    watch.done(Math.min(done, total), total);
                }
            }
            return count;
        }

        private int readSome(byte[] target, int offset, int length) throws IOException {
            if (!inflates) {
                return in.read(target, offset, length);
            }
            try {
                return in.read(target, offset, length);
            } catch (ZipException | java.io.EOFException e) {
                throw new HarImportException("unsupported_file", "the packed data is damaged after " + inflated + " inflated octets: "
                        + e.getMessage(), e);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
