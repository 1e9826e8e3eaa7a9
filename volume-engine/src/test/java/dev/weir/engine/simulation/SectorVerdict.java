package dev.weir.engine.simulation;

import dev.weir.engine.simulation.Violation.Promise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Says which promise a wrong sector breaks, from the stamps found in it. */
@SuppressWarnings("ArrayRecordComponent") // made for one message
record SectorVerdict(
        long volume,
        long sector,
        Moment moment,
        List<SectorValue> allowed,
        byte[] content,
        int contentOffset,
        int length) {

    Violation violation() {
        List<Optional<Stamp>> cells = cells();
        boolean zeros = zero(contentOffset, length);
        boolean own = cells.stream().allMatch(cell -> cell.filter(this::ownPlace).isPresent());
        Promise promise;
        if (!zeros && !own && cells.stream().flatMap(Optional::stream).anyMatch(this::foreign)) {
            promise = Promise.P3_FOREIGN_BYTES;
        } else {
            promise =
                    switch (moment) {
                        case ALIVE -> Promise.READ_WRONG;
                        case AFTER_KILL -> Promise.P1_KILL_LOST_WRITE;
                        case AFTER_POWER_LOSS -> Promise.P2_POWER_LOST_FLUSHED;
                    };
        }
        return new Violation(
                promise,
                "sector %d (byte %d) of volume v%d reads as %s; allowed %s: %s"
                        .formatted(
                                sector,
                                sector * SectorValue.BYTES,
                                volume,
                                describe(),
                                moment,
                                allowed));
    }

    private boolean foreign(Stamp stamp) {
        return !ownPlace(stamp);
    }

    private boolean ownPlace(Stamp stamp) {
        return stamp.volume() == volume && stamp.offset() / SectorValue.BYTES == sector;
    }

    private List<Optional<Stamp>> cells() {
        List<Optional<Stamp>> cells = new ArrayList<>();
        if (length == SectorValue.BYTES) {
            for (int at = 0; at < length; at += Stamp.CELL_BYTES) {
                cells.add(Stamp.load(content, contentOffset + at));
            }
        }
        return cells;
    }

    private String describe() {
        List<String> runs = new ArrayList<>();
        int step = length == SectorValue.BYTES ? Stamp.CELL_BYTES : length;
        for (int at = 0; at < length; at += step) {
            String text = describeCell(contentOffset + at, step);
            if (runs.isEmpty() || !runs.getLast().equals(text)) {
                runs.add(text);
            }
        }
        return String.join(", then ", runs);
    }

    private String describeCell(int at, int step) {
        if (zero(at, step)) {
            return "zeros";
        }
        if (step != Stamp.CELL_BYTES) {
            return "other bytes";
        }
        return Stamp.load(content, at)
                .map(stamp ->
                        "write %d of v%d to its sector %d"
                                .formatted(
                                        stamp.write(),
                                        stamp.volume(),
                                        stamp.offset() / SectorValue.BYTES))
                .orElse("bytes nobody wrote whole");
    }

    private boolean zero(int at, int bytes) {
        return Arrays.equals(content, at, at + bytes, new byte[bytes], 0, bytes);
    }
}
