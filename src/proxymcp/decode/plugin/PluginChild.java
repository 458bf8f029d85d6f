package proxymcp.decode.plugin;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import proxymcp.decode.DecodeException;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeSink;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.Decoder;

/** The process that plugins of one jar run in where they are kept apart: answers what comes on its standard input, and ends with it. */
public final class PluginChild {
    private final DataInputStream in;
    private final DataOutputStream out;
    private final Path jar;

    private PluginChild(DataInputStream in, DataOutputStream out, Path jar) {
        this.in = in;
        this.out = out;
        this.jar = jar;
    }

    /**
     * Runs until the standard input ends.
     *
     * @param args the jar
     */
    public static void main(String[] args) throws IOException {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16));
        DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in), 1 << 16));
        // What a plugin prints is none of the answers.
        System.setOut(System.err);
        System.setIn(InputStream.nullInputStream());
        try {
            new PluginChild(in, out, Path.of(args[0])).serve();
        } catch (EOFException over) {
            System.exit(0);
        }
    }

    private void serve() throws IOException {
        PluginLoader loader;
        require(in.readInt() == Wire.LOAD);
        try {
            loader = PluginLoader.load(jar);
            out.writeInt(Wire.DONE);
            Wire.infos(out, loader.infos());
        } catch (IOException | RuntimeException | LinkageError e) {
            out.writeInt(Wire.FAILED);
            Wire.text(out, PluginInfo.shortened(e instanceof IOException ? e.getMessage() : e.toString()));
            out.flush();
            return;
        }
        out.flush();
        while (true) {
            int what = in.readInt();
            Decoder decoder = loader.decoder(Wire.text(in));
            if (what == Wire.RECOGNISE) {
                recognise(decoder, Wire.input(in));
            } else {
                require(what == Wire.DECODE);
                DecodeSink sink = new DecodeSink(in.readInt());
                decode(decoder, Wire.input(in), sink);
            }
            out.flush();
        }
    }

    private static void require(boolean held) throws IOException {
        if (!held) {
            throw new IOException("not what was agreed");
        }
    }

    private void recognise(Decoder decoder, DecodeInput input) throws IOException {
        double confidence;
        try {
            confidence = decoder.recognise(input);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            failed(e);
            return;
        }
        out.writeInt(Wire.DONE);
        out.writeDouble(confidence);
    }

    private void decode(Decoder decoder, DecodeInput input, DecodeSink sink) throws IOException {
        DecodedLayer layer;
        try {
            layer = Answers.checked(input, decoder.decode(input, sink));
        } catch (DecodeException e) {
            out.writeInt(Wire.UNREADABLE);
            Wire.failure(out, e, sink);
            return;
        } catch (IOException | RuntimeException | LinkageError | StackOverflowError | PluginFailure e) {
            failed(e);
            return;
        }
        out.writeInt(Wire.DONE);
        Wire.layer(out, layer, sink);
    }

    private void failed(Throwable e) throws IOException {
        out.writeInt(Wire.FAILED);
        Wire.text(out, e instanceof PluginFailure ? e.getMessage() : "it threw " + PluginInfo.shortened(e.toString()));
    }
}
