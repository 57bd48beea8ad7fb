import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { fileMode, fileOwner } from '../../values/paths.ts';

/** Says what no step can, of the instruction that is read. */
export type Fail = (code: string, message: string, hint: string) => void;

/** What --chmod and --chown say. */
export interface Attributes {
  readonly mode?: string;
  readonly owner: { readonly owner?: string };
}

export function modeOf(from: { readonly mode: string }, { mode }: Attributes): { mode?: string } {
  const wanted = mode ?? from.mode;
  return wanted === '0644' ? {} : { mode: wanted };
}

export function attributesOf({ flags, keyword }: ParsedInstruction, fail: Fail): Attributes | undefined {
  let mode: string | undefined;
  let owner: string | undefined;
  for (const { name, value } of flags) {
    const parsed =
      name === 'chmod'
        ? fileMode.safeParse(value)
        : name === 'chown'
          ? fileOwner.safeParse(value)
          : undefined;
    if (parsed?.success) {
      if (name === 'chmod') mode = parsed.data;
      else owner = /^0(?::0)?$|^root(?::root)?$/.test(value) ? undefined : groupOf(value);
    } else if (name !== 'link') {
      fail(
        'copy-option',
        `no step can say ${keyword} --${name}=${value}`,
        'Say it in another way, then import again.',
      );
      return undefined;
    }
  }
  return { ...(mode !== undefined && { mode }), owner: owner === undefined ? {} : { owner } };
}

/** A COPY gives a number without a group the group of that number, and a name the user's own. */
function groupOf(owner: string): string {
  return owner.includes(':') ? owner : `${owner}:${owner}`;
}
