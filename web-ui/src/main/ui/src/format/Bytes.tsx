import { formatBytes, formatExactBytes } from './formatBytes';

/** A size, readable at a glance and exact on hover. */
export function Bytes({ value }: { value: number }) {
  return (
    <data value={value} title={formatExactBytes(value)}>
      {formatBytes(value)}
    </data>
  );
}
