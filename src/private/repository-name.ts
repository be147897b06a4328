import { Token } from 'aws-cdk-lib';
import type { Findings } from './findings';

/**
 * The grammar of a repository's name. Wider than the L2's, which takes a single separator only.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
 */
const NAME = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

/** Finds what ECR would reject in a repository's name; a token is not looked at. */
export function checkRepositoryName(findings: Findings, property: string, name: string): void {
  findings.unless(Token.isUnresolved(name) || (name.length >= 2 && name.length <= 256 && NAME.test(name)),
    () => `'${property}' must be 2 to 256 lowercase letters and digits, with '.', '_', '__' or '-' between them, in parts divided by '/', got ${JSON.stringify(name)}`);
}
