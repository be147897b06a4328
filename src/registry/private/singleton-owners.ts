import { Annotations, CfnResource, Stage, Token, TokenComparison } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** What a registry, so an account in a Region, has one of: a second resource overwrites the first one's settings. */
const SINGLETONS = [
  'AWS::ECR::RegistryPolicy',
  'AWS::ECR::RegistryScanningConfiguration',
  'AWS::ECR::ReplicationConfiguration',
  'AWS::ECR::SigningConfiguration',
];

const claimed = new WeakSet<IConstruct>();
const watched = new WeakSet<IConstruct>();

/**
 * Makes a second owner of the same singleton an error at synth, wherever in the app it is and whether it is ours or not.
 *
 * Every assembly around the resource looks, and looks at the whole app: a stage that is synthesized by itself, as a pipeline does,
 * is not seen by the app's hook, and what is added to the app after that is not seen by the stage's.
 */
export function claimSingleton(resource: CfnResource): void {
  claimed.add(resource);
  for (const assembly of resource.node.scopes.filter(scope => scope === resource.node.root || Stage.isStage(scope))) {
    if (!watched.has(assembly)) {
      watched.add(assembly);
      assembly.node.addValidation({ validate: () => findSecondOwners(assembly) });
    }
  }
}

/** Errors for the pairs that one of our owners inside `assembly` is part of; where it depends on the environment, warnings. */
function findSecondOwners(assembly: IConstruct): string[] {
  const errors: string[] = [];
  const all = assembly.node.root.node.findAll().filter(isSingleton);
  const ours = all.filter(resource => claimed.has(resource) && resource.node.scopes.includes(assembly));
  for (const owner of ours) {
    const seen = ours.slice(0, ours.indexOf(owner) + 1);
    for (const other of all.filter(resource => resource.cfnResourceType === owner.cfnResourceType && !seen.includes(resource))) {
      const clash = compare(owner, other);
      const who = `'${owner.cfnResourceType}' exists once per account and Region`;
      const cure = "pass one PrivateRegistry to both as 'registry', or let one use PrivateRegistry.ownedElsewhere()";
      if (clash === 'certain') {
        errors.push(`${who}, got two owners, ${owner.node.path} and ${other.node.path}: ${cure}`);
      }
      if (clash === 'possible') {
        // A message on a construct of another assembly would never be printed: that one may have been written already.
        const printed = [owner, other].find(resource => enclosingAssembly(resource) === assembly) ?? owner;
        Annotations.of(printed).addWarningV2('cdk-hardened-ecr:PrivateRegistry.twoOwners',
          `${who}: where ${owner.node.path} and ${other.node.path} are deployed to the same ones, each overwrites the other. `
          + `Give their stacks an 'env', or ${cure}`);
      }
    }
  }
  return errors;
}

function isSingleton(construct: IConstruct): construct is CfnResource {
  return CfnResource.isCfnResource(construct) && SINGLETONS.includes(construct.cfnResourceType);
}

function compare(owner: CfnResource, other: CfnResource): 'certain' | 'possible' | 'none' {
  const { DIFFERENT, ONE_UNRESOLVED, BOTH_UNRESOLVED } = TokenComparison;
  const places = [
    Token.compareStrings(owner.stack.account, other.stack.account),
    Token.compareStrings(owner.stack.region, other.stack.region),
  ];
  if (places.includes(DIFFERENT)) {
    return 'none';
  }
  const conditional = owner.cfnOptions.condition !== undefined || other.cfnOptions.condition !== undefined;
  // Stages are deployed apart, often to environments that only the deployer's credentials decide: Dev and Prod.
  const apart = places.includes(BOTH_UNRESOLVED) && enclosingAssembly(owner) !== enclosingAssembly(other);
  return conditional || apart || places.includes(ONE_UNRESOLVED) ? 'possible' : 'certain';
}

function enclosingAssembly(construct: IConstruct): IConstruct {
  return Stage.of(construct) ?? construct.node.root;
}
