package dev.weir.db;

import org.springframework.test.context.TestPropertySource;

/** The stores on the embedded database, in the mode that Weir runs it in. */
@TestPropertySource(
        properties =
                "spring.datasource.url=jdbc:h2:mem:stores;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1")
class H2StoresTest extends StoreContract {}
