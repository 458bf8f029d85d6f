package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TerminalTest {
    @Test
    void controlCharactersDoNotReachTheTerminal() {
        assertEquals("a?[31mb?c?d?e\u00e9\u20ac\ud83d\ude00?", Terminal.clean("a\u001b[31mb\u009bc\u202ed\ne\u00e9\u20ac\ud83d\ude00\u200f"));
    }

    @Test
    void textIsUtf8WhateverTheLocaleAndPlainUnlessColoured() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Terminal plain = new Terminal(out, false);
        plain.line(plain.paint(31, "\u00e9"));
        assertEquals("\u00e9\n", out.toString(StandardCharsets.UTF_8));
        assertEquals("\u001b[31mx\u001b[0m", new Terminal(out, true).paint(31, "x"));
    }
}
