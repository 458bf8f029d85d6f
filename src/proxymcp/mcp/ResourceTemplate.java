package proxymcp.mcp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.json.JsonObject;

/**
 * A family of resources whose URIs follow a pattern. Every URI that fits is readable, listed or not.
 *
 * @param uri the pattern
 * @param name for programs
 * @param title for people
 * @param description what its members hold
 * @param mimeType of their contents, where they have one
 * @param family what runs
 */
public record ResourceTemplate(UriTemplate uri, String name, String title, String description, Optional<String> mimeType,
        Family family) {
    /** What runs for a template. */
    public interface Family {
        /**
         * Reads a member; empty if there is none with these variables.
         *
         * @param variables decoded values by name: text from strangers, to be checked before it gets near a path
         * @throws Exception a fault of this program: the caller sees an internal error
         */
        Optional<ResourceContents> read(Map<String, String> variables, CallContext context) throws Exception;

        /**
         * The members worth listing, each with its variables; none unless overridden.
         *
         * @throws Exception a fault of this program: the caller sees an internal error
         */
        default List<Member> list() throws Exception {
            return List.of();
        }

        /**
         * Values for a variable that begin with what was typed, best first; none unless overridden.
         *
         * @param variable its name
         * @param typed what the value begins with, perhaps empty
         * @param chosen values of other variables that were chosen already
         * @throws Exception a fault of this program: the caller sees an internal error
         */
        default List<String> complete(String variable, String typed, Map<String, String> chosen) throws Exception {
            return List.of();
        }
    }

    /**
     * A member of the family.
     *
     * @param variables a value for each variable of the pattern
     * @param title for people
     */
    public record Member(Map<String, String> variables, String title) {
    }

    Resource.Entry entry(Member member) {
        return new Resource.Entry(uri.expand(member.variables()), name, member.title(), description, mimeType);
    }

    JsonObject entry(Revision revision) {
        return Resource.describe(JsonObject.builder().put("uriTemplate", uri.text()), revision, name, title, description, mimeType);
    }
}
