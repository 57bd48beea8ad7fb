export function init({ directory }: { directory: string }): { directory: string; files: string[] } {
  return { directory, files: [] };
}
