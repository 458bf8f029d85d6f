package proxymcp.replay.queue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.exchange.ErrorClass;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.RecordedAs;
import proxymcp.replay.SendResult;
import proxymcp.replay.SentAs;
import proxymcp.replay.Skip;

/**
 * What came of a job as the run that it belongs to counts it.
 *
 * @param result of its last attempt
 * @param attempts how often it was sent
 */
record JobOutcome(SendResult result, int attempts) {
    private static final int REASON_CHARS_MAX = 500;

    /** As it is committed. */
    JobResult committed(Optional<byte[]> carried, byte[] exchange) {
        JsonObject.Builder details = JsonObject.builder().put("attempts", attempts).put("nothingSent", result.nothingSent())
                .put("redirectRefused", result.redirectRefused()).putIf("errorClass", result.errorClass().map(ErrorClass::id))
                .putIf("skip", result.skipped().map(skip -> skip.reason().id()));
        switch (result.verdict()) {
            case ItemChanges.Verdict.Usual usual -> { }
            case ItemChanges.Verdict.Expected expected -> details.put("verdict", "expected");
            case ItemChanges.Verdict.Failed failed -> details.put("verdict", "failed");
        }
        result.sentAs().ifPresent(as -> details.put("sentMethod", as.method()).put("sentUrl", as.url()));
        String reason = result.skipped().map(Skip::sentence).orElse(result.reason());
        String errorClass = result.skipped().map(skip -> skip.reason().id()).orElseGet(() -> result.isSuccess() ? "" : result.bucket());
        return new JobResult(result.isSuccess(), result.status(), result.responseBytes(), result.durationMillis(), errorClass,
                reason.length() <= REASON_CHARS_MAX ? reason : reason.substring(0, REASON_CHARS_MAX - 1) + "…", carried, details.build(),
                KeptOctets.of(exchange));
    }

    /** A job that has ended. */
    static JobOutcome of(JobEnd end, Optional<RecordedAs> recorded) {
        if (end.result().isPresent()) {
            return of(end, end.result().get(), recorded);
        }
        return switch (end.state()) {
            case CANCELLED -> new JobOutcome(SendResult.skipped(new Skip(Skip.Reason.CANCELLED, "the run was cancelled before its turn")), 0);
            case UNKNOWN -> lost(end, Optional.empty(), "its worker was lost when it may have been sent, and it is not sent again as it may change something");
            case DEAD -> lost(end, Optional.of(ErrorClass.INTERNAL), "dead: each of the " + end.attempts() + " workers that had it was lost before it had an answer");
            case OK, FAILED -> lost(end, Optional.of(ErrorClass.INTERNAL), "its result is not in the queue");
        };
    }

    /** A job that nobody has a result of. */
    static JobOutcome missing(String sentence) {
        return new JobOutcome(failed(Optional.of(ErrorClass.INTERNAL), sentence, true), 0);
    }

    private static JobOutcome lost(JobEnd end, Optional<ErrorClass> errorClass, String sentence) {
        return new JobOutcome(failed(errorClass, sentence, false), end.attempts());
    }

    /** A result without an answer. */
    static SendResult failed(Optional<ErrorClass> errorClass, String sentence, boolean nothingSent) {
        return new SendResult(OptionalInt.empty(), 0, errorClass, false, sentence, nothingSent, 0, Optional.empty(), Optional.empty(), Optional.empty(),
                List.of(), Optional.empty(), Optional.empty());
    }

    private static JobOutcome of(JobEnd end, JobResult result, Optional<RecordedAs> recorded) {
        JsonObject details = result.details();
        Optional<Skip> skip = details.string("skip").map(id -> new Skip(reason(id), result.reason()));
        if (skip.isPresent()) {
            return new JobOutcome(SendResult.skipped(skip.get()), 0);
        }
        ItemChanges.Verdict verdict = switch (details.string("verdict").orElse("")) {
            case "expected" -> new ItemChanges.Verdict.Expected();
            case "failed" -> new ItemChanges.Verdict.Failed(result.reason());
            default -> new ItemChanges.Verdict.Usual();
        };
        int sent = (int) number(details, "attempts") + end.attempts() - 1; // Each lease before the last one may have sent it once.
        return new JobOutcome(new SendResult(result.status(), result.responseBytes(), details.string("errorClass").map(JobOutcome::errorClass),
                flag(details, "redirectRefused"), result.reason(), flag(details, "nothingSent"), result.durationMillis(), recorded, Optional.empty(),
                Optional.empty(), List.of(), details.string("sentUrl").map(url -> new SentAs(details.string("sentMethod").orElse(""), url)),
                Optional.empty(), verdict), Math.max(1, sent));
    }

    private static Skip.Reason reason(String id) {
        for (Skip.Reason reason : Skip.Reason.values()) {
            if (reason.id().equals(id)) {
                return reason;
            }
        }
        return Skip.Reason.ABORTED;
    }

    private static ErrorClass errorClass(String id) {
        for (ErrorClass errorClass : ErrorClass.values()) {
            if (errorClass.id().equals(id)) {
                return errorClass;
            }
        }
        return ErrorClass.INTERNAL;
    }

    private static long number(JsonObject in, String name) {
        return in.get(name).orElse(JsonNumber.of(0)) instanceof JsonNumber number ? number.exactLong().orElse(0) : 0;
    }

    private static boolean flag(JsonObject in, String name) {
        return in.get(name).filter(JsonBoolean.TRUE::equals).isPresent();
    }
}
