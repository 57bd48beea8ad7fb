import { type Json, toGoYaml } from '../../src/operator/go-yaml/marshal.ts';
import { Refusal } from '../../src/operator/refusal.ts';
import type { GoYaml } from '../fixtures/go-yaml.ts';

/** What is made of a value here, as Go would answer. */
export function yamlOrRefusal(value: unknown): GoYaml {
  try {
    return { yaml: toGoYaml(value as Json) };
  } catch (error) {
    if (error instanceof Refusal) return { error: error.message };
    throw error;
  }
}

/** Go counts the lines of a document that nobody sees. */
export function withoutLine(answer: GoYaml): GoYaml {
  return 'error' in answer ? { error: answer.error.replace(/ line \d+:/, '') } : answer;
}
