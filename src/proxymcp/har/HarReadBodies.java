package proxymcp.har;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.JsonPull;

/** The long texts and the messages of the entry at hand, until the whole entry has been read: what they mean may stand behind them. Not for several threads. */
final class HarReadBodies implements Closeable {
    /** What a text is. */
    enum Slot {
        /** {@code postData.text}. */
        REQUEST_TEXT,
        /** {@code request._rawBody.base64}. */
        REQUEST_RAW,
        /** {@code content.text}. */
        RESPONSE_TEXT,
        /** {@code response._rawBody.base64}. */
        RESPONSE_RAW
    }

    private final Map<Slot, HarReadSpill> spills = new EnumMap<>(Slot.class);
    private final Set<Slot> filled = EnumSet.noneOf(Slot.class);
    private final HarReadSpill messageTexts;
    private final HarReadSpill messageFacts;
    private final HarReadMessages messages;

    /** @param folder where texts go that are too long to hold */
    HarReadBodies(Path folder) {
        for (Slot slot : Slot.values()) {
            spills.put(slot, new HarReadSpill(folder));
        }
        messageTexts = new HarReadSpill(folder);
        messageFacts = new HarReadSpill(folder);
        messages = new HarReadMessages(messageTexts, messageFacts);
    }

    /** The next entry begins. */
    void clear() throws IOException {
        for (Slot slot : filled) {
            spills.get(slot).clear();
        }
        filled.clear();
        messages.clear();
    }

    /** The messages of its stream. */
    HarReadMessages messages() {
        return messages;
    }

    /** Takes the text at hand; of a member that is given twice the last one counts. */
    void take(Slot slot, JsonPull json) throws IOException {
        HarReadSpill spill = spills.get(slot);
        spill.clear();
        filled.add(slot);
        json.string(spill);
    }

    /** Where a program puts a text that it makes. */
    OutputStream make(Slot slot) throws IOException {
        HarReadSpill spill = spills.get(slot);
        spill.clear();
        filled.add(slot);
        return spill;
    }

    /** The text, if the entry has one. */
    Optional<HarReadSpill> get(Slot slot) {
        return filled.contains(slot) ? Optional.of(spills.get(slot)) : Optional.empty();
    }

    /** Memory that the texts take. */
    long bytes() {
        long bytes = messageTexts.memoryBytes() + messageFacts.memoryBytes();
        for (HarReadSpill spill : spills.values()) {
            bytes += spill.memoryBytes();
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        for (HarReadSpill spill : spills.values()) {
            spill.close();
        }
        messageTexts.close();
        messageFacts.close();
    }
}
