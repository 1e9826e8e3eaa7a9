package dev.weir.db;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A PostgreSQL of its own for a test class: in a container where a Docker engine answers and has
 * the image or can get it, else from binaries that come with the test dependencies. There is always
 * one.
 */
record PostgresServer(String url, String user, String password, Stop stop)
        implements AutoCloseable {
    private static final String IMAGE = "postgres:17";

    private interface Stop {
        void stop() throws IOException;
    }

    static PostgresServer start() throws IOException {
        return DockerClientFactory.instance().isDockerAvailable() ? container() : embedded();
    }

    private static PostgresServer container() throws IOException {
        var container = new PostgreSQLContainer(IMAGE);
        try {
            container.start();
        } catch (ContainerFetchException | ContainerLaunchException e) {
            container.stop();
            return embedded();
        }
        return new PostgresServer(
                container.getJdbcUrl(),
                container.getUsername(),
                container.getPassword(),
                container::stop);
    }

    private static PostgresServer embedded() throws IOException {
        var postgres = EmbeddedPostgres.start();
        return new PostgresServer(
                postgres.getJdbcUrl("postgres", "postgres"), "postgres", "", postgres::close);
    }

    @Override
    public void close() throws IOException {
        stop.stop();
    }
}
