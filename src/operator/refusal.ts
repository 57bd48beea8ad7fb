/** What the operator says where it refuses: its own words. Thrown within src/operator, and caught at its edge. */
export class Refusal extends Error {
  /** As Go wraps errors: what was tried, then why it could not be. */
  static wrap<Result>(what: string, attempt: () => Result): Result {
    try {
      return attempt();
    } catch (error) {
      if (error instanceof Refusal) throw new Refusal(`${what}: ${error.message}`);
      throw error;
    }
  }
}
