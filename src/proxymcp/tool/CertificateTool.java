package proxymcp.tool;

import java.nio.file.Path;
import java.util.List;
import proxymcp.json.Args;
import proxymcp.json.JsonObject;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.tls.CertificateAuthority;

/** The certificate that clients must trust, and how to make them. */
final class CertificateTool {
    static final Schema INPUT = Schema.of(
            Property.choice("format", "What to return of the certificate", "pem", "fingerprint", "both").defaultTo("both"));

    private final ProxyControl control;

    CertificateTool(ProxyControl control) {
        this.control = control;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_get_ca_cert", "Get the CA certificate",
                "The certificate that clients must trust to have HTTPS intercepted, its file, and how to trust it.",
                Tool.Hints.SET, Toolbox.CORE, INPUT,
                ResultSchema.of(ResultSchema.text("certPem").optional(), ResultSchema.text("fingerprint").optional(),
                        ResultSchema.text("sha256Fingerprint").optional(), ResultSchema.text("certFile"),
                        ResultSchema.text("instructions")),
                new ToolCall(this::get)));
    }

    private ToolOutcome get(Args args, CallContext context) throws Exception {
        CertificateAuthority authority = control.authority();
        String format = args.string("format");
        JsonObject.Builder result = JsonObject.builder();
        if (!format.equals("fingerprint")) {
            result.put("certPem", authority.pem());
        }
        if (!format.equals("pem")) {
            result.put("fingerprint", authority.spkiFingerprint()).put("sha256Fingerprint", authority.sha256Fingerprint());
        }
        return ToolOutcome.success(result.put("certFile", authority.certificateFile().toString())
                .put("instructions", instructions(authority)).build());
    }

    private static String instructions(CertificateAuthority authority) {
        Path file = authority.certificateFile();
        return String.join("\n",
                "curl: curl --cacert " + file + " ...",
                "Node.js: NODE_EXTRA_CA_CERTS=" + file,
                "Python requests: REQUESTS_CA_BUNDLE=" + file + "; others: SSL_CERT_FILE=" + file,
                "Java: keytool -importcert -cacerts -alias proxy-mcp -file " + file,
                "Chromium: --proxy-server=URL --ignore-certificate-errors-spki-list=" + authority.spkiFingerprint()
                        + " with a --user-data-dir of its own",
                "Firefox: Settings, Certificates, Authorities, Import",
                "Debian, Ubuntu: cp " + file + " /usr/local/share/ca-certificates/proxy-mcp.crt && update-ca-certificates",
                "Fedora, RHEL: cp " + file + " /etc/pki/ca-trust/source/anchors/proxy-mcp.pem && update-ca-trust",
                "macOS: security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db " + file,
                "Windows: certutil -user -addstore Root " + file);
    }
}
