package dev.weir.controller.export;

import dev.weir.blockio.iscsi.IscsiClient;
import dev.weir.blockio.nbd.NbdClient;
import io.swagger.v3.oas.annotations.media.Schema;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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
        @Schema(description = "iSCSI only", example = "iqn.2026-11.dev.weir:db01")
                @Nullable String target,
        @Schema(description = "iSCSI only", example = "0") @Nullable Integer lun,
        @Schema(description = "iSCSI only: logical block", example = "512")
                @Nullable Integer blockSizeBytes,
        @Schema(description = "iSCSI only: those who may log in; none means any")
                @Nullable List<String> initiators,
        @Schema(description = "iSCSI only: the name that initiators prove; secrets are never told")
                @Nullable String chapUser,
        @Schema(description = "iSCSI only: the name that the target proves")
                @Nullable String mutualChapUser,
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
            @Schema(
                            description = "iSCSI only: what it calls itself",
                            example = "iqn.1993-08.org.debian:01:abc")
                    @Nullable String initiator,
            Instant connectedAt,
            long requests,
            long readBytes,
            long writtenBytes) {

        static ClientView of(NbdClient client) {
            return new ClientView(
                    text(client.remoteAddress()),
                    null,
                    client.connectedAt(),
                    client.requests(),
                    client.bytesRead(),
                    client.bytesWritten());
        }

        static ClientView of(IscsiClient client) {
            return new ClientView(
                    String.join(" ", client.remoteAddresses()),
                    client.initiatorName(),
                    client.since(),
                    client.commands(),
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
