import { describe, expect, it } from 'vitest';
import { followColorScheme } from './theme';

class Scheme extends EventTarget {
  constructor(public matches: boolean) {
    super();
  }

  turn(dark: boolean) {
    this.matches = dark;
    this.dispatchEvent(new Event('change'));
  }
}

describe('the theme', () => {
  it('should follow the reader from dark to light and back', () => {
    const root = document.createElement('html');
    const scheme = new Scheme(true);
    followColorScheme(root, scheme as unknown as MediaQueryList);
    expect(root.className).toBe('pf-v6-theme-dark');
    scheme.turn(false);
    expect(root.className).toBe('');
    scheme.turn(true);
    expect(root.className).toBe('pf-v6-theme-dark');
  });
});
