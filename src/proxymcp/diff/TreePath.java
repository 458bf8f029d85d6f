package proxymcp.diff;

import proxymcp.decode.JsonPath;

/** Where in a tree something stands. Written out only when asked for: most places are passed without a word. */
final class TreePath {
    static final TreePath ROOT = new TreePath(null, "$", -1);

    private final TreePath parent;
    private final String name;
    private final int index;

    private TreePath(TreePath parent, String name, int index) {
        this.parent = parent;
        this.name = name;
        this.index = index;
    }

    TreePath member(String member) {
        return new TreePath(this, member, -1);
    }

    /** Element {@code item}, from 0. */
    TreePath item(int item) {
        return new TreePath(this, "", item);
    }

    /** The index of the last step, -1 if that is a name. */
    int index() {
        return index;
    }

    /** The very place: {@code $.items[3].id}. */
    String place() {
        return parent == null ? name : index < 0 ? JsonPath.member(parent.place(), name) : parent.place() + "[" + index + "]";
    }

    /** The same for all elements: {@code $.items[*].id}. */
    String field() {
        return parent == null ? name : index < 0 ? JsonPath.member(parent.field(), name) : parent.field() + "[*]";
    }
}
