package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class SegmentHeaderTest {
    private static final SessionId ID = new SessionId("20260102030405_abcdefgh");
    private static final Path FILE = Path.of("segment-000003.seg");
    private static final SegmentHeader HEADER = new SegmentHeader(3, ID, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 0x44332211, 2, 4_660);

    @Test
    void aHeaderIsTheseOctetsTwice() {
        String fields = "504d43505345470a" + "01000000" + "03000000" + HexFormat.of().formatHex(ID.text().getBytes()) + "00" + "0102030405060708"
                + "11223344" + "02000000" + "34120000";
        CRC32C crc = new CRC32C();
        crc.update(HexFormat.of().parseHex(fields));
        String copy = fields + HexFormat.of().toHexDigits(Integer.reverseBytes((int) crc.getValue()));
        assertEquals(copy + copy, HexFormat.of().formatHex(HEADER.encode()));
    }

    @Test
    void oneIntactCopyIsEnough() throws Exception {
        for (int at = 0; at < SegmentHeader.BYTES; at++) {
            byte[] bytes = HEADER.encode();
            bytes[at] ^= 0x10;
            assertArrayEquals(HEADER.encode(), SegmentHeader.decode(bytes, FILE, ID, 3).encode(), "octet " + at);
        }
        byte[] half = Arrays.copyOf(HEADER.encode(), 100);
        assertArrayEquals(HEADER.encode(), SegmentHeader.decode(half, FILE, ID, 3).encode());
    }

    @Test
    void twoDamagedCopiesAreRefused() {
        byte[] bytes = HEADER.encode();
        bytes[9] ^= 1;
        bytes[64 + 60] ^= 1;
        assertRefused("both copies of the segment header are damaged or missing", bytes, ID, 3);
        for (int length = 0; length < SegmentHeader.COPY_BYTES; length++) {
            assertRefused("both copies of the segment header are damaged or missing", Arrays.copyOf(HEADER.encode(), length), ID, 3);
        }
    }

    @Test
    void wrongSessionAndWrongNumberAreToldApart() {
        assertRefused("belongs to another session", HEADER.encode(), new SessionId("20260102030405_abcdefgi"), 3);
        assertRefused("is segment 3, expected 4", HEADER.encode(), ID, 4);
    }

    private static void assertRefused(String reason, byte[] bytes, SessionId id, int number) {
        CorruptSegmentException refused = assertThrows(CorruptSegmentException.class, () -> SegmentHeader.decode(bytes, FILE, id, number));
        assertEquals("segment-000003.seg at " + refused.offset() + ": " + reason, refused.getMessage());
    }
}
