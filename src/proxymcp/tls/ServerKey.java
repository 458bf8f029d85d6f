package proxymcp.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/** The one certificate of a server context, without the key store that JSSE would otherwise decrypt for each name. */
final class ServerKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "leaf";
    private static final String KEY_TYPE = "EC";

    /** Sessions kept for clients that resume without tickets. */
    private static final int SESSIONS_MAX = 256;

    private static final int SESSION_SECONDS_MAX = 3600;

    private final X509Certificate[] chain;
    private final PrivateKey key;

    private ServerKey(X509Certificate[] chain, PrivateKey key) {
        this.chain = chain.clone();
        this.key = key;
    }

    /** A context that serves {@code chain} and asks clients for no certificate. */
    static SSLContext context(X509Certificate[] chain, PrivateKey key) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new ServerKey(chain, key)}, new TrustManager[0], null);
        context.getServerSessionContext().setSessionCacheSize(SESSIONS_MAX);
        context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS_MAX);
        return context;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return alias(keyType);
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return KEY_TYPE.equals(keyType) ? new String[] {ALIAS} : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }

    /** JSSE's contract: null where there is no key of the type. */
    private static String alias(String keyType) {
        return KEY_TYPE.equals(keyType) ? ALIAS : null;
    }
}
