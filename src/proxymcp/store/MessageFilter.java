package proxymcp.store;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import proxymcp.exchange.Direction;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.MessageQuery;

/** Holds rows of messages against a query, but for the text in their payloads. Not for several threads. */
final class MessageFilter {
    private final long stream;
    private final MessageQuery query;
    private final Optional<NameMatch> channel;
    private final Optional<NameMatch> eventType;
    /** Opcodes whose names are wanted, a bit each. */
    private final int opcodes;
    private final boolean lines;
    private final long from;
    private final long to;

    /** @param stream number of the row of the stream that is wanted; 0 for all */
    MessageFilter(IndexFiles index, MessageQuery query, long stream) {
        this.stream = stream;
        this.query = query;
        this.channel = query.channel().map(name -> new NameMatch(index, name::equalsIgnoreCase));
        this.eventType = query.types().isEmpty() ? Optional.empty() : Optional.of(new NameMatch(index, name -> isWanted(query, name)));
        int wanted = 0;
        for (int opcode = 0; opcode <= MessageRowLayout.OPCODE_MASK; opcode++) {
            boolean control = opcode >= MessageForm.Frame.CLOSE;
            wanted |= isWanted(query, MessageForm.Frame.type(opcode)) && (query.control() || !control) ? 1 << opcode : 0;
        }
        this.opcodes = wanted;
        this.lines = isWanted(query, new MessageForm.Line().type());
        this.from = query.fromMillis().orElse(Long.MIN_VALUE);
        this.to = query.toMillis().orElse(Long.MAX_VALUE);
    }

    private static boolean isWanted(MessageQuery query, String type) {
        return query.types().isEmpty() || query.types().stream().anyMatch(wanted -> wanted.toLowerCase(Locale.ROOT).equals(type.toLowerCase(Locale.ROOT)));
    }

    boolean matches(StoredStreams.Row row) throws IOException {
        int state = row.state();
        if (state == 0 || stream != 0 && row.integer(MessageRowLayout.STREAM) != stream) {
            return false;
        }
        long time = row.number(MessageRowLayout.TIME);
        if (time < from || time > to) {
            return false;
        }
        boolean in = (state & MessageRowLayout.FROM_SERVER) != 0;
        if (query.direction().isPresent() && query.direction().get() != (in ? Direction.IN : Direction.OUT)) {
            return false;
        }
        boolean typeMatches = switch (state >>> MessageRowLayout.FORM_SHIFT & MessageRowLayout.FORM_MASK) {
            case MessageRowLayout.FRAME -> (opcodes >>> (state >>> MessageRowLayout.OPCODE_SHIFT & MessageRowLayout.OPCODE_MASK) & 1) == 1;
            case MessageRowLayout.EVENT -> eventType.isEmpty() || eventType.get().matches(row.integer(MessageRowLayout.TYPE));
            default -> lines;
        };
        return typeMatches && (channel.isEmpty() || channel.get().matches(row.integer(MessageRowLayout.CHANNEL)));
    }
}
