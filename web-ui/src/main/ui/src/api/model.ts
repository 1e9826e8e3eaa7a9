/** The parts of the REST API's answers that the page shows. Sizes are bytes. */

export interface Page<T> {
  items: T[];
  total: number;
}

export interface Pool {
  name: string;
  state: string;
  totalBytes: number;
  allocatedBytes: number;
  freeBytes: number;
  virtualBytes: number;
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
  mappedBytes: number;
  allocatedBytes: number;
  exports: VolumeExport[];
}

/** Spring Boot's health: `UP`, or what is wrong. */
export interface Health {
  status: string;
}
