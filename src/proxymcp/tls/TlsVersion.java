package proxymcp.tls;

import java.security.Security;
import java.util.ArrayList;
import java.util.List;

/** Versions of TLS that can be the lowest one offered to an origin, oldest first. */
public enum TlsVersion {
    /** 1.0 of 1999, which a Java refuses unless its {@code java.security} was changed. */
    TLS_1_0("TLSv1"),
    /** 1.1 of 2006, as {@link #TLS_1_0}. */
    TLS_1_1("TLSv1.1"),
    /** 1.2 of 2008. */
    TLS_1_2("TLSv1.2"),
    /** 1.3 of 2018. */
    TLS_1_3("TLSv1.3");

    private static final String DISABLED = "jdk.tls.disabledAlgorithms";

    private final String id;

    TlsVersion(String id) {
        this.id = id;
    }

    /** The name that JSSE has for it, such as {@code TLSv1.2}. */
    public String id() {
        return id;
    }

    /**
     * The version with this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static TlsVersion of(String id) {
        for (TlsVersion version : values()) {
            if (version.id.equals(id)) {
                return version;
            }
        }
        throw new IllegalArgumentException("no version of TLS is named " + id);
    }

    /** Whether this Java speaks it: its security properties name what it refuses. */
    public boolean isEnabled() {
        return isEnabled(String.valueOf(Security.getProperty(DISABLED)));
    }

    boolean isEnabled(String disabledAlgorithms) {
        for (String algorithm : disabledAlgorithms.split(",")) {
            if (algorithm.strip().equals(id)) {
                return false;
            }
        }
        return true;
    }

    /** This version and all newer ones that this Java speaks, as JSSE takes them. */
    String[] andNewer() {
        List<String> ids = new ArrayList<>();
        for (TlsVersion version : values()) {
            if (version.compareTo(this) >= 0 && version.isEnabled()) {
                ids.add(version.id);
            }
        }
        return ids.toArray(new String[0]);
    }
}
