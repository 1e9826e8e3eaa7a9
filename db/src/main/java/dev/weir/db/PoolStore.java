package dev.weir.db;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The remembered pools and their devices. */
@Repository
public class PoolStore {
    private final PoolRepository pools;
    private final DeviceRepository devices;

    PoolStore(PoolRepository pools, DeviceRepository devices) {
        this.pools = pools;
        this.devices = devices;
    }

    public List<PoolRow> all() {
        return pools.findAll().stream().map(PoolEntity::row).toList();
    }

    public Optional<PoolRow> byId(UUID id) {
        return pools.findById(id).map(PoolEntity::row);
    }

    public Optional<PoolRow> byName(String name) {
        return pools.findByName(name).map(PoolEntity::row);
    }

    /** Remembers a new pool; false if the name is taken. */
    public boolean insert(PoolRow pool) {
        try {
            pools.saveAndFlush(PoolEntity.of(pool));
            return true;
        } catch (DataIntegrityViolationException e) {
            if (pools.findByName(pool.name()).isPresent()) {
                return false;
            }
            throw e;
        }
    }

    @Transactional
    public void online(UUID id) {
        pools.findById(id).ifPresent(pool -> pool.state = Lifecycle.ONLINE);
    }

    /** Forgets a pool, its devices and its extents; it must not have volumes. */
    @Transactional
    public void delete(UUID id) {
        pools.deleteById(id);
    }

    public List<DeviceRow> allDevices() {
        return devices.findAll().stream().map(DeviceEntity::row).toList();
    }

    /** The devices of a pool, oldest first. */
    public List<DeviceRow> devices(UUID poolId) {
        return devices.findByPoolIdOrderByCreatedAtAscPathAsc(poolId).stream()
                .map(DeviceEntity::row)
                .toList();
    }

    /** Remembers a new device; false if one with this path is remembered already. */
    public boolean insertDevice(DeviceRow device) {
        try {
            devices.saveAndFlush(DeviceEntity.of(device));
            return true;
        } catch (DataIntegrityViolationException e) {
            if (devices.findByPath(device.path()).isPresent()) {
                return false;
            }
            throw e;
        }
    }

    @Transactional
    public void deviceOnline(UUID id, UUID identity) {
        devices.findById(id)
                .ifPresent(device -> {
                    device.identity = identity;
                    device.state = Lifecycle.ONLINE;
                });
    }

    /** Remembers that a device is found at another path from now on. */
    @Transactional
    public void deviceMoved(UUID id, String path) {
        devices.findById(id).ifPresent(device -> device.path = path);
    }

    @Transactional
    public void deleteDevice(UUID id) {
        devices.deleteById(id);
    }
}
