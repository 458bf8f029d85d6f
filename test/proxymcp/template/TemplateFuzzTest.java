package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.Mutations;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;

/** Whatever a template file holds, it is a flow that can be run, or is refused with the place that is wrong. */
@Timeout(1_200)
final class TemplateFuzzTest {
    private static final String TEMPLATE = "{\"version\":1,\"id\":\"t\",\"name\":\"n\",\"steps\":[{\"id\":\"s1\",\"seq\":1,\"method\":\"GET\",\"urlTemplate\":\"http://a.example/x?q={q:url}\",\"headers\":[{\"name\":"
            + "\"A\",\"value\":\"b\"}],\"dependsOn\":[],\"placeholders\":[{\"location\":\"request.query.q\",\"name\":\"q\",\"codings\":[\"url\"],\"sample\":\"1\"}],\"extracts\":[{\"as\":\"tok\",\"select\":"
            + "\"json:$.t | base64\",\"required\":true}],\"asserts\":[{\"kind\":\"status\",\"status\":200}]},{\"id\":\"s2\",\"seq\":2,\"method\":\"POST\",\"urlTemplate\":\"http://a.example/y\",\"headers\":[],\"body\":"
            + "\"t={tok}\",\"dependsOn\":[\"s1\"],\"placeholders\":[],\"extracts\":[],\"asserts\":[]}],\"inputs\":[{\"name\":\"q\",\"schema\":{\"type\":\"string\"},\"default\":\"1\",\"usedIn\":[]}],\"edges\":[],"
            + "\"loops\":[],\"unexplained\":[],\"warnings\":[]}";

    @Test
    void filesAreFlowsOrRefused() {
        Mutations.ofTexts(List.of(TEMPLATE), "{", "}", "{{", "\"", "[", "]", ",", "null", "-1", "{tok}", "{tok:rot13}", "{q", "\\n", "\\r\\n", "\\u0000", "json:$..[", "regex:(a+)+$", "html:", " | ", "s1", "s2",
                "\"loop\":\"l\",", "\"bodyBase64\":\"!\",", "99999999999999999999").run((octets, random) -> {
                    try {
                        if (Json.parse(octets) instanceof JsonObject json) {
                            FlowTemplate template = TemplateJson.read(json);
                            assertEquals(template, TemplateJson.read(TemplateJson.write(template)));
                            RunnableFlow.of(template, Map.of());
                        }
                    } catch (JsonException e) {
                        assertTrue(!e.getMessage().isBlank());
                    } catch (TemplateException e) {
                        assertTrue(!e.getMessage().isBlank() && !e.code().isBlank());
                    }
                });
    }

    @Test
    void selectorsAreParsedOrRefused() {
        Mutations.ofTexts(List.of("json:$.a[0].b | base64 | json:$.c", "html:input[name=x]@value", "cookie:sid | path:2", "regex:a=([^&]+)", "header:Location | query:code"), " | ", "json:", "html:", "[", "]", "@",
                "(", ")", "*", "\\", "\0", "$", "path:-1", "query:", "\u00e4").run((octets, random) -> {
                    try {
                        Selector.parse(new String(octets, StandardCharsets.UTF_8));
                    } catch (IllegalArgumentException e) {
                        assertTrue(!e.getMessage().isBlank());
                    }
                });
    }
}
