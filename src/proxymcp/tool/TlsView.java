package proxymcp.tool;

import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Route;
import proxymcp.exchange.TlsInfo;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.tls.ClientHello;
import proxymcp.tls.Ja3;
import proxymcp.tls.Ja4;
import proxymcp.tls.MalformedHelloException;

/** What is known of an exchange's two handshakes, for results. Fingerprints beyond those kept are read from the ClientHello. */
final class TlsView {
    /** A ClientHello may be 64 KiB of numbers. */
    private static final int LIST_CHARS = 4_000;
    private static final int NAME_CHARS = 500;
    private static final int CERTIFICATES_MAX = 10;
    private static final int NAMES_MAX = 20;
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private TlsView() {}

    /** Both sides; null if neither side used TLS. */
    static JsonValue of(Exchange exchange, boolean withHello) {
        Optional<TlsInfo> client = exchange.start().clientTls();
        Optional<TlsInfo> server = exchange.route().flatMap(Route::tls);
        if (client.isEmpty() && server.isEmpty()) {
            return JsonNull.NULL;
        }
        return JsonObject.builder().put("client", client.isPresent() ? client(client.get(), withHello) : JsonNull.NULL)
                .put("server", server.isPresent() ? server(server.get()) : JsonNull.NULL).build();
    }

    /** The ClientHello that was kept; empty if there is none, or what was imported is none. */
    static Optional<ClientHello> hello(TlsInfo info) {
        if (info.clientHello().length == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(ClientHello.parse(info.clientHello()));
        } catch (MalformedHelloException e) {
            return Optional.empty();
        }
    }

    private static JsonObject client(TlsInfo info, boolean withHello) {
        JsonObject.Builder client = JsonObject.builder().putIf("sniHostname", info.sni()).putIf("ja3Fingerprint", info.ja3());
        Optional<ClientHello> hello = hello(info);
        if (hello.isPresent()) {
            Ja4 ja4 = Ja4.of(hello.get());
            client.putStrings("clientAlpn", hello.get().alpn().stream().limit(NAMES_MAX).map(name -> Shortened.text(name, NAME_CHARS)).toList())
                    .put("ja3String", Shortened.text(Ja3.of(hello.get()).text(), LIST_CHARS))
                    .put("ja3n", Ja3.normalized(hello.get()).md5()).put("ja4Fingerprint", info.ja4().orElse(ja4.hashed()))
                    .put("ja4_r", Shortened.text(ja4.raw(), LIST_CHARS)).put("ja4_o", ja4.original())
                    .put("ja4_ro", Shortened.text(ja4.originalRaw(), LIST_CHARS));
        } else {
            client.putIf("ja4Fingerprint", info.ja4());
        }
        client.put("protocol", info.version()).put("cipher", info.cipher()).putIf("alpn", info.alpn())
                .put("clientHelloBytes", info.clientHello().length);
        return withHello ? client.put("clientHello", Base64.getEncoder().encodeToString(info.clientHello())).build() : client.build();
    }

    private static JsonObject server(TlsInfo info) {
        List<JsonValue> certificates = new ArrayList<>();
        for (byte[] certificate : info.certificates().subList(0, Math.min(CERTIFICATES_MAX, info.certificates().size()))) {
            certificates.add(certificate(certificate));
        }
        return JsonObject.builder().put("protocol", info.version()).put("cipher", info.cipher()).putIf("alpn", info.alpn())
                .putIf("ja3sFingerprint", info.ja3s()).put("certificates", certificates).build();
    }

    private static JsonObject certificate(byte[] der) {
        JsonObject.Builder members = JsonObject.builder();
        try {
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der));
            members.put("subject", Shortened.text(certificate.getSubjectX500Principal().getName(), NAME_CHARS))
                    .put("issuer", Shortened.text(certificate.getIssuerX500Principal().getName(), NAME_CHARS))
                    .put("notBefore", certificate.getNotBefore().toInstant().toString())
                    .put("notAfter", certificate.getNotAfter().toInstant().toString()).putStrings("sans", names(certificate));
        } catch (CertificateException e) {
            members.put("unreadable", Shortened.text(String.valueOf(e.getMessage()), NAME_CHARS));
        }
        return members.put("sha256", sha256(der)).build();
    }

    private static List<String> names(X509Certificate certificate) throws CertificateException {
        List<String> names = new ArrayList<>();
        Collection<List<?>> all = certificate.getSubjectAlternativeNames();
        if (all == null) {
            return names;
        }
        for (List<?> name : all) {
            int kind = (Integer) name.get(0);
            if (names.size() < NAMES_MAX && (kind == DNS_NAME || kind == IP_ADDRESS)) {
                names.add(Shortened.text(name.get(1).toString(), NAME_CHARS));
            }
        }
        return names;
    }

    private static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** {@code text} or null. */
    static JsonValue text(Optional<String> text) {
        return text.isPresent() ? new JsonString(text.get()) : JsonNull.NULL;
    }
}
