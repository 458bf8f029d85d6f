package proxymcp.upstream;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import proxymcp.http.Authority;

/**
 * Another proxy that requests go out through.
 *
 * @param kind what is spoken with it
 * @param host lower-case name or address, IPv6 without brackets
 * @param port 1..65535
 * @param login what it is told about who asks
 */
public record UpstreamProxy(Kind kind, String host, int port, Optional<Login> login) {
    private static final int SOCKS_TEXT_MAX = 255;

    /** What is spoken with a proxy. */
    public enum Kind {
        /** HTTP in the clear. */
        HTTP(80),
        /** HTTP over TLS. */
        HTTPS(443),
        /** SOCKS 4: names are looked up here, IPv4 alone. */
        SOCKS4(1080),
        /** SOCKS 4A: the proxy looks names up. */
        SOCKS4A(1080),
        /** SOCKS 5: names are looked up here. */
        SOCKS5(1080),
        /** SOCKS 5: the proxy looks names up. */
        SOCKS5H(1080);

        private final int defaultPort;

        Kind(int defaultPort) {
            this.defaultPort = defaultPort;
        }

        /** The scheme in a URL: {@code socks5h}. */
        public String scheme() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether HTTP is spoken with it, in the clear or over TLS. */
        public boolean isHttp() {
            return this == HTTP || this == HTTPS;
        }
    }

    /**
     * User and password.
     *
     * @param user a SOCKS 4 proxy is told this alone
     * @param password may be empty
     */
    public record Login(String user, String password) {
        /** Without the password, which must not get into messages. */
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }

        /** The value of a Proxy-Authorization field (RFC 7617). */
        String basic() {
            return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Reads {@code scheme://[user[:password]@]host[:port]}; user and password are percent-decoded.
     *
     * @throws IllegalArgumentException for anything else; the message says what is right and never holds the password
     */
    public static UpstreamProxy parse(String url) {
        int mark = url.indexOf("://");
        if (mark < 0) {
            throw new IllegalArgumentException("expected a URL such as http://host:3128 or socks5h://user:password@host:1080");
        }
        Kind kind = kind(url.substring(0, mark).toLowerCase(Locale.ROOT));
        String rest = url.substring(mark + 3);
        int at = rest.lastIndexOf('@');
        String place = rest.substring(at + 1);
        if (place.endsWith("/")) {
            place = place.substring(0, place.length() - 1);
        }
        if (place.indexOf('/') >= 0 || place.indexOf('?') >= 0 || place.indexOf('#') >= 0) {
            throw new IllegalArgumentException("expected nothing behind host and port of the proxy; in user and password, / ? # and @ are "
                    + "written %2F %3F %23 and %40");
        }
        Optional<Authority> authority = place.isEmpty() || place.endsWith(":") ? Optional.empty() : Authority.parse(place);
        if (authority.isEmpty() || !isHost(authority.get().host())) {
            throw new IllegalArgumentException("expected a host and a port of 1 to 65535 behind " + kind.scheme()
                    + "://, such as proxy.example:" + kind.defaultPort);
        }
        Optional<Login> login = at <= 0 ? Optional.empty() : Optional.of(login(kind, rest.substring(0, at)));
        return new UpstreamProxy(kind, authority.get().host(), authority.get().port().orElse(kind.defaultPort), login);
    }

    private static Kind kind(String scheme) {
        for (Kind kind : Kind.values()) {
            if (kind.scheme().equals(scheme)) {
                return kind;
            }
        }
        String right = "http, https, socks4, socks4a, socks5 or socks5h";
        if (scheme.startsWith("pac+")) {
            throw new IllegalArgumentException("proxy scripts (" + scheme.replaceAll("[^a-z0-9+.-]", "?") + ") are not run; look into the script "
                    + "and give the proxy that it names, as " + right + ", with no_proxy or per host");
        }
        throw new IllegalArgumentException("expected the scheme " + right);
    }

    private static Login login(Kind kind, String text) {
        int colon = text.indexOf(':');
        Login login = colon < 0 ? new Login(decoded(text), "") : new Login(decoded(text.substring(0, colon)), decoded(text.substring(colon + 1)));
        switch (kind) {
            case HTTP, HTTPS -> require(login.user.indexOf(':') < 0, "expected a user without a colon: Basic authentication cannot carry one");
            case SOCKS4, SOCKS4A -> require(login.password.isEmpty() && login.user.length() <= SOCKS_TEXT_MAX,
                    "expected a user of at most 255 characters and no password: SOCKS 4 has none; socks5 does");
            case SOCKS5, SOCKS5H -> require(isSocksText(login.user) && isSocksText(login.password),
                    "expected user and password of 1 to 255 octets each, as SOCKS 5 carries them (RFC 1929)");
        }
        return login;
    }

    private static boolean isSocksText(String text) {
        return !text.isEmpty() && text.getBytes(StandardCharsets.UTF_8).length <= SOCKS_TEXT_MAX;
    }

    private static void require(boolean right, String complaint) {
        if (!right) {
            throw new IllegalArgumentException(complaint);
        }
    }

    private static String decoded(String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        byte[] given = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < given.length; i++) {
            int octet = given[i] & 0xFF;
            if (octet == '%') {
                int high = i + 2 < given.length ? Character.digit(given[i + 1], 16) : -1;
                int low = high < 0 ? -1 : Character.digit(given[i + 2], 16);
                require(low >= 0, "expected two hexadecimal digits behind each % of user and password; % itself is %25");
                octet = high << 4 | low;
                i += 2;
            }
            require(octet >= ' ' && octet != 0x7F, "expected no control characters in user and password");
            octets.write(octet);
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("expected the octets behind % of user and password to be UTF-8", e);
        }
    }

    private static boolean isHost(String host) {
        return IpLiteral.parse(host).isPresent() || isHostName(host);
    }

    /** Whether {@code name} could be a host's name, lower case. */
    static boolean isHostName(String name) {
        return name.length() <= 253 && name.matches("[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\\.?");
    }

    /** The URL without user and password: {@code http://host:3128}. */
    public String url() {
        return kind.scheme() + "://" + Authority.uriHost(host) + ":" + port;
    }

    /** The URL with the user, and {@code ***} where there is a password. */
    public String maskedUrl() {
        return urlWith(login.isPresent() && !login.get().password.isEmpty() ? ":***" : "");
    }

    /** The URL with the user and no password, for what is kept on disk. */
    public String urlWithoutPassword() {
        return urlWith("");
    }

    private String urlWith(String password) {
        String who = login.isPresent() ? encoded(login.get().user) + password + "@" : "";
        return kind.scheme() + "://" + who + Authority.uriHost(host) + ":" + port;
    }

    private static String encoded(String text) {
        StringBuilder shown = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = octet > ' ' && (Character.isLetterOrDigit(octet) || "-._~".indexOf(octet) >= 0);
            shown.append(plain ? String.valueOf((char) octet) : String.format("%%%02X", octet & 0xFF));
        }
        return shown.toString();
    }

    /** Without the password. */
    @Override
    public String toString() {
        return maskedUrl();
    }
}
