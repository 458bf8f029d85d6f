package proxymcp.selftest;

/** Hears how a self-test goes, on its thread. */
public interface Narration {
    /** Says nothing. */
    Narration SILENT = new Narration() {
        @Override
        public void begins(int number, int total, String what) {}

        @Override
        public void ended(int number, StepResult step) {}
    };

    /**
     * A step begins.
     *
     * @param number of the step, from 1
     * @param total how many there are
     * @param what is asked
     */
    void begins(int number, int total, String what);

    /**
     * A step has ended, or was left out.
     *
     * @param number of the step, from 1
     * @param step what came of it
     */
    void ended(int number, StepResult step);
}
