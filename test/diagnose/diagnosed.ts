import { expect } from 'vitest';
import { subjectOf } from '../../src/diagnose/subject.ts';
import { diagnosePool, type PoolDiagnosis } from '../../src/diagnose/walk.ts';
import { readLog } from '../../src/gathered/gathered.ts';
import { readGathered } from '../../src/gathered/read.ts';
import { POOL } from './cluster.ts';

/** What is said of a pool by what a folder has. */
export function diagnosed(folder: string, pool = POOL): PoolDiagnosis {
  const gathered = readGathered(folder);
  expect(gathered.unread).toEqual([]);
  return diagnosePool(subjectOf(gathered, pool, (log) => readLog(gathered, log)));
}
