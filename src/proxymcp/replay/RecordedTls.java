package proxymcp.replay;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.tls.ClientIdentity;
import proxymcp.tls.OriginTlsSetting;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.tls.TlsException;
import proxymcp.tls.TlsVersion;
import proxymcp.tls.TrustedFile;

/**
 * Settings for TLS with single origins, as a manifest holds them, made settings again.
 *
 * @param recorded the manifest's settings
 * @param settings what is to differ
 * @param hosts what requests go to: what is missing for others is not missed
 * @param current settings of this process, which holds the keys
 */
record RecordedTls(JsonObject recorded, SendSettings settings, Set<String> hosts, OriginTlsSettings current) {
    /** The settings. */
    OriginTlsSettings origins() throws PlanException {
        OriginTlsSettings made = new OriginTlsSettings();
        for (JsonValue value : recorded.array("originTls").orElse(JsonArray.EMPTY)) {
            if (value instanceof JsonObject entry) {
                String pattern = entry.string("hostname").orElse(OriginTlsSettings.ALL);
                if (isUsed(pattern)) {
                    made.set(pattern, setting(pattern, entry));
                }
            }
        }
        return made;
    }

    private boolean isUsed(String pattern) {
        if (pattern.equals(OriginTlsSettings.ALL)) {
            return true;
        }
        for (String host : hosts) {
            if (pattern.startsWith("*.") ? host.endsWith(pattern.substring(1)) : host.equals(pattern)) {
                return true;
            }
        }
        return false;
    }

    private OriginTlsSetting setting(String pattern, JsonObject entry) throws PlanException {
        Optional<Boolean> insecure = settings.insecureUpstream().isPresent() ? Optional.empty()
                : entry.get("insecure").map(JsonBoolean.TRUE::equals);
        Optional<TrustedFile> trusted = Optional.empty();
        if (settings.caFile().isEmpty() && entry.string("caFile").isPresent()) {
            trusted = Optional.of(trusted(Path.of(entry.string("caFile").get())));
        }
        Optional<ClientIdentity> identity = Optional.empty();
        Optional<String> file = entry.object("clientCertificate").flatMap(certificate -> certificate.string("file"));
        if (file.isPresent()) {
            identity = Optional.of(identity(pattern, Path.of(file.get())));
        }
        Optional<TlsVersion> oldest = entry.get("minVersion").filter(JsonString.class::isInstance).map(text -> TlsVersion.of(((JsonString) text).value()));
        return new OriginTlsSetting(insecure, trusted, identity, oldest);
    }

    private static TrustedFile trusted(Path file) throws PlanException {
        try {
            return TrustedFile.read("upstream_ca_file", file);
        } catch (TlsException e) {
            throw new PlanException("upstream_ca_file: the session was recorded with " + file + ": " + e.getMessage());
        }
    }

    /** The process may hold the key; else the file may hold it beside the certificate, unencrypted. */
    private ClientIdentity identity(String pattern, Path file) throws PlanException {
        Optional<ClientIdentity> held = Optional.ofNullable(current.all().get(pattern)).flatMap(OriginTlsSetting::identity)
                .filter(identity -> identity.file().equals(file));
        if (held.isPresent()) {
            return held.get();
        }
        try {
            return ClientIdentity.read(file, Optional.empty(), Optional.empty());
        } catch (TlsException e) {
            throw new PlanException("the session showed " + pattern + " the client certificate " + file + ", whose key or password is not kept; "
                    + "give them with proxy_set_origin_tls (client_cert_file, client_key_file, client_cert_password)");
        }
    }
}
