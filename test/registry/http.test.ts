import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openAgents } from '../../src/registry/agents.ts';
import { openTransport } from '../../src/registry/http.ts';

it('a connection that is used again and again gathers no listeners', async () => {
  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  const transport = openTransport({
    connectTimeout: 10_000,
    idleTimeout: 10_000,
    agents: openAgents({
      env: {},
      connectTimeout: 10_000,
      trust: () => Promise.reject(new Error('nothing here speaks TLS')),
    }),
  });
  onTestFinished(() => {
    process.off('warning', warn);
    transport.close();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`);
  let connections = 0;
  server.on('connection', () => connections++);
  for (let count = 0; count < 15; count++) {
    const answer = await transport.send(
      { method: 'GET', url, headers: {}, limit: 100 },
      new AbortController().signal,
    );
    expect(answer.status).toBe(200);
  }
  // Warnings come with the next tick.
  await new Promise((resolve) => setImmediate(resolve));
  expect(connections).toBe(1);
  expect(warnings).toEqual([]);
});
