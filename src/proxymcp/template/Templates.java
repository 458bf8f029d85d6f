package proxymcp.template;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.store.Session;
import proxymcp.store.StoreFiles;

/**
 * The templates of a session: files {@code templates/<id>.json} in its folder, each written whole or not at all and readable by its owner alone, as
 * samples may be secrets. They go with the session. Any thread may call.
 */
public final class Templates {
    private static final String FOLDER = "templates";
    private static final String SUFFIX = ".json";
    private static final long BYTES_MAX = 64L << 20;

    private final Session session;
    private final StoreFiles files;

    /** The templates of {@code session}. */
    public Templates(Session session) {
        this(session, StoreFiles.DISK);
    }

    Templates(Session session, StoreFiles files) {
        this.session = session;
        this.files = files;
    }

    /**
     * Keeps a template, in place of one with the same id.
     *
     * @throws IOException if it cannot be written, or the session is gone
     */
    public void write(FlowTemplate template) throws IOException {
        if (!FlowTemplate.isId(template.id())) {
            throw new IllegalArgumentException("not an id: " + template.id());
        }
        if (!Files.isDirectory(session.folder())) {
            throw new NoSuchFileException(session.folder().toString());
        }
        files.createFolder(folder());
        files.replace(file(template.id()), Json.bytes(TemplateJson.write(template)));
    }

    /**
     * Reads a template.
     *
     * @throws TemplateException {@code unknown_template} or {@code bad_template}
     */
    public FlowTemplate read(String id) throws IOException, TemplateException {
        if (FlowTemplate.isId(id) && Files.isRegularFile(file(id))) {
            return read(file(id));
        }
        throw new TemplateException("unknown_template", "there is no template '" + (id.length() > 100 ? id.substring(0, 100) : id) + "' in session "
                + session.manifest().id(), "proxy://sessions/" + session.manifest().id() + "/templates lists them");
    }

    /**
     * Reads a template from any file.
     *
     * @throws TemplateException {@code bad_template} if it holds none
     */
    public static FlowTemplate read(Path file) throws IOException, TemplateException {
        if (Files.size(file) > BYTES_MAX) {
            throw new TemplateException("bad_template", "the file has more than " + BYTES_MAX + " octets", "it is no template");
        }
        try {
            if (Json.parse(Files.readAllBytes(file)) instanceof JsonObject json) {
                return TemplateJson.read(json);
            }
        } catch (JsonException e) {
            throw new TemplateException("bad_template", "the template is no JSON: " + e.getMessage(), "make it again with proxy_generate_flow_template");
        }
        throw new TemplateException("bad_template", "the template is no JSON object", "make it again with proxy_generate_flow_template");
    }

    /** All templates, the newest first; those that cannot be read are left out. */
    public List<FlowTemplate> list() throws IOException {
        List<FlowTemplate> all = new ArrayList<>();
        if (!Files.isDirectory(folder())) {
            return all;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder(), "*" + SUFFIX)) {
            for (Path entry : entries) {
                readable(entry).ifPresent(all::add);
            }
        }
        all.sort(Comparator.comparingLong(FlowTemplate::createdAtMillis).reversed().thenComparing(FlowTemplate::id));
        return all;
    }

    private static Optional<FlowTemplate> readable(Path file) throws IOException {
        try {
            return Optional.of(read(file));
        } catch (TemplateException | NoSuchFileException e) {
            return Optional.empty(); // Somebody changed or deleted it.
        }
    }

    private Path folder() {
        return session.folder().resolve(FOLDER);
    }

    private Path file(String id) {
        return folder().resolve(id + SUFFIX);
    }
}
