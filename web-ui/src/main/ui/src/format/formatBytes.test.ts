import { describe, expect, it } from 'vitest';
import { formatBytes, formatExactBytes } from './formatBytes';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [64 * 2 ** 10, '64 KiB'],
    [10 * 2 ** 30, '10 GiB'],
    [64 * 2 ** 40, '64 TiB'],
    [1.234567 * 2 ** 30, '1.235 GiB'],
  ])('should show %d as %s', (bytes, shown) => {
    expect(formatBytes(bytes)).toBe(shown);
  });

  it('should take the next unit when rounding would reach 1024', () => {
    expect(formatBytes(2 ** 30 - 1)).toBe('1 GiB');
  });

  it('should stay in the largest unit beyond its range', () => {
    expect(formatBytes(2000 * 2 ** 60)).toBe('2000 EiB');
  });
});

describe('formatExactBytes', () => {
  it('should keep every byte', () => {
    expect(formatExactBytes(10 * 2 ** 30 + 1)).toBe('10,737,418,241 bytes');
  });
});
