package proxymcp.replay;

import java.util.function.Consumer;
import proxymcp.json.JsonObject;

/**
 * What a run learns from answers, and another process needs to go on with it: captured values, cookies. It is journalled as objects that only the memory
 * itself understands; they hold secrets, and go nowhere but to the journal. Any thread may call.
 */
public interface RunMemory {
    /** Nothing is learned. */
    RunMemory NONE = new RunMemory() {
        @Override
        public void recall(JsonObject learned) {
            // Whoever journalled it learned more than this one does.
        }

        @Override
        public void tell(Consumer<JsonObject> journal) {
            // There will be nothing to tell.
        }
    };

    /** Takes in what an earlier process of the run told; called in the order in which it was told, before anything is sent. */
    void recall(JsonObject learned);

    /** Has all that is learned told from now on, in its order, before the item that it was learned from has a result. */
    void tell(Consumer<JsonObject> journal);
}
