package proxymcp.selftest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import proxymcp.json.JsonObject;

/** What is kept: whole on disk, and as a file for other programs. */
final class KeepingSteps {
    private KeepingSteps() {}

    static List<Plan> plans() {
        return List.of(
                new Plan("verify", "Is every record, body and index row of the session as it was written?", List.of("capture"), KeepingSteps::verify),
                new Plan("har", "Does the session survive being a HAR file?", List.of("query"), KeepingSteps::har));
    }

    private static String verify(Bench bench) throws Exception {
        if (bench.fault() == Fault.SESSION_DAMAGED) {
            damage(bench.home().resolve("sessions").resolve(bench.good).resolve("segment-000001.seg"));
        }
        Facts verified = bench.call("proxy_session_verify_integrity", JsonObject.builder().put("session_id", bench.good).put("level", "deep").build());
        verified.require(verified.isTrue("$.ok") && verified.number("$.total") == 0, "no damage");
        long records = verified.number("$.recordsChecked");
        verified.require(records >= bench.goodTotal, "at least a record an exchange");
        return records + " records checked, no damage";
    }

    /** Turns an octet in the middle of a file, where records are. */
    private static void damage(Path segment) throws IOException {
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long middle = file.size() / 2;
            ByteBuffer octet = ByteBuffer.allocate(1);
            file.read(octet, middle);
            octet.put(0, (byte) ~octet.get(0));
            file.write(octet.flip(), middle);
        }
    }

    private static String har(Bench bench) throws Exception {
        Facts written = bench.call("proxy_export_har", JsonObject.builder().put("session_id", bench.good).build());
        written.require(written.number("$.entries") == bench.goodTotal, bench.goodTotal + " entries");
        Facts read = bench.call("proxy_import_har", JsonObject.builder().put("har_file", written.text("$.outputFile"))
                .put("session_name", "back from HAR").build());
        String again = read.text("$.session.id");
        read.require(read.number("$.session.exchangeCount") == bench.goodTotal, bench.goodTotal + " exchanges");
        String before = items(bench, bench.good);
        if (!items(bench, again).equals(before)) {
            throw new NotProved("the body of /api/items is another one after export and import");
        }
        return written.number("$.entries") + " entries in " + written.number("$.bytes") + " bytes; read back as session " + again + " with the same bodies";
    }

    /** The octets of the items, as received. */
    private static String items(Bench bench, String session) throws NotProved {
        return bench.call("proxy_get_session_exchange", JsonObject.builder().put("session_id", session).put("seq", bench.itemsSeq).put("body", "response")
                .put("view", "raw").put("body_encoding", "base64").build()).text("$.responseBody.base64");
    }
}
