import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hiddenCredentials } from '../../src/git/credentials.ts';
import { gitIn } from '../../src/git/run.ts';
import { GIT_ENV, type WorkTree, workTree } from './work-tree.ts';

let tree: WorkTree;

beforeEach(() => {
  tree = workTree();
});
afterEach(() => tree.remove());

/** What git would fetch from and push to, and whom it would say it is there. */
async function seen(remote: string, host = 'git.example.com') {
  const own = gitIn(tree.path, { env: GIT_ENV });
  const env = { ...GIT_ENV, ...(await hiddenCredentials(own, remote, GIT_ENV)) };
  const run = gitIn(tree.path, { env });
  const isNamed = (await run(['remote'])).stdout.split('\n').includes(remote);
  const urls = isNamed
    ? [
        (await run(['remote', 'get-url', '--all', remote])).stdout,
        (await run(['remote', 'get-url', '--all', '--push', remote])).stdout,
      ]
    : [(await run(['ls-remote', '--get-url', remote])).stdout];
  const asked = `protocol=https\nhost=${host}\n\n`;
  const { stdout } = await run(['-c', 'credential.interactive=false', 'credential', 'fill'], asked);
  return {
    urls: urls.map((url) => url.trim()),
    filled: stdout.split('\n').filter((line) => /^(user|pass)/.test(line)),
  };
}

const ACCOUNT = ['username=robot', 'password=s3cr%t/marker'];
const WITH = 'https://robot:s3cr%25t%2Fmarker@git.example.com/os.git';
const CLEAN = 'https://git.example.com/os.git';

describe('credentials in a URL', () => {
  it('are asked of the environment instead, and the URL has none', async () => {
    tree.git('remote', 'add', 'origin', WITH);
    expect(await seen('origin')).toEqual({ urls: [CLEAN, CLEAN], filled: ACCOUNT });
  });

  it('may be those of pushes or of fetches alone', async () => {
    tree.git('remote', 'add', 'origin', WITH);
    tree.git('remote', 'set-url', '--push', 'origin', 'ssh://git@git.example.com/os.git');
    expect((await seen('origin')).urls).toEqual([CLEAN, 'ssh://git@git.example.com/os.git']);
    tree.git('remote', 'set-url', 'origin', '/srv/os.git');
    tree.git('remote', 'set-url', '--push', 'origin', WITH);
    expect(await seen('origin')).toEqual({ urls: ['/srv/os.git', CLEAN], filled: ACCOUNT });
  });

  it.each(['insteadOf', 'pushInsteadOf'])('may come of a rule, %s', async (rule) => {
    tree.git(
      'config',
      `url.https://robot:s3cr%25t%2Fmarker@git.example.com/.${rule}`,
      'https://git.example.com/',
    );
    tree.git('remote', 'add', 'origin', CLEAN);
    expect(await seen('origin')).toEqual({ urls: [CLEAN, CLEAN], filled: ACCOUNT });
    // Of a URL that is no remote's it is not known where a push alone would go.
    if (rule === 'insteadOf') expect(await seen(CLEAN)).toEqual({ urls: [CLEAN], filled: ACCOUNT });
  });

  it.each([
    ['https://robot:a@b@git.example.com/os.git', ['username=robot', 'password=a@b']],
    ['https://robot:100%@git.example.com/os.git', ['username=robot', 'password=100%']],
    ['https://robot:@git.example.com/os.git', ['username=robot', 'password=']],
  ])('may be written in any way that git takes: %s', async (url, filled) => {
    tree.git('remote', 'add', 'origin', url);
    expect(await seen('origin')).toEqual({ urls: [CLEAN, CLEAN], filled });
  });

  it('may be a name alone, which is a token perhaps: the password is asked of the helpers that there are', async () => {
    tree.git('config', 'credential.helper', '!f() { echo password=from-the-helper; }; f');
    tree.git('remote', 'add', 'origin', 'https://ghp_token@git.example.com/os.git');
    expect(await seen('origin')).toEqual({
      urls: [CLEAN, CLEAN],
      filled: ['username=ghp_token', 'password=from-the-helper'],
    });
  });

  it.each([
    'https://git.example.com/os.git',
    'ssh://git@git.example.com/os.git',
    '/srv/os.git',
    'git@host:os.git',
  ])('are not made up: %s stays as it is', async (url) => {
    tree.git('remote', 'add', 'origin', url);
    expect(await hiddenCredentials(gitIn(tree.path, { env: GIT_ENV }), 'origin', GIT_ENV)).toEqual({});
  });
});
