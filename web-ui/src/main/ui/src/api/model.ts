/**
 * The parts of the REST API's answers that the page shows. Sizes are bytes; what only a serving pool knows is absent while it
 * does not serve.
 */

export interface PoolList {
  items: Pool[];
}

export interface Pool {
  id: string;
  name: string;
  state: string;
  /** Why it does not serve, or not all of it. */
  reason?: string;
  totalBytes?: number;
  allocatedBytes?: number;
  freeBytes?: number;
  virtualBytes?: number;
}

/** One page of the volumes in order of their names; pages count from 0. */
export interface VolumeList {
  items: Volume[];
  page: number;
  pageSize: number;
  totalItems: number;
}

export interface VolumeExport {
  id: string;
  protocol: string;
  uri: string;
}

export interface Volume {
  id: string;
  name: string;
  pool: string;
  state: string;
  sizeBytes: number;
  mappedBytes?: number;
  allocatedBytes?: number;
  exports: VolumeExport[];
}

/** Spring Boot's health: `UP`, or what is wrong. */
export interface Health {
  status: string;
}
