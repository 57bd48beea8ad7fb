import { kubeFailed } from './errors.ts';
import { type KubeOptions, runKube } from './run.ts';

/** What is read of an object of a cluster. */
export interface LiveObject {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A cluster-scoped object; undefined where there is none of this name. */
export async function getObject(
  resource: string,
  name: string,
  options: KubeOptions,
): Promise<LiveObject | undefined> {
  const outcome = await runKube(['get', resource, name, '--output=json'], options);
  if (outcome.code === 0) return JSON.parse(outcome.stdout) as LiveObject;
  if (/\(NotFound\): .* not found$/m.test(outcome.stderr)) return undefined;
  throw kubeFailed(outcome);
}

/** The arguments that annotate an object, for us and for people. */
export function annotateArguments(resource: string, name: string, key: string, value: string): string[] {
  return ['annotate', resource, name, `${key}=${value}`, '--overwrite'];
}

export async function annotate(
  resource: string,
  name: string,
  [key, value]: readonly [string, string],
  options: KubeOptions,
): Promise<void> {
  const outcome = await runKube(annotateArguments(resource, name, key, value), options);
  if (outcome.code !== 0) throw kubeFailed(outcome);
}
