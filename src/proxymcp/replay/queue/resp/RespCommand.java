package proxymcp.replay.queue.resp;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A command and its arguments, as an array of bulk strings. Filled by one thread, then given away. */
public final class RespCommand {
    private final String name;
    private final List<byte[]> words = new ArrayList<>();
    private long bytes;

    private RespCommand(String name) {
        this.name = name;
        add(name);
    }

    /** A command with arguments that are text. */
    public static RespCommand of(String name, String... arguments) {
        RespCommand command = new RespCommand(name);
        for (String argument : arguments) {
            command.add(argument);
        }
        return command;
    }

    /** Adds octets as the next argument; not copied. */
    public RespCommand add(byte[] argument) {
        words.add(argument);
        bytes += argument.length;
        return this;
    }

    /** Adds text as the next argument, as UTF-8. */
    public RespCommand add(String argument) {
        return add(argument.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a number as the next argument. */
    public RespCommand add(long argument) {
        return add(Long.toString(argument));
    }

    /** Its first word: all of it that may be shown. */
    public String name() {
        return name;
    }

    /** Octets of its words, about what it costs to send. */
    long bytes() {
        return bytes;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(("*" + words.size() + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (byte[] word : words) {
            out.write(("$" + word.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(word);
            out.write('\r');
            out.write('\n');
        }
    }

    /** The name alone: arguments may be secrets. */
    @Override
    public String toString() {
        return name;
    }
}
