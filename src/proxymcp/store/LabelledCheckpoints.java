package proxymcp.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.store.PayloadReader.MalformedPayloadException;

/** Notes the checkpoints that callers named while a log is read again: the manifest that listed them may be lost. Not for several threads. */
final class LabelledCheckpoints implements LogReplay.Records {
    private final LogReplay.Records next;
    private final List<CheckpointInfo> found = new ArrayList<>();

    /** @param next takes each record as well */
    LabelledCheckpoints(LogReplay.Records next) {
        this.next = next;
    }

    @Override
    public void apply(RecordType type, long seq, long position, byte[] bytes, int at, int length, OpenExchanges.Open open)
            throws IOException, MalformedPayloadException {
        // Records of unknown type come under this one too.
        if (type == RecordType.CHECKPOINT && RecordLayout.type(bytes, at - RecordLayout.HEADER_BYTES) == type.code()) {
            PayloadReader in = new PayloadReader(bytes, at, length);
            in.array();
            long number = in.integer();
            Optional<String> label = in.textOrNil();
            long highest = in.integer();
            if (label.isPresent()) {
                // What it does not cover begins behind its own record.
                found.add(new CheckpointInfo(number, label, highest, Position.segment(position),
                        (Position.offset(position) & 0xFFFF_FFFFL) + RecordLayout.HEADER_BYTES + length, in.integer()));
            }
        }
        next.apply(type, seq, position, bytes, at, length, open);
    }

    /** The manifest with those that it does not list. */
    Manifest addTo(Manifest manifest) {
        Manifest whole = manifest;
        for (CheckpointInfo checkpoint : found) {
            if (whole.checkpoints().stream().noneMatch(known -> known.number() == checkpoint.number())) {
                whole = whole.with(checkpoint);
            }
        }
        return whole;
    }
}
