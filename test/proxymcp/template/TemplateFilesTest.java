package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Templates that somebody wrote by hand: what would have no effect, or another one than meant, is refused with where it stands. */
@Timeout(20)
final class TemplateFilesTest {
    private static final String HOST = "http://a.test";

    private static String complaint(String steps, String more) {
        return assertThrows(TemplateException.class, () -> RunnableFlow.of(FlowRun.template(steps, more), Map.of()), steps + more).getMessage();
    }

    private static void refused(Map<String, String> complaints) {
        complaints.forEach((steps, complaint) -> assertEquals(complaint, complaint(steps, ",'inputs':[{'name':'tenant','schema':{'type':'string'},'default':'x'}]")));
    }

    private static String step(String more) {
        return FlowRun.step(1, "POST", HOST + "/", more);
    }

    @Test
    void bracesThatAreNoPlaceholdersAreRefused() throws Exception {
        String codings = "url, form, component, query, json, html, base64, base64url, lower, upper";
        Map<String, String> complaints = new LinkedHashMap<>();
        complaints.put(FlowRun.step(1, "GET", HOST + "/{tenant:rot13}", ""), "steps[0].urlTemplate: '{tenant:rot13}' has a coding that is none of " + codings
                + "; a brace is written {{");
        complaints.put(FlowRun.step(1, "GET", HOST + "/{tenant", ""), "steps[0].urlTemplate: '{tenant' has no end; a brace is written {{");
        complaints.put(step(",'headers':[['A','b'],['X','{ten ant}']]"), "steps[0].headers[1]: '{ten ant}' is no placeholder; a brace is written {{");
        complaints.put(step(",'body':'a={tenant:}'"), "steps[0].body: '{tenant:}' has a coding that is none of " + codings + "; a brace is written {{");
        refused(complaints);
        for (String good : List.of("{ 'a' }", "{{tenant", "{{{tenant}", "{", "{}", "{1}", "{{{{x")) {
            RunnableFlow.of(FlowRun.template(step(",'body':'" + good.replace("'", "\\u0022") + "'"), ",'inputs':[{'name':'tenant','schema':{'type':'string'},'default':'x'}]"),
                    Map.of());
        }
    }

    @Test
    void membersThatAreNotKnownAreRefused() {
        Map<String, String> complaints = new LinkedHashMap<>();
        complaints.put(step(",'follow':true"), "steps[0].follow: there is no such member");
        complaints.put(step(",'header':[]"), "steps[0].header: there is no such member; did you mean 'headers'?");
        complaints.put(step(",'extracts':[{'as':'a','select':'cookie:a','optional':true}]"), "steps[0].extracts[0].optional: there is no such member");
        complaints.put(step(",'extracts':[{'as':'a','select':'cookie:a','required':'no'}]"), "steps[0].extracts[0].required: expected true or false");
        complaints.put(step(",'loop':1"), "steps[0].loop: expected a string");
        complaints.put(step(",'placeholders':[" + FlowRun.made("t", "", "{'kind':'uuid','version':7}") + "]"), "steps[0].placeholders[0].derived.version: there is no such member");
        refused(complaints);
        assertEquals("step: there is no such member; did you mean 'steps'?", complaint(step(""), ",'step':[]"));
    }

    @Test
    void bodiesNumbersAndStepsThatMakeNoSenseAreRefused() {
        Map<String, String> complaints = new LinkedHashMap<>();
        complaints.put(step(",'body':'a','bodyBase64':'YQ=='"), "steps[0].bodyBase64: expected one body, got body and bodyBase64");
        complaints.put(step(",'bodyBase64':'Y'"), "steps[0].bodyBase64: expected Base64");
        complaints.put(FlowRun.step(-1, "GET", HOST + "/", ""), "steps[0].seq: expected the number of an exchange, or 0 for none");
        complaints.put(step("") + "," + step("").replace("'s1'", "'s2'"), "steps[1].seq: expected another one than that of a step before it, or 0");
        complaints.put("", "steps: expected 1..20000 steps");
        refused(complaints);
    }

    @Test
    void aBadSelectorIsNamedOnce() {
        Map<String, String> complaints = new LinkedHashMap<>();
        complaints.put(step(",'extracts':[{'as':'a','select':'jsn:$.a'}]"), "steps[0].extracts[0].select: expected json:PATH, header:NAME, cookie:NAME, regex:EXPRESSION, "
                + "html:TAG[NAME=VALUE]@NAME or sse:PATH");
        complaints.put(step(",'extracts':[{'as':'a','select':'regex:('}]"), "steps[0].extracts[0].select: expected a regular expression: Unclosed group");
        refused(complaints);
    }

    @Test
    void loopsThatDoNotGoOnAreRefused() {
        String page = FlowRun.made("page", "1", "{'kind':'counter','start':1,'increment':1}");
        String counted = FlowRun.step(1, "GET", HOST + "/?p={page}", ",'placeholders':[" + page + "],'loop':'l1'");
        String loop = ",'loops':[{'id':'l1','step':'s1','kind':'counter','variable':'page','start':1,'increment':1,'recordedTimes':2,'timesMax':3}]";
        assertEquals("loop 'l1' goes on by {page}, from 1 by 0, which counts from 1 by 1", complaint(counted, loop.replace("'increment':1", "'increment':0")));
        assertEquals("loop 'l1' goes on by {zzz}, which step s1 does not use", complaint(counted, loop.replace("'variable':'page'", "'variable':'zzz'")));
        assertEquals("loops[0].timesMax: expected 1 or more", complaint(counted, loop.replace("'timesMax':3", "'timesMax':0")));
        assertEquals("loop 'l1' is there twice, or its step 's7' is not repeated by it", complaint(counted, loop.replace("'step':'s1'", "'step':'s7'")));
        assertEquals("loop 'l1' goes on by {tenant}, which no answer gives", complaint(FlowRun.step(1, "GET", HOST + "/{tenant}", ",'loop':'l1'"),
                loop.replace("counter", "cursor").replace("'variable':'page'", "'variable':'tenant'") + ",'inputs':[{'name':'tenant','schema':{'type':'string'},'default':'x'}]"));
    }
}
