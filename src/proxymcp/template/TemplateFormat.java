package proxymcp.template;

import java.util.Locale;
import proxymcp.json.Json;

/** What a template can be written as. */
public enum TemplateFormat {
    /** The format of this program: the one that can be run. */
    JSON,
    /** A shell script that runs the steps with curl, and python3 for their values. */
    CURL,
    /** An OpenAPI 3.1 document of the endpoints, as JSON. */
    OPENAPI,
    /** A Mermaid flowchart of steps and values. */
    MERMAID;

    /** The word in arguments. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The media type of what {@link #write} gives. */
    public String mediaType() {
        return switch (this) {
            case JSON, OPENAPI -> "application/json";
            case CURL -> "text/x-shellscript";
            case MERMAID -> "text/vnd.mermaid";
        };
    }

    /** The template in this format. */
    public String write(FlowTemplate template) {
        return switch (this) {
            case JSON -> Json.text(TemplateJson.write(template)) + "\n";
            case CURL -> new CurlScript(template).text();
            case OPENAPI -> Json.text(new OpenApi(template).document()) + "\n";
            case MERMAID -> Mermaid.text(template);
        };
    }
}
