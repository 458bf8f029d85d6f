package proxymcp.tool;

import java.util.List;
import java.util.Map;

/**
 * A flow of a test: who serves it, who plays it, and what a replay of it is given.
 *
 * @param hosts one for each server
 * @param apps makes the application anew
 * @param inputs of the replay, by the names of the template
 * @param recorded what is finished when the script is played
 * @param replayed what is finished when the template is run with {@code inputs}
 */
record Flow(String name, List<String> hosts, Apps apps, Script script, Map<String, String> inputs, String recorded, String replayed) {
    /** Makes an application. */
    interface Apps {
        /** @param urls of its servers */
        FlowApp start(List<String> urls);
    }

    /** Plays a flow as a browser and its scripts would. */
    interface Script {
        void play(FlowClient client, List<String> urls) throws Exception;
    }
}
