import { formatBytes, formatExactBytes } from './formatBytes';

/** A size, readable at a glance and exact on hover; or that nobody knows it now. */
export function Bytes({ value }: { value: number | undefined }) {
  if (value === undefined) return <span title="Known while the pool serves">unknown</span>;
  return (
    <data value={value} title={formatExactBytes(value)}>
      {formatBytes(value)}
    </data>
  );
}
