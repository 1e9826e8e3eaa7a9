package dev.weir.blockio.scsi;

/** Why a transport could not carry a command's data; each ends in sense (RFC 7143 11.4.7.2). */
public enum TransportFault {
    UNEXPECTED_UNSOLICITED_DATA(0x0c, 0x0c),
    NOT_ENOUGH_UNSOLICITED_DATA(0x0c, 0x0d),
    PROTOCOL_SERVICE_CRC_ERROR(0x47, 0x05),
    DATA_NOT_RECEIVED(0x4b, 0x00),
    SNACK_REJECTED(0x11, 0x13);

    final int asc;
    final int ascq;

    TransportFault(int asc, int ascq) {
        this.asc = asc;
        this.ascq = ascq;
    }
}
