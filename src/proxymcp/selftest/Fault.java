package proxymcp.selftest;

/** What is broken on purpose, so that tests see the step fail that would notice it. */
enum Fault {
    /** Nothing. */
    NONE,
    /** The origin takes no token at all. */
    TOKENS_REFUSED,
    /** The origin that was started anew hands out tokens that are spent already. */
    TOKENS_STALE,
    /** The failing run does the same as the good one. */
    NOTHING_PLANTED,
    /** One octet of the session on disk is another one. */
    SESSION_DAMAGED
}
