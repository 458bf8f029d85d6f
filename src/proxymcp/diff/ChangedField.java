package proxymcp.diff;

import java.util.List;

/**
 * A field of an endpoint that differs in the same way in one or more pairs.
 *
 * @param endpoint whose
 * @param location which field
 * @param kind how it differs
 * @param role what it is for, and why that is thought
 * @param volatility how likely it is noise
 * @param separates whether sessions that work agree in it
 * @param afterStatus whether it differs only where the status does too: then it is a consequence
 * @param renamed another field of the endpoint that has its values on the other side; empty if there is none
 * @param samplesA up to three values in A
 * @param samplesB up to three values in B
 * @param count differences
 * @param pairs pairs that have them
 * @param suppressed whether it is left out as noise
 */
public record ChangedField(Endpoint endpoint, Location location, ChangeKind kind, RoleGuess role, Volatility volatility, boolean separates,
        boolean afterStatus, String renamed, List<String> samplesA, List<String> samplesB, long count, long pairs, boolean suppressed) {
    /** Copies the lists. */
    public ChangedField {
        samplesA = List.copyOf(samplesA);
        samplesB = List.copyOf(samplesB);
    }

    /** Whether it is taken for noise. */
    public boolean isNoise() {
        return volatility.score() >= Volatility.NOISE;
    }

    /** Why it is shown as it is: what it is for, and what speaks for noise or against it; one line. */
    public String evidence() {
        StringBuilder text = new StringBuilder(role.role().word()).append(": ").append(role.evidence());
        if (separates) {
            text.append("; ").append(switch (kind) {
                case REMOVED -> "all sessions that work have it";
                case ADDED -> "no session that works has it";
                case TYPE_CHANGED -> "it is of one type in all sessions that work";
                case CHANGED, REORDERED -> "it is the same in all sessions that work";
            });
        } else if (!volatility.evidence().isEmpty() && !role.evidence().equals(volatility.evidence())) {
            text.append("; ").append(volatility.evidence());
        }
        if (!renamed.isEmpty()) {
            text.append("; same values as ").append(renamed);
        }
        if (afterStatus) {
            text.append("; only where the status differs");
        }
        return text.toString();
    }
}
