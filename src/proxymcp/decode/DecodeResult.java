package proxymcp.decode;

import java.util.List;

/**
 * What came of a body.
 *
 * @param layers in the order of peeling; layers inside a JSON value follow the one that gave it
 * @param content the innermost content; strings of a JSON value that held layers are replaced by {@code {"$decoded": "id/id", "value": ...}}
 */
public record DecodeResult(List<Layer> layers, Content content) {
    /** Copies the list. */
    public DecodeResult {
        layers = List.copyOf(layers);
    }
}
