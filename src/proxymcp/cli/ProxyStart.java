package proxymcp.cli;

import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxySettings;
import proxymcp.proxy.ProxyStartException;
import proxymcp.tls.CaException;
import proxymcp.tls.CertificateAuthority;
import proxymcp.tool.ProxyControl;
import proxymcp.tool.ToolFailure;

/** Starting the proxy from the command line, where every refusal ends the process with its sentence. */
final class ProxyStart {
    private ProxyStart() {}

    static ProxyServer start(ProxyControl control, ProxySettings settings) throws CouldNotStart {
        try {
            return control.start(settings);
        } catch (ToolFailure | ProxyStartException e) {
            throw new CouldNotStart(e.getMessage());
        } catch (CaException e) {
            throw new CouldNotStart("the certificate authority cannot be used: " + e.getMessage());
        }
    }

    static CertificateAuthority authority(ProxyControl control) throws CouldNotStart {
        try {
            return control.authority();
        } catch (CaException e) {
            throw new CouldNotStart("the certificate authority cannot be used: " + e.getMessage());
        }
    }
}
