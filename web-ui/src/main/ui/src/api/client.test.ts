import { describe, expect, it } from 'vitest';
import { json, pools, problem, startController, token } from '../test/controller';
import { createClient } from './client';
import { Problem } from './problem';

const refusal = async (call: Promise<unknown>): Promise<Problem> => {
  const failure = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(failure).toBeInstanceOf(Problem);
  return failure as Problem;
};

describe('the client', () => {
  it('should send the token and return the answer', async () => {
    startController();
    await expect(createClient(token).pools()).resolves.toEqual(pools);
  });

  it('should carry cause and correction of a refusal', async () => {
    startController({
      '/api/v1/pools': () => problem(507, { title: 'Pool full', cause: 'No extent is free.', correction: 'Add a device.' }),
    });
    const thrown = await refusal(createClient(token).pools());
    expect(thrown.status).toBe(507);
    expect(thrown.message).toBe('Pool full');
    expect(thrown.body).toMatchObject({ cause: 'No extent is free.', correction: 'Add a device.' });
  });

  it('should recognise a refused token', async () => {
    startController();
    expect((await refusal(createClient('wrong').volumes())).unauthorized).toBe(true);
  });

  it('should say that the controller does not answer', async () => {
    startController({ '/api/v1/pools': () => new TypeError('Failed to fetch') });
    const thrown = await refusal(createClient(token).pools());
    expect(thrown.status).toBe(0);
    expect(thrown.message).toBe('The controller does not answer');
    expect(thrown.passing).toBe(true);
  });

  it('should survive an error page that is no problem document', async () => {
    startController({
      '/api/v1/pools': () => new Response('<h1>Bad Gateway</h1>', { status: 502, headers: { 'Content-Type': 'text/html' } }),
    });
    expect((await refusal(createClient(token).pools())).message).toBe('The controller answered HTTP 502');
  });

  it('should survive a problem document that is cut short', async () => {
    startController({
      '/api/v1/pools': () =>
        new Response('{"title":', { status: 500, headers: { 'Content-Type': 'application/problem+json' } }),
    });
    expect((await refusal(createClient(token).pools())).status).toBe(500);
  });

  it('should take 503 from health as an answer, not a failure', async () => {
    startController({ '/actuator/health': () => json(503, { status: 'DOWN' }) });
    await expect(createClient(token).health()).resolves.toEqual({ status: 'DOWN' });
  });
});
