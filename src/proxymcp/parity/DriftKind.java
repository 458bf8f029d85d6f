package proxymcp.parity;

import java.util.Locale;

/** In which way a field drifted. */
public enum DriftKind {
    /** Another status code. */
    STATUS_CHANGED(Question.TRANSPORT),
    /** Another media type. */
    MEDIA_TYPE_CHANGED(Question.TRANSPORT),
    /** A field of the head that tells something came, went or has another value. */
    HEADER_CHANGED(Question.TRANSPORT),
    /** Another protocol version. */
    PROTOCOL_CHANGED(Question.TRANSPORT),
    /** A page, a challenge or an error in place of the answer. */
    BLOCKED(Question.SHAPE),
    /** A success status with an error in the body. */
    ERROR_BODY(Question.SHAPE),
    /** Hardly anything where there was data. */
    EMPTY_SHELL(Question.SHAPE),
    /** A field that all of the baseline has is not there. */
    REMOVED(Question.SHAPE),
    /** A field that the baseline never has. */
    ADDED(Question.SHAPE),
    /** A value of another type. */
    TYPE_CHANGED(Question.SHAPE),
    /** Null where never null. */
    NULLED(Question.SHAPE),
    /** An empty text where never empty. */
    EMPTIED(Question.SHAPE),
    /** A value of another format. */
    FORMAT_CHANGED(Question.SHAPE),
    /** A word that is none of the few that the baseline has. */
    NEW_ENUM_VALUE(Question.SHAPE),
    /** An array is empty that never is. */
    EMPTY_ARRAY(Question.SHAPE),
    /** An array is shorter or longer than all of the baseline. */
    ARRAY_LENGTH(Question.SHAPE),
    /** Another value where the baseline has the same each time, or where its pair has another one. */
    VALUE_CHANGED(Question.VALUE),
    /** The same elements in another order. */
    ORDER_CHANGED(Question.VALUE),
    /** Some elements went and others came. */
    ITEMS_CHANGED(Question.VALUE),
    /** A rule does not hold. */
    RULE_BROKEN(Question.VALUE);

    private final String word = name().toLowerCase(Locale.ROOT);
    private final Question question;

    DriftKind(Question question) {
        this.question = question;
    }

    /** The word in results. */
    public String word() {
        return word;
    }

    /** Which question it answers. */
    public Question question() {
        return question;
    }
}
