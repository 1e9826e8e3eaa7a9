package dev.weir.db;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
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

    /**
     * The embedded database in a file, for {@link EmbeddedDriver}. {@code WRITE_DELAY=0} hands each
     * commit to the operating system before it returns, so that the death of the process loses
     * none; closing it is left to whoever stops the stores.
     */
    public static String embeddedUrl(Path file) {
        return "jdbc:h2:file:"
                + file
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
                + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    }

    /** Settings of the data source that go with {@link #embeddedUrl}. */
    public static Map<String, Object> embeddedProperties() {
        try {
            EmbeddedDriver.register();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return Map.of(
                "spring.datasource.driver-class-name",
                EmbeddedDriver.class.getName(),
                "spring.datasource.hikari.exception-override-class-name",
                ClosedDatabase.class.getName());
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
