package proxymcp.http;


/** The fields that follow from a body, made to fit one that a rule changed: a wrong length would let two messages run together. */
public final class ContentFields {
    /** What a sender says of the octets of a body, so that its reader can check them. */
    private static final String[] DIGESTS = {"Content-MD5", "Digest", "Content-Digest", "Repr-Digest"};

    private ContentFields() {}

    /** {@code fields} for a body of {@code bytes} octets; a length that was there keeps its place. */
    public static Fields withLength(Fields fields, long bytes) {
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
    public static Fields withoutFraming(Fields fields) {
        return fields.without("Content-Length").without("Transfer-Encoding");
    }

    /** {@code fields} without digests of the body as it was. */
    public static Fields withoutDigests(Fields fields) {
        Fields left = fields;
        for (String name : DIGESTS) {
            left = left.contains(name) ? left.without(name) : left;
        }
        return left;
    }

    private static boolean isFraming(Fields fields, int index) {
        return fields.isNamed(index, "Content-Length") || fields.isNamed(index, "Transfer-Encoding");
    }
}
