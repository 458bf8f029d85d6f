package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ValueFormatTest {
    private static final int RANDOM_VALUES = 2_000;

    @Test
    void valuesAreKnownByTheirCharacters() {
        Map<ValueFormat, List<String>> examples = Map.ofEntries(
                Map.entry(ValueFormat.EMPTY, List.of("")),
                Map.entry(ValueFormat.BOOLEAN, List.of("true", "false")),
                Map.entry(ValueFormat.EPOCH_SECONDS, List.of("1760000000", "1760000000.123")),
                Map.entry(ValueFormat.EPOCH_MILLIS, List.of("1760000000123", "1760000000123456", "1760000000123456789")),
                Map.entry(ValueFormat.ISO_TIME, List.of("2026-01-31T23:59:59Z", "2026-01-31T23:59:59.123+02:00", "2026-01-31 23:59:59", "20260131T235959Z",
                        "20260131T235959")),
                Map.entry(ValueFormat.ISO_DATE, List.of("2026-01-31")),
                Map.entry(ValueFormat.HTTP_DATE, List.of("Tue, 07 Oct 2025 08:00:00 GMT", "Tuesday, 07-Oct-25 08:00:00 GMT")),
                Map.entry(ValueFormat.UUID, List.of("0f8fad5b-d9cb-469f-a165-70867728950e", "{0F8FAD5B-D9CB-469F-A165-70867728950E}")),
                Map.entry(ValueFormat.HEX, List.of("3f2a9c01", "d41d8cd98f00b204e9800998ecf8427e", "12345678901234567890123456789012", "DEADBEEF00", "95144869268159e3")),
                Map.entry(ValueFormat.JWT, List.of("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")),
                Map.entry(ValueFormat.BASE64, List.of("q83vEjRWeJCrze8SNFZ4kA==", "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "Basic dXNlcjpwYXNzd29yZDEyMw==")),
                Map.entry(ValueFormat.TOKEN, List.of("GA1.2.158392209.1730433351", "178957874.1730433851", "a8Kd0Zq1", "x7k2m9p4q1")),
                Map.entry(ValueFormat.TRACE, List.of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")),
                Map.entry(ValueFormat.INTEGER, List.of("0", "17", "-3", "123456789", "9760000000")),
                Map.entry(ValueFormat.DECIMAL, List.of("1.50", "-0.5", "1e9", "2.5E-3", "12.1730433351")),
                Map.entry(ValueFormat.URL, List.of("https://a.example/b?c=d", "wss://a.example/")),
                Map.entry(ValueFormat.WORD, List.of("en", "free", "de-DE", "product-42-blue", "application/json", "getUserById", "shop.example", "utf-8",
                        "iPhone", "user_name", "internationalisation", "+", "12e", "v1", "x-www-form-urlencoded")),
                Map.entry(ValueFormat.TEXT, List.of("Hello, world", "gzip, deflate, br", "Mozilla/5.0 (X11; Linux x86_64)", "a@b.example, c", "en-US,en;q=0.9",
                        "2026-01-31 or so")));
        examples.forEach((format, values) -> values.forEach(value -> assertEquals(format, ValueFormat.of(value), value)));
    }

    /** Whatever is thrown, few values look like words by chance. */
    @Test
    void randomValuesLookMadeUp() {
        Random random = new Random(7);
        for (int octets : new int[] {12, 16, 18, 24, 32, 64}) {
            int missed = 0;
            for (int i = 0; i < RANDOM_VALUES; i++) {
                byte[] bytes = new byte[octets];
                random.nextBytes(bytes);
                String hex = HexFormat.of().formatHex(bytes);
                assertEquals(ValueFormat.HEX, ValueFormat.of(hex), hex);
                missed += ValueFormat.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)).isMadeUp() ? 0 : 1;
                missed += ValueFormat.of(Base64.getEncoder().encodeToString(bytes)).isMadeUp() ? 0 : 1;
            }
            assertTrue(missed <= RANDOM_VALUES / 20, octets + " octets: " + missed + " missed of " + 2 * RANDOM_VALUES);
        }
    }

    @Test
    void junkHasAFormat() {
        Random random = new Random(11);
        for (int i = 0; i < RANDOM_VALUES; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(70); length > 0; length--) {
                text.append(random.nextInt(4) == 0 ? (char) random.nextInt(0x10000) : "0123456789-+.eE:TZ{}/= ".charAt(random.nextInt(23)));
            }
            ValueFormat.of(text.toString());
        }
        assertEquals(ValueFormat.TEXT, ValueFormat.of("x ".repeat(1_000_000)));
    }
}
