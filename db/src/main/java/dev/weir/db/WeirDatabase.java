package dev.weir.db;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;

/** Contributes the stores to an application that has a data source and Flyway. */
@Configuration(proxyBeanMethods = false)
@EntityScan
@EnableJpaRepositories
@ComponentScan
public class WeirDatabase {
    private static final Logger LOG = LoggerFactory.getLogger(WeirDatabase.class);

    /**
     * The embedded database in a file. {@code WRITE_DELAY=0} hands each commit to the operating
     * system before it returns, so that the death of the process loses none; closing it is left to
     * whoever stops the stores.
     */
    public static String embeddedUrl(Path file) {
        return "jdbc:h2:file:"
                + file
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
                + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    }

    /**
     * Makes the file ready to be opened, whatever way its last user ended. To be called before each
     * opening of the embedded database; without it the last commits before a kill may be lost.
     */
    public static void prepareEmbedded(Path file) throws IOException {
        var store = file.resolveSibling(file.getFileName() + ".mv.db");
        if (StoreHeader.mend(store)) {
            LOG.debug("The database was not closed; its newest commit was found");
        }
    }

    /** What the database said, if it was the database that failed. */
    public static Optional<String> reason(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException said && said.getMessage() != null) {
                return said.getMessage().lines().findFirst();
            }
        }
        return Optional.empty();
    }
}
