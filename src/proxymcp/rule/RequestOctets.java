package proxymcp.rule;

import java.io.IOException;

/** The body of a request that rules may have to look into: transfer coding removed, content coding as it came. */
public interface RequestOctets {
    /** No body. */
    RequestOctets NONE = new RequestOctets() {
        @Override
        public boolean isPresent() {
            return false;
        }

        @Override
        public boolean hold(int bytesMax) {
            return true;
        }

        @Override
        public byte[] held() {
            return new byte[0];
        }
    };

    /** Whether the request has a body. */
    boolean isPresent();

    /**
     * Reads on until the body has ended, or more than {@code bytesMax} octets of it are here.
     *
     * @return whether it is here whole
     */
    boolean hold(int bytesMax) throws IOException;

    /** What is here of the body. */
    byte[] held();
}
