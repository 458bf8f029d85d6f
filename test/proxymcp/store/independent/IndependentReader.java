package proxymcp.store.independent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** Reads a session from its segments, by FORMAT.md alone: nothing of the store is used. Renders exchanges as the tests' ExchangeText does. */
public final class IndependentReader {
    private static final int START = 4;
    private static final int REQUEST_END = 6;
    private static final int INFORMATIONAL = 7;
    private static final int RESPONSE = 8;
    private static final int END = 10;
    private static final int BODY = 3;

    /** The records of one exchange that is being put together. */
    private static final class Parts {
        private LogFile.Entry start;
        private Optional<LogFile.Entry> requestEnd = Optional.empty();
        private Optional<LogFile.Entry> response = Optional.empty();
        private Optional<LogFile.Entry> end = Optional.empty();
        private final StringBuilder informational = new StringBuilder();
    }

    private record Body(String text, Optional<byte[]> octets) {}

    private final Map<Long, LogFile.Entry> byPosition = new HashMap<>();
    private final SortedMap<Long, Parts> exchanges = new TreeMap<>();

    private IndependentReader() {}

    /** All exchanges of the session in {@code folder}, by seq. */
    public static SortedMap<Long, String> read(Path folder) throws IOException {
        IndependentReader reader = new IndependentReader();
        for (LogFile.Entry entry : LogFile.read(folder)) {
            reader.byPosition.put(entry.position(), entry);
            reader.take(entry);
        }
        SortedMap<Long, String> texts = new TreeMap<>();
        reader.exchanges.forEach((seq, parts) -> texts.put(seq, reader.text(parts)));
        return texts;
    }

    private void take(LogFile.Entry entry) {
        if (entry.type() == START) {
            exchanges.computeIfAbsent(entry.seq(), seq -> new Parts()).start = entry;
        }
        Parts parts = exchanges.get(entry.seq());
        if (parts == null) {
            return;
        }
        switch (entry.type()) {
            case REQUEST_END -> parts.requestEnd = Optional.of(entry);
            case RESPONSE -> parts.response = Optional.of(entry);
            case END -> parts.end = Optional.of(entry);
            case INFORMATIONAL -> {
                PackReader in = new PackReader(entry.payload());
                in.array();
                parts.informational.append("informational ").append(head(in)).append('\n');
            }
            default -> { }
        }
    }

    private String text(Parts parts) {
        String route = "-";
        String response = "-";
        if (parts.response.isPresent()) {
            PackReader in = new PackReader(parts.response.get().payload());
            long routeAt = in.fixed();
            in.array();
            boolean reused = in.bool();
            response = head(in);
            route = route(routeAt, reused);
        }
        String requestBody = "NONE 0 - 0 " + hex(sha256(new byte[0])) + " trailers ";
        if (parts.requestEnd.isPresent()) {
            PackReader in = new PackReader(parts.requestEnd.get().payload());
            requestBody = body(in.fixed(), in);
        }
        PackReader in = new PackReader(parts.end.orElseThrow().payload());
        long bodyAt = in.fixed();
        long routeAt = in.fixed();
        int members = in.array();
        String outcome = "complete";
        if (!in.skipNil()) {
            in.array();
            outcome = in.text() + " (" + in.text() + ")";
        }
        String responseBody = in.skipNil() ? "NONE 0 - 0 " + hex(sha256(new byte[0])) + " trailers " : body(bodyAt, in);
        StringBuilder end = new StringBuilder("end " + outcome);
        for (int left = in.array(); left > 0; left--) {
            end.append(' ').append(in.integer());
        }
        for (int left = in.array(); left > 0; left--) {
            in.array();
            end.append(" rule ").append(in.text()).append(' ').append(in.integer());
        }
        for (int left = in.array(); left > 0; left--) {
            end.append(" note ").append(in.text());
        }
        boolean reused = in.bool();
        if (members > 6) {
            in.array();
            end.append(sent(" sent request ", in)).append(sent(" sent response ", in));
        }
        route = route.equals("-") ? route(routeAt, reused) : route;
        String[] request = start(parts.start);
        return request[0] + request[1] + request[2] + "request body " + requestBody + "\nroute " + route + "\n" + parts.informational
                + "response " + response + "\nresponse body " + responseBody + "\n" + end + "\n";
    }

    private static String sent(String label, PackReader in) {
        if (in.skipNil()) {
            return "";
        }
        in.array();
        String head = "<" + in.text() + "> " + hex(in.binary()) + " " + in.integer();
        byte[] digest = in.binary();
        return label + head + " " + (digest.length == 0 ? "-" : hex(digest)) + " " + hex(in.binary()) + " " + in.bool();
    }

    private String[] start(LogFile.Entry entry) {
        PackReader in = new PackReader(entry.payload());
        long clientAt = in.fixed();
        in.array();
        ByteBuffer id = ByteBuffer.wrap(in.binary()).order(ByteOrder.LITTLE_ENDIAN);
        String start = "start " + new UUID(id.getLong(0), id.getLong(8)) + " " + in.integer() + " " + in.text() + " "
                + in.optionalText().orElse("-") + " " + in.text() + " " + in.text() + " " + in.integer() + "\n";
        String request = "request " + head(in) + "\n";
        PackReader client = new PackReader(byPosition.get(clientAt).payload());
        client.array();
        return new String[] {start, "client " + client.text() + " " + client.text() + " " + client.integer() + " " + tls(client) + "\n", request};
    }

    private String route(long position, boolean reused) {
        if (position == 0) {
            return "-";
        }
        PackReader in = new PackReader(byPosition.get(position).payload());
        in.array();
        return in.optionalText().orElse("-") + " " + in.text() + " " + in.integer() + " " + reused + " " + tls(in);
    }

    private String body(long position, PackReader in) {
        in.array();
        long passed = in.integer();
        in.integer();
        byte[] digest = in.binary();
        boolean complete = in.bool();
        in.bool();
        byte[] trailers = in.binary();
        byte[] octets = new byte[0];
        if (position != 0 && byPosition.get(position).type() == BODY) {
            PackReader body = new PackReader(byPosition.get(position).payload());
            byte[] stored = body.octets(32);
            octets = body.rest();
            digest = digest.length == 0 && octets.length == passed ? stored : digest;
        } else if (position != 0) {
            octets = chunks(position);
        }
        return (complete ? "COMPLETE " : "INCOMPLETE ") + passed + " " + (digest.length == 0 ? "-" : hex(digest)) + " " + octets.length + " "
                + hex(sha256(octets)) + " trailers " + hex(trailers);
    }

    private byte[] chunks(long last) {
        PackReader in = new PackReader(byPosition.get(last).payload());
        long previous = in.fixed();
        long offset = in.fixed();
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        if (previous != 0) {
            octets.writeBytes(chunks(previous));
        }
        if (octets.size() != offset) {
            throw new IllegalStateException("a chunk at " + offset + " behind " + octets.size() + " octets");
        }
        octets.writeBytes(in.rest());
        return octets.toByteArray();
    }

    private static String head(PackReader in) {
        return (in.bool() ? "raw " : "made ") + hex(in.binary());
    }

    private static String tls(PackReader in) {
        if (in.skipNil()) {
            return "no TLS";
        }
        in.array();
        StringBuilder text = new StringBuilder(in.text() + " " + in.text() + " " + in.optionalText().orElse("-") + " "
                + in.optionalText().orElse("-") + " " + hex(in.binary()) + " " + in.optionalText().orElse("-") + " "
                + in.optionalText().orElse("-") + " " + in.optionalText().orElse("-") + " certificates");
        for (int left = in.array(); left > 0; left--) {
            text.append(' ').append(hex(in.binary()));
        }
        return text.toString();
    }

    private static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }
}
