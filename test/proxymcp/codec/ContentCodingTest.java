package proxymcp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ContentCodingTest {
    @Test void severalFieldLinesMakeOneList() {
        assertEquals(
                List.of(new ContentCoding.Gzip(), new ContentCoding.Brotli(), new ContentCoding.Deflate()),
                ContentCoding.parse(List.of("gzip, br", "deflate")));
    }

    @Test void namesAreReadInAnyCaseAndEmptyMembersAreSkipped() {
        assertEquals(
                List.of(new ContentCoding.Gzip(), new ContentCoding.Identity(), new ContentCoding.Zstd(), new ContentCoding.Unknown("dcz")),
                ContentCoding.parse(List.of(" , X-GZip ,,\tIdentity,", "", "ZSTD, DCZ")));
    }

    @Test void noFieldLineMeansNoCoding() {
        assertEquals(List.of(), ContentCoding.parse(List.of()));
    }
}
