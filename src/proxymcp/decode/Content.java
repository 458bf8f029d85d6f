package proxymcp.decode;

import proxymcp.json.JsonValue;

/** What a layer holds. */
public sealed interface Content {

    /** Octets that may hold another layer. */
    record Octets(byte[] bytes) implements Content {
        @Override
        public String kind() {
            return "binary";
        }
    }

    /** Text. */
    record Text(String text) implements Content {
        @Override
        public String kind() {
            return "text";
        }
    }

    /** Structured data, whatever it was written in. */
    record Json(JsonValue value) implements Content {
        @Override
        public String kind() {
            return "json";
        }
    }

    /** {@code binary}, {@code text} or {@code json}. */
    String kind();
}
