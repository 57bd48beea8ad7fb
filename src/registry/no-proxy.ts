import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** Whether $NO_PROXY names a host: golang.org/x/net/http/httpproxy, which the engines go by. `name` is without brackets. */
export function isExcluded(name: string, port: string, noProxy: string): boolean {
  if (name === 'localhost' || isIn(name, LOOPBACK)) return true;
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matches(entry, name, port));
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const MAPPED = /^::ffff:/i;

function matches(entry: string, name: string, port: string): boolean {
  if (entry === '*') return true;
  const subnet = /^([^/]+)\/(\d{1,3})$/.exec(entry);
  if (subnet !== null) return isInSubnet(name, subnet[1]!, Number(subnet[2]));
  const { host, only } = split(entry);
  if (host === '' || (only !== '' && only !== port)) return false;
  if (isIP(host) !== 0) return isIn(name, listOf(host));
  const domain = host.startsWith('*.') ? host.slice(1) : host;
  if (domain.startsWith('.')) return name.endsWith(`.${ascii(domain.slice(1))}`);
  return name === ascii(domain) || name.endsWith(`.${ascii(domain)}`);
}

/** `host`, `host:port`, `[address]:port`, and an IPv6 address as it is. */
function split(entry: string): { host: string; only: string } {
  const [, bracketed, plain, only = ''] = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(entry) ?? [];
  return { host: bracketed ?? plain ?? entry, only };
}

function ascii(domain: string): string {
  return domainToASCII(domain) || domain;
}

function isInSubnet(name: string, network: string, bits: number): boolean {
  const family = isIP(network);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) return false;
  // Node takes an IPv4 address for one in ::/0, and Go does not.
  if (family === 6 && !MAPPED.test(network) && (isIP(name) === 4 || MAPPED.test(name))) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6');
  return isIn(name, list);
}

function listOf(address: string): BlockList {
  const list = new BlockList();
  list.addAddress(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function isIn(name: string, list: BlockList): boolean {
  const family = isIP(name);
  return family !== 0 && list.check(name, family === 4 ? 'ipv4' : 'ipv6');
}
