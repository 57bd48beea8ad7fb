/** Waits for a build's turn to push, and says so; gives what ends that turn: whether it was pushed. */
export type PushTurn = (
  registry: string,
  steps: readonly string[],
  onWait: () => void,
) => Promise<(isPushed: boolean) => void>;

/**
 * Layers that builds have in common are compressed and uploaded once: who pushes them next waits for the first one, and
 * then finds them in the registry.
 */
export function pushTurns(): PushTurn {
  const pushed = new Set<string>();
  const pushing = new Map<object, readonly string[]>();
  let waiting: (() => void)[] = [];
  return async (registry, steps, onWait) => {
    const layers = steps.map((step) => `${registry} ${step}`);
    const isBusy = () =>
      [...pushing.values()].some((others) =>
        others.some((layer) => !pushed.has(layer) && layers.includes(layer)),
      );
    if (isBusy()) onWait();
    while (isBusy()) await new Promise<void>((resolve) => waiting.push(resolve));
    const turn = {};
    pushing.set(turn, layers);
    return (isPushed) => {
      pushing.delete(turn);
      if (isPushed) for (const layer of layers) pushed.add(layer);
      const next = waiting;
      waiting = [];
      for (const resolve of next) resolve();
    };
  };
}
