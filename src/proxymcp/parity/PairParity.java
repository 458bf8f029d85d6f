package proxymcp.parity;

import java.util.OptionalLong;
import proxymcp.diff.Endpoint;

/**
 * How one exchange compares with the one of the baseline.
 *
 * @param endpoint what kind of request
 * @param seq its number in the baseline
 * @param otherSeq number of the one that answers to it; empty if there is none
 * @param verdict all in all
 * @param severity of its worst drift; critical where it is blocked
 * @param transport the answer to {@link Question#TRANSPORT}
 * @param shape the answer to {@link Question#SHAPE}
 * @param value the answer to {@link Question#VALUE}
 * @param reason why, a clause; empty where nothing differs
 */
public record PairParity(Endpoint endpoint, long seq, OptionalLong otherSeq, Verdict verdict, Severity severity, Verdict transport, Verdict shape,
        Verdict value, String reason) {}
