import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Findings } from '../private/findings';
import { ImageEvents } from '../repository/image-events';
import { arnMatcherOf, matcherOf } from '../repository/private/event-matchers';
import type { EventSubject } from '../repository/private/event-patterns';

/** Which repositories of the registry. */
export interface RegistryEventsOptions {
  /**
   * Names of repositories, in which `*` stands for any run of characters: `payments/*`.
   *
   * A bus takes 30 rules with a `*` that is neither the first nor the last character, or that is the first where scans are asked for.
   *
   * @default - all
   */
  readonly repositories?: string[];
}

const LONGEST_NAME = 256;

/** The grammar of a repository's name, in which `*` may stand anywhere. */
const NAME = /^[a-z0-9*]+(?:(?:[./]|_{1,2}|-+)[a-z0-9*]+)*$/;

/**
 * What happens to the images of a registry: the one of an account in a Region, whoever made its repositories.
 *
 * @example
 * import { aws_events as events, Stack } from 'aws-cdk-lib';
 * import { RegistryEvents } from 'cdk-hardened-ecr';
 *
 * declare const stack: Stack;
 * declare const target: events.IRuleTarget;
 * RegistryEvents.of(stack, { repositories: ['payments/*'] }).onCacheSyncFailed('CredentialsExpired', { target });
 */
export class RegistryEvents extends ImageEvents {
  /**
   * The events of the registry of a scope's account and Region. Rules are made in the scope unless `crossStackScope` is given.
   *
   * @throws when a name can be that of no repository
   */
  public static of(scope: Construct, options: RegistryEventsOptions = {}): RegistryEvents {
    return new RegistryEvents(scope, options.repositories);
  }

  /** @internal */
  public readonly _subject: EventSubject;

  /** @internal */
  public readonly _repositoryArns: string[];

  /** @internal */
  public readonly _scope: Construct;

  private constructor(scope: Construct, repositories: string[] = ['*']) {
    super();
    const findings = new Findings();
    findings.unless(repositories.length > 0, "'repositories' must name at least one repository, got []: leave it out for all");
    for (const name of repositories.filter(text => !Token.isUnresolved(text))) {
      findings.unless(name.length <= LONGEST_NAME && NAME.test(name),
        () => `'repositories' must hold names of 1 to ${LONGEST_NAME} lowercase letters, digits and '*', with '.', '_', '__', '-' or '/' between them, `
          + `got ${JSON.stringify(name)}`);
    }
    findings.throwIfAny(scope);
    const stack = Stack.of(scope);
    const prefix = stack.formatArn({ service: 'ecr', resource: 'repository', resourceName: '', arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
    this._repositoryArns = repositories.map(name => `${prefix}${name}`);
    this._scope = scope;
    this._subject = {
      account: stack.account,
      region: stack.region,
      names: repositories.map(matcherOf),
      arns: repositories.map(name => arnMatcherOf(prefix, name)),
    };
  }
}
