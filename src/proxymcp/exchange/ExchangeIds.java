package proxymcp.exchange;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Ids of exchanges: random UUIDs (RFC 9562 version 4). They are unique, not secret, so a fast generator serves. */
public final class ExchangeIds {
    private ExchangeIds() {}

    /** A new id. */
    public static UUID next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x4000L;
        long low = random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
