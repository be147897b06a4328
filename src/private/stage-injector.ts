import type { InjectionContext, IPropertyInjector } from 'aws-cdk-lib';
import { aws_ecr as ecr, PropertyInjectors, Stage } from 'aws-cdk-lib';

/**
 * Takes the construction of an L2 repository as the sign that its Stage wants hardening, and changes none of its props.
 *
 * The CDK has no hook for a Stage that is made, an Aspect of the App does not reach it, and what an injector writes
 * into props can be no part of this: one injector wins for a class, so the one that was there before does its work from here.
 */
export class StageInjector implements IPropertyInjector {
  public readonly constructUniqueId = ecr.Repository.PROPERTY_INJECTION_ID;
  private readonly before?: IPropertyInjector;

  constructor(private readonly root: Stage, private readonly arm: (stage: Stage) => void) {
    this.before = PropertyInjectors.of(root).for(this.constructUniqueId);
  }

  public inject(props: unknown, context: InjectionContext): unknown {
    this.arm(Stage.of(context.scope)!);
    const next = this.before ?? this.further();
    return next ? next.inject(props, context) : props;
  }

  /** The injector that the CDK would have found without this one: the nearest further up. */
  private further(): IPropertyInjector | undefined {
    return this.root.node.scopes.slice(0, -1).reverse()
      .filter(PropertyInjectors.hasPropertyInjectors)
      .map(scope => PropertyInjectors.of(scope as unknown as Stage).for(this.constructUniqueId))
      .find(injector => injector !== undefined);
  }
}
