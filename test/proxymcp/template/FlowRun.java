package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.replay.Answer;
import proxymcp.replay.ItemChanges;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.Plan;
import proxymcp.replay.PlanItem;
import proxymcp.replay.RequestMaker;
import proxymcp.replay.Safety;
import proxymcp.replay.SendSettings;
import proxymcp.replay.Skip;

/** A template that a test wrote, run by hand: each request is made when the test says so, and answered by it. */
final class FlowRun implements AutoCloseable {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-04T05:06:07.089Z"), ZoneOffset.UTC);
    private static final SendSettings SETTINGS = new SendSettings(new Safety(true, Set.of()), Optional.empty(), 15_000, Optional.empty(), Optional.empty(),
            Optional.empty(), false);

    final TemplateChanges changes;
    final List<JsonObject> told = new ArrayList<>();
    private final Plan plan;
    private final RequestMaker maker;
    private final FlowPlan source;

    FlowRun(FlowTemplate template, Map<String, String> inputs) throws IOException, TemplateException {
        RunnableFlow flow = RunnableFlow.of(template, inputs);
        plan = FlowPlan.of(flow, Optional.empty(), SETTINGS);
        changes = new TemplateChanges(flow, 7, CLOCK, Optional.empty());
        changes.tell(told::add);
        source = new FlowPlan(flow, Optional.empty());
        maker = new RequestMaker(plan, source, changes, SETTINGS.safety());
    }

    /** A run of a template with these steps, and further members, in JSON with single quotes. */
    static FlowRun of(String steps, String more) throws IOException, TemplateException {
        return new FlowRun(template(steps, more), Map.of());
    }

    static FlowTemplate template(String steps, String more) throws TemplateException {
        String text = "{'version':1,'id':'t1','name':'a flow','sessionId':'','createdAt':0,'steps':[" + steps + "]" + more + "}";
        try {
            return TemplateJson.read((JsonObject) Json.parse(text.replace('\'', '"')));
        } catch (JsonException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** A step {@code s<number>} without further members than these. */
    static String step(int number, String method, String url, String more) {
        return "{'id':'s" + number + "','seq':" + number + ",'method':'" + method + "','urlTemplate':'" + url + "'" + more + "}";
    }

    /** A placeholder's definition. */
    static String made(String name, String sample, String derived) {
        return "{'location':'request.query.x','name':'" + name + "','codings':[],'sample':'" + sample + "','derived':" + derived + "}";
    }

    PlanItem item(int number) {
        return plan.items().get(number - 1);
    }

    OutgoingRequest request(int number) {
        ItemChanges.Outcome outcome = maker.make(item(number));
        return assertInstanceOf(ItemChanges.Outcome.Ready.class, outcome, outcome.toString()).changed().request();
    }

    /** What a dry run shows. */
    ItemChanges.Outcome preview(int number) {
        return switch (source.request(item(number))) {
            case ItemChanges.Outcome.Skipped skipped -> skipped;
            case ItemChanges.Outcome.Ready ready -> changes.preview(item(number), ready.changed().request());
        };
    }

    String target(int number) {
        return request(number).head().target();
    }

    Skip skip(int number) {
        Skip skip = assertInstanceOf(ItemChanges.Outcome.Skipped.class, maker.make(item(number))).skip();
        changes.ended(item(number));
        return skip;
    }

    static String body(OutgoingRequest request) {
        try (var in = request.body().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Answer answer(int status, String body, String... fields) {
        List<Fields.Line> lines = new ArrayList<>();
        for (int i = 0; i < fields.length; i += 2) {
            lines.add(new Fields.Line(fields[i], fields[i + 1]));
        }
        return new Answer(ResponseHead.of(status, "", Fields.of(lines)), body.getBytes(StandardCharsets.UTF_8), true);
    }

    /** Answers a step whose request was made, which ends with it. */
    ItemChanges.Verdict answered(int number, Answer answer) {
        OutgoingRequest sent = request(number);
        changes.answered(item(number), sent, answer);
        changes.redirected(item(number), sent, answer, 1);
        ItemChanges.Verdict verdict = changes.verdict(item(number), answer);
        changes.ended(item(number));
        return verdict;
    }

    /** Answers a page of a loop: what comes next. */
    ItemChanges.Next page(int number, OutgoingRequest sent, int hop, Answer answer) {
        changes.answered(item(number), sent, answer);
        return changes.redirected(item(number), sent, answer, hop);
    }

    @Override
    public void close() {
        changes.close();
    }
}
