package proxymcp.tool;

import java.nio.file.Path;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.tls.ClientIdentity;
import proxymcp.tls.OriginTlsSetting;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.tls.TlsException;
import proxymcp.tls.TlsVersion;
import proxymcp.tls.TrustedFile;

/** TLS towards origins: trust, client certificates and versions for single hosts, and what is recorded. They set the proxy, so they are core. */
final class OriginTlsTools {
    static final Schema SET = Schema.of(
            Property.text("hostname", "A name, an address, or *.suffix; without it all origins", 1, 255),
            Property.flag("insecure", "Accept any certificate"),
            Property.text("ca_file", "PEM file of authorities to trust beside the usual ones", 1, 4_096),
            Property.text("client_cert_file", "Certificate for origins that ask for one: PKCS#12 or PEM", 1, 4_096),
            Property.text("client_key_file", "PEM file with its key, if not in client_cert_file", 1, 4_096),
            Property.text("client_cert_password", ""),
            Property.choice("min_version", "Oldest version to offer", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"));
    static final Schema CLEAR = Schema.of(
            Property.text("hostname", "As it was set, \"*\" for the one of all origins; without it every setting goes", 1, 255));
    static final Schema CONFIG = Schema.of(Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0), ListBudget.MAX_CHARS);
    static final Schema CAPTURE = Schema.of(Property.flag("enabled", "Whether to record them").required());

    private final ProxyControl control;
    private final FileAccess files;
    private final Clock clock;

    OriginTlsTools(ProxyControl control, FileAccess files) {
        this.control = control;
        this.files = files;
        this.clock = control.clock();
    }

    List<Tool> tools() {
        Tool set = new Tool("proxy_set_origin_tls", "Set TLS with an origin",
                "How TLS with an origin is done, from the next connection on. Replaces what was set for hostname; what is left "
                        + "open comes from *.suffix, all, proxy_start.",
                Tool.Hints.SET.overwriting(), Toolbox.CORE, SET, ResultSchema.of(ResultSchema.object("origin"), ResultSchema.array("warnings")),
                new ToolCall(this::set));
        Tool clear = new Tool("proxy_clear_origin_tls", "Forget TLS settings", "Undoes proxy_set_origin_tls for one hostname, or altogether.",
                Tool.Hints.REMOVE, Toolbox.CORE, CLEAR, ResultSchema.of(ResultSchema.integer("cleared")), new ToolCall(this::clear));
        Tool config = new Tool("proxy_get_tls_config", "TLS settings", "What is set for TLS with origins, and whether servers' side is recorded.",
                Tool.Hints.QUERY, Toolbox.CORE, CONFIG, ResultSchema.of(ResultSchema.flag("serverTlsCaptureEnabled"),
                        ResultSchema.any("ja3SpoofConfig", "null")).and(ListBudget.pageMembers("origins").members()
                                .toArray(new ResultSchema.Member[0])), new ToolCall(this::config));
        Tool capture = new Tool("proxy_enable_server_tls_capture", "Record servers' TLS",
                "Switches recording of JA3S and certificates of servers, on at first; counts for new connections.",
                Tool.Hints.SET, Toolbox.CORE, CAPTURE, ResultSchema.of(ResultSchema.flag("serverTlsCaptureEnabled")),
                new ToolCall(this::capture));
        return List.of(set, clear, config, capture);
    }

    private ToolOutcome set(Args args, CallContext context) throws Exception {
        String pattern = pattern(args.optString("hostname").orElse(OriginTlsSettings.ALL));
        OriginTlsSetting setting;
        try {
            setting = setting(args, context);
        } catch (TlsException unusable) {
            throw new ToolFailure("bad_tls_file", unusable.getMessage(), "nothing has changed");
        }
        if (setting.isEmpty()) {
            throw new BadArgument("insecure", "expected it, ca_file, client_cert_file or min_version; proxy_clear_origin_tls undoes settings");
        }
        if (!control.origins().set(pattern, setting)) {
            throw new ToolFailure("too_many", "There are settings for " + OriginTlsSettings.PATTERNS_MAX + " hosts already",
                    "use *.suffix, or proxy_clear_origin_tls");
        }
        control.tellSettings();
        return ToolOutcome.success(JsonObject.builder().put("origin", OriginTlsView.of(pattern, setting))
                .putStrings("warnings", warnings(setting)).build());
    }

    private static String pattern(String hostname) throws BadArgument {
        return OriginTlsSettings.pattern(hostname).orElseThrow(() -> new BadArgument("hostname", "expected a host name, an IP address or *.suffix"));
    }

    private OriginTlsSetting setting(Args args, CallContext context) throws BadArgument, ToolFailure, TlsException {
        Optional<Path> caFile = file(args, "ca_file", context);
        Optional<TrustedFile> trusted = caFile.isPresent() ? Optional.of(TrustedFile.read("ca_file", caFile.get())) : Optional.empty();
        Optional<Path> certificate = file(args, "client_cert_file", context);
        Optional<Path> key = file(args, "client_key_file", context);
        Optional<String> password = args.optString("client_cert_password");
        if (certificate.isEmpty() && (key.isPresent() || password.isPresent())) {
            throw new BadArgument("client_cert_file", "expected it with client_key_file and client_cert_password");
        }
        Optional<ClientIdentity> identity = certificate.isPresent()
                ? Optional.of(ClientIdentity.read(certificate.get(), key, password)) : Optional.empty();
        return new OriginTlsSetting(args.optFlag("insecure"), trusted, identity, version(args));
    }

    private Optional<Path> file(Args args, String name, CallContext context) throws ToolFailure {
        Optional<String> path = args.optString(name);
        return path.isPresent() ? Optional.of(files.toRead(context.origin(), name, path.get())) : Optional.empty();
    }

    private static Optional<TlsVersion> version(Args args) throws ToolFailure {
        Optional<TlsVersion> version = args.optString("min_version").map(TlsVersion::of);
        if (version.isPresent() && !version.get().isEnabled()) {
            throw new ToolFailure("version_disabled", version.get().id() + " is switched off in this Java by jdk.tls.disabledAlgorithms",
                    "start the server with -Djava.security.properties=FILE, where FILE sets jdk.tls.disabledAlgorithms without it");
        }
        return version;
    }

    private List<String> warnings(OriginTlsSetting setting) {
        List<String> warnings = new ArrayList<>();
        if (setting.insecure().orElse(false) && setting.caFile().isPresent()) {
            warnings.add("with insecure no certificate is verified, so that ca_file has no effect");
        }
        if (setting.minVersion().isPresent() && setting.minVersion().get().compareTo(TlsVersion.TLS_1_2) < 0) {
            warnings.add(setting.minVersion().get().id() + " is broken: who sits on the way can read what is sent");
        }
        if (setting.identity().isPresent()) {
            X509Certificate certificate = setting.identity().get().certificate();
            try {
                certificate.checkValidity(Date.from(clock.instant()));
            } catch (CertificateExpiredException e) {
                warnings.add("the client certificate expired on " + certificate.getNotAfter().toInstant());
            } catch (CertificateNotYetValidException e) {
                warnings.add("the client certificate is not valid before " + certificate.getNotBefore().toInstant());
            }
        }
        return warnings;
    }

    private ToolOutcome clear(Args args, CallContext context) throws BadArgument {
        Optional<String> hostname = args.optString("hostname");
        Optional<String> pattern = hostname.isPresent() ? Optional.of(pattern(hostname.get())) : Optional.empty();
        int cleared = control.origins().clear(pattern);
        control.tellSettings();
        return ToolOutcome.success(JsonObject.builder().put("cleared", cleared).build());
    }

    private ToolOutcome config(Args args, CallContext context) {
        OriginTlsSettings settings = control.origins();
        List<Map.Entry<String, OriginTlsSetting>> all = new ArrayList<>(settings.all().entrySet());
        int offset = args.integer("offset");
        ListBudget rows = new ListBudget(args.integer("max_chars"));
        for (Map.Entry<String, OriginTlsSetting> entry : all.subList(Math.min(offset, all.size()), all.size())) {
            if (!rows.add(OriginTlsView.of(entry.getKey(), entry.getValue()))) {
                break;
            }
        }
        return ToolOutcome.success(JsonObject.builder().put("serverTlsCaptureEnabled", settings.isServerCaptured())
                .put("ja3SpoofConfig", JsonNull.NULL).putAll(rows.page("origins", offset, Math.max(all.size(), offset))).build());
    }

    private ToolOutcome capture(Args args, CallContext context) {
        control.origins().captureServer(args.flag("enabled"));
        control.tellSettings();
        return ToolOutcome.success(JsonObject.builder().put("serverTlsCaptureEnabled", control.origins().isServerCaptured()).build());
    }
}
