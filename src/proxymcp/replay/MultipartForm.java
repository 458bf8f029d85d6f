package proxymcp.replay;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The fields of a form of type {@code multipart/form-data} (RFC 7578), one character an octet. What is not changed keeps its octets. Not for several
 * threads.
 */
final class MultipartForm {
    private static final String LINE_END = "\r\n";

    private final String boundary;
    private String text;

    /** @param boundary as the Content-Type names it */
    MultipartForm(String text, String boundary) {
        this.text = text;
        this.boundary = boundary;
    }

    /** The boundary that a Content-Type names. */
    static Optional<String> boundary(String contentType) {
        for (String parameter : contentType.split(";")) {
            int equals = parameter.indexOf('=');
            if (equals > 0 && parameter.substring(0, equals).strip().equalsIgnoreCase("boundary")) {
                String value = parameter.substring(equals + 1).strip();
                boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
                return Optional.of(quoted ? value.substring(1, value.length() - 1) : value).filter(found -> !found.isEmpty());
            }
        }
        return Optional.empty();
    }

    /**
     * Puts a value in place of the content of the first part of that name, whose fields stay; a further part before the end if there was none.
     *
     * @throws ChangeException if the text is no such form, or the value holds the boundary
     */
    MultipartForm set(String name, String value) throws ChangeException {
        String octets = new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        if (octets.contains("--" + boundary)) {
            throw new ChangeException("request.form." + name + ": the value holds the boundary of the form");
        }
        int at = delimiter(0);
        while (at >= 0 && !isClosing(at)) {
            int head = text.indexOf(LINE_END, at);
            int next = delimiter(at + 2);
            int content = head < 0 ? -1 : text.indexOf(LINE_END + LINE_END, head);
            if (next < 0 || content < 0 || content + 4 > next) {
                break;
            }
            if (isNamed(text.substring(head, content), name)) {
                text = text.substring(0, content + 4) + octets + text.substring(next - 2);
                return this;
            }
            at = next;
        }
        if (at < 0 || !isClosing(at)) {
            throw new ChangeException("request.form." + name + ": the body is no form with the boundary that its head names");
        }
        text = text.substring(0, at) + "--" + boundary + LINE_END + "Content-Disposition: form-data; name=\"" + quoted(name) + "\"" + LINE_END
                + LINE_END + octets + LINE_END + text.substring(at);
        return this;
    }

    @Override
    public String toString() {
        return text;
    }

    /** Where the next delimiter line begins, at or behind {@code from}; -1 if there is none. */
    private int delimiter(int from) {
        String line = "--" + boundary;
        for (int at = text.indexOf(line, from); at >= 0; at = text.indexOf(line, at + 1)) {
            int end = at + line.length();
            boolean begins = at == 0 || text.startsWith(LINE_END, at - 2);
            if (begins && (text.startsWith("--", end) || text.startsWith(LINE_END, end) || text.startsWith(" ", end) || text.startsWith("\t", end))) {
                return at;
            }
        }
        return -1;
    }

    private boolean isClosing(int delimiter) {
        return text.startsWith("--", delimiter + 2 + boundary.length());
    }

    private static boolean isNamed(String head, String name) {
        String wanted = "name=\"" + quoted(name) + "\"";
        for (String line : head.split(LINE_END)) {
            if (line.regionMatches(true, 0, "content-disposition:", 0, 20)) {
                int at = line.indexOf(wanted);
                // The name of a file ends in "name=" as well.
                return at > 0 && (line.charAt(at - 1) == ' ' || line.charAt(at - 1) == ';')
                        || line.endsWith(" name=" + name) || line.contains(" name=" + name + ";");
            }
        }
        return false;
    }

    /** As browsers write names (HTML, "multipart form data"). */
    private static String quoted(String name) {
        return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1).replace("\"", "%22").replace("\r", "%0D")
                .replace("\n", "%0A");
    }
}
