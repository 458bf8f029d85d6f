package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class RecordLayoutTest {
    private static final SegmentHeader SEGMENT =
            new SegmentHeader(1, new SessionId("20260102030405_abcdefgh"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 0x44332211, 0, 0);

    @Test
    void offsetsAreThoseOfTheFormatPage() {
        int[] offsets = {RecordLayout.MARKER_OFFSET, RecordLayout.LENGTH_OFFSET, RecordLayout.TYPE_OFFSET, RecordLayout.RESERVED_OFFSET,
            RecordLayout.NUMBER_OFFSET, RecordLayout.SEQ_OFFSET, RecordLayout.PAYLOAD_CRC_OFFSET, RecordLayout.HEADER_CRC_OFFSET,
            RecordLayout.HEADER_BYTES};
        assertArrayEquals(new int[] {0, 4, 8, 9, 12, 20, 28, 32, 36}, offsets);
        assertEquals(1_048_576, RecordLayout.MAX_PAYLOAD_BYTES);
    }

    @Test
    void typesHaveTheNumbersOfTheFormatPage() {
        StringBuilder types = new StringBuilder();
        for (RecordType type : RecordType.values()) {
            types.append(type.code()).append(' ').append(type).append(' ');
        }
        assertEquals("1 CLIENT 2 ROUTE 3 BODY 4 START 5 REQUEST_CHUNK 6 REQUEST_END 7 INFORMATIONAL 8 RESPONSE 9 RESPONSE_CHUNK 10 END 11 LOSS "
                + "12 CHECKPOINT 13 SEAL 14 SESSION_END "
                + "15 STREAM 16 MESSAGE 17 PART_OUT 18 PART_IN 19 STREAM_END ", types.toString());
    }

    @Test
    void aSealedRecordIsTheseOctets() {
        assertEquals("112233440200000004000000090000000000000007000000000000" + "00" + hex(crc("0102030405060708" + "aabb")) + hex(crc(
                "0102030405060708" + "1122334402000000040000000900000000000000" + "0700000000000000" + hex(crc("0102030405060708aabb")))) + "aabb",
                HexFormat.of().formatHex(record()));
    }

    @Test
    void everyFlippedBitIsSeen() {
        CRC32C crc = new CRC32C();
        byte[] record = record();
        assertTrue(RecordLayout.isHeader(record, 0, SEGMENT, crc) && RecordLayout.isPayloadIntact(record, 0, SEGMENT, crc));
        for (int bit = 0; bit < record.length * 8; bit++) {
            record[bit / 8] ^= (byte) (1 << bit % 8);
            assertFalse(RecordLayout.isHeader(record, 0, SEGMENT, crc) && RecordLayout.isPayloadIntact(record, 0, SEGMENT, crc), "bit " + bit);
            record[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    @Test
    void aRecordOfAnotherSegmentIsNone() {
        SegmentHeader other = new SegmentHeader(2, SEGMENT.session(), new byte[] {1, 2, 3, 4, 5, 6, 7, 9}, SEGMENT.marker(), 1, 200);
        assertFalse(RecordLayout.isHeader(record(), 0, other, new CRC32C()));
    }

    @Test
    void zerosAreNoRecord() {
        assertFalse(RecordLayout.isHeader(new byte[64], 0, SEGMENT, new CRC32C()));
    }

    private static byte[] record() {
        byte[] record = new byte[RecordLayout.HEADER_BYTES + 2];
        record[36] = (byte) 0xaa;
        record[37] = (byte) 0xbb;
        RecordLayout.begin(record, 0, RecordType.START, 7, 2);
        RecordLayout.seal(record, 0, SEGMENT, 9, new CRC32C());
        return record;
    }

    private static int crc(String octets) {
        CRC32C crc = new CRC32C();
        crc.update(HexFormat.of().parseHex(octets));
        return (int) crc.getValue();
    }

    private static String hex(int value) {
        return HexFormat.of().toHexDigits(Integer.reverseBytes(value));
    }
}
