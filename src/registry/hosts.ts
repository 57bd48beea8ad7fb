/** 127.0.0.0/8, localhost and [::1], with or without a port: hosts that plain http may be spoken to, and is by nobody else heard. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:[0-9]+$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || /^127(?:\.[0-9]{1,3}){3}$/.test(name);
}

/** The host that serves the API. docker.io's is another one than its images' names say. */
export function apiHost(host: string): string {
  return host === 'docker.io' ? 'registry-1.docker.io' : host;
}

/** The repository as the API knows it: docker.io's official images have an implied namespace. */
export function apiRepository(host: string, repository: string): string {
  return host === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository;
}
