const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, useGrouping: false });

/** A size for people, in the unit that keeps it below 1024 and to at most four digits: `10 GiB`, `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // What would round up to 1024 of a unit is one of the next.
  while (unit < units.length - 1 && Number(number.format(value)) >= 1024) {
    value /= 1024;
    unit++;
  }
  return `${number.format(value)} ${units[unit]}`;
}

/** The exact size, for a tooltip: `10,737,418,240 bytes`. */
export function formatExactBytes(bytes: number): string {
  return `${bytes.toLocaleString('en')} bytes`;
}
