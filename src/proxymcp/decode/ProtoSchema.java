package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The messages, enums and methods of a {@code FileDescriptorSet} (google/protobuf/descriptor.proto), by full name without the leading dot. */
final class ProtoSchema {
    /** A message: its fields by number. */
    record Message(String name, Map<Integer, Field> fields, boolean mapEntry) {}

    /** A field: type and label are the numbers of {@code FieldDescriptorProto}; {@code typeName} is empty but for messages and enums. */
    record Field(String name, int type, boolean repeated, String typeName) {}

    private record Method(String input, String output) {}

    private static final int DEPTH_MAX = 64;
    private static final int REPEATED = 3;

    private final Map<String, Message> messages = new HashMap<>();
    private final Map<String, Map<Integer, String>> enums = new HashMap<>();
    private final Map<String, Method> methods = new HashMap<>();

    private ProtoSchema() {}

    /** Reads a {@code FileDescriptorSet}; throws if the octets are not one. */
    static ProtoSchema parse(byte[] octets) throws DecodeException {
        ProtoSchema schema = new ProtoSchema();
        for (ProtoWire file : fields(octets)) {
            if (file.number() == 1) {
                schema.file(file.octets());
            }
        }
        if (schema.messages.isEmpty()) {
            throw new DecodeException("the descriptor file holds no message type");
        }
        return schema;
    }

    Optional<Message> message(String name) {
        return Optional.ofNullable(messages.get(name.startsWith(".") ? name.substring(1) : name));
    }

    /** The only message that is no map's entry; empty if there are several. */
    Optional<Message> only() {
        Optional<Message> only = Optional.empty();
        for (Message message : messages.values()) {
            if (!message.mapEntry()) {
                if (only.isPresent()) {
                    return Optional.empty();
                }
                only = Optional.of(message);
            }
        }
        return only;
    }

    /** What a gRPC call to {@code target}, such as {@code /pkg.Service/Method}, sends or gets. */
    Optional<Message> ofCall(String target, Direction side) {
        int query = target.indexOf('?');
        String[] parts = (query < 0 ? target : target.substring(0, query)).split("/", -1);
        Method method = parts.length < 3 ? null : methods.get(parts[parts.length - 2] + "/" + parts[parts.length - 1]);
        return method == null ? Optional.empty() : message(side == Direction.REQUEST ? method.input() : method.output());
    }

    Optional<String> enumName(String type, int number) {
        return Optional.ofNullable(enums.getOrDefault(type, Map.of()).get(number));
    }

    private static Iterable<ProtoWire> fields(byte[] octets) throws DecodeException {
        ProtoWire.Fields read = ProtoWire.read(octets);
        if (read.failure().isPresent()) {
            throw new DecodeException("the descriptor file is no FileDescriptorSet: " + read.failure().get().getMessage());
        }
        return read.fields();
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8);
    }

    /** The last string with this number; empty if there is none. */
    private static String string(byte[] octets, int number) throws DecodeException {
        String found = "";
        for (ProtoWire field : fields(octets)) {
            found = field.number() == number ? text(field.octets()) : found;
        }
        return found;
    }

    private void file(byte[] octets) throws DecodeException {
        String scope = string(octets, 2);
        String prefix = scope.isEmpty() ? "" : scope + ".";
        for (ProtoWire field : fields(octets)) {
            switch (field.number()) {
                case 4 -> message(prefix, field.octets(), 0);
                case 5 -> enumeration(prefix, field.octets());
                case 6 -> service(prefix, field.octets());
                default -> { }
            }
        }
    }

    private void message(String prefix, byte[] octets, int depth) throws DecodeException {
        if (depth > DEPTH_MAX) {
            throw new DecodeException("the descriptor file nests message types deeper than " + DEPTH_MAX);
        }
        String name = prefix + string(octets, 1);
        Map<Integer, Field> members = new HashMap<>();
        boolean mapEntry = false;
        for (ProtoWire field : fields(octets)) {
            switch (field.number()) {
                case 2 -> member(field.octets(), members);
                case 3 -> message(name + ".", field.octets(), depth + 1);
                case 4 -> enumeration(name + ".", field.octets());
                case 7 -> {
                    for (ProtoWire option : fields(field.octets())) {
                        mapEntry |= option.number() == 7 && option.value() == 1;
                    }
                }
                default -> { }
            }
        }
        messages.put(name, new Message(name, members, mapEntry));
    }

    private static void member(byte[] octets, Map<Integer, Field> members) throws DecodeException {
        String name = "";
        String typeName = "";
        int number = 0;
        int type = 0;
        boolean repeated = false;
        for (ProtoWire field : fields(octets)) {
            switch (field.number()) {
                case 1 -> name = text(field.octets());
                case 3 -> number = (int) field.value();
                case 4 -> repeated = field.value() == REPEATED;
                case 5 -> type = (int) field.value();
                case 6 -> typeName = text(field.octets());
                default -> { }
            }
        }
        members.put(number, new Field(name, type, repeated, typeName.startsWith(".") ? typeName.substring(1) : typeName));
    }

    private void enumeration(String prefix, byte[] octets) throws DecodeException {
        Map<Integer, String> names = new HashMap<>();
        for (ProtoWire field : fields(octets)) {
            if (field.number() == 2) {
                int number = 0;
                for (ProtoWire part : fields(field.octets())) {
                    number = part.number() == 2 ? (int) part.value() : number;
                }
                names.putIfAbsent(number, string(field.octets(), 1));
            }
        }
        enums.put(prefix + string(octets, 1), names);
    }

    private void service(String prefix, byte[] octets) throws DecodeException {
        String name = prefix + string(octets, 1);
        for (ProtoWire field : fields(octets)) {
            if (field.number() == 2) {
                methods.put(name + "/" + string(field.octets(), 1), new Method(string(field.octets(), 2), string(field.octets(), 3)));
            }
        }
    }
}
