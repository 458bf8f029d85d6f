package proxymcp.har;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonPull;
import proxymcp.json.JsonValue;

/**
 * The messages of the streams of one entry, put aside however many and long they are: their texts in one place, what else is said of each on a
 * line in another. Not for several threads.
 */
final class HarReadMessages {
    /** Memory of what is said of one message beside its text. */
    private static final int FACTS_BYTES_MAX = 64 << 10;
    private static final String DATA = "data";

    private final HarReadSpill texts;
    private final HarReadSpill facts;
    private String list = "";
    private String noList = "";
    private long count;
    private long odd;

    HarReadMessages(HarReadSpill texts, HarReadSpill facts) {
        this.texts = texts;
        this.facts = facts;
    }

    /** The next entry begins. */
    void clear() throws IOException {
        texts.clear();
        facts.clear();
        list = "";
        noList = "";
        count = 0;
        odd = 0;
    }

    /** The member that the messages come from; empty for none. */
    String list() {
        return list;
    }

    /** Items that are no messages. */
    long odd() {
        return odd;
    }

    /** The member that ought to be a list, and is something else; empty for none. */
    String noList() {
        return noList;
    }

    /** Leaves out what is no array; {@code null} is no list either, and nothing is wrong with it. */
    void pass(String name, JsonPull json) throws IOException {
        Optional<JsonValue> value = json.value(FACTS_BYTES_MAX);
        noList = value.isPresent() && value.get() instanceof JsonNull ? noList : name;
    }

    /** Takes the array at hand; of several lists the last one counts. */
    void take(String name, JsonPull json) throws IOException {
        clear();
        list = name;
        json.beginArray();
        while (json.nextItem()) {
            if (json.peek() == JsonPull.Kind.OBJECT) {
                item(json);
            } else {
                json.skip();
                odd++;
            }
        }
    }

    private void item(JsonPull json) throws IOException {
        JsonObject.Builder members = JsonObject.builder();
        Text text = new Text();
        json.beginObject();
        for (Optional<String> name = json.nextName(); name.isPresent(); name = json.nextName()) {
            if (name.get().equals(DATA) && json.peek() == JsonPull.Kind.STRING && text.bytes == 0) {
                json.string(text);
                text.form = Data.TEXT;
            } else if (name.get().equals(DATA)) {
                Optional<JsonValue> value = json.value(FACTS_BYTES_MAX);
                if (value.isPresent() && text.bytes == 0) {
                    text.write(Json.bytes(value.get()));
                    text.form = Data.JSON;
                }
            } else {
                String member = name.get();
                json.value(FACTS_BYTES_MAX).ifPresent(value -> members.put(member, value));
            }
        }
        facts.write(Json.bytes(JsonObject.builder().put("bytes", text.bytes).put("form", text.form.name()).put("base64", text.onlyBase64)
                .put("facts", members.build()).build()));
        facts.write('\n');
        count++;
    }

    /** What {@code data} is. */
    enum Data {
        /** It is not there. */
        NONE,
        /** As it should be. */
        TEXT,
        /** Something else, whose JSON is taken. */
        JSON
    }

    /** Takes the text of a message. */
    private final class Text extends OutputStream {
        private long bytes;
        private boolean onlyBase64 = true;
        private Data form = Data.NONE;

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            for (int i = offset; onlyBase64 && i < offset + length; i++) {
                onlyBase64 = HarReadSpill.isBase64(octets[i]);
            }
            texts.write(octets, offset, length);
            bytes += length;
        }
    }

    /** Takes the messages one after another. */
    interface Each {
        /**
         * Takes one.
         *
         * @param facts its members but {@code data}
         * @param data the text in UTF-8, to be read during the call
         * @param form what it was
         * @param onlyBase64 whether it is made of what base64 is
         */
        void message(JsonObject facts, InputStream data, Data form, boolean onlyBase64) throws IOException;
    }

    /** Hands over all of them in their order. */
    void each(Each to) throws IOException {
        try (InputStream all = texts.open();
                BufferedReader lines = new BufferedReader(new InputStreamReader(count == 0 ? new ByteArrayInputStream(new byte[0]) : facts.open(),
                        StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonObject one = (JsonObject) Json.parse(line);
                long bytes = Long.parseLong(one.get("bytes").orElseThrow().toString());
                Part data = new Part(all, bytes);
                to.message(one.object("facts").orElseThrow(), data, Data.valueOf(one.string("form").orElseThrow()),
                        one.get("base64").orElseThrow().toString().equals("true"));
                data.skipNBytes(data.left);
            }
        }
    }

    /** So many octets of another stream, which stays open. */
    private static final class Part extends FilterInputStream {
        private long left;

        Part(InputStream in, long bytes) {
            super(in);
            this.left = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = left == 0 ? -1 : super.read(target, offset, (int) Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(Math.min(count, left));
            left -= skipped;
            return skipped;
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
