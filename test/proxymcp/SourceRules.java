package proxymcp;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The rules for the text of one file. A finding reads {@code path:line: what is wrong}. */
final class SourceRules {
    private static final int FILE_LINES_MAX = 500;
    private static final int METHOD_LINES_MAX = 60;
    /** Split, so that this file does not break its own rules. */
    private static final List<String> LEFT_OPEN = List.of("TO" + "DO", "FIX" + "ME", "XX" + "X");
    private static final List<String> ELSEWHERE = List.of("repo1." + "maven", "repo.maven." + "apache",
            "registry." + "npm");
    private static final List<String> VAGUE_NAMES = List.of("Util", "Utils", "Helper", "Manager", "Impl");

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    /** One for all files: making it takes longer than to parse most of them. */
    private static final JavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

    private SourceRules() {
    }

    /** Findings in a file of the program. */
    static List<String> inSource(Path path, String code) {
        List<String> findings = inText(path, code);
        inCode(path, code, true, findings);
        return findings;
    }

    /** Findings in a file of the tests. */
    static List<String> inTest(Path path, String code) {
        List<String> findings = inText(path, code);
        inCode(path, code, false, findings);
        return findings;
    }

    /** Findings that need no grammar. */
    static List<String> inText(Path path, String text) {
        List<String> findings = new ArrayList<>();
        boolean makefile = path.endsWith("Makefile");
        boolean mayPrint = !path.startsWith("src") || path.getParent().endsWith("cli");
        List<String> lines = text.lines().toList();
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at);
            String place = path + ":" + (at + 1) + ": ";
            if (!makefile && line.contains("\t")) {
                findings.add(place + "a tab");
            }
            if (!mayPrint && line.contains("System" + ".out")) {
                findings.add(place + "System" + ".out outside the command line");
            }
            if (!mayPrint && line.contains("print" + "StackTrace(")) {
                findings.add(place + "print" + "StackTrace outside the command line");
            }
            LEFT_OPEN.stream().filter(line::contains)
                    .forEach(word -> findings.add(place + "work left open (" + word + ")"));
            ELSEWHERE.stream().filter(line::contains)
                    .forEach(word -> findings.add(place + "names a host or a machine's path (" + word + ")"));
        }
        if (!text.endsWith("\n")) {
            findings.add(path + ":" + lines.size() + ": the last line does not end");
        }
        return findings;
    }

    private static void inCode(Path path, String code, boolean published, List<String> findings) {
        long lines = code.lines().count();
        if (lines > FILE_LINES_MAX) {
            findings.add(path + ": " + lines + " lines, at most " + FILE_LINES_MAX);
        }
        String type = path.getFileName().toString().replace(".java", "");
        VAGUE_NAMES.stream().filter(type::endsWith)
                .forEach(name -> findings.add(path + ": no class is named " + name));
        try {
            JavacTask task = (JavacTask) COMPILER.getTask(null, FILES, problem -> { }, List.of("-proc:none"), null,
                    List.of(new CodeText(code)));
            DocTrees trees = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new Declarations(path, unit, trees, published, findings).scan(unit, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    private static final class CodeText extends SimpleJavaFileObject {
        private final String code;

        CodeText(String code) {
            super(URI.create("string:///Code.java"), JavaFileObject.Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }

    /** Looks at every class and method: their length, and whether what is public says what it is. */
    private static final class Declarations extends TreePathScanner<Void, Void> {
        private final Path path;
        private final CompilationUnitTree unit;
        private final DocTrees trees;
        private final boolean published;
        private final List<String> findings;

        Declarations(Path path, CompilationUnitTree unit, DocTrees trees, boolean published, List<String> findings) {
            this.path = path;
            this.unit = unit;
            this.trees = trees;
            this.published = published;
            this.findings = findings;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            if (isPublished(getCurrentPath())) {
                needComment(type, type.getSimpleName().toString());
            }
            return super.visitClass(type, nothing);
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            long first = lineOf(trees.getSourcePositions().getStartPosition(unit, method));
            long last = lineOf(trees.getSourcePositions().getEndPosition(unit, method));
            String name = method.getReturnType() == null ? typeName() : method.getName().toString();
            if (isPublished(getCurrentPath()) && !isOverride(method)) {
                needComment(method, name);
            }
            if (first > 0 && last - first + 1 > METHOD_LINES_MAX) {
                findings.add(path + ":" + first + ": method " + name + " has " + (last - first + 1) + " lines, at most "
                        + METHOD_LINES_MAX);
            }
            return super.visitMethod(method, nothing);
        }

        private void needComment(Tree declared, String name) {
            if (published && trees.getDocComment(getCurrentPath()) == null) {
                findings.add(path + ":" + lineOf(trees.getSourcePositions().getStartPosition(unit, declared)) + ": public "
                        + name + " has no comment");
            }
        }

        /** Is this declared public, in types that all are? The members of an interface always are. */
        private boolean isPublished(TreePath declared) {
            TreePath around = declared.getParentPath();
            boolean member = around.getLeaf() instanceof ClassTree;
            boolean ofInterface = member && (around.getLeaf().getKind() == Tree.Kind.INTERFACE
                    || around.getLeaf().getKind() == Tree.Kind.ANNOTATION_TYPE);
            boolean open = switch (declared.getLeaf()) {
                case ClassTree type -> isOpen(type.getModifiers());
                case MethodTree method -> isOpen(method.getModifiers())
                        || ofInterface && !method.getModifiers().getFlags().contains(Modifier.PRIVATE);
                default -> false;
            };
            boolean implied = ofInterface && declared.getLeaf() instanceof ClassTree;
            return (open || implied) && (!member || isPublished(around))
                    && (member || around.getLeaf() instanceof CompilationUnitTree);
        }

        private static boolean isOpen(ModifiersTree modifiers) {
            return modifiers.getFlags().contains(Modifier.PUBLIC) || modifiers.getFlags().contains(Modifier.PROTECTED);
        }

        private static boolean isOverride(MethodTree method) {
            return method.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Override"));
        }

        private String typeName() {
            return ((ClassTree) getCurrentPath().getParentPath().getLeaf()).getSimpleName().toString();
        }

        /** The line of a position in the file; 0 for what the compiler added. */
        private long lineOf(long position) {
            return position < 0 ? 0 : unit.getLineMap().getLineNumber(position);
        }
    }
}
