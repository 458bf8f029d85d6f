package proxymcp.replay.queue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;
import proxymcp.replay.queue.resp.RespValue;

/** How a run, a job, a result and a worker stand in a Redis, and how they are read from what the script answers. */
final class RedisText {
    private final RedisBodies bodies;

    RedisText(RedisBodies bodies) {
        this.bodies = bodies;
    }

    /** A header: the same header gives the same octets. */
    static byte[] bytes(RunHeader run) {
        JsonObject.Builder json = JsonObject.builder().put("run", run.run().text()).put("jobCount", run.jobCount()).put("priority", run.priority())
                .put("attemptsMax", run.attemptsMax()).put("leaseMillis", run.leaseMillis()).put("burst", run.burst());
        run.ratePerSecond().ifPresent(rate -> json.put("ratePerSecond", rate));
        run.perOrigin().ifPresent(most -> json.put("perOrigin", most));
        return Json.bytes(json.put("settings", run.settings()).build());
    }

    static byte[] bytes(JobResult result) {
        JsonObject.Builder json = JsonObject.builder();
        result.status().ifPresent(status -> json.put("status", status));
        return Json.bytes(json.put("responseBytes", result.responseBytes()).put("durationMillis", result.durationMillis())
                .put("errorClass", result.errorClass()).put("reason", result.reason()).put("details", result.details()).build());
    }

    static byte[] bytes(WorkerInfo worker) {
        return Json.bytes(JsonObject.builder().put("id", worker.id().text()).put("name", worker.name()).put("host", worker.host())
                .put("pid", worker.pid()).put("concurrency", worker.concurrency()).put("state", worker.state().name()).put("done", worker.done())
                .put("failed", worker.failed()).put("inFlight", worker.inFlight()).build());
    }

    static RunHeader header(byte[] octets) throws QueueException {
        JsonObject json = object(octets);
        try {
            return new RunHeader(new ReplayId(json.string("run").orElse("")), (int) number(json, "jobCount"), (int) number(json, "priority"),
                    (int) number(json, "attemptsMax"), number(json, "leaseMillis"), real(json, "ratePerSecond"), (int) number(json, "burst"),
                    json.has("perOrigin") ? OptionalInt.of((int) number(json, "perOrigin")) : OptionalInt.empty(),
                    json.object("settings").orElse(JsonObject.EMPTY));
        } catch (IllegalArgumentException e) {
            throw damaged("the header of a run says " + e.getMessage());
        }
    }

    static WorkerSeen worker(RespValue row) throws QueueException {
        List<RespValue> cells = cells(row, 3);
        JsonObject json = object(octets(cells.get(0)));
        try {
            WorkerInfo info = new WorkerInfo(new WorkerId(json.string("id").orElse("")), json.string("name").orElse(""), json.string("host").orElse(""),
                    number(json, "pid"), (int) number(json, "concurrency"), WorkerInfo.State.valueOf(json.string("state").orElse("")),
                    number(json, "done"), number(json, "failed"), (int) number(json, "inFlight"));
            return new WorkerSeen(info, number(cells.get(1)), Math.max(0, number(cells.get(2))));
        } catch (IllegalArgumentException e) {
            throw damaged("what a worker tells is " + e.getMessage());
        }
    }

    /** A run's status, from the answer of {@code run}. */
    static RunStatus status(RespValue row) throws QueueException {
        List<RespValue> cells = cells(row, 4);
        RunHeader header = header(octets(cells.get(0)));
        JobCounts counts = counts(cells.get(3));
        boolean cancelled = number(cells.get(2)) == 1;
        boolean open = counts.leased() + counts.waiting() > 0;
        RunStatus.State state;
        if (cancelled) {
            state = open ? RunStatus.State.CANCELLING : RunStatus.State.CANCELLED;
        } else if (counts.enqueued() < header.jobCount()) {
            state = RunStatus.State.ENQUEUING;
        } else {
            state = open ? RunStatus.State.RUNNING : RunStatus.State.ENDED;
        }
        return new RunStatus(header, number(cells.get(1)), state, counts);
    }

    private static JobCounts counts(RespValue row) throws QueueException {
        List<RespValue> cells = cells(row, 9);
        long[] numbers = new long[cells.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(cells.get(i));
        }
        return new JobCounts(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8]);
    }

    /** Leases, from the answer of {@code lease}. */
    List<Lease> leases(WorkerId worker, RespValue rows) throws QueueException {
        List<Lease> leases = new ArrayList<>();
        for (RespValue row : rows.elements()) {
            List<RespValue> cells = cells(row, 13);
            JobId id = new JobId(run(text(cells.get(0))), (int) number(cells.get(1)));
            Optional<ShardKey> shard = Optional.of(text(cells.get(7))).filter(key -> !key.isEmpty()).map(ShardKey::new);
            KeptOctets body = bodies.read(id.run().text(), new RedisBodies.Kept(octets(cells.get(9)), text(cells.get(10)), number(cells.get(11))));
            Job job = new Job(id, shard, text(cells.get(6)).equals("1"), octets(cells.get(8)), body);
            leases.add(new Lease(job, worker, new Fence(number(cells.get(2))), (int) number(cells.get(3)), number(cells.get(4)), number(cells.get(5)),
                    cells.get(12).asOctets()));
        }
        return leases;
    }

    /** Ends, from the entries of a run's stream of them. */
    ResultPage page(ReplayId run, long cursor, RespValue entries) throws QueueException {
        List<JobEnd> ends = new ArrayList<>();
        long next = cursor;
        for (RespValue entry : entries.elements()) {
            List<RespValue> cells = cells(entry, 2);
            next = Long.parseLong(text(cells.get(0)).substring(2));
            ends.add(end(run, cells.get(1)));
        }
        return new ResultPage(ends, next);
    }

    private JobEnd end(ReplayId run, RespValue fields) throws QueueException {
        JobEnd.State state;
        try {
            state = JobEnd.State.valueOf(text(fields, "s").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw damaged("a job of run " + run + " has ended in an unknown way");
        }
        Optional<WorkerId> worker = Optional.of(text(fields, "w")).filter(id -> !id.isEmpty()).map(WorkerId::new);
        Optional<JobResult> result = Optional.empty();
        if (fields.at("r").isPresent()) {
            result = Optional.of(result(run, state == JobEnd.State.OK, fields));
        }
        return new JobEnd(new JobId(run, (int) number(field(fields, "i"))), state, (int) number(field(fields, "a")), worker, number(field(fields, "t")),
                result);
    }

    private JobResult result(ReplayId run, boolean ok, RespValue fields) throws QueueException {
        JsonObject json = object(octets(field(fields, "r")));
        Optional<byte[]> carried = text(fields, "k").equals("1") ? field(fields, "c").asOctets() : Optional.empty();
        KeptOctets exchange = bodies.read(run.text(), new RedisBodies.Kept(octets(field(fields, "e")), text(fields, "h"), number(field(fields, "n"))));
        return new JobResult(ok, json.has("status") ? OptionalInt.of((int) number(json, "status")) : OptionalInt.empty(),
                number(json, "responseBytes"), number(json, "durationMillis"), json.string("errorClass").orElse(""), json.string("reason").orElse(""),
                carried, json.object("details").orElse(JsonObject.EMPTY), exchange);
    }

    /** The id that a key's part spells. */
    static ReplayId run(String text) throws QueueException {
        return ReplayId.parse(text).orElseThrow(() -> damaged("a run has no id"));
    }

    private static JsonObject object(byte[] octets) throws QueueException {
        try {
            if (Json.parse(octets) instanceof JsonObject object) {
                return object;
            }
        } catch (JsonException e) {
            // Told below.
        }
        throw damaged("what should be JSON is none");
    }

    private static long number(JsonObject json, String name) throws QueueException {
        if (json.get(name).orElse(null) instanceof JsonNumber number && number.exactLong().isPresent()) {
            return number.exactLong().getAsLong();
        }
        throw damaged(name + " is no number");
    }

    private static OptionalDouble real(JsonObject json, String name) {
        return json.get(name).orElse(null) instanceof JsonNumber number ? OptionalDouble.of(number.asDouble()) : OptionalDouble.empty();
    }

    static long number(RespValue cell) throws QueueException {
        return cell.asNumber().orElseThrow(() -> damaged("a number is none"));
    }

    static String text(RespValue cell) throws QueueException {
        return new String(octets(cell), StandardCharsets.UTF_8);
    }

    private static String text(RespValue fields, String name) throws QueueException {
        return text(field(fields, name));
    }

    private static RespValue field(RespValue fields, String name) throws QueueException {
        return fields.at(name).orElseThrow(() -> damaged("the end of a job has no field " + name));
    }

    private static byte[] octets(RespValue cell) throws QueueException {
        return cell.asOctets().orElseThrow(() -> damaged("a value is missing"));
    }

    static List<RespValue> cells(RespValue row, int count) throws QueueException {
        if (row.elements().size() != count) {
            throw damaged("an answer has " + row.elements().size() + " parts instead of " + count);
        }
        return row.elements();
    }

    private static QueueException damaged(String what) {
        return new QueueException("queue_damaged", "the keys " + RedisScript.ROOT + "* of the server hold what this program did not write: " + what, "");
    }
}
