import type { Digest } from '../values/digest.ts';
import { malformed, noDeletes, type Request } from './errors.ts';
import { parseObject } from './manifest.ts';
import type { Session } from './session.ts';

const LIMIT = 16 << 20;
const MOST_PAGES = 10_000;

/** Every tag of a repository, page by page; none where there is no such repository. */
export async function listTags(session: Session, { host, repository }: Request): Promise<string[]> {
  const tags = new Set<string>();
  let query: string | undefined = '?n=1000';
  for (let page = 0; query !== undefined; page++) {
    if (page === MOST_PAGES) throw malformed(host, `lists the tags of ${repository} without an end`);
    const answer = await session.ask({
      ...{ method: 'GET', repository, path: `tags/list${query}`, limit: LIMIT },
    });
    if (answer.status === 404) return [];
    const listed = parseObject(answer.body)?.tags ?? [];
    if (!Array.isArray(listed) || !listed.every((tag) => typeof tag === 'string'))
      throw malformed(host, `has no list of tags for ${repository}`);
    for (const tag of listed) tags.add(tag);
    query = nextQuery(answer.headers.link);
  }
  return [...tags];
}

/** Of a header such as `</v2/os/worker/tags/list?last=a&n=1000>; rel="next"`: the rest of it is known. */
function nextQuery(link: string | string[] | undefined): string | undefined {
  const [, target] = /<([^>]*)>\s*;[^,]*\brel="?next\b/.exec([link].flat().join(', ')) ?? [];
  const at = target?.indexOf('?') ?? -1;
  return at < 0 ? undefined : target!.slice(at);
}

/** Deletes a manifest by digest, which is how it goes everywhere. False where it is not there. */
export async function deleteManifest(session: Session, request: Request, digest: Digest): Promise<boolean> {
  const answer = await session.ask({
    ...{ method: 'DELETE', repository: request.repository, path: `manifests/${digest}`, limit: LIMIT },
    answers: [200, 202, 204, 404, 405, 501],
  });
  if (answer.status === 405 || answer.status === 501) throw noDeletes(request, answer);
  return answer.status !== 404;
}
