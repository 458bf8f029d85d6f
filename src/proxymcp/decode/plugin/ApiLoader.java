package proxymcp.decode.plugin;

import java.util.Set;
import proxymcp.decode.Decoder;

/** Parent of the class loaders of plugins: the JDK, and of this program what {@link Decoder} names and nothing else. */
final class ApiLoader extends ClassLoader {
    private static final Set<String> PUBLISHED = Set.of(
            "proxymcp.decode.Decoder", "proxymcp.decode.DecodeInput", "proxymcp.decode.Direction", "proxymcp.decode.DecodeSink",
            "proxymcp.decode.DecodeException", "proxymcp.decode.DecodedLayer", "proxymcp.decode.LayerStatus", "proxymcp.decode.Content",
            "proxymcp.json.JsonValue", "proxymcp.json.JsonObject", "proxymcp.json.JsonArray", "proxymcp.json.JsonString", "proxymcp.json.JsonNumber",
            "proxymcp.json.JsonBoolean", "proxymcp.json.JsonNull", "proxymcp.json.Json", "proxymcp.json.JsonException", "proxymcp.json.JsonLimits");

    ApiLoader() {
        super("decoder plugin interface", ClassLoader.getPlatformClassLoader());
    }

    /** Called for what the platform does not have. */
    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        int nested = name.indexOf('$');
        if (!PUBLISHED.contains(nested < 0 ? name : name.substring(0, nested))) {
            throw new ClassNotFoundException(name);
        }
        return Class.forName(name, false, Decoder.class.getClassLoader());
    }
}
