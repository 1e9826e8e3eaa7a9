package dev.weir.engine.thin;

import dev.weir.engine.metadata.MetadataStore;

/** What the volumes of one pool share. */
record Services(
        MetadataStore metadata,
        GracePeriod grace,
        LeafStore leaves,
        FreeExtents freeExtents,
        Upkeep upkeep) {}
