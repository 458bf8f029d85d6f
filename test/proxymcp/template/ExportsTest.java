package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonPath;
import proxymcp.json.JsonValue;

/** Documents and charts of templates. */
@Timeout(20)
final class ExportsTest {
    private static JsonObject document(String steps, String more) throws Exception {
        return (JsonObject) Json.parse(TemplateFormat.OPENAPI.write(FlowRun.template(steps, more)));
    }

    private static String at(JsonObject document, String path) {
        return JsonPath.parse(path).first(document).map(Json::text).orElse("nothing");
    }

    private static List<String> names(JsonObject document, String path) {
        List<String> names = new ArrayList<>();
        JsonValue value = JsonPath.parse(path).first(document).orElseThrow();
        ((JsonObject) value).members().forEach(member -> names.add(member.name()));
        return names;
    }

    private static String json(String body) {
        return ",'headers':[['Content-Type','application/json']],'body':'" + body.replace("\"", "\\\"") + "'";
    }

    @Test
    void pathsThatDifferInTheNamesOfParametersAreOne() throws Exception {
        JsonObject document = document(FlowRun.step(1, "GET", "https://a.test/files/{file_id}", "") + "," + FlowRun.step(2, "DELETE", "https://a.test/files/{file_id_2}", "")
                + "," + FlowRun.step(3, "GET", "https://a.test/files/{{x}", ""), "");
        assertEquals(List.of("/files/{file_id}", "/files/%7Bx%7D"), names(document, "$.paths"));
        assertEquals("\"file_id\"", at(document, "$.paths['/files/{file_id}'].delete.parameters[0].name"));
    }

    @Test
    void stepsOfOneOperationAreAllNamedAndNoneIsLost() throws Exception {
        String steps = FlowRun.step(1, "POST", "https://a.test/graphql", json("{\"query\":\"{a}\"}")) + ","
                + FlowRun.step(2, "POST", "https://a.test/graphql?op=b", json("{\"query\":\"{{b}\"}") + ",'asserts':[{'kind':'status','status':201}]") + ","
                + FlowRun.step(3, "PROPFIND", "https://a.test/dav", "");
        JsonObject document = document(steps, "");
        assertEquals("[\"s1\",\"s2\"]", at(document, "$.paths['/graphql'].post['x-steps']"));
        assertEquals("{\"s1\":{\"value\":{\"query\":\"{a}\"}},\"s2\":{\"value\":{\"query\":\"{b}\"}}}",
                at(document, "$.paths['/graphql'].post.requestBody.content['application/json'].examples"));
        assertEquals(List.of("default", "201"), names(document, "$.paths['/graphql'].post.responses"));
        assertEquals("\"op\"", at(document, "$.paths['/graphql'].post.parameters[0].name"));
        assertEquals("[\"s3 PROPFIND https://a.test/dav\"]", at(document, "$['x-leftOut']"));
    }

    @Test
    void examplesHaveTheTypeOfTheirMedia() throws Exception {
        String placeholder = ",'placeholders':[{'location':'request.json.$.n','name':'n','codings':[],'sample':'12.50'}]";
        JsonObject document = document(FlowRun.step(1, "POST", "https://a.test/j", json("{\"s\":\"\\\\\"{t:json}\",\"n\":{n},\"o\":{\"x\":[1]}}") + placeholder) + ","
                + FlowRun.step(2, "POST", "https://a.test/f", ",'headers':[['Content-Type','application/x-www-form-urlencoded; charset=utf-8']],'body':'a=1+2&tok={t:form}'")
                + "," + FlowRun.step(3, "POST", "https://a.test/t", ",'headers':[['Content-Type','text/plain']],'body':'hello {t}'"), "");
        assertEquals("{\"s\":\"\\\"{t}\",\"n\":12.50,\"o\":{\"x\":[1]}}", at(document, "$.paths['/j'].post.requestBody.content['application/json'].example"));
        assertEquals("{\"a\":\"1 2\",\"tok\":\"{t}\"}",
                at(document, "$.paths['/f'].post.requestBody.content['application/x-www-form-urlencoded; charset=utf-8'].example"));
        assertEquals("\"hello {t}\"", at(document, "$.paths['/t'].post.requestBody.content['text/plain'].example"));
    }

    @Test
    void aPathHasTheServersThatItIsOn() throws Exception {
        JsonObject document = document(FlowRun.step(1, "GET", "https://a.test/one", "") + "," + FlowRun.step(2, "GET", "http://b.test:81/two", ""), "");
        assertEquals("[{\"url\":\"https://a.test\"}]", at(document, "$.paths['/one'].servers"));
        assertEquals("[{\"url\":\"http://b.test:81\"}]", at(document, "$.paths['/two'].servers"));
        assertEquals("nothing", at(document(FlowRun.step(1, "GET", "https://a.test/one", ""), ""), "$.paths['/one'].servers"));
    }

    @Test
    void labelsOfChartsHaveNoCodings() throws Exception {
        String chart = TemplateFormat.MERMAID.write(FlowRun.template(FlowRun.step(1, "GET", "https://a.test/use/{id:url+base64}", ""), ""));
        assertTrue(chart.contains("a.test/use/{id}"), chart);
        assertFalse(chart.contains("base64"), chart);
    }
}
