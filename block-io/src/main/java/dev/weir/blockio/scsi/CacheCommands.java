package dev.weir.blockio.scsi;

import dev.weir.blockio.StorageException;
import java.util.List;

/** SYNCHRONIZE CACHE and PRE-FETCH (SBC-3 5.7, 5.8, 5.22, 5.23). */
final class CacheCommands {
    private CacheCommands() {}

    static List<Operation> operations() {
        return List.of(
                synchronize("35 02 ff ff ff ff 00 ff ff 00"),
                synchronize("91 02 ff ff ff ff ff ff ff ff ff ff ff ff 00 00"),
                prefetch("34 02 ff ff ff ff 00 ff ff 00"),
                prefetch("90 02 ff ff ff ff ff ff ff ff ff ff ff ff 00 00"));
    }

    private static Operation synchronize(String usage) {
        return Operation.of(usage, Access.WRITE, CacheCommands::prepare, CacheCommands::flush);
    }

    private static Operation prefetch(String usage) {
        return Operation.of(usage, Access.READ, CacheCommands::prepare, CacheCommands::cache);
    }

    /** Zero blocks mean all up to the end (SBC-3 5.7, 5.22). */
    private static void prepare(Command command) throws CheckCondition {
        BlockRange.take(command);
        command.mayBlock();
    }

    /**
     * Makes everything durable, whatever range is asked for. IMMED would allow to answer earlier;
     * answering when it is done is always right.
     */
    private static void flush(Command command) throws CommandTermination, StorageException {
        command.requireCurrent();
        command.unit().medium().device().flush();
    }

    private static void cache(Command command) throws CommandTermination, StorageException {
        command.requireCurrent();
        Medium medium = command.unit().medium();
        long blocks = command.blocks == 0 ? medium.blocks() - command.lba : command.blocks;
        medium.device().cache(medium.toBytes(command.lba), medium.toBytes(blocks));
    }
}
