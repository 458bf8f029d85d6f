package proxymcp.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.text.Regex;

/** Rules as JSON: what is written comes back the same, and what is not exactly right is refused with the member's path. */
final class RuleJsonTest {
    private static final int GENERATED = 3_000;

    @Test
    void generatedRulesComeBackTheSame() throws Exception {
        for (int seed = 0; seed < GENERATED; seed++) {
            Random random = new Random(seed);
            Rule rule = new Rule("rule_" + (1 + random.nextInt(1_000_000)), 1 + random.nextInt(9), text(random), random.nextInt(), random.nextBoolean(),
                    true, matcher(random), action(random), random.nextLong());
            String written = Json.text(RuleJson.kept(rule));
            assertEquals(rule, RuleJson.rule(Json.parse(written)), "seed " + seed + ": " + written);
        }
    }

    @Test
    void theMembersOfTheContractAreRead() throws Exception {
        RuleMatcher matcher = RuleJson.matcher(object("{'method':'POST','urlPattern':'a+','hostname':'shop.example','pathPattern':'^/x',"
                + "'headers':{'X-A':'1'},'bodyIncludes':'b'}"));
        assertEquals(new RuleMatcher(Optional.of("POST"), Optional.of(Regex.of("a+")), Optional.of("shop.example"), Optional.of(Regex.of("^/x")),
                List.of(new Fields.Line("X-A", "1")), Optional.of("b")), matcher);
        assertEquals(RuleMatcher.ANY, RuleJson.matcher(JsonObject.EMPTY));
        HeadEdits edits = new HeadEdits(List.of(new HeadEdits.Edit.Set("X-A", "1"), new HeadEdits.Edit.Remove("Cookie"),
                new HeadEdits.Edit.Add("X-B", "2")));
        RequestEdits request = new RequestEdits(edits, Optional.of("PUT"), Optional.of(new UrlEdit(Regex.of("(a)"), "$1$1")),
                new BodyEdits(List.of(new BodyEdits.Literal("x", "y")), List.of(new BodyEdits.Expression(Regex.of("[0-9]"), ""))));
        ResponseEdits response = new ResponseEdits(HeadEdits.NONE, OptionalInt.of(503), BodyEdits.NONE);
        assertEquals(new RuleAction.Pass(new Transforms(request, response), new Pace(Optional.of(new Delay.Fixed(5)), OptionalLong.of(100),
                OptionalLong.of(0))), RuleJson.action(object("{'type':'passthrough','transformRequest':{'updateHeaders':{'X-A':'1','Cookie':null},"
                + "'addHeaders':{'X-B':'2'},'replaceMethod':'PUT','replaceUrl':{'match':'(a)','replace':'$1$1'},'matchReplaceBody':[['x','y']],"
                + "'regexReplaceBody':[['[0-9]','']]},'transformResponse':{'replaceStatus':503},'delayMs':5,'throttleBytesPerSecond':100,"
                + "'abortAfterBytes':0}")));
        assertEquals(new RuleAction.Mock(200, Fields.EMPTY, new MockBody.Text(""), Pace.FREE), RuleJson.action(object("{'type':'mock'}")));
        assertEquals(new RuleAction.Drop(RuleAction.Drop.Mode.CLOSE, Pace.FREE), RuleJson.action(object("{'type':'drop'}")));
        assertEquals(new Delay.LogNormal(40, 0.5, OptionalLong.of(7)), RuleJson.action(object("{'type':'drop','dropMode':'reset',"
                + "'delay':{'type':'lognormal','medianMs':40,'sigma':0.5,'seed':7}}")).pace().delay().orElseThrow());
        assertEquals(new RuleAction.Mock(200, Fields.of(List.of(new Fields.Line("Set-Cookie", "a=1"), new Fields.Line("Set-Cookie", "b=2"))),
                new MockBody.Octets(new byte[] {1, 2}), Pace.FREE),
                RuleJson.action(object("{'type':'mock','bodyBase64':'AQI=','headers':[['Set-Cookie','a=1'],['Set-Cookie','b=2']]}")));
    }

    @Test
    void whatIsNoMatcherIsRefusedByItsMember() {
        String[][] cases = {
            {"{'urlpattern':'a'}", "matcher.urlpattern: unknown member; did you mean \"urlPattern\"?"},
            {"{'zzzzzzzzz':1}", "matcher.zzzzzzzzz: unknown member; known are \"method\", \"urlPattern\""},
            {"{'method':'GET','method':'PUT'}", "matcher.method: given more than once"},
            {"{'method':'G T'}", "matcher.method: expected a method such as GET, got \"G T\""},
            {"{'method':null}", "matcher.method: expected a string of 1..10000 characters, got null"},
            {"{'urlPattern':'a(b'}", "matcher.urlPattern: expected a Java regular expression, got \"a(b\": Unclosed group at character 3"},
            {"{'pathPattern':'*'}", "matcher.pathPattern: expected a Java regular expression, got \"*\": Dangling meta character '*' at character 0"},
            {"{'hostname':'https://a.example'}", "matcher.hostname: expected a whole host name or address"},
            {"{'hostname':'a.example:80'}", "matcher.hostname: expected a whole host name or address"},
            {"{'hostname':'*.example'}", "matcher.hostname: expected a whole host name or address"},
            {"{'headers':'X-A'}", "matcher.headers: expected an object of strings, or an array of [name, value], got \"X-A\""},
            {"{'headers':{'X-A':1}}", "matcher.headers.X-A: expected a string of 0..32768 characters, got 1"},
            {"{'headers':{'X A':'1'}}", "matcher.headers: expected the name of a field such as X-Name, got \"X A\""},
            {"{'headers':[['X-A']]}", "matcher.headers[0]: expected a pair [name, value], got an array of 1"},
            {"{'bodyIncludes':''}", "matcher.bodyIncludes: expected a string of 1..10000 characters, got \"\""},
        };
        for (String[] pair : cases) {
            assertRefused(pair[1], assertThrows(RuleException.class, () -> RuleJson.matcher(object(pair[0])), pair[0]));
        }
    }

    @Test
    void whatIsNoHandlerIsRefusedByItsMember() {
        String[][] cases = {
            {"{}", "handler.type: required: passthrough, mock, forward or drop"},
            {"{'type':'moc'}", "handler.type: expected one of \"passthrough\", \"mock\", \"forward\", \"drop\", got \"moc\""},
            {"{'type':'mock','statuz':1}", "handler.statuz: unknown member; did you mean \"status\"?"},
            {"{'type':'passthrough','status':200}", "handler.status: not taken by a handler of type passthrough, but by mock"},
            {"{'type':'mock','transformResponse':{}}",
                "handler.transformResponse: not taken by a handler of type mock, but by passthrough and forward"},
            {"{'type':'drop','abortAfterBytes':1}",
                "handler.abortAfterBytes: not taken by a handler of type drop, but by passthrough and mock and forward"},
            {"{'type':'mock','status':199}", "handler.status: expected an integer in 200..599, got 199"},
            {"{'type':'mock','status':600}", "handler.status: expected an integer in 200..599, got 600"},
            {"{'type':'mock','status':'200'}", "handler.status: expected an integer in 200..599, got \"200\""},
            {"{'type':'mock','status':204,'body':'x'}", "handler.body: a response with status 204 has no body"},
            {"{'type':'mock','status':304,'bodyBase64':'AQI='}", "handler.bodyBase64: a response with status 304 has no body"},
            {"{'type':'mock','status':204,'bodyFile':'/x'}", "handler.bodyFile: a response with status 204 has no body"},
            {"{'type':'mock','body':'x','bodyBase64':'AQI='}", "handler.bodyBase64: expected one body, got body and bodyBase64"},
            {"{'type':'mock','bodyBase64':'A'}", "handler.bodyBase64: expected Base64: "},
            {"{'type':'mock','bodyFile':'x.txt'}", "handler.bodyFile: expected the absolute path of a file, got \"x.txt\""},
            {"{'type':'mock','headers':{'Content-Length':'5'}}", "handler.headers.Content-Length: cannot be set or removed: it says where"},
            {"{'type':'mock','headers':{'transfer-encoding':'chunked'}}", "handler.headers.transfer-encoding: cannot be set or removed"},
            {"{'type':'mock','headers':{'Connection':'close'}}", "handler.headers.Connection: cannot be set or removed"},
            {"{'type':'mock','headers':{'X-A':'a\\r\\nSet-Cookie: b'}}",
                "handler.headers.X-A: expected Latin-1 text without CR, LF and NUL; the value of X-A holds U+D at 1"},
            {"{'type':'mock','headers':{'X-A':'1','x-a':'2'}}", "handler.headers.x-a: given more than once"},
            {"{'type':'forward'}", "handler.forwardTo: required for a handler of type forward"},
            {"{'type':'forward','forwardTo':'ftp://a'}", "handler.forwardTo: expected an http or https URL"},
            {"{'type':'forward','forwardTo':'http://a/?q'}", "handler.forwardTo: expected an http or https URL"},
            {"{'type':'forward','forwardTo':'http://a:99999'}", "handler.forwardTo: expected an http or https URL"},
            {"{'type':'forward','forwardTo':'not a url'}", "handler.forwardTo: expected an http or https URL"},
            {"{'type':'drop','dropMode':'hang'}", "handler.dropMode: expected one of \"close\", \"reset\", got \"hang\""},
            {"{'type':'drop','delayMs':-1}", "handler.delayMs: expected an integer in 0..600000, got -1"},
            {"{'type':'drop','delayMs':1,'delay':{'type':'fixed','ms':1}}", "handler.delay: expected either it or delayMs"},
            {"{'type':'drop','delay':{'type':'uniform','minMs':9,'maxMs':8}}", "handler.delay.maxMs: expected an integer in 9..600000, got 8"},
            {"{'type':'drop','delay':{'type':'lognormal','medianMs':9}}", "handler.delay.sigma: required, but not given"},
            {"{'type':'drop','delay':{'ms':9}}", "handler.delay.type: required"},
            {"{'type':'mock','throttleBytesPerSecond':0}", "handler.throttleBytesPerSecond: expected an integer in 1..1099511627776, got 0"},
        };
        for (String[] pair : cases) {
            assertRefused(pair[1], assertThrows(RuleException.class, () -> RuleJson.action(object(pair[0])), pair[0]));
        }
    }

    @Test
    void whatIsNoTransformIsRefusedByItsMember() {
        String[][] cases = {
            {"{'updateHeader':{}}", "updateHeader: unknown member; did you mean \"updateHeaders\"?"},
            {"{'updateHeaders':{'Content-Length':null}}", "updateHeaders.Content-Length: cannot be set or removed"},
            {"{'updateHeaders':{'X-A':5}}", "updateHeaders.X-A: expected a string of 0..32768 characters, got 5"},
            {"{'addHeaders':{'Transfer-Encoding':'gzip'}}", "addHeaders.Transfer-Encoding: cannot be set or removed"},
            {"{'addHeaders':{'X-A':null}}", "addHeaders.X-A: expected a string of 0..32768 characters, got null"},
            {"{'headerEdits':[['swap','A','B']]}", "headerEdits: expected an array of"},
            {"{'headerEdits':[],'addHeaders':{}}", "headerEdits: expected either it or updateHeaders and addHeaders"},
            {"{'replaceMethod':'CONNECT'}", "replaceMethod: expected a method other than CONNECT, which opens a tunnel, got \"CONNECT\""},
            {"{'replaceMethod':''}", "replaceMethod: expected a string of 1..65536 characters, got \"\""},
            {"{'replaceStatus':200}", "replaceStatus: unknown member; "},
            {"{'replaceUrl':{'match':'a'}}", "replaceUrl.replace: required, but not given"},
            {"{'replaceUrl':{'match':'[','replace':''}}", "replaceUrl.match: expected a Java regular expression, got \"[\": "},
            {"{'replaceUrl':{'match':'(a)','replace':'$2'}}", "replaceUrl.replace: expected a group in 0..1 after $"},
            {"{'matchReplaceBody':{'a':'b'}}", "matchReplaceBody: expected an array of [text, replacement], got an object"},
            {"{'matchReplaceBody':[['a']]}", "matchReplaceBody[0]: expected a pair [text, replacement], got an array of 1"},
            {"{'matchReplaceBody':[['a','b'],['','b']]}", "matchReplaceBody[1][0]: expected a string of 1..65536 characters, got \"\""},
            {"{'regexReplaceBody':[['a','b'],['(','b']]}", "regexReplaceBody[1][0]: expected a Java regular expression, got \"(\": Unclosed group"},
            {"{'regexReplaceBody':[['a','${n}']]}", "regexReplaceBody[0][1]: expected a group of the expression in ${}"},
        };
        for (String[] pair : cases) {
            assertRefused("handler.transformRequest." + pair[1], assertThrows(RuleException.class,
                    () -> RuleJson.action(object("{'type':'passthrough','transformRequest':" + pair[0] + "}")), pair[0]));
        }
    }

    private static void assertRefused(String beginning, RuleException refused) {
        assertEquals(RuleException.Code.INVALID_RULE, refused.code());
        assertTrue(refused.getMessage().startsWith(beginning), refused.getMessage());
    }

    /** Single quotes stand for double ones. */
    private static JsonObject object(String json) throws JsonException {
        return (JsonObject) Json.parse(json.replace('\'', '"'));
    }

    private static <T> T one(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static <T> Optional<T> maybe(Random random, T value) {
        return random.nextInt(3) == 0 ? Optional.of(value) : Optional.empty();
    }

    private static OptionalLong maybeLong(Random random, long value) {
        return random.nextBoolean() ? OptionalLong.of(value) : OptionalLong.empty();
    }

    private static String text(Random random) {
        return one(random, List.of("a", "wörld", "tab\tand \"quotes\" \\", "\u0000\u0001", "😀", "<{$1}>", "a longer text with several words"));
    }

    private static Regex regex(Random random) {
        return Regex.of(one(random, List.of("a", "^https?://[^/]+/(x|y)", "\\d{1,3}", "(?i)needle", "(?<name>a)(b)?", "\"")));
    }

    private static List<Fields.Line> lines(Random random) {
        List<Fields.Line> lines = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            lines.add(new Fields.Line(one(random, List.of("X-A", "x-a", "Accept", "Set-Cookie")), one(random, List.of("", "1", "a b", "\u00e9\t\"", " x "))));
        }
        return lines;
    }

    private static RuleMatcher matcher(Random random) {
        return new RuleMatcher(maybe(random, one(random, List.of("GET", "post", "PURGE"))), maybe(random, regex(random)),
                maybe(random, one(random, List.of("shop.example", "127.0.0.1", "::1", "LOCALHOST"))), maybe(random, regex(random)), lines(random),
                maybe(random, text(random)));
    }

    private static RuleAction action(Random random) {
        Pace pace = new Pace(delay(random), maybeLong(random, 1 + random.nextInt(1_000_000)), maybeLong(random, random.nextInt(1_000)));
        return switch (random.nextInt(4)) {
            case 0 -> new RuleAction.Pass(transforms(random), pace);
            case 1 -> new RuleAction.Mock(one(random, List.of(200, 404, 500, 599)), Fields.of(lines(random)), body(random), pace);
            case 2 -> new RuleAction.Forward(URI.create(one(random, List.of("http://127.0.0.1:8080", "https://a.example/base/", "http://[::1]:9/x"))),
                    transforms(random), pace);
            default -> new RuleAction.Drop(one(random, List.of(RuleAction.Drop.Mode.values())),
                    new Pace(pace.delay(), OptionalLong.empty(), OptionalLong.empty()));
        };
    }

    private static MockBody body(Random random) {
        byte[] octets = new byte[random.nextInt(50)];
        random.nextBytes(octets);
        return one(random, List.of(new MockBody.Text(text(random)), new MockBody.Octets(octets), new MockBody.Contents(Path.of("/tmp/a b"))));
    }

    private static Optional<Delay> delay(Random random) {
        long min = random.nextInt(1_000);
        return switch (random.nextInt(4)) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(new Delay.Fixed(min));
            case 2 -> Optional.of(new Delay.Uniform(min, min + random.nextInt(1_000), maybeLong(random, random.nextLong())));
            default -> Optional.of(new Delay.LogNormal(1 + min, random.nextDouble() * 5, maybeLong(random, random.nextLong())));
        };
    }

    private static Transforms transforms(Random random) {
        return new Transforms(new RequestEdits(edits(random), maybe(random, "PUT"), maybe(random, new UrlEdit(regex(random), "$0x")), bodyEdits(random)),
                new ResponseEdits(edits(random), random.nextBoolean() ? OptionalInt.of(200 + random.nextInt(400)) : OptionalInt.empty(),
                        bodyEdits(random)));
    }

    private static HeadEdits edits(Random random) {
        List<HeadEdits.Edit> edits = new ArrayList<>();
        for (Fields.Line line : lines(random)) {
            edits.add(switch (random.nextInt(3)) {
                case 0 -> new HeadEdits.Edit.Set(line.name(), line.value());
                case 1 -> new HeadEdits.Edit.Add(line.name(), line.value());
                default -> new HeadEdits.Edit.Remove(line.name());
            });
        }
        return new HeadEdits(edits);
    }

    private static BodyEdits bodyEdits(Random random) {
        List<BodyEdits.Literal> literals = new ArrayList<>();
        List<BodyEdits.Expression> expressions = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            literals.add(new BodyEdits.Literal(text(random), random.nextBoolean() ? "" : text(random)));
            expressions.add(new BodyEdits.Expression(regex(random), one(random, List.of("", "$0", "\\$"))));
        }
        return new BodyEdits(literals, expressions);
    }
}
