/** What has been deployed of one stack: what the functions of its template stand for. */
export interface DeployedStack {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly stackId: string;
  /** By logical id. */
  readonly resources: Readonly<Record<string, { readonly type: string; readonly physicalId: string }>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** Of the account and Region, by name. */
  readonly exports: Readonly<Record<string, string>>;
  /** Of nested stacks, by the logical id of the stack. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** `AWS::NoValue`: the property is as if it were not written. */
const NO_VALUE = Symbol('AWS::NoValue');

/**
 * A template's value as CloudFormation would hand it to the service.
 *
 * Attributes are computed from what AWS documents, never asked of the local AWS: it would check itself.
 * A function or an attribute that has no rule here is an error, so that nothing is passed over.
 */
export function resolve(value: unknown, stack: DeployedStack): unknown {
  const resolved = evaluate(value, stack);
  return resolved === NO_VALUE ? undefined : resolved;
}

function evaluate(value: unknown, stack: DeployedStack): unknown {
  if (Array.isArray(value)) {
    return value.map(item => evaluate(item, stack)).filter(item => item !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) { return value; }
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
    const rule = FUNCTIONS[name];
    if (!rule) { throw new Error(`no rule for ${name} in local/intrinsics.ts: ${JSON.stringify(value)}`); }
    return rule(argument, stack);
  }
  return Object.fromEntries(entries
    .map(([key, item]) => [key, evaluate(item, stack)])
    .filter(([, item]) => item !== NO_VALUE));
}

type Rule = (argument: any, stack: DeployedStack) => unknown;

const FUNCTIONS: Record<string, Rule> = {
  'Ref': (name: string, stack) => reference(name, stack),
  'Fn::GetAtt': (argument: string | string[], stack) => {
    const [logicalId, attribute] = typeof argument === 'string' ? split(argument) : argument;
    return attributeOf(logicalId, attribute, stack);
  },
  'Fn::Join': ([separator, parts], stack) => (evaluate(parts, stack) as unknown[]).join(separator),
  'Fn::Split': ([separator, text], stack) => String(evaluate(text, stack)).split(separator),
  'Fn::Select': ([index, list], stack) => (evaluate(list, stack) as unknown[])[Number(index)],
  'Fn::Sub': (argument: string | [string, Record<string, unknown>], stack) => {
    const [text, names] = typeof argument === 'string' ? [argument, {}] : argument;
    return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
      if (name.startsWith('!')) { return `\${${name.slice(1)}}`; }
      if (name in names) { return String(evaluate(names[name], stack)); }
      return String(name.includes('.') ? attributeOf(...split(name), stack) : reference(name, stack));
    });
  },
  'Fn::ImportValue': (argument, stack) => {
    const name = String(evaluate(argument, stack));
    return known(stack.exports[name], `the export ${JSON.stringify(name)}`, stack);
  },
};

function reference(name: string, stack: DeployedStack): unknown {
  const pseudo: Record<string, unknown> = {
    'AWS::AccountId': stack.account,
    'AWS::Region': stack.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack.stackName,
    'AWS::StackId': stack.stackId,
    'AWS::NoValue': NO_VALUE,
  };
  return pseudo[name] ?? stack.parameters[name] ?? known(stack.resources[name]?.physicalId, JSON.stringify(name), stack);
}

/** Attributes, as the reference page of each type gives them. */
const ATTRIBUTES: Record<string, (physicalId: string, stack: DeployedStack) => string> = {
  'AWS::ECR::Repository.Arn': (id, { account, region }) => `arn:aws:ecr:${region}:${account}:repository/${id}`,
  'AWS::ECR::Repository.RepositoryUri': (id, { account, region }) => `${account}.dkr.ecr.${region}.amazonaws.com/${id}`,
  'AWS::CloudWatch::Alarm.Arn': (id, { account, region }) => `arn:aws:cloudwatch:${region}:${account}:alarm:${id}`,
  'AWS::KMS::Key.Arn': (id, { account, region }) => `arn:aws:kms:${region}:${account}:key/${id}`,
  'AWS::KMS::Key.KeyId': id => id,
  'AWS::IAM::Role.Arn': (id, { account }) => `arn:aws:iam::${account}:role/${id}`,
  'AWS::EC2::SecurityGroup.GroupId': id => id,
  'AWS::Signer::SigningProfile.Arn': (id, { account, region }) => id.startsWith('arn:') ? id : `arn:aws:signer:${region}:${account}:/signing-profiles/${id}`,
};

function attributeOf(logicalId: string, attribute: string, stack: DeployedStack): string {
  const { type, physicalId } = known(stack.resources[logicalId], JSON.stringify(logicalId), stack);
  if (type === 'AWS::CloudFormation::Stack') {
    return known(stack.outputs[logicalId]?.[attribute.replace(/^Outputs\./, '')], `${logicalId}.${attribute}`, stack);
  }
  const rule = ATTRIBUTES[`${type}.${attribute}`];
  if (!rule) { throw new Error(`no rule for the attribute ${attribute} of ${type} in local/intrinsics.ts`); }
  return rule(physicalId, stack);
}

function split(text: string): [string, string] {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}

function known<T>(value: T | undefined, what: string, stack: DeployedStack): T {
  if (value === undefined) { throw new Error(`${what} is not deployed in ${stack.stackName}`); }
  return value;
}
