import type { FailureKind } from './failure.ts';

export const imageNotFound: FailureKind = {
  code: 'image-not-found',
  phases: ['pull'],
  isTransient: false,
  patterns: [
    /manifest unknown|name unknown|repository name not known|NAME_UNKNOWN|MANIFEST_UNKNOWN/i,
    /reading manifest .*(?:not found|\b404\b)|status(?: code)?:? 404\b|\b404 \(?Not Found/i,
    /image not known/,
  ],
  explain: (_, { image = 'the image' }) => ({
    what: `the registry does not have ${image}`,
    hint: 'Check the digest: `skopeo inspect --raw docker://<image>`. Red Hat removes nothing, but mirrors have only what was mirrored: `layers release add <release>` writes the digests of a release anew.',
  }),
};
