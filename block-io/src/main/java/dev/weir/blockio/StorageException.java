package dev.weir.blockio;

import java.io.IOException;

/** An operating failure of storage; carries the {@link StorageFailure} that says which. */
public final class StorageException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient StorageFailure failure;

    public StorageException(StorageFailure failure) {
        super(failure.message());
        this.failure = failure;
    }

    public StorageException(StorageFailure failure, Throwable cause) {
        super(failure.message(), cause);
        this.failure = failure;
    }

    public StorageFailure failure() {
        return failure;
    }
}
