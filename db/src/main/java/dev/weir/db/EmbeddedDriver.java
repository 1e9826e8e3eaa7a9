package dev.weir.db;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * H2's driver, which makes the file ready before each opening of the database: when the process
 * starts, and when the database has closed itself after an I/O error (a full host) and the next
 * connection opens it again. Usable from any thread.
 */
public final class EmbeddedDriver implements Driver {
    private static final String FILE_URL = "jdbc:h2:file:";

    private static final EmbeddedDriver SELF = new EmbeddedDriver();

    private final Driver h2 = new org.h2.Driver();

    /** Lets whoever looks for the driver by its name find it. */
    public static void register() throws SQLException {
        DriverManager.registerDriver(SELF);
    }

    @Override
    public synchronized @Nullable Connection connect(String url, Properties properties)
            throws SQLException {
        if (url.startsWith(FILE_URL)) {
            prepare(url);
        }
        return h2.connect(url, properties);
    }

    private static void prepare(String url) throws SQLException {
        var file = url.substring(FILE_URL.length()).split(";", 2)[0];
        try {
            StoreHeader.mend(Path.of(file + ".mv.db"));
        } catch (IOException e) {
            throw new SQLException("the file of the database cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean acceptsURL(String url) throws SQLException {
        return h2.acceptsURL(url);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties)
            throws SQLException {
        return h2.getPropertyInfo(url, properties);
    }

    @Override
    public int getMajorVersion() {
        return h2.getMajorVersion();
    }

    @Override
    public int getMinorVersion() {
        return h2.getMinorVersion();
    }

    @Override
    public boolean jdbcCompliant() {
        return h2.jdbcCompliant();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return h2.getParentLogger();
    }
}
