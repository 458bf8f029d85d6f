package proxymcp.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The operation that a GraphQL document (October 2021 edition, section 2) runs.
 *
 * @param kind {@code query}, {@code mutation} or {@code subscription}
 * @param name its name
 * @param fields names of the fields at its top, in order
 */
public record GraphQlDocument(String kind, Optional<String> name, List<String> fields) {
    private static final List<String> KINDS = List.of("query", "mutation", "subscription");

    /** Reads one definition after the other. */
    private static final class Scanner {
        private final List<String> tokens;
        private int at;

        Scanner(List<String> tokens) {
            this.tokens = tokens;
        }

        boolean atEnd() {
            return at >= tokens.size();
        }

        String peek() {
            return atEnd() ? "" : tokens.get(at);
        }

        String next() {
            return atEnd() ? "" : tokens.get(at++);
        }

        /** Steps over everything up to the opening brace; false if there is none. */
        boolean toSelection() {
            int round = 0;
            while (!atEnd() && (round > 0 || !peek().equals("{"))) {
                String token = next();
                round += token.equals("(") ? 1 : token.equals(")") ? -1 : 0;
            }
            return !atEnd();
        }

        /** The fields of a selection set, whose opening brace is next; empty if it is not closed. */
        Optional<List<String>> selection() {
            List<String> fields = new ArrayList<>();
            int depth = 0;
            int round = 0;
            while (!atEnd()) {
                String token = next();
                switch (token) {
                    case "{" -> depth++;
                    case "}" -> depth--;
                    case "(" -> round++;
                    case ")" -> round--;
                    case "@" -> next();
                    case "..." -> {
                        if (isName(peek())) {
                            next();
                            at += isName(peek()) && tokens.get(at - 1).equals("on") ? 1 : 0;
                        }
                    }
                    default -> {
                        if (depth == 1 && round == 0 && isName(token)) {
                            fields.add(peek().equals(":") ? aliased() : token);
                        }
                    }
                }
                if (depth == 0) {
                    return Optional.of(fields);
                }
            }
            return Optional.empty();
        }

        private String aliased() {
            next();
            return next();
        }
    }

    /**
     * Reads a document.
     *
     * @param operationName which of several operations is run
     * @return empty if the text is no document with an operation
     */
    public static Optional<GraphQlDocument> read(String text, Optional<String> operationName) {
        Optional<List<String>> tokens = GraphQlTokens.of(text);
        if (tokens.isEmpty() || tokens.get().isEmpty()) {
            return Optional.empty();
        }
        Scanner scanner = new Scanner(tokens.get());
        Optional<GraphQlDocument> first = Optional.empty();
        while (!scanner.atEnd()) {
            Optional<GraphQlDocument> found = definition(scanner);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            if (!found.get().kind().equals("fragment")) {
                if (operationName.isPresent() && found.get().name().equals(operationName)) {
                    return found;
                }
                first = first.isPresent() ? first : found;
            }
        }
        return first;
    }

    private static Optional<GraphQlDocument> definition(Scanner scanner) {
        String kind = "query";
        Optional<String> name = Optional.empty();
        if (!scanner.peek().equals("{")) {
            kind = scanner.next();
            if (!KINDS.contains(kind) && !kind.equals("fragment")) {
                return Optional.empty();
            }
            name = isName(scanner.peek()) ? Optional.of(scanner.next()) : Optional.empty();
            String next = scanner.peek();
            if (!next.equals("{") && !next.equals("(") && !next.equals("@") && !next.equals("on")) {
                return Optional.empty();
            }
            if (!scanner.toSelection()) {
                return Optional.empty();
            }
        }
        Optional<List<String>> fields = scanner.selection();
        return fields.isEmpty() || fields.get().isEmpty() && !kind.equals("fragment") ? Optional.empty()
                : Optional.of(new GraphQlDocument(kind, name, fields.get()));
    }

    private static boolean isName(String token) {
        return !token.isEmpty() && (Character.isLetter(token.charAt(0)) || token.charAt(0) == '_');
    }
}
