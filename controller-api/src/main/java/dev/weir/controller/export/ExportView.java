package dev.weir.controller.export;

import dev.weir.blockio.nbd.NbdClient;
import io.swagger.v3.oas.annotations.media.Schema;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** An export as a client sees it, with those connected to it. */
@Schema(
        name = "Export",
        requiredProperties = {
            "id",
            "volume",
            "protocol",
            "uri",
            "readOnly",
            "state",
            "clients",
            "createdAt"
        })
record ExportView(
        UUID id,
        @Schema(example = "db01") String volume,
        @Schema(example = "nbd") String protocol,
        @Schema(example = "nbd://127.0.0.1:10809/db01") String uri,
        boolean readOnly,
        State state,
        List<ClientView> clients,
        Instant createdAt) {

    /** Whether clients can connect. */
    enum State {
        ONLINE,
        /** Its volume is not there. */
        OFFLINE
    }

    /** Somebody connected. */
    @Schema(
            name = "Client",
            requiredProperties = {
                "address",
                "connectedAt",
                "requests",
                "readBytes",
                "writtenBytes"
            })
    record ClientView(
            @Schema(example = "127.0.0.1:40312") String address,
            Instant connectedAt,
            long requests,
            long readBytes,
            long writtenBytes) {

        static ClientView of(NbdClient client) {
            return new ClientView(
                    text(client.remoteAddress()),
                    client.connectedAt(),
                    client.requests(),
                    client.bytesRead(),
                    client.bytesWritten());
        }

        private static String text(SocketAddress address) {
            return address instanceof InetSocketAddress internet
                    ? ExportUris.authority(internet)
                    : address.toString();
        }
    }
}
