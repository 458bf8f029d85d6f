package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Rows of one length, numbered from 1. The first four octets of a row are its state, written last; 0 is no row. One thread writes; any may read. */
final class RowArea implements Closeable {
    private final Extents extents;
    private final int rowBytes;
    private final int rowsPerExtent;

    RowArea(Extents extents, int rowBytes) {
        this.extents = extents;
        this.rowBytes = rowBytes;
        this.rowsPerExtent = extents.extentBytes() / rowBytes;
    }

    Extents extents() {
        return extents;
    }

    int rowsPerExtent() {
        return rowsPerExtent;
    }

    int rowBytes() {
        return rowBytes;
    }

    /** The extent that row {@code number} is in. */
    ByteBuffer extent(long number) throws IOException {
        return extents.extent((int) ((number - 1) / rowsPerExtent));
    }

    /** Offset of row {@code number} in its extent. */
    int at(long number) {
        return (int) ((number - 1) % rowsPerExtent) * rowBytes;
    }

    /** Makes sure that there is room for row {@code number}. */
    void grow(long number) throws IOException {
        extents.grow((int) ((number - 1) / rowsPerExtent));
    }

    /** Notes that row {@code number} is about to change. */
    void touch(long number) {
        extents.touch((int) ((number - 1) / rowsPerExtent));
    }

    /** Empties the rows behind {@code last}. */
    void cutBehind(long last) throws IOException {
        long rows = extents.bytes() / extents.extentBytes() * rowsPerExtent;
        for (long number = last + 1; number <= rows; number++) {
            touch(number);
            RowLayout.publish(extent(number), at(number), 0);
        }
    }

    /** Puts a row back as it was. */
    void restore(long number, byte[] row) throws IOException {
        if (row.length != rowBytes) {
            throw new IOException("checkpoint holds a row of another layout");
        }
        touch(number);
        extent(number).put(at(number), row);
    }

    /** A copy of row {@code number}. */
    byte[] copy(long number) throws IOException {
        byte[] row = new byte[rowBytes];
        extent(number).get(at(number), row);
        return row;
    }

    /** CRC-32C of the rows {@code first} to {@code last}. */
    int checksum(long first, long last) throws IOException {
        CRC32C crc = new CRC32C();
        for (long number = first; number <= last; ) {
            long extentEnd = ((number - 1) / rowsPerExtent + 1) * rowsPerExtent;
            long end = Math.min(last, extentEnd);
            crc.update(extent(number).slice(at(number), (int) (end - number + 1) * rowBytes));
            number = end + 1;
        }
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        extents.close();
    }
}
