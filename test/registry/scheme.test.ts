import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/registry/hosts.ts';
import { detectScheme } from '../../src/registry/scheme.ts';

const SIGNAL = new AbortController().signal;
let stop = () => {};

afterEach(() => stop());

async function listen(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = () => server.close();
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe('isLoopback', () => {
  it.each([
    'localhost',
    'LOCALHOST:5000',
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]',
    '[::1]:5000',
  ])('%s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    'localhost.example.com',
    '127.0.0.1.example.com',
    '128.0.0.1',
    '[::2]',
    '127',
    'example.com:127',
  ])('not %s', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('detectScheme', () => {
  it('takes https for granted elsewhere', async () => {
    expect(await detectScheme('registry.example.com', SIGNAL)).toBe('https');
  });

  it.each<[string, (socket: Socket) => void]>([
    ['answers in http', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['resets', (socket) => socket.resetAndDestroy()],
    ['hangs up', (socket) => socket.once('data', () => socket.end())],
  ])('finds http where a greeting in TLS %s', async (_, answer) => {
    expect(await detectScheme(await listen(answer), SIGNAL)).toBe('http');
  });

  it('stays with https where TLS says no', async () => {
    // A fatal alert: handshake failure.
    const host = await listen((socket) =>
      socket.once('data', () => socket.end('\x15\x03\x03\x00\x02\x02\x28')),
    );
    expect(await detectScheme(host, SIGNAL)).toBe('https');
  });

  it('stays with https where nothing listens', async () => {
    expect(await detectScheme('127.0.0.1:1', SIGNAL)).toBe('https');
  });
});
