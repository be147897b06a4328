import type { Decision } from './decide';
import { GRAMMARS, read } from './decide';
import { DOCUMENTS } from './documents';
import type { Asked } from './world';
import { OURS, requests } from './world';

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PUSH = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];
const GUARD_DUTY = '593207742271';
const LAYERS = 'arn:aws:s3:::prod-us-east-1-starport-layer-bucket/';

const isOurs = ({ organization }: Asked) => organization === OURS;
const isOfOurs = ({ ownerOrganization }: Asked) => ownerOrganization === OURS;
const isPull = ({ action }: Asked) => PULL.includes(action);
const isLogin = ({ action }: Asked) => action === 'ecr:GetAuthorizationToken';
const isLayer = ({ action, resource = '' }: Asked) => action === 's3:GetObject' && resource.startsWith(LAYERS);

type Row = readonly [claim: string, isMeant: (asked: Asked) => boolean, decision: Decision];

/** In pairs: whom a claim keeps out, and that it keeps out nobody else. */
const THROUGH_ECR: readonly Row[] = [
  ['a pull by the organization from its own registries passes', asked => isPull(asked) && isOurs(asked) && isOfOurs(asked), 'allow'],
  ['no pull by anybody else passes, from nowhere', asked => isPull(asked) && !isOurs(asked), 'nothing'],
  ['a pull by the organization from the named account of AWS passes', asked => isPull(asked) && isOurs(asked) && asked.ownerAccount === GUARD_DUTY, 'allow'],
  ['no pull from any other registry passes', asked => isPull(asked) && !isOfOurs(asked) && asked.ownerAccount !== GUARD_DUTY, 'nothing'],
  ['a login of the organization passes', asked => isLogin(asked) && isOurs(asked), 'allow'],
  ['no login of anybody else passes', asked => isLogin(asked) && !isOurs(asked), 'nothing'],
  ['no push passes, by nobody and to nowhere', ({ action }) => PUSH.includes(action), 'nothing'],
  ['nothing passes but logins and pulls', asked => !isPull(asked) && !isLogin(asked), 'nothing'],
];

const THROUGH_S3: readonly Row[] = [
  ['layers pass, whoever has signed their URL', isLayer, 'allow'],
  ['nothing else of anybody else passes', asked => !isLayer(asked) && !isOurs(asked), 'nothing'],
  ['what the organization does with its own buckets passes', asked => asked.action.startsWith('s3:') && isOurs(asked) && isOfOurs(asked), 'allow'],
  ['nothing that it does with the buckets of others passes', asked => !isLayer(asked) && isOurs(asked) && !isOfOurs(asked), 'nothing'],
];

describe.each([['EcrEcrApi', THROUGH_ECR], ['EcrEcrDkr', THROUGH_ECR], ['EcrS3', THROUGH_S3]] as const)('through the endpoint %s of the private network', (id, rows) => {
  const found = DOCUMENTS.find(document => document.stack === 'PrivateNetwork' && document.id === id)!;
  const answer = read(found.document, GRAMMARS.endpoint);

  test.each(rows)('%s', (_, isMeant, decision) => {
    const meant = [...requests(found)].filter(isMeant);
    expect(meant.length).toBeGreaterThan(0);
    expect(meant.filter(asked => answer(asked) !== decision).slice(0, 1)).toEqual([]);
  });
});
