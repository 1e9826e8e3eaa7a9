package dev.weir.db;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The stores on PostgreSQL. */
@DirtiesContext
class PostgresStoresTest extends StoreContract {
    private static PostgresServer server;

    @BeforeAll
    static void start() throws IOException {
        if (server == null) {
            server = PostgresServer.start();
        }
    }

    @DynamicPropertySource
    static void connect(DynamicPropertyRegistry registry) throws IOException {
        start();
        registry.add("spring.datasource.url", server::url);
        registry.add("spring.datasource.username", server::user);
        registry.add("spring.datasource.password", server::password);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }
}
