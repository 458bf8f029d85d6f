package proxymcp.replay.queue.resp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads RESP2 and RESP3 from a stream, one answer after the other, whatever pieces they come in. Owner: one thread.
 *
 * <pre>
 *   + status   - error   : integer   $ bulk   * array                                    RESP2
 *   _ null   # boolean   , double   ( big number   ! bulk error   = verbatim   % map   ~ set   &gt; push   | attribute
 * </pre>
 *
 * <p>Lengths that come later ({@code $?}, {@code *?}) are refused: no server sends them.
 */
public final class RespParser {
    private static final int BUFFER_BYTES = 16_384;
    private static final int FIRST_ELEMENTS = 64;
    private static final int VERBATIM_PREFIX = 4;
    /** The 309 digits of the largest double are enough for anybody's counter; {@link BigInteger} is quadratic in them. */
    private static final int BIG_DIGITS_MAX = 4_096;
    private static final Pattern REAL = Pattern.compile("[+-]?[0-9]+(\\.[0-9]*)?([eE][+-]?[0-9]+)?");

    private final InputStream in;
    private final RespLimits limits;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int end;
    /** What the answer that is being read may still cost. */
    private long bytesLeft;

    /** Reads from {@code in}, and perhaps more than was asked for. */
    public RespParser(InputStream in, RespLimits limits) {
        this.in = in;
        this.limits = limits;
    }

    /**
     * Reads one answer; attributes before it are skipped.
     *
     * @throws RespFormatException if the octets are no RESP, or too many
     * @throws EOFException if the stream ends before the answer does
     */
    public RespValue next() throws IOException {
        bytesLeft = limits.replyBytesMax();
        return value(0);
    }

    private RespValue value(int depth) throws IOException {
        if (depth > limits.depthMax()) {
            throw new RespFormatException("an answer has more than " + limits.depthMax() + " levels");
        }
        while (true) {
            cost(RespLimits.ELEMENT_BYTES);
            int type = octet();
            if (type == '|') {
                // What it says is about the answer that follows, and no part of it.
                elements(2L * length(line()), depth);
                continue;
            }
            String line = line();
            return switch (type) {
                case '+' -> new RespValue.Status(line);
                case '-' -> RespValue.Failure.of(line);
                case ':' -> new RespValue.Whole(whole(line));
                case '$' -> line.equals("-1") ? new RespValue.Nil() : new RespValue.Bulk(bulk(length(line)));
                case '*' -> line.equals("-1") ? new RespValue.Nil() : new RespValue.Many(elements(length(line), depth));
                case '_' -> nil(line);
                case '#' -> flag(line);
                case ',' -> new RespValue.Real(real(line));
                case '(' -> new RespValue.Big(big(line));
                case '!' -> RespValue.Failure.of(new String(bulk(length(line)), StandardCharsets.UTF_8));
                case '=' -> verbatim(bulk(length(line)));
                case '%' -> new RespValue.Pairs(elements(2L * length(line), depth));
                case '~' -> new RespValue.Many(elements(length(line), depth));
                case '>' -> new RespValue.Push(elements(length(line), depth));
                default -> throw new RespFormatException(String.format("an answer begins with octet 0x%02x, which is no type of RESP", type));
            };
        }
    }

    private List<RespValue> elements(long count, int depth) throws IOException {
        if (count > bytesLeft / RespLimits.ELEMENT_BYTES) {
            throw tooLong();
        }
        List<RespValue> elements = new ArrayList<>((int) Math.min(count, FIRST_ELEMENTS));
        for (long i = 0; i < count; i++) {
            elements.add(value(depth + 1));
        }
        return elements;
    }

    private byte[] bulk(long length) throws IOException {
        cost(length);
        // A server that states a gigabyte and sends ten octets costs one buffer.
        byte[] octets = new byte[(int) Math.min(length, BUFFER_BYTES)];
        int filled = 0;
        while (filled < length) {
            if (filled == octets.length) {
                octets = Arrays.copyOf(octets, (int) Math.min(length, 2L * octets.length));
            }
            filled += read(octets, filled);
        }
        if (octet() != '\r' || octet() != '\n') {
            throw new RespFormatException("octets are longer than the " + length + " that were announced");
        }
        return octets;
    }

    /** Fills {@code octets} from {@code from} on with what is there, at least one octet. */
    private int read(byte[] octets, int from) throws IOException {
        if (position == end) {
            fill();
        }
        int count = Math.min(octets.length - from, end - position);
        System.arraycopy(buffer, position, octets, from, count);
        position += count;
        return count;
    }

    private String line() throws IOException {
        byte[] octets = new byte[32];
        int length = 0;
        for (int octet = octet(); octet != '\r'; octet = octet()) {
            if (octet == '\n') {
                throw new RespFormatException("a line ends without a carriage return");
            }
            if (length == limits.lineBytesMax()) {
                throw new RespFormatException("a line is longer than " + limits.lineBytesMax() + " octets");
            }
            if (length == octets.length) {
                octets = Arrays.copyOf(octets, 2 * octets.length);
            }
            octets[length++] = (byte) octet;
        }
        if (octet() != '\n') {
            throw new RespFormatException("a carriage return stands inside a line");
        }
        cost(length);
        return new String(octets, 0, length, StandardCharsets.UTF_8);
    }

    private int octet() throws IOException {
        if (position == end) {
            fill();
        }
        return buffer[position++] & 0xff;
    }

    private void fill() throws IOException {
        int count = in.read(buffer, 0, buffer.length);
        if (count < 0) {
            throw new EOFException("the server closed the connection");
        }
        position = 0;
        end = count;
    }

    private void cost(long bytes) throws RespFormatException {
        if (bytes > bytesLeft) {
            throw tooLong();
        }
        bytesLeft -= bytes;
    }

    private RespFormatException tooLong() {
        return new RespFormatException("an answer is longer than " + limits.replyBytesMax() + " octets");
    }

    /** Of a string or an aggregate: 0 or more. */
    private static long length(String line) throws RespFormatException {
        boolean digits = !line.isEmpty() && line.length() <= 10;
        for (int i = 0; i < line.length(); i++) {
            digits &= line.charAt(i) >= '0' && line.charAt(i) <= '9';
        }
        if (!digits || Long.parseLong(line) > Integer.MAX_VALUE - 8) {
            throw new RespFormatException("a length is " + shown(line));
        }
        return Long.parseLong(line);
    }

    private static long whole(String line) throws RespFormatException {
        try {
            return Long.parseLong(line);
        } catch (NumberFormatException e) {
            throw new RespFormatException("an integer is " + shown(line));
        }
    }

    private static RespValue nil(String line) throws RespFormatException {
        if (!line.isEmpty()) {
            throw new RespFormatException("a null says " + shown(line));
        }
        return new RespValue.Nil();
    }

    private static RespValue flag(String line) throws RespFormatException {
        return switch (line) {
            case "t" -> new RespValue.Flag(true);
            case "f" -> new RespValue.Flag(false);
            default -> throw new RespFormatException("a boolean is " + shown(line));
        };
    }

    private static double real(String line) throws RespFormatException {
        return switch (line) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan", "-nan" -> Double.NaN;
            default -> {
                if (!REAL.matcher(line).matches()) {
                    throw new RespFormatException("a double is " + shown(line));
                }
                yield Double.parseDouble(line);
            }
        };
    }

    private static BigInteger big(String line) throws RespFormatException {
        try {
            if (line.length() <= BIG_DIGITS_MAX) {
                return new BigInteger(line);
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new RespFormatException("a big number is " + shown(line));
    }

    private static RespValue verbatim(byte[] octets) throws RespFormatException {
        if (octets.length < VERBATIM_PREFIX || octets[VERBATIM_PREFIX - 1] != ':') {
            throw new RespFormatException("verbatim text has no format");
        }
        return new RespValue.Verbatim(new String(octets, 0, VERBATIM_PREFIX - 1, StandardCharsets.UTF_8),
                new String(octets, VERBATIM_PREFIX, octets.length - VERBATIM_PREFIX, StandardCharsets.UTF_8));
    }

    /** A line from a stranger, for a message: short, and without control characters. */
    private static String shown(String line) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(line.length(), 24); i++) {
            char c = line.charAt(i);
            shown.append(c < ' ' || c > '~' ? '.' : c);
        }
        return shown.append(line.length() > 24 ? "…\"" : "\"").toString();
    }
}
