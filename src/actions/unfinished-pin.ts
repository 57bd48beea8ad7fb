import { apply, forget, revert, unfinishedWrite } from '../build/write-together.ts';
import { drift, render } from '../synth/synth.ts';

/**
 * Brings the lock and `dist/` together again after a run that was killed while it wrote them: to what was pinned where
 * `dist/` has it already, else to what was before. Whoever calls it holds the repository.
 */
export async function settlePin(root: string): Promise<void> {
  const changes = unfinishedWrite(root);
  if (changes !== undefined) {
    await apply(root, changes);
    if (!isFresh(root)) await revert(root, changes);
  }
  await forget(root);
}

function isFresh(root: string): boolean {
  try {
    return drift(root, render(root).files).length === 0;
  } catch {
    // What is wrong in layers/ is reported by the verb itself.
    return false;
  }
}
