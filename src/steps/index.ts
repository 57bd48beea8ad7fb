import { entitlement } from './entitlement.ts';
import { epel } from './epel.ts';
import { files } from './files.ts';
import { hotfix } from './hotfix.ts';
import { kernel } from './kernel.ts';
import { labels } from './labels.ts';
import { packages } from './packages.ts';
import { removeStep } from './remove.ts';
import { repository } from './repository.ts';
import { rpms } from './rpms.ts';
import { run } from './run.ts';
import { stage } from './stage.ts';
import { systemd } from './systemd.ts';

/** Every kind of step there is. A new one is its file and its line here: the rest is derived. */
export const STEPS = {
  hotfix,
  epel,
  packages,
  rpms,
  remove: removeStep,
  repository,
  kernel,
  entitlement,
  files,
  systemd,
  stage,
  labels,
  run,
} as const;

export type StepName = keyof typeof STEPS;
