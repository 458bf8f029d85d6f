package proxymcp.template;

import java.util.List;
import java.util.Optional;

/**
 * One request of a template. URL, field values and text bodies hold {@code {name}} or {@code {name:coding+coding}} where a value is filled in, as
 * {@link Coding} codes it, from left to right; two opening braces stand for one.
 *
 * @param id {@code s1}, {@code s2} and so on
 * @param seq of the exchange that it was made of
 * @param method as sent
 * @param urlTemplate absolute URL
 * @param headers field lines in order, without those that frame the body
 * @param body what is sent
 * @param dependsOn ids of the steps whose answers it uses
 * @param placeholders what is filled in, one for each place
 * @param extracts what is taken from its answer
 * @param asserts what its answer has to be
 * @param loop id of the loop that it is repeated by
 */
public record TemplateStep(String id, long seq, String method, String urlTemplate, List<Header> headers, TemplateBody body, List<String> dependsOn,
        List<Placeholder> placeholders, List<Extract> extracts, List<Assert> asserts, Optional<String> loop) {
    /** A field line. */
    public record Header(String name, String value) {}

    /** Copies the lists. */
    public TemplateStep {
        headers = List.copyOf(headers);
        dependsOn = List.copyOf(dependsOn);
        placeholders = List.copyOf(placeholders);
        extracts = List.copyOf(extracts);
        asserts = List.copyOf(asserts);
    }
}
