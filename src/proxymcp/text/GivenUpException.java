package proxymcp.text;

/** One text is given up: the expression takes too long on it, or recursed too deeply. Thrown out of the matcher, hence unchecked. */
public final class GivenUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean tooDeep;

    /** A text given up: as the expression recursed too deeply, or as it took too long. */
    public GivenUpException(boolean tooDeep) {
        super(tooDeep ? "recursed too deeply" : "took too long", null, false, false);
        this.tooDeep = tooDeep;
    }

    /** Whether the expression recursed too deeply; otherwise it took too long. */
    public boolean isTooDeep() {
        return tooDeep;
    }
}
