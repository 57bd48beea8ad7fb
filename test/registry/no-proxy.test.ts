import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../src/registry/proxy.ts';
import { diagnosticOf } from './fake-registry.ts';

const PROXY = 'http://proxy.example.com:3128';

function isDirect(url: string, noProxy: string): boolean {
  const env = { HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY, NO_PROXY: noProxy };
  return proxyFor(new URL(url), env) === undefined;
}

// What golang.org/x/net/http/httpproxy says of each, by which the engines go.
describe('$NO_PROXY', () => {
  it.each([
    ['*', 'https://registry.example.com'],
    ['other.com, *', 'https://registry.example.com'],
    ['example.com', 'https://registry.example.com'],
    ['example.com', 'https://example.com'],
    ['.example.com', 'https://registry.example.com'],
    ['*.example.com', 'https://a.b.example.com'],
    ['com', 'https://example.com'],
    [' EXAMPLE.com , x', 'https://Registry.example.com'],
    ['registry.example.com:5000', 'https://registry.example.com:5000'],
    ['example.com:443', 'https://registry.example.com'],
    ['registry.example.com:', 'https://registry.example.com'],
    ['10.0.0.0/8', 'http://10.1.2.3:5000'],
    ['10.0.0.0/8', 'https://[::ffff:10.1.2.3]'],
    ['10.1.2.3', 'https://10.1.2.3'],
    ['10.1.2.3:5000', 'http://10.1.2.3:5000'],
    ['fd00::/16', 'https://[fd00::5]:5000'],
    ['fd00::5', 'https://[fd00::5]:5000'],
    ['[fd00::5]:5000', 'https://[fd00::5]:5000'],
    ['', 'https://localhost:5000'],
    ['', 'https://127.0.0.9'],
    ['', 'https://[::1]'],
  ])('%j leaves out %s', (noProxy, url) => {
    expect(isDirect(url, noProxy)).toBe(true);
  });

  it.each([
    ['', 'https://registry.example.com'],
    ['example.com', 'https://notexample.com'],
    ['.example.com', 'https://example.com'],
    ['*.example.com', 'https://example.com'],
    ['*example.com', 'https://registry.example.com'],
    ['registry.example.com:5000', 'https://registry.example.com'],
    ['10.0.0.0/33', 'https://10.1.2.3'],
    ['10.0.0.0/8:5000', 'http://10.1.2.3:5000'],
    ['10.1.2', 'https://10.1.2.3'],
    ['10.1.2.3:5000', 'https://10.1.2.3'],
    ['::/0', 'https://10.1.2.3'],
    ['[fd00::5]', 'https://[fd00::5]:5000'],
    [':5000', 'https://registry.example.com:5000'],
    ['', 'https://localhost.example.com'],
  ])('%j does not leave out %s', (noProxy, url) => {
    expect(isDirect(url, noProxy)).toBe(false);
  });
});

describe('the proxy', () => {
  const url = new URL('https://registry.example.com');

  it('is the variable of the address, in upper case before lower case', () => {
    const env = { https_proxy: 'lower:1', HTTP_PROXY: 'plain:2' };
    expect(proxyFor(url, env)?.name).toBe('lower:1');
    expect(proxyFor(url, { ...env, HTTPS_PROXY: 'http://upper' })?.name).toBe('upper:80');
    expect(proxyFor(new URL('http://registry.example.com'), env)?.name).toBe('plain:2');
    expect(proxyFor(url, { HTTP_PROXY: 'plain:2' })).toBeUndefined();
    expect(proxyFor(url, { https_proxy: 'lower:1', no_proxy: 'example.com' })).toBeUndefined();
  });

  it('has an account, which is in no name of it', () => {
    const proxy = proxyFor(url, { HTTPS_PROXY: 'http://us%40r:p%3ass@proxy.example.com:3128' })!;
    expect(proxy.authorization).toBe(`Basic ${Buffer.from('us@r:p:ss').toString('base64')}`);
    expect(`${proxy.name} ${proxy.url}`).toBe('proxy.example.com:3128 http://proxy.example.com:3128/');
  });

  it.each([
    ['http://user:s3cr3t@[proxy', 'is not the URL of a proxy'],
    ['socks5://user:s3cr3t@proxy.example.com:1080', 'SOCKS'],
  ])('has to be one of HTTP, and what is wrong with %j is said without it', async (text, says) => {
    const error = await diagnosticOf((async () => proxyFor(url, { https_proxy: text }))());
    expect(error).toMatchObject({ code: 'proxy-variable', source: 'input' });
    expect(error.message).toContain(says);
    expect(error.message).toContain('$https_proxy');
    expect(`${error.message}${error.hint}`).not.toContain('s3cr3t');
  });
});
