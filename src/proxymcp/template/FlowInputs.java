package proxymcp.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gives the inputs of a template their values. */
record FlowInputs(List<TemplateInput> inputs) {
    private static final int VALUE_CHARS_MAX = 1 << 20;

    /**
     * The values by name.
     *
     * @throws TemplateException {@code bad_input} if one is given that does not exist, or that is not of its type
     */
    Map<String, String> values(Map<String, String> given) throws TemplateException {
        Map<String, String> values = new LinkedHashMap<>();
        for (TemplateInput input : inputs) {
            if (values.put(input.name(), input.defaultValue()) != null) {
                throw RunnableFlow.bad("two inputs have the name " + RunnableFlow.shown(input.name()));
            }
        }
        for (Map.Entry<String, String> entry : given.entrySet()) {
            if (!values.containsKey(entry.getKey())) {
                throw bad("there is no input " + RunnableFlow.shown(entry.getKey()) + RunnableFlow.nearest(values.keySet(), entry.getKey()));
            }
        }
        for (TemplateInput input : inputs) {
            Optional<String> value = Optional.ofNullable(given.get(input.name()));
            if (value.isPresent()) {
                check(input, value.get());
                values.put(input.name(), value.get());
            }
        }
        return values;
    }

    private TemplateException bad(String sentence) {
        List<String> names = new ArrayList<>();
        inputs.forEach(input -> names.add(input.name()));
        String known = names.isEmpty() ? "the template has none" : "inputs are " + String.join(", ", names);
        return new TemplateException("bad_input", "inputs: " + sentence, known.length() <= 1_000 ? known : known.substring(0, 1_000) + "…");
    }

    private void check(TemplateInput input, String value) throws TemplateException {
        if (value.length() > VALUE_CHARS_MAX) {
            throw bad(input.name() + ": expected at most " + VALUE_CHARS_MAX + " characters");
        }
        boolean good = switch (input.type()) {
            case "integer" -> value.matches("-?[0-9]{1,40}");
            case "number" -> value.length() <= 100 && value.matches("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
            default -> true;
        };
        if (!good) {
            throw bad(input.name() + ": expected " + (input.type().equals("integer") ? "an integer" : "a number") + ", got " + RunnableFlow.shown(value));
        }
    }
}
