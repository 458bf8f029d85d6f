package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.Property;
import proxymcp.json.Schema;

final class CallArgumentsTest {
    private static final JsonObject SCHEMA = Schema.of(Property.integer("n", "d", 0, 9), Property.flag("f", "d"), Property.text("t", "d"),
            Property.texts("l", "d", 9), Property.textMap("m", "d")).published();

    private static String parse(String... words) throws BadCommandLine {
        return Json.text(CallArguments.parse(List.of(words), SCHEMA));
    }

    @Test
    void theSchemaSaysWhatAValueIs() throws BadCommandLine {
        assertEquals("{\"n\":5,\"f\":true,\"t\":\"5\",\"l\":[\"a\",\"b\"],\"m\":{\"x\":\"y\"}}",
                parse("n=5", "f=true", "t=5", "l=a", "l=b", "m={\"x\":\"y\"}"));
        assertEquals("{\"t\":\"a=b\"}", parse("t=a=b"));
        assertEquals("{\"t\":\"\"}", parse("t="));
        assertEquals("{\"l\":[\"a\",\"b\"]}", parse("l=[\"a\",\"b\"]"));
        assertEquals("{}", parse());
    }

    @Test
    void whatTheToolMustRefuseReachesIt() throws BadCommandLine {
        assertEquals("{\"n\":\"five\",\"f\":\"yes\",\"unknown\":\"1\"}", parse("n=five", "f=yes", "unknown=1"));
    }

    @Test
    void oneObjectIsTakenAsItIs() throws BadCommandLine {
        assertEquals("{\"n\":5,\"n\":6}", parse("{\"n\": 5, \"n\": 6}"));
    }

    @Test
    void anythingElseIsABadCommandLine() {
        assertEquals("expected key=value or one JSON object, got \"word\"",
                assertThrows(BadCommandLine.class, () -> parse("word")).getMessage());
        assertEquals("expected key=value or one JSON object, got \"=x\"", assertThrows(BadCommandLine.class, () -> parse("=x")).getMessage());
        assertThrows(BadCommandLine.class, () -> parse("{\"n\":"));
        assertThrows(BadCommandLine.class, () -> parse("m={"));
    }
}
