package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import proxymcp.codec.Charsets;

/** HTML as an outline of its text: title, headings, paragraphs, links, fields of forms. Scripts and styles are left out. */
final class HtmlDecoder implements Decoder {
    private static final double BY_OPENING = 0.9;
    private static final int OPENING_CHARS = 1024;

    @Override
    public String id() {
        return "html";
    }

    @Override
    public String title() {
        return "HTML as an outline of its text";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("text/html", "application/xhtml+xml");
    }

    @Override
    public double recognise(DecodeInput in) {
        String opening = new String(in.bytes(), in.offset(), Math.min(in.length(), OPENING_CHARS), StandardCharsets.ISO_8859_1)
                .stripLeading().toLowerCase(Locale.ROOT);
        return opening.startsWith("<!doctype html") || opening.startsWith("<html") ? BY_OPENING : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        byte[] octets = in.copy();
        String contentType = in.hint(DecodeInput.CONTENT_TYPE).orElse("text/html");
        if (!Charsets.isTextual(contentType, octets)) {
            throw new DecodeException("the octets are not text");
        }
        String html = Charsets.text(contentType, octets);
        if (html.indexOf('<') < 0) {
            throw new DecodeException("no tag in it");
        }
        return DecodedLayer.text(in, new HtmlOutline(html).text());
    }
}
