package proxymcp.selftest;

import java.util.ArrayList;
import java.util.List;

/**
 * A step before it is taken.
 *
 * @param step its name
 * @param what it asks
 * @param needs names of the steps without which it cannot be tried
 * @param proof what proves it
 */
record Plan(String step, String what, List<String> needs, Proof proof) {
    /** Something that can fail. */
    @FunctionalInterface
    interface Proof {
        /**
         * Proves it.
         *
         * @return the facts, in a sentence
         * @throws NotProved if a fact is another one
         * @throws NotTried if it cannot be tried here
         * @throws Exception any other fault: the step has failed as well
         */
        String prove(Bench bench) throws Exception;
    }

    /** All steps, in order. */
    static List<Plan> all() {
        List<Plan> all = new ArrayList<>(CaptureSteps.plans());
        all.addAll(FlowSteps.plans());
        all.addAll(KeepingSteps.plans());
        return List.copyOf(all);
    }
}
