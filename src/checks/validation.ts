import { readFileSync } from 'node:fs';
import { formatPath, hasErrors, type Severity } from '../diagnostics.ts';
import type { Manifest } from './manifests/manifests.ts';

/** What cdk8s hands to a validation plugin, as far as it is needed here. */
export interface ValidationContext {
  readonly manifests: readonly string[];
  readonly report: {
    addViolation(violation: {
      readonly ruleName: string;
      readonly recommendation: string;
      readonly fix: string;
      readonly violatingResources: readonly {
        readonly resourceName: string;
        readonly locations: readonly string[];
        readonly manifestPath: string;
      }[];
    }): void;
    submit(status: 'success' | 'failure', metadata?: Readonly<Record<string, string>>): void;
  };
}

export interface LayersValidationProps {
  /** The OpenShift release whose rules hold, `4.19` or `4.19.3`. Default: the newest that is known. */
  readonly release?: string;
  /** Whether warnings fail the synth as well. Default: false. */
  readonly strict?: boolean;
}

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** The checks of `layers check --manifests` as a plugin for `validations:` in cdk8s.yaml. */
export class LayersValidation {
  private readonly props: LayersValidationProps;

  constructor(props: LayersValidationProps = {}) {
    this.props = props;
  }

  /** Checks the manifests of a synth, and reports errors and warnings. */
  async validate({ manifests, report }: ValidationContext): Promise<void> {
    // Only who enables it pays for it.
    const { readManifests } = await import('./manifests/read.ts');
    const { rulesOf } = await import('./manifests/releases.ts');
    const { checkManifests, objectOf } = await import('./manifests/run.ts');
    const release = rulesOf(this.props.release);
    const read = manifests.map((file) => readManifests(readFileSync(file, 'utf8'), file));
    const objects: Manifest[] = read.flatMap((file) => file.objects);
    const found = checkManifests({ release, objects });
    const diagnostics = [...read.flatMap((file) => file.diagnostics), ...found.diagnostics]
      .filter(({ severity }) => severity !== 'info')
      .sort((a, b) => RANK[a.severity] - RANK[b.severity]);
    for (const { code, severity, message, hint = '', origin } of diagnostics) {
      const resource = {
        resourceName: objectOf(objects, origin)?.name ?? '',
        locations: [formatPath(origin?.path)],
        manifestPath: origin?.file ?? '',
      };
      report.addViolation({
        ruleName: code,
        recommendation: `${severity}: ${message}`,
        fix: hint,
        violatingResources: [resource],
      });
    }
    const fails = this.props.strict ? diagnostics.length > 0 : hasErrors(diagnostics);
    report.submit(fails ? 'failure' : 'success', { release });
  }
}
