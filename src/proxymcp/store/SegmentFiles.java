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
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String digits = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
                if (digits.length() == DIGITS && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    segments.put(Integer.parseInt(digits), file);
                }
            }
        }
        return segments;
    }
}
