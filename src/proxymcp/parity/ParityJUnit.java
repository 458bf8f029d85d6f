package proxymcp.parity;

/** A report as JUnit XML: a suite an endpoint, a case for each of its drifts and for each pair that is blocked or unknown. */
public final class ParityJUnit {
    private ParityJUnit() {}

    /** The document, in UTF-8 text. Characters that XML cannot hold are replaced. */
    public static String xml(ParityReport report) {
        throw new UnsupportedOperationException("not yet");
    }
}
