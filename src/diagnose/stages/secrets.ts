import { findObject } from '../../gathered/gathered.ts';
import { at, textAt } from '../../gathered/object.ts';
import { broken, type Fault, type Look, notSaved, ok } from '../fault.ts';
import { NAMESPACE } from '../names.ts';
import { hintOf } from '../refusals.ts';
import { alsoSaid, refusalsOf } from '../refused.ts';
import { describeShape, hasCredentialsFor, type SecretShape, shapeOf } from '../secret-shape.ts';
import { hasAll, type Subject } from '../subject.ts';
import { pushSpecOf } from './config.ts';
import type { Stage } from './stage.ts';

const FIELDS = ['renderedImagePushSecret', 'baseImagePullSecret'] as const;

export const secrets: Stage = {
  name: 'secrets',
  title: 'Secrets',
  when: 'before',
  look(subject) {
    const [refusal] = refusalsOf(subject, 'secrets');
    const looks = FIELDS.map((field) => lookAt(subject, field));
    const fault = looks.find((look) => look?.fault !== undefined)?.fault;
    if (fault !== undefined) return broken(fault);
    const found = looks.flatMap((look) => look ?? []);
    const isKnown = found.length > 0 && found.every(({ state }) => state !== 'not saved');
    // What was put right since is no longer why.
    if (refusal !== undefined && !isKnown) return broken(refusal);
    const says = found.map((look) => look.says).join('; ');
    if (found.some(({ state }) => state === 'note')) return { state: 'note', says };
    return isKnown ? ok(says) : notSaved(says || 'no Secret was saved');
  },
};

function lookAt(subject: Subject, field: (typeof FIELDS)[number]): Look | undefined {
  const { config, gathered } = subject;
  if (config === undefined || at(config.data, 'spec', field) === undefined) return undefined;
  const name = textAt(config.data, 'spec', field, 'name');
  if (name === undefined) {
    return broken({
      code: 'secret-unnamed',
      what: `${field} names no Secret`,
      hint: hintOf('secret-unnamed'),
      file: config.file,
      ...alsoSaid(subject, 'secret-unnamed'),
    });
  }
  const secret = findObject(gathered, 'Secret', name, NAMESPACE);
  if (secret !== undefined) return lookAtShape(subject, field, shapeOf(secret), secret.file);
  if (!hasAll(gathered, 'Secret', NAMESPACE)) return notSaved(`the Secret ${name} was not saved`);
  return broken({
    code: 'secret-not-found',
    what: `there is no Secret ${name} in ${NAMESPACE}, which ${field} names`,
    hint: 'Create it there. The builder-dockercfg-… of a service account changes its name when it is renewed.',
    ...alsoSaid(subject, 'secret-not-found'),
  });
}

function lookAtShape(subject: Subject, field: string, shape: SecretShape, file: string): Look {
  if (shape.fault !== undefined) {
    const { code, why } = shape.fault;
    const fault: Fault = {
      code,
      what: `the operator does not take the Secret ${shape.name}, which ${field} names: ${why}`,
      hint: hintOf(code),
      file,
      ...alsoSaid(subject, code),
    };
    return broken(fault);
  }
  const says = `${shape.name}: ${describeShape(shape)}`;
  const image = pushSpecOf(subject.config!);
  const lacks = field === 'renderedImagePushSecret' && hasCredentialsFor(shape, image) === false;
  return lacks ? { state: 'note', says: `${says}, and so none for ${image.split('/')[0]}` } : ok(says);
}
