package proxymcp.search;

/** One body is given up: the expression takes too long on it, or recursed too deeply. Thrown out of the matcher, hence unchecked. */
final class GivenUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean tooDeep;

    GivenUpException(boolean tooDeep) {
        super(tooDeep ? "recursed too deeply" : "took too long", null, false, false);
        this.tooDeep = tooDeep;
    }

    boolean isTooDeep() {
        return tooDeep;
    }
}
