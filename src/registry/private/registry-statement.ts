import { Token } from 'aws-cdk-lib';
import type { StatementJson } from '../../private/policy-statement';
import { isForEveryone, listOf, principalsOf } from '../../private/policy-statement';
import { matchesWildcard } from '../../private/wildcard';

const SCANNING_ACTION = 'ecr:PutRegistryScanningConfiguration';

/**
 * Whether a statement denies what turning enhanced scanning on and off takes to everyone, or to everyone in the registry's account.
 * Roles that are denied it by name are no matter, nor are other accounts: Inspector is not one of them.
 */
export function deniesScanning(statement: StatementJson, account: string): boolean {
  return statement.Effect === 'Deny' && coversScanning(statement)
    && (isForEveryone(statement) || principalsOf(statement).some(principal => isAccount(principal, account)));
}

/** Actions that are not of ECR. */
export function foreignActions(statement: StatementJson): unknown[] {
  return listOf(statement.Action ?? statement.NotAction)
    .filter(action => typeof action === 'string' && action !== '*' && !action.toLowerCase().startsWith('ecr:'));
}

/** Whether a principal is a whole account, and may be that one: a token can't be told from it. */
function isAccount(principal: unknown, account: string): boolean {
  const text = JSON.stringify(principal);
  const id = /\b[0-9]{12}\b/.exec(text)?.[0];
  return /:root"|"[0-9]{12}"/.test(text) && (id === undefined || Token.isUnresolved(account) || id === account);
}

function coversScanning(statement: StatementJson): boolean {
  const names = (actions: unknown) => listOf(actions).some(action => typeof action === 'string'
    && matchesWildcard(action.toLowerCase(), SCANNING_ACTION.toLowerCase()));
  return statement.NotAction === undefined ? names(statement.Action) : !names(statement.NotAction);
}
