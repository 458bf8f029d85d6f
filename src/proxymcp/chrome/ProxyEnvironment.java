package proxymcp.chrome;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.tls.CertificateAuthority;

/**
 * The variables that point a program at the proxy and have it trust what the proxy shows, whatever it is written in. Certificates are still
 * verified: none of them turns that off.
 *
 * @param variables names to values, in the order they are shown
 */
public record ProxyEnvironment(Map<String, String> variables) {
    /** Java programs of every age read options there. */
    static final String JAVA_OPTIONS = "JAVA_TOOL_OPTIONS";

    /** Node.js reads options there. */
    static final String NODE_OPTIONS = "NODE_OPTIONS";

    /** Variables whose value may be the caller's as well: ours follows it. */
    private static final List<String> SHARED = List.of(JAVA_OPTIONS, NODE_OPTIONS);

    /** Variables with a file of certificates, by those who read them. */
    private static final List<String> CA_FILES = List.of(
            "SSL_CERT_FILE", // OpenSSL, and with it Python, Ruby, PHP; Go; Rust.
            "NODE_EXTRA_CA_CERTS", "DENO_CERT",
            "REQUESTS_CA_BUNDLE", "PIP_CERT", // Python's requests, pip.
            "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE",
            "BUNDLE_SSL_CA_CERT", // Ruby's bundler.
            "CARGO_HTTP_CAINFO", "npm_config_cafile", "COMPOSER_CAFILE", "HEX_CACERTS_PATH", "PERL_LWP_SSL_CA_FILE", "NIX_SSL_CERT_FILE",
            "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH");
    private static final List<String> PROXIES = List.of("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy",
            "ALL_PROXY", "all_proxy", // What was there, often SOCKS, would take the rest past us.
            "npm_config_proxy", "npm_config_https_proxy", "GLOBAL_AGENT_HTTP_PROXY");

    /** Copies the map. */
    public ProxyEnvironment {
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /**
     * Variables for a port of the proxy.
     *
     * @param proxyPort on 127.0.0.1
     * @param files written before
     */
    static ProxyEnvironment of(int proxyPort, CertificateAuthority authority, ProgramFiles files) {
        Map<String, String> variables = new LinkedHashMap<>();
        PROXIES.forEach(name -> variables.put(name, "http://127.0.0.1:" + proxyPort));
        // Empty: what goes to loopback is captured too.
        variables.put("NO_PROXY", "");
        variables.put("no_proxy", "");
        CA_FILES.forEach(name -> variables.put(name, authority.certificateFile().toString()));
        variables.put("NODE_USE_ENV_PROXY", "1");
        variables.put(NODE_OPTIONS, NodePreload.option(files.nodePreload()));
        variables.put("DENO_TLS_CA_STORE", "system,mozilla");
        variables.put("npm_config_strict_ssl", "true");
        variables.put(JAVA_OPTIONS, javaOptions(proxyPort, files.trustStore()));
        variables.put("PROXY_MCP_CERT_FINGERPRINT", authority.sha256Fingerprint());
        return new ProxyEnvironment(variables);
    }

    private static String javaOptions(int port, Path trustStore) {
        return "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=" + port + " -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=" + port
                + " -Dhttp.nonProxyHosts= " + quoted("-Djavax.net.ssl.trustStore=" + trustStore) + " -Djavax.net.ssl.trustStoreType="
                + TrustStore.TYPE + " -Djavax.net.ssl.trustStorePassword=" + TrustStore.PASSWORD;
    }

    /** Java splits its options at white space, but for what stands in quotes. */
    private static String quoted(String option) {
        if (option.chars().noneMatch(c -> Character.isWhitespace(c) || c == '\'' || c == '"')) {
            return option;
        }
        return "\"" + option.replace("\"", "\"'\"'\"") + "\"";
    }

    /** Sets the variables in {@code environment}; options that Java and Node.js had there already are kept, before ours. */
    void putInto(Map<String, String> environment) {
        Map<String, String> joined = new LinkedHashMap<>(variables);
        for (String name : SHARED) {
            String before = environment.getOrDefault(name, "");
            if (!before.isEmpty() && variables.containsKey(name)) {
                joined.put(name, before + " " + variables.get(name));
            }
        }
        environment.putAll(joined);
    }

    /**
     * Statements that set the variables, one a line, or a JSON object. Options that Java and Node.js have in the shell already are kept, before
     * ours, which are added once; JSON has ours alone.
     */
    public String shown(EnvironmentForm form) {
        if (form == EnvironmentForm.JSON) {
            JsonObject.Builder object = JsonObject.builder();
            variables.forEach(object::put);
            return Json.text(object.build());
        }
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            String name = variable.getKey(), value = variable.getValue();
            text.append(SHARED.contains(name) ? added(form, name, value) : line(form, name, value)).append('\n');
        }
        return text.toString();
    }

    private static String line(EnvironmentForm form, String name, String value) {
        String literal = literal(form, value);
        return switch (form) {
            case BASH -> "export " + name + "=" + literal;
            case FISH -> "set -gx " + name + " " + literal;
            case POWERSHELL -> "$env:" + name + " = " + literal;
            case JSON -> throw new IllegalArgumentException("JSON has no lines");
        };
    }

    /** Sets a variable to what it has and {@code value}, or leaves it as it is if that is in it. */
    private static String added(EnvironmentForm form, String name, String value) {
        String literal = literal(form, value), after = literal(form, " " + value);
        return switch (form) {
            case BASH -> "case \" ${" + name + "-} \" in *' '" + literal + "' '*) ;; *) export " + name + "=\"${" + name + ":+$" + name + " }\""
                    + literal + " ;; esac";
            case FISH -> "set -gx " + name + " (string trim -- (string replace -- " + after + " '' \" $" + name + "\")" + after + ")";
            case POWERSHELL -> "$env:" + name + " = (\" $env:" + name + "\".Replace(" + after + ", '') + " + after + ").Trim()";
            case JSON -> throw new IllegalArgumentException("JSON has no lines");
        };
    }

    private static String literal(EnvironmentForm form, String value) {
        return switch (form) {
            case BASH -> "'" + value.replace("'", "'\\''") + "'";
            case FISH -> "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
            case POWERSHELL -> "'" + value.replace("'", "''") + "'";
            case JSON -> throw new IllegalArgumentException("JSON has no literals");
        };
    }
}
