package proxymcp.decode.plugin;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The process of one plugin: questions on stdin, answers on stdout. Its main thread does nothing but read, so that the process ends when stdin does,
 * whatever the plugin is doing.
 */
final class PluginChild {
    private static final int BROKEN = 4;

    private final Path jar;
    private final DataOutputStream out;
    private final BlockingQueue<PluginWire.Question> questions = new LinkedBlockingQueue<>();

    private PluginChild(Path jar, DataOutputStream out) {
        this.jar = jar;
        this.out = out;
    }

    /** Serves the jar that the first argument names. */
    public static void main(String[] args) {
        DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
        DataOutputStream out = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
        // A plugin that prints must not spoil the frames.
        System.setOut(System.err);
        System.setIn(InputStream.nullInputStream());
        PluginChild child = new PluginChild(Path.of(args[0]), out);
        Thread worker = new Thread(child::work, "decoder-plugin");
        worker.setDaemon(true);
        worker.start();
        try {
            while (true) {
                child.questions.add(PluginWire.question(PluginWire.receive(in, PluginWire.INPUT_BYTES_MAX + 32 * PluginWire.ROOM_BYTES)));
            }
        } catch (EOFException parentEnded) {
            Runtime.getRuntime().halt(0);
        } catch (IOException | RuntimeException e) {
            Runtime.getRuntime().halt(BROKEN);
        }
    }

    private void work() {
        try {
            serve();
        } catch (Throwable lost) {
            Runtime.getRuntime().halt(BROKEN);
        }
    }

    private void serve() throws IOException, InterruptedException {
        LoadedJar loaded;
        try {
            loaded = LoadedJar.load(jar);
        } catch (IOException refused) {
            PluginWire.send(out, PluginWire.contents(new PluginHost.Contents(List.of(), List.of(Reason.message(refused)))));
            return;
        }
        Thread.currentThread().setContextClassLoader(loaded.loader());
        PluginWire.send(out, PluginWire.contents(new PluginHost.Contents(loaded.descriptions(), loaded.problems())));
        while (true) {
            PluginWire.send(out, answer(loaded, questions.take()));
        }
    }

    private static byte[] answer(LoadedJar loaded, PluginWire.Question question) {
        if (question.decode()) {
            return PluginWire.answer(PluginCall.decode(loaded.decoders().get(question.decoder()), question.in(), question.bytesMax()));
        }
        try {
            return PluginWire.confidence(PluginCall.recognise(loaded.decoders().get(question.decoder()), question.in()));
        } catch (Throwable thrown) {
            return PluginWire.fault(Reason.of(thrown));
        }
    }
}
