package proxymcp.search;

/**
 * What a search did.
 *
 * @param scanned exchanges that were looked at
 * @param matched of those, the ones that match
 * @param skippedBinary the ones of which a body was left out as binary
 * @param skippedNoBody the ones without any body that was asked for
 * @param undecodable bodies whose content coding could not be undone; they were searched as received
 * @param damaged the ones of which something could not be read from the disk
 * @param timedOut bodies given up as the expression took too long
 * @param tooDeep bodies given up as the expression recursed too deeply
 */
public record SearchCounts(long scanned, long matched, long skippedBinary, long skippedNoBody, long undecodable, long damaged, long timedOut,
        long tooDeep) {
    static final SearchCounts NONE = new SearchCounts(0, 0, 0, 0, 0, 0, 0, 0);

    SearchCounts plus(SearchCounts more) {
        return new SearchCounts(scanned + more.scanned, matched + more.matched, skippedBinary + more.skippedBinary,
                skippedNoBody + more.skippedNoBody, undecodable + more.undecodable, damaged + more.damaged, timedOut + more.timedOut,
                tooDeep + more.tooDeep);
    }
}
