package proxymcp.exchange;

import java.util.Optional;

/**
 * Who sent a request.
 *
 * @param address the client's socket address, {@code 127.0.0.1:50412}
 * @param listener address of the listener it came through, {@code 127.0.0.1:8080}
 * @param source how it came
 * @param targetId the browser or process that the listener belongs to
 * @param connectionId rises by one per client connection of a process, from 1
 */
public record Client(String address, String listener, Source source, Optional<String> targetId, long connectionId) {}
