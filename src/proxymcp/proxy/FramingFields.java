package proxymcp.proxy;

import proxymcp.http.Fields;

/** The fields that say where a body ends. They are the proxy's, whatever a rule makes of a head: a wrong one would let two messages run together. */
final class FramingFields {
    private FramingFields() {}

    /** Whether a rule left the framing of a head alone. */
    static boolean same(Fields one, Fields other) {
        return one.all("Content-Length").equals(other.all("Content-Length")) && one.all("Transfer-Encoding").equals(other.all("Transfer-Encoding"));
    }

    /** {@code edited} with the framing that {@code received} has. */
    static Fields restored(Fields edited, Fields received) {
        if (same(edited, received)) {
            return edited;
        }
        Fields.Builder lines = new Fields.Builder();
        copyOthers(edited, lines);
        for (int i = 0; i < received.size(); i++) {
            if (isFraming(received, i)) {
                lines.addLine(received, i);
            }
        }
        return lines.build();
    }

    /** {@code fields} for a body of {@code bytes} octets; a length that was there keeps its place. */
    static Fields withLength(Fields fields, long bytes) {
        Fields.Builder lines = new Fields.Builder();
        boolean said = false;
        for (int i = 0; i < fields.size(); i++) {
            if (!isFraming(fields, i)) {
                lines.addLine(fields, i);
            } else if (!said && fields.isNamed(i, "Content-Length")) {
                lines.add(fields.name(i), Long.toString(bytes));
                said = true;
            }
        }
        if (!said) {
            lines.add("Content-Length", Long.toString(bytes));
        }
        return lines.build();
    }

    /** {@code fields} of a message that has no body and may not speak of one. */
    static Fields without(Fields fields) {
        Fields.Builder lines = new Fields.Builder();
        copyOthers(fields, lines);
        return lines.build();
    }

    private static void copyOthers(Fields fields, Fields.Builder lines) {
        for (int i = 0; i < fields.size(); i++) {
            if (!isFraming(fields, i)) {
                lines.addLine(fields, i);
            }
        }
    }

    private static boolean isFraming(Fields fields, int index) {
        return fields.isNamed(index, "Content-Length") || fields.isNamed(index, "Transfer-Encoding");
    }
}
