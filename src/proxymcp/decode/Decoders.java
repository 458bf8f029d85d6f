package proxymcp.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The decoders there are: those built in, in the order in which ties are settled, then plugins. */
public final class Decoders {
    /** Rises when a built-in decoder gives something else for the same octets; part of the names of what is kept. */
    public static final int VERSION = 1;

    private final List<Decoder> builtin;
    private final PluginSource plugins;

    private Decoders(List<Decoder> builtin, PluginSource plugins) {
        this.builtin = List.copyOf(builtin);
        this.plugins = plugins;
    }

    /** Those built in. */
    public static Decoders builtin() {
        return withPlugins(PluginSource.NONE);
    }

    /** Those built in and these plugins. A plugin with the id of one built in is not used. */
    public static Decoders withPlugins(PluginSource plugins) {
        return new Decoders(builtins(), plugins);
    }

    /** These alone. */
    static Decoders of(List<Decoder> decoders) {
        return new Decoders(decoders, PluginSource.NONE);
    }

    private static List<Decoder> builtins() {
        return List.of(
                new CodingDecoder("gzip", "gzip data, one member or several (RFC 1952)"),
                new CodingDecoder("deflate", "deflate data, with or without zlib wrapper (RFC 1950, 1951)"),
                new CodingDecoder("br", "Brotli data (RFC 7932)"),
                new CodingDecoder("zstd", "Zstandard data (RFC 8878)"),
                GrpcDecoder.web(),
                GrpcDecoder.grpc(),
                new ProtobufDecoder(),
                new MessagePackDecoder(),
                new CborDecoder(),
                new JwtDecoder(),
                new PrefixDecoder(),
                new GraphQlDecoder(),
                new JsonDecoder(),
                new JsonLinesDecoder(),
                new MultipartDecoder(),
                new FormDecoder(),
                new EventStreamDecoder(),
                new HtmlDecoder(),
                LettersDecoder.base64Json(),
                LettersDecoder.base64(),
                LettersDecoder.hex(),
                new PercentDecoder());
    }

    /** Those that may run, ties settled by their order. */
    public List<Decoder> decoders() {
        List<Decoder> all = new ArrayList<>(builtin);
        for (Decoder plugin : plugins.decoders()) {
            if (find(all, plugin.id()).isEmpty()) {
                all.add(plugin);
            }
        }
        return all;
    }

    /** One by its id. */
    public Optional<Decoder> named(String id) {
        return find(decoders(), id);
    }

    /** All of them, those that cannot be used with the reason. */
    public List<DecoderInfo> list() {
        List<DecoderInfo> all = new ArrayList<>();
        for (Decoder decoder : builtin) {
            all.add(DecoderInfo.builtin(decoder));
        }
        for (DecoderInfo plugin : plugins.infos()) {
            all.add(find(builtin, plugin.id()).isPresent() ? plugin.refused("a decoder of this id is built in") : plugin);
        }
        return all;
    }

    private static Optional<Decoder> find(List<Decoder> decoders, String id) {
        for (Decoder decoder : decoders) {
            if (decoder.id().equals(id)) {
                return Optional.of(decoder);
            }
        }
        return Optional.empty();
    }
}
