package dev.weir.blockio.scsi;

import java.util.List;

/**
 * What a target is called and through which ports it is reached.
 *
 * @param name the SCSI name, an iqn
 * @param ports all ports, reachable or not; what REPORT TARGET PORT GROUPS and TransportIDs may
 *     refer to
 * @param portGroup the target port group that all ports belong to (SPC-4 5.16)
 */
public record ScsiTargetConfig(String name, List<TargetPort> ports, int portGroup) {

    public ScsiTargetConfig {
        ports = List.copyOf(ports);
        if (ports.isEmpty()) {
            throw new IllegalArgumentException("a target has at least one port");
        }
        if (portGroup < 0 || portGroup > 0xffff) {
            throw new IllegalArgumentException("port group " + portGroup + " out of range");
        }
        long ids = ports.stream().map(TargetPort::relativeId).distinct().count();
        if (ids != ports.size()) {
            throw new IllegalArgumentException("relative port identifiers repeat");
        }
    }

    /** A target with one port, in the customary group 1. */
    public static ScsiTargetConfig of(TargetPort port) {
        return new ScsiTargetConfig(port.name(), List.of(port), 1);
    }
}
