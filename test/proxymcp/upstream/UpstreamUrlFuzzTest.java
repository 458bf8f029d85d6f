package proxymcp.upstream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.Mutations;

/** Whatever is given as the URL of a proxy, it is one or is refused by a sentence without its password. */
@Timeout(600)
final class UpstreamUrlFuzzTest {
    @Test
    void urlsAreReadOrRefused() {
        Mutations.ofTexts(List.of("http://user:S3CR3TWORD@proxy.example:3128", "socks5h://u%40x:S3CR3TWORD@[2001:db8::1]:1080/", "https://host"), "://", "@", ":", "/", "[", "]", "%", "%zz", "%00", " ", "\0",
                "?", "#", "65536", "-1", "\u00e4", "socks4://", "..").run((octets, random) -> {
                    try {
                        UpstreamProxy.parse(new String(octets, StandardCharsets.UTF_8));
                    } catch (IllegalArgumentException e) {
                        assertTrue(!e.getMessage().isBlank());
                        assertFalse(e.getMessage().contains("S3CR3T"), e.getMessage());
                    }
                });
    }
}
