import type { App } from 'aws-cdk-lib';

/** What ECR or CloudFormation rejects: how to do it, what is said, and the nearest thing that is legal. */
export interface Rule<Given> {
  readonly rule: string;
  readonly bad: (given: Given) => void;
  readonly message: string;
  readonly good: (given: Given) => void;
}

/** Synthesizes both sides of each rule, because some rules count over several contributions. */
export function testRules<Given extends { readonly app: App }>(title: string, rules: Rule<Given>[], make: () => Given): void {
  describe(title, () => {
    test.each(rules)('$rule: fails', ({ bad, message }) => {
      const given = make();
      expect(() => {
        bad(given);
        given.app.synth();
      }).toThrow(message);
    });

    test.each(rules)('$rule: its neighbour passes', ({ good }) => {
      const given = make();
      good(given);
      expect(() => given.app.synth()).not.toThrow();
    });
  });
}
