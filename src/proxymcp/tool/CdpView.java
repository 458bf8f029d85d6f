package proxymcp.tool;

import java.util.Optional;
import proxymcp.chrome.CdpAnswer;
import proxymcp.chrome.DevTools;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.tls.CertificateAuthority;

/** A browser's DevTools, and the proxy beside them, as results show them. */
final class CdpView {
    private CdpView() {}

    /** Whether the proxy runs, where, and what it signs with. */
    static JsonObject proxy(ProxyControl control) {
        ProxyControl.State state = control.state();
        return JsonObject.builder().put("running", state.running().isPresent())
                .putOrNull("port", state.running().map(run -> JsonNumber.of((long) run.port())))
                .putOrNull("certFingerprint", state.authority().map(CertificateAuthority::spkiFingerprint).map(JsonString::new)).build();
    }

    /** Where DevTools are, and what they say of the browser. */
    static JsonObject cdp(CdpAnswer answer) {
        return JsonObject.builder().putAll(places(answer.tools())).put("version", answer.version()).putAll(socket(answer.webSocketUrl())).build();
    }

    /** Where DevTools are. */
    static JsonObject places(DevTools tools) {
        return JsonObject.builder().put("httpUrl", tools.httpUrl()).put("versionUrl", tools.versionUrl()).put("targetsUrl", tools.targetsUrl()).build();
    }

    /** The WebSocket of the browser, if it is known. */
    static JsonObject socket(Optional<String> url) {
        return JsonObject.builder().putOrNull("browserWebSocketDebuggerUrl", url.map(JsonString::new)).build();
    }
}
