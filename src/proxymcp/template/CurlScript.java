package proxymcp.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A template as a shell script that runs it as {@link TemplateChanges} does: inputs are variables, requests are commands of curl, and values are taken from
 * answers, coded and signed by a program that the script carries along. It stops with a sentence that names the step where an answer is not as expected,
 * a value is missing, or a request cannot be said.
 */
final class CurlScript {
    private static final int SOCKET_SECONDS = 2;

    private final FlowTemplate template;
    private final StringBuilder script = new StringBuilder();
    private String indent = "";

    CurlScript(FlowTemplate template) {
        this.template = template;
    }

    String text() {
        script.append("#!/bin/sh\n# ").append(comment(template.name())).append("\n# Needs curl and python3. Inputs are given before it, NAME=VALUE sh FILE; ")
                .append("what is left out is as recorded.\n# Standard output is the last answer. SECONDS_MAX is how long one may take.\nset -eu\n\n");
        try {
            RunnableFlow flow = RunnableFlow.of(template, Map.of());
            int begin = script.length();
            ScriptValues values = new ScriptValues(flow);
            inputs(values);
            for (RunnableFlow.Step step : flow.steps()) {
                line("");
                step(values, step);
            }
            line("");
            line("[ \"$STATUS\" = 101 ] || cat \"$FOLDER/$STEP.body\"");
            script.insert(begin, resource("head.sh") + program(script.substring(begin)) + "PYTHON\n");
        } catch (TemplateException refused) {
            line("printf '%s\\n' " + ScriptValues.quoted("the template cannot be run: " + refused.getMessage()) + " >&2");
            line("exit 1");
        }
        return script.toString();
    }

    /** The program without the parts that these steps do not need: it is most of a script. */
    private static String program(String steps) {
        StringBuilder program = new StringBuilder();
        for (String part : resource("flow.py").split("(?m)^(?=# [A-Z])")) {
            boolean needed = switch (part.substring(0, Math.max(0, part.indexOf('\n')))) {
                case "# Pages" -> steps.contains("html");
                case "# Signatures" -> steps.contains("$(flow sign ");
                case "# Values that the client makes" -> steps.contains("$(flow made ");
                default -> true;
            };
            program.append(needed ? part : "");
        }
        return program.toString();
    }

    private static String resource(String name) {
        try (InputStream in = CurlScript.class.getResourceAsStream("script/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the jar is damaged", e);
        }
    }

    private void line(String text) {
        script.append(text.isEmpty() ? "" : indent).append(text).append('\n');
    }

    private void lines(List<String> all) {
        all.forEach(this::line);
    }

    private void stopUnless(String condition, String sentence) {
        line(condition + " || stop " + ScriptValues.quoted(sentence));
    }

    private void inputs(ScriptValues values) {
        if (!template.inputs().isEmpty()) {
            line("");
        }
        for (TemplateInput input : template.inputs()) {
            String variable = values.variable(input.name());
            line(variable + "=${" + variable + "-" + ScriptValues.quoted(input.defaultValue()) + "}");
        }
    }

    private void step(ScriptValues values, RunnableFlow.Step step) {
        line("# " + comment(step.step().id()) + ", exchange " + step.step().seq());
        Optional<String> obstacle = ScriptValues.obstacle(step);
        if (obstacle.isPresent()) {
            line("stop " + ScriptValues.quoted(step.step().id() + ": " + obstacle.get()));
            return;
        }
        lines(values.shared(step));
        if (step.pages().isEmpty()) {
            request(values, step);
            extracts(values, step);
            asserts(step);
            return;
        }
        pages(values, step, step.pages().get());
    }

    /** Each page anew, until there is no next one. */
    private void pages(ScriptValues values, RunnableFlow.Step step, RunnableFlow.Pages pages) {
        String id = step.step().id();
        line("PAGE=1");
        line("while :; do");
        indent = "    ";
        request(values, step);
        extracts(values, step);
        if (pages.until().isPresent()) {
            line("LAST= MORE=");
            line("if holds " + ScriptValues.file(step) + " " + ScriptValues.quoted(pages.until().get().toString()) + "; then MORE=$VALUE; fi");
            line(RunnableFlow.counted(pages.loop()) ? counted(values, pages.loop()) : "case $MORE in ''|'[]'|false) LAST=yes ;; esac");
            line("if [ -z \"$LAST\" ]; then");
            indent = "        ";
            line(":");
            asserts(step);
            indent = "    ";
            line("fi");
            line("[ -z \"$LAST\" ] || break");
        } else {
            asserts(step);
        }
        line("if [ \"$PAGE\" -ge " + pages.most() + " ]; then");
        if (pages.until().isPresent()) {
            line("    printf '%s\\n' " + ScriptValues.quoted(id + ": stopped after " + pages.most() + " pages, the most that its loop may have") + " >&2");
        }
        line("    break");
        line("fi");
        line("PAGE=$((PAGE + 1))");
        indent = "";
        line("done");
    }

    private void request(ScriptValues values, RunnableFlow.Step step) {
        lines(values.checks(step));
        lines(values.made(step));
        if (step.pages().isPresent() && step.pages().get().until().isPresent() && step.names().contains(step.pages().get().loop().variable())) {
            String variable = step.pages().get().loop().variable();
            String value = "\"$" + values.variable(variable) + "\"";
            stopUnless("[ \"$PAGE\" = 1 ] || [ " + value + " != \"$BEFORE\" ]", step.step().id() + ": its loop leads to the same page again, by {" + variable + "}");
            line("BEFORE=" + value);
        }
        lines(values.codes(step, false));
        body(values, step);
        List<String> signing = values.signing(step);
        if (!signing.isEmpty()) {
            StringBuilder unsigned = new StringBuilder("unsigned ").append(ScriptValues.file(step)).append(' ').append(ScriptValues.quoted(step.step().method()))
                    .append(' ').append(values.url(step));
            fields(values, step).forEach(field -> unsigned.append(" \\\n").append(indent).append("    ").append(field));
            line(unsigned.toString());
            lines(signing);
            lines(values.codes(step, true));
            body(values, step);
        }
        send(values, step);
    }

    private void body(ScriptValues values, RunnableFlow.Step step) {
        String file = ScriptValues.file(step);
        switch (step.step().body()) {
            case TemplateBody.None none -> { }
            case TemplateBody.Text text -> line("body " + file + " " + values.word(step.body()));
            case TemplateBody.Octets octets -> line("printf %s " + ScriptValues.quoted(octets.base64()) + " | base64 -d >\"$FOLDER/" + file + ".request\"");
            case TemplateBody.Mixed mixed -> mixed(values, mixed, " >>\"$FOLDER/" + file + ".request\"");
            case TemplateBody.Recorded recorded -> stopUnless("cp " + file + ".request \"$FOLDER/" + file + ".request\" 2>/dev/null", step.step().id() + ": its body of "
                    + recorded.bytes() + " octets is not in the template: put it into a file " + file + ".request");
        }
    }

    private void mixed(ScriptValues values, TemplateBody.Mixed body, String append) {
        line(":" + append.replace(">>", ">"));
        for (TemplateBody.Block block : body.blocks()) {
            String decoded = " | base64 -d" + append;
            line("printf %s " + switch (block.kind()) {
                case TEXT -> values.word(TemplateTokens.of(block.content())) + append;
                case OCTETS -> ScriptValues.quoted(block.content()) + decoded;
                case VALUE -> "\"$" + values.variable(block.content()) + "\"" + decoded + " || stop " + ScriptValues.quoted(block.content() + " is no Base64");
            });
        }
    }

    /** The last page is told by how many there are: as {@link LoopEnd#isLast} has it. */
    private static String counted(ScriptValues values, Loop loop) {
        return "case $MORE in ''|*[!0-9]*|????????????????*) LAST=yes ;; *) [ $((" + values.variable(loop.variable()) + " + "
                + (loop.increment() - LoopEnd.first(loop.start(), loop.increment())) + ")) -lt \"$MORE\" ] || LAST=yes ;; esac";
    }

    private static List<String> fields(ScriptValues values, RunnableFlow.Step step) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < step.headers().size(); i++) {
            String name = step.step().headers().get(i).name();
            if (!StepMaker.FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
                // Curl takes a field without a value for one that is to be left out, unless it ends like this.
                fields.add(step.headers().get(i).isEmpty() ? ScriptValues.quoted(name + ";")
                        : ScriptValues.quoted(name + ": ") + values.word(step.headers().get(i)));
            }
        }
        return fields;
    }

    private void send(ScriptValues values, RunnableFlow.Step step) {
        String status = "ok";
        for (Assert expected : step.step().asserts()) {
            status = expected instanceof Assert.Status code ? Integer.toString(code.code()) : status;
        }
        boolean head = step.step().method().equals("HEAD");
        StringBuilder command = new StringBuilder("send ").append(ScriptValues.file(step)).append(' ').append(status)
                .append(head ? " -I" : " -X " + ScriptValues.quoted(step.step().method()));
        String next = " \\\n" + indent + "    ";
        boolean upgrades = false;
        for (String field : fields(values, step)) {
            boolean coding = field.toLowerCase(Locale.ROOT).startsWith("'accept-encoding");
            command.append(next).append(coding ? "--compressed" : "-H " + field);
            upgrades |= field.toLowerCase(Locale.ROOT).startsWith("'upgrade:");
        }
        if (step.isUpgrade()) {
            command.append(next).append("--http1.1 --no-show-error -m ").append(SOCKET_SECONDS).append(" -H 'Connection: Upgrade' -H \"Sec-WebSocket-Key: $(flow made key)\"")
                    .append(upgrades ? "" : " -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13'");
        }
        if (!(step.step().body() instanceof TemplateBody.None)) {
            command.append(next).append("--data-binary \"@$FOLDER/").append(ScriptValues.file(step)).append(".request\"");
        } else if (List.of("POST", "PUT", "PATCH").contains(step.step().method())) {
            command.append(next).append("--data-binary ''");
        }
        line(command.append(next).append("--url ").append(values.url(step)).toString());
    }

    /** A page of a loop need not have what leads to the next one. */
    private void extracts(ScriptValues values, RunnableFlow.Step step) {
        for (RunnableFlow.Taken extract : step.extracts()) {
            String variable = values.variable(extract.as());
            String select = ScriptValues.quoted(extract.selector().toString());
            if (extract.required() && step.pages().isEmpty()) {
                line(variable + "=$(flow take " + ScriptValues.file(step) + " " + ScriptValues.quoted(extract.as()) + " " + select + ")");
            } else {
                line("if holds " + ScriptValues.file(step) + " " + select + "; then " + variable + "=$VALUE; fi");
            }
        }
    }

    private void asserts(RunnableFlow.Step step) {
        for (Assert expected : step.step().asserts()) {
            switch (expected) {
                case Assert.Status status -> { }
                case Assert.HasHeader(String name) -> stopUnless("flow has " + ScriptValues.file(step) + " " + ScriptValues.quoted("header:" + name),
                        step.step().id() + ": expected a field " + RunnableFlow.shown(name) + " in the answer");
                case Assert.HasJson(String path) -> stopUnless("flow has " + ScriptValues.file(step) + " " + ScriptValues.quoted("json:" + path),
                        step.step().id() + ": expected a value at " + RunnableFlow.shown(path) + " in the answer");
            }
        }
    }

    private static String comment(String text) {
        return text.replace("\n", " ").replace("\r", " ");
    }
}
