package proxymcp.har;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.TlsInfo;
import proxymcp.json.JsonObject;

/** Handshakes: {@code _tls}, which HAR has no place for. */
final class TlsMembers {
    private TlsMembers() {}

    /** Both sides; empty if neither is TLS. */
    static Optional<JsonObject> of(Optional<TlsInfo> client, Optional<TlsInfo> server) {
        if (client.isEmpty() && server.isEmpty()) {
            return Optional.empty();
        }
        JsonObject.Builder sides = JsonObject.builder();
        client.ifPresent(tls -> sides.put("client", side(tls)));
        server.ifPresent(tls -> sides.put("server", side(tls)));
        return Optional.of(sides.build());
    }

    private static JsonObject side(TlsInfo tls) {
        List<String> certificates = new ArrayList<>();
        for (byte[] certificate : tls.certificates()) {
            certificates.add(Base64.getEncoder().encodeToString(certificate));
        }
        Optional<String> hello = tls.clientHello().length == 0 ? Optional.empty() : Optional.of(Base64.getEncoder().encodeToString(tls.clientHello()));
        return JsonObject.builder().put("version", tls.version()).put("cipher", tls.cipher()).putIf("alpn", tls.alpn()).putIf("sni", tls.sni())
                .putIf("clientHello", hello).putIf("ja3", tls.ja3()).putIf("ja4", tls.ja4()).putIf("ja3s", tls.ja3s())
                .putStrings("certificates", certificates).build();
    }
}
