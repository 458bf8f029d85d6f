package proxymcp.replay.queue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import proxymcp.codec.BlockInput;
import proxymcp.replay.queue.resp.RespCommand;
import proxymcp.replay.queue.resp.RespValue;

/** Octets of jobs and results: short ones go with them, long ones once each under the name of their SHA-256, in pieces. Any thread may call. */
final class RedisBodies {
    private static final int PIECE_BYTES = 1 << 18;

    private final RedisScript script;

    RedisBodies(RedisScript script) {
        this.script = script;
    }

    /**
     * How octets are kept.
     *
     * @param inline the octets themselves, if short
     * @param name of long ones; empty for short ones
     * @param size how many there are
     */
    record Kept(byte[] inline, String name, long size) {}

    /**
     * Keeps octets for as long as the run is there.
     *
     * @throws QueueException {@code unknown_run}; {@code queue_failed} if they cannot be read
     */
    Kept keep(String run, KeptOctets octets) throws QueueException {
        try {
            if (octets.size() <= JobQueue.INLINE_BYTES_MAX) {
                try (InputStream in = octets.open()) {
                    byte[] inline = in.readAllBytes();
                    return new Kept(inline, "", inline.length);
                }
            }
            String name = name(octets);
            // Pieces go up in order, so that one that is as long as it should be is whole.
            if (length(script.call(script.operation("body").add(run).add(name).add(0).add("")), run) != octets.size()) {
                upload(run, name, octets);
            }
            return new Kept(new byte[0], name, octets.size());
        } catch (QueueException e) {
            throw e;
        } catch (IOException e) {
            throw new QueueException("queue_failed", "a body of run " + run + " cannot be read: " + e.getMessage(), "", e);
        }
    }

    private static String name(KeptOctets octets) throws IOException {
        try (DigestInputStream in = new DigestInputStream(octets.open(), MessageDigest.getInstance("SHA-256"))) {
            byte[] piece = new byte[PIECE_BYTES];
            long size = 0;
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                size += count;
            }
            if (size != octets.size()) {
                throw new EOFException("it has " + size + " octets instead of " + octets.size());
            }
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void upload(String run, String name, KeptOctets octets) throws IOException {
        try (InputStream in = octets.open()) {
            long offset = 0;
            for (byte[] piece = in.readNBytes(PIECE_BYTES); piece.length > 0; piece = in.readNBytes(PIECE_BYTES)) {
                length(script.call(script.operation("body").add(run).add(name).add(offset).add(piece)), run);
                offset += piece.length;
            }
        }
    }

    private static long length(RespValue answer, String run) throws QueueException {
        return answer.asNumber().orElseThrow(() -> QueueException.unknownRun(run));
    }

    /** What was kept. */
    KeptOctets read(String run, Kept kept) {
        return kept.name().isEmpty() ? KeptOctets.of(kept.inline()) : new Pieces(run, kept);
    }

    /** Octets that are asked for in pieces. */
    private final class Pieces implements KeptOctets {
        private final String key;
        private final long size;

        Pieces(String run, Kept kept) {
            this.key = RedisScript.ROOT + "{" + run + "}:body:" + kept.name();
            this.size = kept.size();
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public InputStream open() {
            return new BlockInput() {
                private InputStream piece = new ByteArrayInputStream(new byte[0]);
                private long position;

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    if (length == 0) {
                        return 0;
                    }
                    int count = piece.read(target, offset, length);
                    if (count >= 0 || position == size) {
                        return count;
                    }
                    byte[] next = script.plain(RespCommand.of("GETRANGE", key).add(position).add(Math.min(size, position + PIECE_BYTES) - 1))
                            .asOctets().orElse(new byte[0]);
                    if (next.length == 0) {
                        throw new EOFException("the run was forgotten, and the octets with it");
                    }
                    position += next.length;
                    piece = new ByteArrayInputStream(next);
                    return piece.read(target, offset, length);
                }
            };
        }
    }
}
