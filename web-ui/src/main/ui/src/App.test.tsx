import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { App } from './App';
import { tokenStore } from './session/tokenStore';
import type { Pool, Volume } from './api/model';
import { health, json, pools, problem, startController, token, volumes } from './test/controller';

const row = async (table: string, name: string) =>
  within((await within(await screen.findByRole('grid', { name: table })).findByRole('rowheader', { name })).closest('tr')!);

const signedIn = () => {
  tokenStore.put(token);
  return { user: userEvent.setup(), ...render(<App />) };
};

describe('signing in', () => {
  it('should ask for the token once, by keyboard alone, and keep it for the tab', async () => {
    startController();
    const user = userEvent.setup();
    const page = render(<App />);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Sign in' }).disabled).toBe(true);

    await user.keyboard(`  ${token}{Enter}`);

    await screen.findByRole('grid', { name: 'Pools' });
    page.unmount();
    render(<App />);
    await screen.findByRole('grid', { name: 'Pools' });
    expect(screen.queryByLabelText(/Admin token/)).toBeNull();
  });

  it('should show why a token is refused and keep none', async () => {
    startController();
    const user = userEvent.setup();
    render(<App />);

    await user.keyboard('wrong{Enter}');

    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('The token is unknown.');
    expect(alert.textContent).toContain('Use the admin token.');
    expect(tokenStore.get()).toBeNull();
  });

  it('should not send what cannot be a token', async () => {
    const { fetch } = startController();
    const user = userEvent.setup();
    render(<App />);

    await user.keyboard('zwölf Wörter{Enter}');

    expect((await screen.findByRole('alert')).textContent).toContain('This cannot be a token');
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('the overview', () => {
  it('should show health, pools and volumes as the controller has them', async () => {
    startController();
    signedIn();

    const pool = await row('Pools', 'fast');
    for (const shown of ['online', '10 GiB', '48 MiB', '9.953 GiB', '64 TiB']) pool.getByText(shown);
    const volume = await row('Volumes', 'db01');
    for (const shown of ['fast', '20 GiB', '33 MiB', '48 MiB', 'nbd://127.0.0.1:10809/db01']) volume.getByText(shown);
    await screen.findByText('Health: UP');
  });

  it('should show what has changed when asked to refresh', async () => {
    const { answers } = startController();
    const { user } = signedIn();
    const [first] = volumes.items;
    await row('Volumes', 'db01');
    answers['/api/v1/volumes'] = () => json(200, { ...volumes, items: [{ ...first, sizeBytes: 40 * 2 ** 30 }] });

    await user.click(screen.getByRole('button', { name: 'Refresh now' }));

    await waitFor(async () => (await row('Volumes', 'db01')).getByText('40 GiB'));
  });

  it('should keep the last good rows and show cause and correction when a refresh fails', async () => {
    const { answers } = startController();
    const { user } = signedIn();
    await row('Volumes', 'db01');
    answers['/api/v1/volumes'] = () =>
      problem(409, { title: 'The pool is being imported', cause: 'Its journal is replayed.', correction: 'Wait for it.' });

    await user.click(screen.getByRole('button', { name: 'Refresh now' }));

    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('The pool is being imported');
    expect(alert.textContent).toContain('Its journal is replayed.');
    expect(alert.textContent).toContain('Wait for it.');
    await row('Volumes', 'db01');
  });

  it('should say once that the controller is away, and recover by itself', async () => {
    const away = () => new TypeError('Failed to fetch');
    const { answers } = startController();
    const before = { ...answers };
    const { user } = signedIn();
    await row('Pools', 'fast');
    for (const path in answers) answers[path] = away;
    await user.click(screen.getByRole('button', { name: 'Refresh now' }));
    await waitFor(() => expect(screen.getAllByRole('alert')).toHaveLength(1), { timeout: 5_000 });
    await screen.findByText('Health: unknown');

    Object.assign(answers, before);

    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull(), { timeout: 10_000 });
    screen.getByText('Health: UP');
  }, 20_000);

  it('should not hide that the controller is down', async () => {
    startController({ '/actuator/health': () => json(503, { status: 'DOWN' }) });
    signedIn();
    await screen.findByText('Health: DOWN');
  });

  it('should say why a pool does not serve and that its space is unknown', async () => {
    const [{ id, name }] = pools.items as [Pool];
    startController({
      '/api/v1/pools': () => json(200, { items: [{ id, name, state: 'FAILED', reason: 'The device is gone.' }] }),
    });
    signedIn();

    const pool = await row('Pools', 'fast');
    for (const shown of ['failed', 'The device is gone.']) pool.getByText(shown);
    expect(pool.getAllByText('unknown')).toHaveLength(4);
  });

  it('should say that a pool serves only a part of its data', async () => {
    const [pool] = pools.items as [Pool];
    startController({
      '/actuator/health': () => json(200, { status: 'DEGRADED' }),
      '/api/v1/pools': () => json(200, { items: [{ ...pool, state: 'DEGRADED', reason: 'device d1 is missing' }] }),
    });
    signedIn();

    const shown = await row('Pools', 'fast');
    shown.getByText('degraded');
    shown.getByText('device d1 is missing');
    await screen.findByText('Health: DEGRADED');
  });

  it('should turn the pages of many volumes', async () => {
    const { fetch } = startController();
    const [first] = volumes.items as [Volume];
    fetch.mockImplementation(async (path) => {
      if (!path.startsWith('/api/v1/volumes')) return json(200, path.startsWith('/api') ? pools : health);
      const page = Number(new URL(path, location.href).searchParams.get('page'));
      const name = `page${page}`;
      return json(200, { items: [{ ...first, id: name, name }], page, pageSize: 100, totalItems: 250 });
    });
    const { user } = signedIn();
    await row('Volumes', 'page0');

    await user.click(screen.getByRole('button', { name: 'Go to next page' }));

    await row('Volumes', 'page1');
    expect(screen.queryByText('page0')).toBeNull();
  });

  it('should say that there is nothing yet', async () => {
    startController({ '/api/v1/volumes': () => json(200, { ...volumes, items: [], totalItems: 0 }) });
    signedIn();
    await screen.findByText(/No volume has been created yet/);
  });

  it('should say why it asks for a token again when the controller no longer takes this one', async () => {
    const { answers } = startController();
    const { user } = signedIn();
    await row('Pools', 'fast');
    answers['/api/v1/pools'] = () => problem(401, { title: 'Unauthorized', cause: 'It was replaced.' });

    await user.click(screen.getByRole('button', { name: 'Refresh now' }));

    await screen.findByLabelText(/Admin token/);
    expect(screen.getByRole('alert').textContent).toContain('It was replaced.');
    expect(tokenStore.get()).toBeNull();
  });

  it('should forget the token on signing out', async () => {
    startController();
    const { user } = signedIn();
    await user.click(await screen.findByRole('button', { name: 'Sign out' }));
    await screen.findByLabelText(/Admin token/);
    expect(tokenStore.get()).toBeNull();
  });
});
