package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.tls.ClientIdentity;
import proxymcp.tls.OriginTlsSetting;
import proxymcp.tls.OriginTlsSettings;

/** What is set for TLS with origins, as results and manifests show it: names of files and flags, never a key or a password. */
final class OriginTlsView {
    /** Settings in a manifest. */
    private static final int RECORDED_MAX = 100;

    private OriginTlsView() {}

    /** One setting; {@code hostname} is null where it holds for all. */
    static JsonObject of(String pattern, OriginTlsSetting setting) {
        JsonObject.Builder members = JsonObject.builder()
                .put("hostname", pattern.equals(OriginTlsSettings.ALL) ? JsonNull.NULL : new JsonString(pattern));
        setting.insecure().ifPresent(insecure -> members.put("insecure", insecure));
        setting.caFile().ifPresent(file -> members.put("caFile", file.file().toString()).put("caCertificates", file.certificates().size()));
        setting.identity().ifPresent(identity -> members.put("clientCertificate", certificate(identity)));
        setting.minVersion().ifPresent(version -> members.put("minVersion", version.id()));
        return members.build();
    }

    private static JsonObject certificate(ClientIdentity identity) {
        return JsonObject.builder().put("file", identity.file().toString())
                .put("subject", Shortened.text(identity.certificate().getSubjectX500Principal().getName(), 500))
                .put("notAfter", identity.certificate().getNotAfter().toInstant().toString()).build();
    }

    /** For the manifest of a session that begins now. */
    static List<JsonValue> recorded(OriginTlsSettings settings) {
        List<JsonValue> rows = new ArrayList<>();
        for (Map.Entry<String, OriginTlsSetting> entry : settings.all().entrySet()) {
            if (rows.size() < RECORDED_MAX) {
                rows.add(of(entry.getKey(), entry.getValue()));
            }
        }
        return rows;
    }

    /** The hosts whose certificates are not verified. */
    static List<String> insecureHosts(OriginTlsSettings settings) {
        List<String> hosts = new ArrayList<>();
        for (Map.Entry<String, OriginTlsSetting> entry : settings.all().entrySet()) {
            if (entry.getValue().insecure().orElse(false) && hosts.size() < RECORDED_MAX) {
                hosts.add(entry.getKey());
            }
        }
        return hosts;
    }
}
