import { Annotations, aws_ecr as ecr, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { isElsewhere } from '../../private/elsewhere';
import { RegistryScanning } from '../registry-scanning';
import { pathsOf } from './contributors';
import { claimSingleton } from './singleton-owners';

/** Everyone's wishes for scanning, in the one resource that a registry has for them. */
export class RegistryScan {
  private readonly contributors: IConstruct[] = [];
  private readonly repositories: { readonly name: string; readonly construct: IConstruct }[] = [];
  private readonly stacks = new Set<Stack>();
  private scanning?: RegistryScanning;
  private resource?: ecr.CfnRegistryScanningConfiguration;

  constructor(private readonly registry: Construct, private readonly removalPolicy: RemovalPolicy) {
    registry.node.addValidation({ validate: () => this.validate() });
  }

  /** Adds filters to those that are there. */
  public add(scanning: RegistryScanning, contributor: IConstruct): void {
    if (this.scanning && this.scanning._type !== scanning._type) {
      throw new Error(`'scanning' must be of one type in a registry, got ${scanning._type} from ${contributor.node.path} `
        + `and ${this.scanning._type} from ${pathsOf(this.contributors)}: scan with one of RegistryScanning.enhanced() and RegistryScanning.basic()`);
    }
    this.scanning = this.scanning?._with(scanning) ?? scanning;
    this.contributors.push(contributor);
    this.render();
  }

  /** Called for each of thousands of repositories: what needs time waits for the synth. */
  public ensureCovers(name: string, construct: IConstruct): void {
    this.repositories.push({ name, construct });
    this.ensureOn(construct);
  }

  /** For repositories that ECR makes: their names are not known. */
  public ensureOn(construct: IConstruct): void {
    const stack = Stack.of(construct);
    if (!this.stacks.has(stack)) {
      this.stacks.add(stack);
      this.render();
    }
  }

  /** The setting as it stands: what was asked for, or everything as soon as a repository counts on it. */
  public get effective(): RegistryScanning | undefined {
    return this.scanning ?? (this.stacks.size > 0 ? RegistryScanning.enhanced() : undefined);
  }

  private render(): void {
    const { scanType, rules } = this.effective!._render();
    if (!this.resource) {
      this.resource = new ecr.CfnRegistryScanningConfiguration(this.registry, 'Scanning', { scanType, rules });
      this.resource.applyRemovalPolicy(this.removalPolicy);
      claimSingleton(this.resource);
    }
    this.resource.scanType = scanType;
    this.resource.rules = rules;
  }

  private validate(): string[] {
    const scanning = this.effective;
    if (!scanning) {
      return [];
    }
    this.warn(scanning);
    return [
      ...scanning._tooMany.map(finding => `${finding}; they come from ${pathsOf(this.contributors)}`),
      ...[...this.stacks].filter(stack => isElsewhere(stack, Stack.of(this.registry))).map(stack =>
        `'registry' must be that of the repositories' account and Region, got the one of ${Stack.of(this.registry).node.path} `
        + `for repositories of ${stack.node.path}: give them PrivateRegistry.of(...) of their own stack`),
      ...this.leftOut(scanning).map(({ name, construct }) =>
        `'registry' must scan the repository ${JSON.stringify(name)} of ${construct.node.path}, but no filter of its scanning matches: `
        + `add one, or leave out 'registry' to have it scanned on push only; the filters come from ${pathsOf(this.contributors)}`),
    ];
  }

  private leftOut(scanning: RegistryScanning) {
    return scanning._coversAll ? [] : this.repositories.filter(({ name }) => !Token.isUnresolved(name) && !scanning._covers(name));
  }

  private warn(scanning: RegistryScanning): void {
    const annotations = Annotations.of(this.registry);
    if (scanning._type === 'BASIC') {
      annotations.addWarningV2('cdk-hardened-ecr:PrivateRegistry.basicScanning',
        'basic scanning looks at operating system packages only, and at an image only once: use RegistryScanning.enhanced() '
        + 'to learn of vulnerabilities in other packages, and of those that become known after the push');
    }
    if (!scanning._coversAll) {
      annotations.addWarningV2('cdk-hardened-ecr:PrivateRegistry.scanningLeavesOut',
        `repositories that no filter matches are ${scanning._type === 'BASIC' ? 'scanned only when someone asks' : 'not scanned at all'}: `
        + "add the filter '*' to scan the others on push");
    }
    if (this.removalPolicy === RemovalPolicy.DESTROY) {
      annotations.addWarningV2('cdk-hardened-ecr:PrivateRegistry.scanningNotRetained',
        'deleting the scanning configuration tries to switch Amazon Inspector off for the account: keep RemovalPolicy.RETAIN '
        + 'unless nothing else in the account relies on it');
    }
  }
}
