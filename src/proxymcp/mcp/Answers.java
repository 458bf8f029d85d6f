package proxymcp.mcp;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonValue;
import proxymcp.rpc.RpcMessage;

/** Where the answer to a request goes. Exactly one of the two methods is called for each request. */
sealed interface Answers {
    /** Takes the answer. */
    void give(RpcMessage.Response response);

    /** There is no answer: the request was cancelled. */
    void skip();

    /** Each answer goes out as it comes. */
    final class Single implements Answers {
        private final Consumer<JsonValue> out;

        Single(Consumer<JsonValue> out) {
            this.out = out;
        }

        @Override
        public void give(RpcMessage.Response response) {
            out.accept(response.json());
        }

        @Override
        public void skip() {
            // Nothing is owed.
        }
    }

    /**
     * Answers to a batch go out as one array, when the last request in it is done; none at all for a batch without
     * requests. The monitor guards the list; the array is written outside it.
     */
    final class Batched implements Answers {
        private final Consumer<JsonValue> out;
        private final List<JsonValue> given = new ArrayList<>();
        private int open;

        /**
         * Answers to so many requests.
         *
         * @param open how often {@link #give} and {@link #skip} will be called together
         */
        Batched(int open, Consumer<JsonValue> out) {
            this.open = open;
            this.out = out;
        }

        @Override
        public void give(RpcMessage.Response response) {
            synchronized (given) {
                given.add(response.json());
            }
            skip();
        }

        @Override
        public void skip() {
            JsonArray all;
            synchronized (given) {
                open--;
                if (open > 0 || given.isEmpty()) {
                    return;
                }
                all = new JsonArray(given);
            }
            out.accept(all);
        }
    }
}
