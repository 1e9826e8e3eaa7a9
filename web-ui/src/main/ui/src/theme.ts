const darkClass = 'pf-v6-theme-dark';

/** Keeps PatternFly's theme with what the reader chose for the system, also when that changes. */
export function followColorScheme(root: HTMLElement, dark: MediaQueryList): void {
  const apply = () => root.classList.toggle(darkClass, dark.matches);
  apply();
  dark.addEventListener('change', apply);
}
