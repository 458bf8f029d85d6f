package proxymcp.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import proxymcp.exchange.Endpoint;

/**
 * The URL of an exchange as the index keeps it: an origin, which many share, and a path with query. Both together are the text of
 * {@link Endpoint#url}. An instance builds origins in memory that it uses again; not for several threads.
 */
final class UrlText {
    /** An origin is interned, which no endless one shall be; the rest of it counts as the path. */
    private static final int ORIGIN_BYTES_MAX = 4_096;

    private byte[] origin = new byte[256];
    private int used;

    /** Puts an origin together; its octets are {@link #bytes} up to {@link #length}. */
    UrlText origin(String scheme, byte[] bytes, int hostAt, int hostBytes, int port) {
        used = 0;
        if (hostBytes == 0) {
            text(scheme);
            text(":");
            return this;
        }
        if (origin.length < scheme.length() * 3 + hostBytes + 16) {
            origin = new byte[scheme.length() * 3 + hostBytes + 16];
        }
        text(scheme);
        text("://");
        boolean bracketed = isInIt(bytes, hostAt, hostBytes, ':');
        text(bracketed ? "[" : "");
        System.arraycopy(bytes, hostAt, origin, used, hostBytes);
        used += hostBytes;
        text(bracketed ? "]" : "");
        if (port != Endpoint.defaultPort(scheme)) {
            text(":");
            text(Integer.toString(port));
        }
        return this;
    }

    /**
     * Takes a URL as somebody wrote it apart, {@code in} standing before it: what is before its path becomes the origin.
     *
     * @return the rest
     */
    byte[] asWritten(byte[] bytes, PayloadReader in) throws PayloadReader.MalformedPayloadException {
        int length = in.textLength();
        int from = in.position();
        int end = from + length;
        in.skip(length);
        int at = from;
        while (at < end && bytes[at] != ':') {
            at++;
        }
        at = Math.min(at + 1, end);
        if (at + 1 < end && bytes[at] == '/' && bytes[at + 1] == '/') {
            at += 2;
            while (at < end && bytes[at] != '/' && bytes[at] != '?' && bytes[at] != '#') {
                at++;
            }
        }
        used = Math.min(at - from, ORIGIN_BYTES_MAX);
        origin = Arrays.copyOf(origin, Math.max(origin.length, used));
        System.arraycopy(bytes, from, origin, 0, used);
        return Arrays.copyOfRange(bytes, from + used, end);
    }

    byte[] bytes() {
        return origin;
    }

    int length() {
        return used;
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(utf8, 0, origin, used, utf8.length);
        used += utf8.length;
    }

    private static boolean isInIt(byte[] bytes, int from, int count, char wanted) {
        for (int i = from; i < from + count; i++) {
            if (bytes[i] == wanted) {
                return true;
            }
        }
        return false;
    }

    /** A path as it follows the origin: nothing for a target that is no path, a slash before a query or for nothing. */
    static byte[] path(byte[] bytes, int from, int to) {
        if (from == to) {
            return new byte[] {'/'};
        }
        if (bytes[from] != '?') {
            return bytes[from] == '/' ? Arrays.copyOfRange(bytes, from, to) : new byte[0];
        }
        byte[] path = new byte[to - from + 1];
        path[0] = '/';
        System.arraycopy(bytes, from, path, 1, to - from);
        return path;
    }

    /** The host of an origin; empty for one without. */
    static String host(String origin) {
        int authority = origin.indexOf("://") + 3;
        if (authority < 3) {
            return "";
        }
        int start = Math.max(authority, origin.lastIndexOf('@') + 1);
        if (start < origin.length() && origin.charAt(start) == '[') {
            int end = origin.indexOf(']', start);
            return end < 0 ? origin.substring(start + 1) : origin.substring(start + 1, end);
        }
        int colon = origin.indexOf(':', start);
        return colon < 0 ? origin.substring(start) : origin.substring(start, colon);
    }
}
