import { Token } from 'aws-cdk-lib';
import { ROOT } from './prefix-grammar';
import { templatesOf } from './template-prefixes';
import type { PullAudience } from '../../images/pull-audience';
import type { RepositoryCreationTemplate } from '../creation-template';
import { TemplateUse } from '../creation-template';
import { PrivateRegistry } from '../private-registry';
import type { RegistryNamespace } from '../registry-namespace';
import type { IReplicationDestination } from '../replication';

interface WithAudience {
  readonly _audience?: PullAudience;
}

/**
 * Who pulls the copies of images that have an audience of their own: who may not pull an image must not pull its copy.
 *
 * A template is for what is below a prefix, so a single repository can't have one, and its copies have the settings of whichever is nearest.
 */
export class CopiedAudiences {
  private readonly copies: { readonly destination: PrivateRegistry; readonly prefix: string }[] = [];

  /** What is copied where; nothing is known of registries that another app configures. */
  public add(destination: IReplicationDestination, prefixes: readonly string[] = ['']): void {
    if (destination instanceof PrivateRegistry) {
      this.copies.push(...prefixes.map(prefix => ({ destination, prefix })));
    }
  }

  /**
   * Errors for what would be copied for another audience, for use in a construct's validation.
   *
   * @param audience the one of the registry, which copies have when nobody says otherwise
   */
  public errors(repositories: ReadonlyMap<string, WithAudience>, namespaces: readonly RegistryNamespace[], audience: PullAudience): string[] {
    const restricted = [
      ...[...repositories].filter(([, { _audience }]) => _audience !== audience).map(([name]) => name),
      ...namespaces.filter(({ template: { _audience } }) => _audience !== audience).map(({ prefix }) => `${prefix}/`),
    ];
    const found = this.copies.flatMap(({ destination, prefix }) => restricted.flatMap(name => {
      const template = mayBeUnder(name, prefix) ? nearest(destination, isPartOf(prefix, name) ? prefix : name) : undefined;
      return template?._audience !== audience ? []
        : `'audience' must be the same for an image and its copies, but ${JSON.stringify(name)} has one of its own, and its copies that of the registry, `
          + `from ${template.node.path}: leave it out by the 'prefixes' of replicateTo(), or give that call a 'profile'`;
    }));
    return [...new Set(found)];
  }
}

function mayBeUnder(name: string, prefix: string): boolean {
  return Token.isUnresolved(prefix) || name.startsWith(prefix) || isPartOf(prefix, name);
}

/** Whether a prefix is for a part of a namespace. */
function isPartOf(prefix: string, name: string): boolean {
  return name.endsWith('/') && prefix.startsWith(name);
}

/** ECR takes the template with the longest prefix, and the one for everything where there is no other. */
function nearest(registry: PrivateRegistry, name: string): RepositoryCreationTemplate | undefined {
  const below = ({ prefix }: RepositoryCreationTemplate) => prefix === ROOT ? '' : `${prefix.replace(/\/$/, '')}/`;
  return templatesOf(registry)
    .filter(template => template.appliedFor.includes(TemplateUse.REPLICATION) && name.startsWith(below(template)))
    .sort((one, other) => below(other).length - below(one).length)[0];
}
