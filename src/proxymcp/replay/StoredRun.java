package proxymcp.replay;

import java.util.List;

/** A run as its folder tells it, at the moment it was read. */
public final class StoredRun implements RunView {
    private final RunLedger ledger;
    private final RunReport report;

    StoredRun(RunLedger ledger, RunReport report) {
        this.ledger = ledger;
        this.report = report;
    }

    @Override
    public RunReport report() {
        return report;
    }

    @Override
    public int total(RunItem.Only only) {
        return ledger.total(only);
    }

    @Override
    public List<RunItem> items(RunItem.Only only, int offset, int limit) {
        return ledger.items(only, offset, limit);
    }
}
