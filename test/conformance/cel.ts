import { Environment, Optional } from '@marcbachmann/cel-js';

/** One entry of `x-kubernetes-validations`. */
export interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly optionalOldSelf?: boolean;
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Kubernetes' named formats: what is wrong with a text, or nothing. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  dns1123Subdomain: (text) => text.length <= 253 && text.split('.').every((part) => DNS_LABEL.test(part)),
  dns1123Label: (text) => text.length <= 63 && DNS_LABEL.test(text),
  dns1035Label: (text) => text.length <= 63 && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(text),
};

class Library {}

class Format {
  readonly accepts: (text: string) => boolean;

  constructor(accepts: (text: string) => boolean) {
    this.accepts = accepts;
  }
}

const environment = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true })
  .registerType('FormatLibrary', { ctor: Library, fields: {} })
  .registerType('NamedFormat', { ctor: Format, fields: {} })
  .registerConstant('format', 'FormatLibrary', new Library())
  .registerFunction('NamedFormat.validate(string): optional', (format: Format, text: string) =>
    format.accepts(text) ? Optional.none() : Optional.of(['not of this format']),
  );
for (const [name, accepts] of Object.entries(FORMATS)) {
  environment.registerFunction(`FormatLibrary.${name}(): NamedFormat`, () => new Format(accepts));
}

/** The message of a rule that a value breaks. As the API server does, rules on a change are left out where nothing changes. */
export function broken(
  { rule, message, optionalOldSelf }: Rule,
  self: unknown,
  old: unknown,
): string | undefined {
  if (rule.includes('oldSelf') && !optionalOldSelf && old === undefined) return undefined;
  const oldSelf = optionalOldSelf ? Optional.of(asCel(old)) : asCel(old);
  return environment.evaluate(rule, { self: asCel(self), oldSelf }) === true ? undefined : (message ?? rule);
}

/** CEL's integers are BigInts. */
function asCel(value: unknown): unknown {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(asCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, asCel(child)]));
}
