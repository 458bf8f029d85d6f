package proxymcp.tool;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Source;
import proxymcp.json.Args;
import proxymcp.json.Property;

/**
 * Which exchanges a list shows. Every part that is given must fit.
 *
 * @param method equal, ignoring case
 * @param url part of the URL, lower case
 * @param hostname part of the host name, lower case
 * @param status equal
 * @param source equal
 */
record TrafficFilter(Optional<String> method, Optional<String> url, Optional<String> hostname, OptionalInt status,
        Optional<Source> source) {
    static final List<Property> PROPERTIES = List.of(
            Property.text("method_filter", "Only this method, ignoring case", 1, 1_000),
            Property.text("url_filter", "Only URLs that contain this, ignoring case", 1, 10_000),
            Property.text("hostname_filter", "Only host names that contain this, ignoring case", 1, 1_000),
            Property.integer("status_filter", "Only this status code", 100, 999),
            Property.choice("source_filter", "Only exchanges that came this way", "explicit", "transparent", "replay", "har", "rule"));

    static TrafficFilter parse(Args args) {
        return new TrafficFilter(args.optString("method_filter"), lowerCase(args.optString("url_filter")),
                lowerCase(args.optString("hostname_filter")), args.optInteger("status_filter"),
                args.optChoice("source_filter", Source.class));
    }

    boolean accepts(Exchange exchange) {
        return (method.isEmpty() || exchange.start().head().method().equalsIgnoreCase(method.get()))
                && (hostname.isEmpty() || exchange.start().endpoint().host().toLowerCase(Locale.ROOT).contains(hostname.get()))
                && (source.isEmpty() || exchange.start().client().source() == source.get())
                && (status.isEmpty() || exchange.response().isPresent() && exchange.response().get().status() == status.getAsInt())
                && (url.isEmpty() || exchange.start().url().toLowerCase(Locale.ROOT).contains(url.get()));
    }

    private static Optional<String> lowerCase(Optional<String> text) {
        return text.isPresent() ? Optional.of(text.get().toLowerCase(Locale.ROOT)) : text;
    }
}
