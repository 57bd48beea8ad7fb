import type { Check } from '../../src/checks/check.ts';
import { CLUSTER, ERRORS, FAILURES, FINDINGS, IMPORT, STATES } from '../../src/checks/codes.ts';
import { CHECKS } from '../../src/checks/index.ts';
import { changes } from './changes.ts';
import { fence, NOTICE } from './markdown.ts';

/** docs/reference/checks.md */
export function checksPage(): string {
  return [
    NOTICE,
    '# Checks, and every other code\n',
    '[Checking](../checking.md) says how checks are run, and how what is meant is silenced. Each has a code, which scripts may',
    'rely on. Errors end a command with 2; warnings and remarks do so only with `--strict`. What `--online` finds ends it with 1.\n',
    '| Check | Severity | Where | What it finds |\n|---|---|---|---|',
    ...CHECKS.map(
      (check) =>
        `| [\`${check.code}\`](#${check.code}) | ${severityOf(check)} | ${whereOf(check)} | ${check.summary} |`,
    ),
    '',
    ...CHECKS.flatMap(sectionOf),
    '## What is no check\n',
    'These codes are reported where something is read, compiled or built. A `silence` may name those of the first table.\n',
    '### Warnings and remarks on documents\n',
    ...tableOf(FINDINGS),
    '### States that a build or a synth settles\n',
    ...tableOf(STATES),
    '### Errors\n',
    ...tableOf(ERRORS),
    '### Failures\n',
    ...tableOf(FAILURES),
    '### Of `layers diagnose`\n',
    ...tableOf(CLUSTER),
    '### Of `layers import`\n',
    ...tableOf(IMPORT),
  ].join('\n');
}

function sectionOf(check: Check): string[] {
  const { code, summary, why, pool, pools, manifests, online } = check;
  return [
    `## ${code}\n`,
    `${severityOf(check)}, in ${whereOf(check)}. ${summary}\n`,
    `${why}\n`,
    ...[pool, pools, manifests, online?.example].flatMap((look) =>
      look === undefined
        ? []
        : [
            `Found${howOf(check, look)}:\n`,
            fence('yaml', look.bad),
            'Put right:\n',
            fence('diff', changes(look.bad, look.good)),
          ],
    ),
  ];
}

function howOf({ manifests, online }: Check, look: object): string {
  if (look === online?.example) return ' by `--online`, depending on what the base has';
  if (look !== manifests) return '';
  return ` by \`--manifests\`${manifests.release === undefined ? '' : ` for ${manifests.release}`}`;
}

function severityOf({ severity }: Check): string {
  return severity === 'info' ? 'remark' : severity;
}

function whereOf({ pool, pools, manifests, online }: Check): string {
  return [(pool ?? pools) && '`layers/`', manifests && '`--manifests`', online && '`--online`']
    .filter(Boolean)
    .join(' and ');
}

function tableOf(codes: Readonly<Record<string, string>>): string[] {
  const rows = Object.entries(codes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return ['| Code | Meaning |\n|---|---|', ...rows, ''];
}
