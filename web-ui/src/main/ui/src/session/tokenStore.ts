const key = 'weir.token';

/** The token of this browser tab. It survives a reload, and goes with the tab. */
export const tokenStore = {
  get: (): string | null => sessionStorage.getItem(key),
  put: (token: string): void => sessionStorage.setItem(key, token),
  forget: (): void => sessionStorage.removeItem(key),
};
