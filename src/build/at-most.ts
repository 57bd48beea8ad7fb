/** Does something with each of many, so many of them at a time. Gives the results in their order; throws the first error. */
export async function atMost<T, R>(
  count: number,
  all: Iterable<T>,
  work: (one: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = [...all].entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of queue) results[index] = await work(one);
  };
  await Promise.all(Array.from({ length: count }, worker));
  return results;
}
