import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { check as checkRepository } from '../../src/actions/check.ts';
import type { Check } from '../../src/checks/check.ts';
import { CHECKS } from '../../src/checks/index.ts';
import { readManifests } from '../../src/checks/manifests/read.ts';
import { rulesOf } from '../../src/checks/manifests/releases.ts';
import { checkManifests } from '../../src/checks/manifests/run.ts';
import type { OnlineFacts } from '../../src/checks/online/online.ts';
import { checkOnline } from '../../src/checks/pools.ts';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { render } from '../../src/synth/synth.ts';
import { documents, RELEASES } from '../synth/documents.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';

const ofPools = CHECKS.flatMap(({ code, severity, pool, pools }) =>
  [pool, pools].flatMap((look) => (look ? { code, severity, ...look } : [])),
);
const ofRegistries = CHECKS.flatMap(({ code, severity, online }) =>
  online?.example ? { code, severity, ...online.example } : [],
);
const ofManifests = CHECKS.flatMap(({ code, severity, manifests }) =>
  manifests ? { code, severity, ...manifests } : [],
);

/** What is found in documents; a layer that no pool has is given one. */
function inLayers(text: string): readonly Diagnostic[] {
  return checkRepository({ root: repositoryOf(text) }).diagnostics;
}

function repositoryOf(text: string): string {
  const hasPool = text.includes('kind: Pool\n');
  const layer = /^kind: Layer\nname: (.*)$/m.exec(text)?.[1];
  const pool = `kind: Pool\nname: worker\nrelease: "4.19.3"\nlayers: [${layer}]\ntarget: { machineConfig: { image: registry.example.com/os/worker } }\n`;
  const { root } = temporaryRepository({
    'layers/a.yaml': documents(text, ...(hasPool ? [] : [pool]), RELEASES),
  });
  return root;
}

function inManifests(text: string, release = '5.1'): readonly Diagnostic[] {
  const { objects, diagnostics } = readManifests(text, 'a.yaml');
  expect(diagnostics).toEqual([]);
  return checkManifests({ release: rulesOf(release), objects }).diagnostics;
}

function withFacts(text: string, facts: OnlineFacts): readonly Diagnostic[] {
  return checkOnline(render(repositoryOf(text)).pools.map((pool) => ({ pool, facts })));
}

const codesOf = (found: readonly Diagnostic[]) => found.map(({ code }) => code);

describe('a check', () => {
  it('has a file of its own that is named after its code, and a code that no other has', () => {
    const files = readdirSync('src/checks', { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .filter((name) => readFileSync(`src/checks/${name}`, 'utf8').includes('= defineCheck('));
    expect(files.map((file) => file.replace(/\.ts$/, '')).sort()).toEqual(
      CHECKS.map(({ code }) => code).sort(),
    );
    expect(new Set(CHECKS.map(({ code }) => code)).size).toBe(CHECKS.length);
  });

  it.each(CHECKS)('$code looks somewhere, and says what and why in whole sentences', (check: Check) => {
    expect(check.pool ?? check.pools ?? check.manifests ?? check.online).toBeDefined();
    for (const text of [check.summary, check.why]) expect(text).toMatch(/^[A-Zv`].*[.]$/s);
  });

  it.each(ofPools)('$code finds its bad example in layers/, and lets the good one pass', ({
    code,
    severity,
    bad,
    good,
  }) => {
    const found = inLayers(bad).filter((diagnostic) => diagnostic.code === code);
    expect(found.length).toBeGreaterThan(0);
    for (const { hint, origin, ...rest } of found) {
      expect(rest).toMatchObject({ severity, source: 'finding' });
      expect(hint).toBeTruthy();
      expect(origin).toMatchObject({ file: 'layers/a.yaml' });
    }
    expect(codesOf(inLayers(good))).not.toContain(code);
  });

  it.each(
    ofRegistries,
  )('$code finds its bad example with what registries have, and lets the good one pass', ({
    code,
    severity,
    bad,
    good,
    facts,
  }) => {
    const found = withFacts(bad, facts).filter((diagnostic) => diagnostic.code === code);
    expect(found).toHaveLength(1);
    for (const { hint, origin, ...rest } of found) {
      expect(rest).toMatchObject({ severity, source: severity === 'error' ? 'input' : 'finding' });
      expect(hint).toBeTruthy();
      expect(origin).toMatchObject({ file: 'layers/a.yaml' });
    }
    expect(codesOf(withFacts(good, facts))).not.toContain(code);
    expect(codesOf(inLayers(bad)), 'nobody knows without asking').not.toContain(code);
  });

  it.each(ofManifests)('$code finds its bad example in manifests, and nothing in the good one', ({
    code,
    severity,
    bad,
    good,
    release,
  }) => {
    const found = inManifests(bad, release).filter((diagnostic) => diagnostic.code === code);
    expect(found.length).toBeGreaterThan(0);
    for (const { hint, origin, ...rest } of found) {
      expect(rest).toMatchObject({ severity, source: severity === 'error' ? 'input' : 'finding' });
      expect(hint).toBeTruthy();
      expect(origin).toMatchObject({ file: 'a.yaml' });
    }
    const passed = inManifests(good, release).filter(
      (diagnostic) => diagnostic.severity !== 'info' || diagnostic.code === code,
    );
    expect(passed).toEqual([]);
  });

  it.each(ofManifests)('$code: its examples are YAML that kubectl reads', ({ bad, good }) => {
    for (const text of [bad, good])
      expect(parseAllDocuments(text).flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  });
});
