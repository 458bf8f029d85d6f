package proxymcp.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** Names of segment files: {@code segment-000001.seg}. */
final class SegmentFiles {
    private static final String PREFIX = "segment-";
    private static final String SUFFIX = ".seg";
    private static final int DIGITS = 6;

    private SegmentFiles() {}

    static Path file(Path folder, int number) {
        return folder.resolve(PREFIX + String.format(Locale.ROOT, "%06d", number) + SUFFIX);
    }

    /** The segment files of a session by their numbers, ascending. Other files are left alone. */
    static SortedMap<Integer, Path> list(Path folder) throws IOException {
        SortedMap<Integer, Path> segments = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (isSegment(name)) {
                    segments.put(Integer.parseInt(name.substring(PREFIX.length(), PREFIX.length() + DIGITS)), file);
                }
            }
        }
        return segments;
    }

    private static boolean isSegment(String name) {
        if (name.length() != PREFIX.length() + DIGITS + SUFFIX.length() || !name.startsWith(PREFIX) || !name.endsWith(SUFFIX)) {
            return false;
        }
        for (int i = PREFIX.length(); i < PREFIX.length() + DIGITS; i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
