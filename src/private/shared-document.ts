import type { IResolvable, IResolveContext } from 'aws-cdk-lib';

/** What no other resource stands for: the account, the Region, the partition. */
const REFERENCE = /"(Ref":"(?!AWS::)|Fn::GetAtt"|Fn::ImportValue")/;

/**
 * A document that thousands of resources of a stack have in common. Resolving is most of what synth costs, so it is done once,
 * and each resource gets a copy: overrides write into what they are given.
 *
 * A document with references to resources is resolved for each resource, as the CDK has to learn who refers to what.
 */
export class SharedDocument implements IResolvable {
  public readonly creationStack: string[] = [];

  /** By whether the CDK is still looking for references. */
  private readonly known = new Map<boolean, { readonly source: unknown; readonly text?: string }>();

  /**
   * @param produce the document as it stands: the same object as long as it is the same
   */
  constructor(private readonly produce: () => unknown) {}

  public resolve(context: IResolveContext): unknown {
    const source = this.produce();
    if (source === undefined) {
      return undefined;
    }
    let known = this.known.get(context.preparing);
    if (known?.source !== source) {
      const text = JSON.stringify(context.resolve(source));
      known = { source, text: REFERENCE.test(text) ? undefined : text };
      this.known.set(context.preparing, known);
    }
    const { text } = known;
    if (text === undefined) {
      return source;
    }
    context.registerPostProcessor({ postProcess: () => JSON.parse(text) });
    return '';
  }

  public toString(): string {
    return 'SharedDocument';
  }
}
